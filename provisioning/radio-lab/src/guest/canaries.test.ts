import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countIn } from './canaries.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'energymesh-canaries-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const found = (content: string | Buffer, canary = 'three herons'): number => {
  const file = join(dir, 'capture');
  writeFileSync(file, content);
  return countIn(file, { canary }).canary!;
};

test('a canary is found as text, in hexadecimal of either case, and in base64 at every alignment', () => {
  expect(found('xx three herons three herons')).toBe(2);
  expect(found(Buffer.from('a three herons z').toString('hex'))).toBe(1);
  expect(found(Buffer.from('a three herons z').toString('hex').toUpperCase())).toBe(1);
  for (const before of ['', 'a', 'ab', 'abc']) for (const after of ['', 'y', 'yz']) expect(found(btoa(`${before}three herons${after}`))).toBe(1);
  expect(found('three heron')).toBe(0);
  expect(found('')).toBe(0);
});

test('a canary across the border of two pieces is found once', () => {
  for (const shift of [1, 5, 11, 12]) {
    const large = Buffer.alloc(3 * 1024 * 1024, 0x2e);
    large.write('three herons', 1024 * 1024 - shift);
    expect(found(large)).toBe(1);
  }
});
