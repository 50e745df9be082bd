import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { SealEnd } from './sealed.ts';
import { Seals } from './seals.ts';

const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));
const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

describe('a sealed channel', () => {
  const sessionKey = 'what OPAQUE left';
  const page = new SealEnd('page', random);
  const node = new SealEnd('node', random);
  const ofPage = page.join(node.key, sessionKey)!;
  const ofNode = node.join(page.key, sessionKey)!;

  test('is read by the other end alone', () => {
    expect(ofPage.open(ofNode.seal(words))).toBe(words);
    expect(ofNode.open(ofPage.seal(words))).toBe(words);
    expect(ofNode.seal(words)).not.toBe(ofNode.seal(words));
    // Sent back to where it came from it says nothing.
    expect(ofNode.open(ofNode.seal(words))).toBeUndefined();
  });

  test('tells nothing to one who sits in between without the session key, nor to one who got it later', () => {
    const between = new SealEnd('node', random);
    const fooled = page.join(between.key, sessionKey)!;
    expect(between.join(page.key, 'a guess')!.open(fooled.seal(words))).toBeUndefined();
    const later = new SealEnd('node', random).join(page.key, sessionKey)!;
    expect(later.open(ofPage.seal(words))).toBeUndefined();
  });

  test('shows a changed letter, and takes no key that is none', () => {
    const box = ofNode.seal(words);
    for (const at of [0, 20, box.length - 2]) {
      const other = box[at] === 'A' ? 'B' : 'A';
      expect(ofPage.open(box.slice(0, at) + other + box.slice(at + 1))).toBeUndefined();
    }
    for (const wrong of ['', '!', box.slice(0, 10), 'AAAA']) expect(ofPage.open(wrong)).toBeUndefined();
    for (const wrong of ['', 'AAAA', 'A'.repeat(43), '?'.repeat(43)]) expect(page.join(wrong, sessionKey)).toBeUndefined();
  });
});

describe("the node's ends", () => {
  test('belong to one session, live half an hour, and are few', () => {
    const clock = new VirtualClock();
    const seals = new Seals({ clock, sessionKey: (session) => (session.startsWith('s') ? `key of ${session}` : undefined) });
    const page = new SealEnd('page', random);
    const first = seals.begin('s1', page.key)!;
    const channel = page.join(first.key, 'key of s1')!;
    expect(channel.open(seals.of('s1', first.channel)!.seal(words))).toBe(words);
    expect(seals.of('s2', first.channel)).toBeUndefined();
    expect(seals.begin('ended', page.key)).toBeUndefined();
    expect(seals.begin('s1', 'A'.repeat(43))).toBeUndefined();
    for (let i = 0; i < 63; i++) seals.begin('s2', page.key);
    expect(seals.of('s1', first.channel)).toBeDefined();
    seals.begin('s2', page.key);
    expect(seals.of('s1', first.channel)).toBeUndefined();
    const last = seals.begin('s1', page.key)!;
    clock.advance(30 * 60_000);
    expect(seals.of('s1', last.channel)).toBeUndefined();
  });
});
