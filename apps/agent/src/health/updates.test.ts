import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readUpdates } from './updates.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'em-updates-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, seconds: number) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '');
  utimesSync(join(root, path), seconds, seconds);
};

test('on a machine without the package nothing updates by itself', () => {
  expect(readUpdates(root)).toEqual({ packaged: false, installedAt: undefined, security: false, securityAt: undefined });
});

test('with the package: when this version came, and when security updates were last looked at', () => {
  put('var/lib/dpkg/info/energymesh.list', 1_790_000_000);
  put('etc/apt/apt.conf.d/52energymesh-unattended-upgrades', 1_790_000_000);
  expect(readUpdates(root)).toEqual({ packaged: true, installedAt: 1_790_000_000_000, security: true, securityAt: undefined });
  put('var/lib/apt/periodic/unattended-upgrades-stamp', 1_790_100_000);
  expect(readUpdates(root).securityAt).toBe(1_790_100_000_000);
});
