import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RewardTerms } from '@energymesh/identity';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { VirtualClock } from './clock.fixture.ts';
import { Key, plainVerify } from './key.fixture.ts';
import { own, quiet, ToyVault } from './reward-world.fixture.ts';
import { type Outfit, Rewards } from './rewards/rewards.ts';
import { Store } from './store/store.ts';

test('what is told while the community changes its contract waits, and is handed back when nothing can be opened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'em-rewards-'));
  using store = Store.open(join(folder, 'state.db'));
  const [clock, node, hub] = [new VirtualClock(Date.UTC(2026, 10, 23)), new Key('node'), new Key('hub')];
  let terms: RewardTerms | undefined;
  let changed = (): void => {};
  const opening: PromiseWithResolvers<Outfit>[] = [];
  await using rewards = await Rewards.open({
    ...{ clock, node: node.raw, sign: node.sign, verify: plainVerify, keys: { publicKey: () => undefined }, logger: pino({ level: 'silent' }) },
    terms: () => terms,
    onTerms: (handler) => {
      changed = handler;
      return () => {};
    },
    epoch: () => undefined,
    mesh: { neighbours: () => [], subscribe: () => () => {} },
    open: (of) => store.rewards.open(of, clock.wall()),
    outfit: () => {
      const next = Promise.withResolvers<Outfit>();
      opening.push(next);
      return next.promise;
    },
    publish: async () => {},
    settings: { claims: { everyEpochs: 24, aboveStroops: 1n }, submit: 'hub', payout: own },
    onStoreError: (error) => {
      throw error;
    },
  });
  // Nobody pays: nobody listens.
  await rewards.told(Buffer.from('nonsense'));
  expect(rewards.counters()).toEqual({ unheard: 1 });

  terms = { network: 'EnergyMesh Local Network ; not real', contract: `C${'A'.repeat(55)}`, hubKey: hub.hex, epochSeconds: 300, rpc: [] };
  changed();
  const told = rewards.told(Buffer.from('nonsense'));
  const handedBack = expect(told).rejects.toThrow('rewards are not open now');
  await quiet();
  opening[0]!.reject(new Error('the secret cannot be read'));
  await handedBack;

  clock.advance(61_000);
  const again = rewards.told(Buffer.from('nonsense'));
  await quiet();
  opening[1]!.resolve({
    ...{ vault: new ToyVault(), way: async () => undefined, cosign: async () => undefined },
    input: { amount: () => 1n, isPayout: () => true, link: () => '' },
  });
  await again;
  expect(rewards.counters()).toMatchObject({ unheard: 1, malformed: 1 });
  rmSync(folder, { recursive: true, force: true });
});
