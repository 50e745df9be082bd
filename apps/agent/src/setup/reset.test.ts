import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { markReset, spentInvite, wipeIfMarked } from './reset.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-reset-'));
  mkdirSync(join(folder, 'identity'));
  mkdirSync(join(folder, 'wallet'));
  for (const name of ['identity/node.key', 'wallet/wallet.json', 'state.db', 'state.db-wal', 'claim-code']) writeFileSync(join(folder, name), 'x');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const files = { write: (path: string, text: string) => writeFileSync(path, text) };
const hash = '0123456789abcdef0123456789abcdef';

test('nothing is wiped that nobody asked for', () => {
  expect(wipeIfMarked(folder, files)).toBe(false);
  expect(existsSync(join(folder, 'identity/node.key'))).toBe(true);
});

test('everything goes but what keeps the old invite from being used again', () => {
  markReset(folder, hash, files);
  expect(wipeIfMarked(folder, files)).toBe(true);
  expect(readdirSync(folder)).toEqual(['spent-invite']);
  expect(spentInvite(folder)).toBe(hash);
  expect(wipeIfMarked(folder, files)).toBe(false);
  // Once more, without an invite in the configuration.
  markReset(folder, undefined, files);
  wipeIfMarked(folder, files);
  expect(readdirSync(folder)).toEqual([]);
});

test('cut off anywhere it goes on at the next start', () => {
  markReset(folder, hash, files);
  // The power goes when half is wiped, and once more before the last writing.
  rmSync(join(folder, 'wallet'), { recursive: true });
  const cut = {
    write: () => {
      throw new Error('power cut');
    },
  };
  expect(() => wipeIfMarked(folder, cut)).toThrow('power cut');
  expect(wipeIfMarked(folder, files)).toBe(true);
  expect(readdirSync(folder)).toEqual(['spent-invite']);
});
