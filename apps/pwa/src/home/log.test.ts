import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../live/model.ts';
import { logLine, logStories } from './log.ts';

const bakery = 'b'.repeat(16);
const entry = (id: number, kind: LogEntry['kind'], extra: Partial<LogEntry> = {}): LogEntry => ({ id, at: id * 1000, kind, detail: '', ...extra });

describe('a line of the log', () => {
  it('of a break that is mended says how long it took', () => {
    expect(logLine(entry(1, 'neighbour-down', { node: bakery, nodeName: 'Bakery', detail: 'dead', healedMs: 1800 }), [])).toMatchObject({
      mark: 'healed',
      text: 'Bakery went quiet.',
      healedMs: 1800,
    });
  });

  it('of a break goes on until something younger ends it', () => {
    const down = entry(1, 'neighbour-down', { node: bakery, nodeName: 'Bakery' });
    expect(logLine(down, []).mark).toBe('going-on');
    expect(logLine(down, [entry(2, 'neighbour-up', { node: 'c'.repeat(16) })]).mark).toBe('going-on');
    expect(logLine(down, [entry(2, 'neighbour-up', { node: bakery })]).mark).toBe('event');
    expect(logLine(down, [entry(3, 'started')]).mark).toBe('event');
    expect(logLine(entry(1, 'backend-down'), [entry(2, 'backend-up')]).mark).toBe('event');
  });

  it('keeps the reason that the agent gives, as a sentence', () => {
    expect(logLine(entry(1, 'backend-down', { detail: 'The backend cannot be reached: timed out' }), []).text).toBe(
      'The backend cannot be reached: timed out. Packets are kept here.',
    );
    expect(logLine(entry(1, 'login', { detail: 'Logged in from 192.168.1.20' }), []).text).toBe('Logged in from 192.168.1.20.');
    expect(logLine(entry(1, 'refused'), []).text).toBe('Refused somebody.');
    expect(logLine(entry(1, 'device-connected', { detail: 'meter-3' }), []).text).toContain('meter-3');
  });
});

describe('the log as it is told', () => {
  const route = (id: number, to: string, at = id * 1000): LogEntry =>
    entry(id, 'route-changed', { at, said: { code: 'log.moved-by', params: { gateway: 'School roof', node: to } } });
  const texts = (...oldestFirst: LogEntry[]) => logStories(oldestFirst.toReversed()).map(({ text }) => text);

  it('one entry is one line', () => {
    expect(logStories([route(1, 'Bakery')])).toMatchObject([{ id: 1, text: 'Moved to School roof by way of Bakery.', parts: [{ id: 1 }] }]);
  });

  it('a start at which the way goes to and fro is one line, with each of them in it', () => {
    const up = (id: number, name: string) => entry(id, 'neighbour-up', { node: String(id).padStart(16, '0'), nodeName: name });
    const found = entry(2, 'gateway-found', { nodeName: 'School roof' });
    const told = logStories(
      [entry(1, 'started'), found, up(3, 'Bakery'), route(4, 'Bakery'), up(5, 'Hill Farm'), route(6, 'Hill Farm'), route(7, 'Bakery')].toReversed(),
    );
    expect(told.map(({ text }) => text)).toEqual([
      'Tried 3 ways out within 3 s, now to School roof by way of Bakery.',
      'Bakery and Hill Farm can be heard.',
      'Found a way out, by School roof.',
      'This node started.',
    ]);
    expect(told[0]).toMatchObject({ id: 7, at: 7000, parts: [{ id: 7 }, { id: 6 }, { id: 4 }] });
    expect(told.flatMap(({ parts }) => parts)).toHaveLength(7);
  });

  it('a neighbour that went quiet and the way around it are one story, dated by the break', () => {
    const down = entry(1, 'neighbour-down', { node: bakery, nodeName: 'Bakery', healedMs: 1800 });
    expect(logStories([route(2, 'Hill Farm', 2800), down])).toMatchObject([
      { id: 1, at: 1000, mark: 'healed', healedMs: 1800, text: 'Bakery went quiet. Moved to School roof by way of Hill Farm.', parts: [{ id: 2 }, { id: 1 }] },
    ]);
  });

  it('what lies apart in time, or has a turn of events between, is not folded', () => {
    expect(texts(route(1, 'Bakery'), route(2, 'Hill Farm', 200_000))).toHaveLength(2);
    expect(texts(route(1, 'Bakery'), entry(2, 'gateway-lost'), entry(3, 'gateway-found'), route(4, 'Bakery'))).toHaveLength(4);
    expect(texts(entry(1, 'backend-down'), entry(2, 'backend-up'), entry(3, 'backend-down'))).toHaveLength(3);
  });
});
