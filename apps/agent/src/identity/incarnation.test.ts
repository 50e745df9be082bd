import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Incarnation } from '@energymesh/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openIncarnation } from './incarnation.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-incarnation-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('each start is one higher, and on disk before it is used', () => {
  for (const expected of [1, 2, 3]) {
    const counter = openIncarnation(folder, expected > 1);
    expect(counter.value).toBe(expected);
    expect(counter.unknown).toBe(false);
    expect(readFileSync(join(folder, 'incarnation'), 'utf8')).toBe(`${expected}\n`);
  }
});

test.each(['', 'seven\n', '99999999999\n', '-1'])('a lost counter (%j) of a node that ran before is flagged and starts at 1', (content) => {
  writeFileSync(join(folder, 'incarnation'), content);
  const counter = openIncarnation(folder, true);
  expect(counter).toMatchObject({ value: 1, unknown: true });
});

test('raised above what the neighbours have seen, the next start is higher than theirs', () => {
  const counter = openIncarnation(folder, true);
  counter.raise(Incarnation(41));
  counter.raise(Incarnation(7));
  expect(openIncarnation(folder, true).value).toBe(42);
});

test('a used-up counter refuses to start instead of wrapping around', () => {
  writeFileSync(join(folder, 'incarnation'), `${0xffff_ffff}\n`);
  expect(() => openIncarnation(folder, true)).toThrow('used up');
});
