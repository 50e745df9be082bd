import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAuthority } from './authority-file.ts';

const now = Date.UTC(2026, 10, 1);
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'em-authority-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('an authority without a device root gets one, on disk before it is used', async () => {
  const file = join(dataDir, 'authority.json');
  const made = await openAuthority({ dataDir, communityName: 'Sunny Street', now });
  const { deviceRoot: _, ...before } = made.save();
  writeFileSync(file, JSON.stringify(before));
  const opened = await openAuthority({ dataDir, communityName: undefined, now });
  expect(opened.id).toBe(made.id);
  expect(opened.deviceRootPem).not.toBe(made.deviceRootPem);
  expect(JSON.parse(readFileSync(file, 'utf8')).deviceRoot.certificate).toBe(opened.deviceRootPem);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const written = statSync(file).ino;
  expect((await openAuthority({ dataDir, communityName: undefined, now })).deviceRootPem).toBe(opened.deviceRootPem);
  expect(statSync(file).ino).toBe(written);
});

test('a damaged authority stops the start and names its file', async () => {
  await openAuthority({ dataDir, communityName: 'Sunny Street', now });
  const file = join(dataDir, 'authority.json');
  const data = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...data, deviceRoot: { ...data.deviceRoot, key: 'rubbish' } }));
  await expect(openAuthority({ dataDir, communityName: undefined, now })).rejects.toThrow('authority.json');
});
