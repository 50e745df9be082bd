import { afterAll, beforeAll, expect, test } from 'vitest';
import { startsMsMax } from '../hub.fixture.ts';
import { newestTransactions } from '../store/rewards/transactions.ts';
import { RewardsWorld, type TestNode } from './rewards.fixture.ts';

/** A hub starts and dies some fifty times: 45 s on a two-core Debian machine, more on a busy one. */
const livesMsMax = 400_000;
let world: RewardsWorld;
let relay: TestNode;
let next: TestNode;
let payouts: string[];
beforeAll(async () => {
  world = await RewardsWorld.open();
  world.enrol('meter-1');
  [relay, next] = [await world.node(), await world.node()];
  payouts = [await world.wallet('one'), await world.wallet('another')];
  await relay.register(payouts[0]!);
  await next.register(payouts[1]!);
}, startsMsMax);
afterAll(() => world[Symbol.asyncDispose]());

/** Hashes of the hub's transactions, as the ledger has them; those of the fixture left out. */
async function onTheLedger(): Promise<{ hash: string; successful: boolean }[]> {
  const address = world.rewards.ledger.address('fees');
  const response = await fetch(`${world.net.url}/accounts/${address}/transactions?limit=200&order=desc`);
  const { _embedded } = (await response.json()) as { _embedded: { records: { hash: string; successful: boolean; source_account: string }[] } };
  return _embedded.records.filter((one) => one.source_account === address);
}

/** Every transaction on the ledger is one that the hub knows to be confirmed, and the other way round. */
async function expectBooksToAgree(since: number): Promise<void> {
  const ledger = (await onTheLedger()).slice(0, -since || undefined);
  const rows = await newestTransactions(world.database.db, 500);
  expect(rows.filter(({ state }) => state === 'confirmed').map(({ tx }) => tx)).toEqual(ledger.map(({ hash }) => hash));
  expect(ledger.every(({ successful }) => successful)).toBe(true);
  expect(rows.filter(({ state }) => state === 'failed' || state === 'open')).toEqual([]);
}

let deploying: number;
test('the books begin equal', async () => {
  // Deploying took two.
  deploying = (await onTheLedger()).length - (await newestTransactions(world.database.db, 500)).length;
  await expectBooksToAgree(deploying);
});

test(
  'killed at every step between an ask and its answer, the hub does it once, and says so',
  async () => {
    let step = 0;
    for (let killed = true; killed; ) {
      step++;
      // Others have their own bound of what a node may ask in a day.
      if (step % 50 === 0) relay = await world.node();
      const payout = payouts[step % 2]!;
      const nonce = 10 + step;
      const before = (await onTheLedger()).length;
      await world.post(relay, relay.registerMessage(payout, nonce));
      killed = await world.killedAt(step, () => world.turn());
      await world.turn();
      expect(relay.last('asked'), `step ${step}`).toMatchObject({ about: { kind: 'register', nonce }, state: 'done' });
      const { call } = world.rewards.ledger.wallet;
      expect(await world.rewards.ledger.ask(call('node', relay.publicKey))).toMatchObject({ payout, nonce });
      expect((await onTheLedger()).length - before, `step ${step}`).toBe(1);
    }
    expect(step).toBeGreaterThan(20);
    await expectBooksToAgree(deploying);
  },
  livesMsMax,
);

test(
  'killed anywhere in the life of hours, each is proved, attested and paid once',
  async () => {
    relay = await world.node();
    let sequence = 1;
    for (const step of [3, 17, 29, 41, 58, 71, 90, 111, 140]) {
      const hour = world.epoch;
      await world.arrive(relay, [world.range(relay, sequence, 10)]);
      relay.receipt(hour, next, world.range(relay, sequence, 10));
      sequence += 10;
      const payout = payouts[0]!;
      if (step === 3) await relay.register(payout);
      const before = await world.balance(payout);
      await world.killedAt(step, async () => {
        await world.live(hour + 1, 2);
        await relay.hour(hour, [next]);
        await world.live(hour + 3);
        await relay.say({ kind: 'claim', epochs: [hour] });
      });
      await world.live(hour + 1, 2);
      await relay.hour(hour, [next]);
      await world.live(Math.max(world.epoch + 2, hour + 4));
      await relay.say({ kind: 'claim', epochs: [hour] });
      expect(relay.last('hour'), `step ${step}`).toMatchObject({ epoch: hour, state: 'paid', earning: 10 });
      expect((await world.balance(payout)) - before, `step ${step}`).toBe(800n);
    }
    await expectBooksToAgree(deploying);
  },
  livesMsMax,
);
