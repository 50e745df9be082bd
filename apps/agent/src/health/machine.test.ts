import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Machine } from './machine.ts';

test('disk and temperature are read, and kept for ten seconds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'em-machine-'));
  const thermalFile = join(folder, 'temp');
  writeFileSync(thermalFile, '48312\n');
  let now = 0;
  const machine = new Machine({ folder, monotonic: () => now, thermalFile });
  expect(machine.temperatureC()).toBe(48.312);
  expect(machine.diskUsedShare()).toBeGreaterThan(0);
  expect(machine.diskUsedShare()).toBeLessThanOrEqual(1);
  writeFileSync(thermalFile, 'x');
  expect(machine.temperatureC()).toBe(48.312);
  now = 10_000;
  expect(machine.temperatureC()).toBeUndefined();
  rmSync(folder, { recursive: true, force: true });
  now = 20_000;
  expect(machine.diskUsedShare()).toBeUndefined();
});
