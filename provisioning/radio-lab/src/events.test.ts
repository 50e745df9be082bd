import { expect, test } from 'vitest';
import { eventLine, lineSplitter, readEvent } from './events.ts';

test('an event comes back from its line; other lines of the console are none', () => {
  const event = { figure: { figure: 'lab.line.x', value: 3, unit: 'ms' } };
  expect(readEvent(eventLine(event).trimEnd())).toEqual(event);
  expect(readEvent('[    0.1] random: crng init done')).toBeUndefined();
  expect(readEvent('@radio-lab {"figure":{"fig')).toBeUndefined();
});

test('lines are whole however the pieces fall, with either line end', () => {
  const seen: string[] = [];
  const push = lineSplitter((line) => seen.push(line));
  for (const piece of ['a', 'b\nc', 'd\r\n', '\ne']) push(piece);
  expect(seen).toEqual(['ab', 'cd', '']);
});

test('a line without an end does not grow beyond its bound', () => {
  const seen: string[] = [];
  const push = lineSplitter((line) => seen.push(line));
  for (let i = 0; i < 100; i++) push('x'.repeat(1024));
  expect(seen.length).toBe(1);
  expect(seen[0]!.length).toBeLessThan(66 * 1024);
});
