import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../live/model.ts';
import { logLine } from './log.ts';

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
