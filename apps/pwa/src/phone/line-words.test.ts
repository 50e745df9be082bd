import { expect, it } from 'vitest';
import type { LineState } from './line.ts';
import { lineWords } from './line-words.ts';

const now = new Date(2026, 10, 23, 12, 0).getTime();
const down = (hub: Extract<LineState, { at: 'down' }>['hub'], direct: Extract<LineState, { at: 'down' }>['direct'] = 'no-address'): LineState => ({
  at: 'down',
  direct,
  hub,
});

it('says since when the hub has not heard the node, and that it is not near either', () => {
  const { say, next } = lineWords(down({ why: 'no-answer', heardAt: new Date(2026, 10, 23, 10, 2).getTime() }, 'no-answer'), now, true);
  expect(say).toBe('The node has not been heard from since 10:02');
  expect(next).toMatch(/Check its power.*Nor is it on the network/);
});

it('tells a slow mesh from a node that is gone, and one that was never there', () => {
  expect(lineWords(down({ why: 'no-answer', heardAt: now - 60_000 }), now, true).say).toMatch(/just now/);
  expect(lineWords(down({ why: 'no-answer', heardAt: null }), now, true).say).toMatch(/never heard/);
});

it.each([
  ['denied', down({ why: 'unreachable' }, 'permission-denied'), /hub cannot be reached/, /allow it in the browser/],
  ['revoked by the community', down({ why: 'no-such-node' }), /does not know this node/, /revoked/],
  ['a busy hub', down({ why: 'busy' }), /too much/, /by itself/],
  ['a command that went one way', down(undefined, 'no-answer'), /Not known whether/, /before doing it again/],
  ['revoked', { at: 'refused', why: 'unknown-phone' } as LineState, /removed on the node/, /Pair it anew/],
])('%s', (_what, line, say, next) => {
  const words = lineWords(line, now, true);
  expect([words.say, words.next, words.good]).toEqual([expect.stringMatching(say), expect.stringMatching(next), false]);
});

it('a phone without a network looks nowhere else for the cause', () => {
  expect(lineWords(down({ why: 'unreachable' }, 'no-answer'), now, false).say).toBe('Your phone is offline');
});

it('through the hub: says why not straight', () => {
  expect(lineWords({ at: 'up', way: { at: 'hub' }, direct: 'not-in-this-browser' }, now, true)).toMatchObject({
    say: 'Through the hub',
    next: expect.stringMatching(/Chrome/),
    good: true,
  });
});
