import type * as fs from 'node:fs';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';

const calls: string[] = [];
vi.doMock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const opened = new Map<number, string>();
  return {
    ...real,
    openSync: (path: string, flags: string, mode?: number) => {
      const file = real.openSync(path, flags, mode);
      opened.set(file, flags === 'r' ? 'folder' : 'temporary');
      return file;
    },
    writeSync: (file: number, bytes: Uint8Array, at: number) => {
      calls.push(`write ${opened.get(file)}`);
      return real.writeSync(file, bytes, at);
    },
    fsyncSync: (file: number) => {
      calls.push(`fsync ${opened.get(file)}`);
      real.fsyncSync(file);
    },
    renameSync: (from: string, to: string) => {
      calls.push(`rename to ${basename(to)}`);
      real.renameSync(from, to);
    },
  };
});

// Test files share modules: these are loaded anew, with and after the mock.
vi.resetModules();
const { readIfThere, writeDurably } = await import('./files.ts');
const { openIncarnation } = await import('./incarnation.ts');
afterAll(() => {
  vi.doUnmock('node:fs');
  vi.resetModules();
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-files-'));
  calls.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a file is replaced whole: written aside, on disk, renamed, and the rename on disk', () => {
  const path = join(folder, 'thing');
  writeFileSync(path, 'old', { mode: 0o644 });
  writeDurably(path, 'new');
  expect(calls).toEqual(['write temporary', 'fsync temporary', 'rename to thing', 'fsync folder']);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['thing']);
});

test('the incarnation is on disk, its folder too, when it is handed out', () => {
  const { value } = openIncarnation(folder, false);
  expect(value).toBe(1);
  expect(calls).toEqual(['write temporary', 'fsync temporary', 'rename to incarnation', 'fsync folder']);
});

test('what is not there is undefined, what cannot be read is an error', () => {
  expect(readIfThere(join(folder, 'nothing'))).toBeUndefined();
  expect(() => readIfThere(folder)).toThrow('EISDIR');
});
