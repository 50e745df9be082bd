import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startsMsMax } from '../hub.fixture.ts';
import { readSecret, writeSecret } from '../identity/files.ts';
import { fundContract } from './funding.ts';
import { Ledger } from './ledger.ts';
import { RewardsWorld } from './rewards.fixture.ts';

let world: RewardsWorld;
let folder: string;
beforeAll(async () => {
  world = await RewardsWorld.open();
  folder = await mkdtemp(join(tmpdir(), 'hub-funding-'));
}, startsMsMax);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

class Killed extends Error {}
const stroops = 70_000_000n;
/** More than all fees of a run. */
const feesMax = 10_000_000n;
const balance = async (): Promise<bigint> => (await world.rewards.ledger.balance('fees'))!.balance;

/** A command that is killed at its n-th step: before or after something it asks the network or writes. Resolves to whether it came to its end. */
async function fundUntil(step: number, file: string, amount: bigint | 'nothing' = stroops): Promise<boolean> {
  let steps = 0;
  const pass = (): void => {
    if (++steps >= step) throw new Killed();
  };
  const around = async <T>(what: () => Promise<T>): Promise<T> => {
    pass();
    const result = await what();
    pass();
    return result;
  };
  const ledger = await Ledger.open(world.config, world.keys, world.contract, (...request) => around(() => fetch(...request)));
  try {
    await fundContract({
      ...{ ledger, file, contract: world.contract, stroops: amount === 'nothing' ? undefined : amount },
      sleep: async () => pass(),
      write: (path, text) => around(() => writeSecret(path, text)),
    });
    return true;
  } catch (error) {
    if (steps < step) throw error;
    return false;
  }
}

test(
  'killed at any step and begun again, it pays once',
  async () => {
    let kills = 0;
    for (let step = 1; ; step++) {
      const file = join(folder, `step-${step}.json`);
      const before = await balance();
      const whole = await fundUntil(step, file);
      if (!whole) {
        kills++;
        expect(await fundUntil(Number.POSITIVE_INFINITY, file), `killed at step ${step}`).toBe(true);
      }
      // Once more: it is there.
      expect(await fundUntil(Number.POSITIVE_INFINITY, file)).toBe(true);
      const paid = before - (await balance());
      expect(paid >= stroops && paid < stroops + feesMax, `killed at step ${step}: ${paid} paid`).toBe(true);
      if (whole) break;
    }
    expect(kills).toBeGreaterThan(10);
  },
  startsMsMax,
);

test('what was begun is brought to its end without being asked for again, and nothing is begun that nobody asked for', async () => {
  const file = join(folder, 'begun.json');
  const before = await balance();
  expect(await fundUntil(Number.POSITIVE_INFINITY, file, 'nothing')).toBe(true);
  expect(await balance()).toBe(before);
  // Signed, on disk, and not sent.
  for (let step = 1; (await readSecret(file)) === undefined; step++) expect(await fundUntil(step, file)).toBe(false);
  expect(await balance()).toBe(before);
  expect(await fundUntil(Number.POSITIVE_INFINITY, file, 'nothing')).toBe(true);
  expect(before - (await balance())).toBeGreaterThanOrEqual(stroops);
});
