import { rangesText } from '@energymesh/rewards';
import { and, eq, gte } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startsMsMax } from '../hub.fixture.ts';
import { dropArrivals } from '../store/rewards/arrivals.ts';
import { hourBy } from '../store/rewards/hours.ts';
import { rewardHeard, rewardVouchers } from '../store/rewards/schema.ts';
import { RewardsWorld, type TestNode } from './rewards.fixture.ts';
import { rewardsView } from './view.ts';

let world: RewardsWorld;
let relay: TestNode;
let gateway: TestNode;
let payout: string;
vi.setConfig({ testTimeout: startsMsMax });
beforeAll(async () => {
  world = await RewardsWorld.open();
}, startsMsMax);
afterAll(() => world[Symbol.asyncDispose]());

const text = (origin: TestNode, first: number, count: number): string => rangesText([world.range(origin, first, count)]);

describe('from the first packet to the money', () => {
  test('nodes are registered with the contract at the hub’s cost, and told so', async () => {
    [relay, gateway] = [await world.node(), await world.node()];
    payout = await world.wallet('relay');
    await relay.register(payout);
    await gateway.register(await world.wallet('gateway'));
    await world.live(world.epoch + 1);
    for (const node of [relay, gateway]) {
      expect(node.told.filter(({ kind }) => kind === 'asked')).toEqual([
        { kind: 'asked', about: { kind: 'register', nonce: 1 }, state: 'taken' },
        { kind: 'asked', about: { kind: 'register', nonce: 1 }, state: 'done', tx: expect.stringMatching(/^[0-9a-f]{64}$/) },
      ]);
      expect(node.last('standing')).toMatchObject({ registered: true, nonce: 1, caught: 0, vouchers: [relay.id, gateway.id].sort(), params: world.params });
    }
  });

  test('an hour is proved, attested as far as it arrived, and paid', async () => {
    world.enrol('meter-1');
    const hour = world.epoch;
    await world.arrive(relay, [world.range(relay, 1, 200)], { via: gateway });
    relay.receipt(hour, gateway, world.range(relay, 1, 210));
    await gateway.say({ kind: 'vouch', epoch: hour, seq: 1, ranges: text(relay, 1, 200) });
    gateway.takeVouchers();
    await world.live(hour + 1, 2);
    await relay.hour(hour, [gateway]);
    await gateway.hour(hour, [relay]);
    expect(relay.last('hour')).toEqual({ kind: 'hour', epoch: hour, state: 'received' });
    await world.live(hour + 2);
    expect(relay.last('hour')).toMatchObject({ state: 'attested', accepted: hour + 1, earning: 200, uptimeBp: 10_000, latencyUs: 2000, gross: '23000' });
    expect(gateway.last('hour')).toMatchObject({ state: 'attested', earning: 200 });
    await relay.say({ kind: 'claim', epochs: [hour] });
    expect(relay.last('asked')).toEqual({ kind: 'asked', about: { kind: 'claim', epochs: [hour] }, state: 'refused', why: ['NotSettled'] });
    await world.live(hour + 3);
    const before = await world.balance(payout);
    await relay.say({ kind: 'claim', epochs: [hour] });
    expect(relay.last('hour')).toMatchObject({ state: 'paid', amount: '23000', why: ['not-arrived'] });
    expect(relay.last('asked')).toMatchObject({ about: { kind: 'claim', epochs: [hour] }, state: 'done', amount: '23000' });
    expect((await world.balance(payout)) - before).toBe(23_000n);
    // Asked again, it is told again what became of it, and nothing is paid.
    await relay.say({ kind: 'claim', epochs: [hour] });
    expect((await world.balance(payout)) - before).toBe(23_000n);
  });

  test('the same proof again is answered with how far it is, whatever parts come', async () => {
    const hour = world.epoch;
    await world.arrive(relay, [world.range(relay, 1000, 50)]);
    relay.receipt(hour, gateway, world.range(relay, 1000, 50));
    await world.live(hour + 1, 2);
    await relay.hour(hour, [], { part: 2, parts: 2, carried: [] });
    await relay.hour(hour, [], { part: 2, parts: 2, carried: [] });
    await world.live(hour + 1, 40);
    // On the ledger, and not attested: a part is missing.
    expect(relay.last('hour')).toMatchObject({ state: 'proved' });
    await relay.hour(hour, [gateway], { part: 1, parts: 2 });
    await world.live(hour + 2);
    expect(relay.last('hour')).toMatchObject({ state: 'attested', earning: 50 });
    relay.told.splice(0);
    await relay.hour(hour, [], { part: 2, parts: 2 });
    expect(relay.told).toMatchObject([{ kind: 'hour', epoch: hour, state: 'attested', earning: 50 }]);
  });

  test('a part that never comes holds an hour up, and does not lose it', async () => {
    const hour = world.epoch;
    await world.arrive(relay, [world.range(relay, 2000, 50)]);
    relay.receipt(hour, gateway, world.range(relay, 2000, 50));
    await world.live(hour + 1, 2);
    await relay.hour(hour, [], { part: 1, parts: 3 });
    await world.live(hour + 2, 30);
    expect(relay.last('hour')).toMatchObject({ state: 'attested', epoch: hour, earning: 50, why: ['parts-missing'] });
  });
});

describe('what the hub signs for a gateway', () => {
  const vouch = async (seq: number, ranges: string, epoch = world.epoch): Promise<unknown[]> => {
    gateway.told.splice(0);
    await gateway.say({ kind: 'vouch', epoch, seq, ranges });
    return gateway.told.filter(({ kind }) => kind === 'voucher');
  };

  test('is what arrived through it, each entry once, and the same request again', async () => {
    await world.arrive(relay, [world.range(relay, 5000, 100)], { via: gateway });
    await world.arrive(relay, [world.range(relay, 5100, 100)], { via: relay });
    await world.arrive(relay, [world.range(relay, 5200, 100)]);
    const first = await vouch(10, text(relay, 5000, 60));
    expect(first).toMatchObject([{ seq: 10, ranges: text(relay, 5000, 60) }]);
    expect(await vouch(10, text(relay, 5000, 60))).toEqual(first);
    expect(await vouch(11, text(relay, 5000, 60))).toEqual([]);
    // Of the rest what it brought, and what nobody knows who brought; never another's.
    expect(await vouch(12, text(relay, 5040, 180))).toMatchObject([
      { seq: 12, ranges: rangesText([world.range(relay, 5060, 40), world.range(relay, 5200, 20)]) },
    ]);
    expect(await vouch(13, text(relay, 9000, 10))).toEqual([]);
    expect(await vouch(14, text(relay, 5220, 10), world.epoch - 5)).toEqual([]);
    // What was answered is kept as long as what arrived; what was not is not kept at all.
    const kept = async () => (await world.database.db.select().from(rewardVouchers).where(gte(rewardVouchers.seq, 10))).map(({ seq }) => seq).sort();
    expect(await kept()).toEqual([10, 12]);
    await dropArrivals(world.database.db, world.epoch + 1);
    expect(await kept()).toEqual([]);
  });
});

describe('what the hub does not take', () => {
  test('words of nobody, and words that are not signed', async () => {
    const { refused } = world.rewards;
    const revoked = await world.node();
    world.revoke(revoked);
    await revoked.register(payout);
    expect(revoked.told).toEqual([]);
    expect(refused.view()).toMatchObject({ 'not-a-member': 1 });
    relay.told.splice(0);
    await relay.say({ kind: 'register', payout, nonce: 99, signature: 'ab'.repeat(64) });
    await relay.say({ kind: 'vote', proposal: 1, yes: true, signature: 'ab'.repeat(64) });
    await relay.hour(world.epoch - 1, [], { proof: { packetCount: 1, timestamp: (world.epoch - 1) * 60, root: '00'.repeat(32), signature: 'ab'.repeat(64) } });
    expect(relay.told).toMatchObject([
      { kind: 'asked', about: { kind: 'register', nonce: 99 }, state: 'refused', why: ['bad-signature'] },
      { kind: 'asked', about: { kind: 'vote', proposal: 1 }, state: 'refused', why: ['bad-signature'] },
      { kind: 'hour', epoch: world.epoch - 1, state: 'refused', why: ['bad-signature'] },
    ]);
  });

  test('hours that the contract would not take, and more of an hour than its parts', async () => {
    const late = await world.node();
    await late.hour(world.epoch - 169, []);
    expect(late.told).toEqual([{ kind: 'hour', epoch: world.epoch - 169, state: 'refused', why: ['TooOld'] }]);
    expect(await hourBy(world.database.db, { node: late.id, epoch: world.epoch - 169 })).toBeUndefined();
    // Heard are the neighbours of the first message; who repeats it with others adds nobody.
    const hour = world.epoch;
    const heardBy = () =>
      world.database.db
        .select()
        .from(rewardHeard)
        .where(and(eq(rewardHeard.epoch, hour), eq(rewardHeard.by, late.id)));
    await late.hour(hour, [gateway]);
    for (const digit of ['1', '2', '3'])
      await late.hour(hour, [], { heard: [{ node: digit.repeat(16), minutes: 'f'.repeat(15).padStart(16, '0'), samples: 0 }] });
    expect(await heardBy()).toMatchObject([{ node: gateway.id }]);
  });

  test('a word about an hour that is not known', async () => {
    relay.told.splice(0);
    await relay.say({ kind: 'appeal', epoch: 5, text: 'What about it?' });
    expect(relay.told).toEqual([{ kind: 'asked', about: { kind: 'appeal', epoch: 5 }, state: 'refused', why: ['NoProof'] }]);
  });

  test('an address that is none, a nonce that was used', async () => {
    relay.told.splice(0);
    await relay.register(`G${'A'.repeat(55)}`, 50);
    await relay.register(payout, 1);
    expect(relay.told).toMatchObject([
      { about: { kind: 'register', nonce: 50 }, state: 'refused', why: ['malformed'] },
      { about: { kind: 'register', nonce: 1 }, state: 'done' },
    ]);
    await gateway.register(payout, 2);
    await gateway.register(payout, 1);
    expect(gateway.last('asked')).toMatchObject({ about: { kind: 'register', nonce: 1 }, state: 'done' });
  });

  test('more than a node may ask in a day', async () => {
    const busy = await world.node();
    for (let proposal = 0; proposal < 70; proposal++) await world.post(busy, busy.voteMessage(proposal, true));
    await world.turn();
    const refusedAsk = { kind: 'asked', state: 'refused', why: ['NoProposal'] };
    expect(busy.told.filter((told) => told.kind === 'asked' && told.state === 'refused')).toHaveLength(64);
    expect(busy.last('asked')).toMatchObject(refusedAsk);
    await world.live(world.epoch + 25);
    await busy.say(busy.voteMessage(69, true));
    expect(busy.last('asked')).toMatchObject({ ...refusedAsk, about: { kind: 'vote', proposal: 69 } });
  });
});

test('at a glance: nodes, their hours and what they earned', async () => {
  const view = await rewardsView(world.database.db, world.rewards);
  expect(view).toMatchObject({ registered: 2, hindrance: null, ledgerEpoch: world.epoch, waiting: { messages: 0, asks: 0 } });
  expect(view.nodes.find(({ node }) => node === relay.id)).toMatchObject({ name: 'roof', hours: 3, packets: 310, earning: 300, paid: '23000', lost: 0 });
  expect(BigInt(view.accounts.fees.balance!)).toBeGreaterThan(0n);
  expect(view.transactions.map(({ state }) => state)).toEqual(['confirmed']);
});

describe('a name that another node uses', () => {
  let liar: TestNode;
  /** An hour with both; resolves to what each earns in it. */
  async function hourOf(own: number, borrowed: number, first: number): Promise<{ relay: number; liar: number }> {
    const hour = world.epoch;
    for (const [node, count] of [
      [liar, borrowed],
      [relay, own],
    ] as const) {
      if (count === 0) continue;
      await world.arrive(node, [world.range(node, first, count)], { device: 'meter-7', via: gateway });
      node.receipt(hour, gateway, world.range(node, first, count));
    }
    await world.live(hour + 1, 2);
    await relay.hour(hour, [gateway]);
    await liar.hour(hour, [gateway]);
    await world.live(hour + 2);
    const earned = (node: TestNode): number => {
      const told = node.last('hour');
      if (told?.epoch !== hour || !('earning' in told)) throw new Error(JSON.stringify(told));
      return told.earning ?? 0;
    };
    return { relay: earned(relay), liar: earned(liar) };
  }

  test('earns nothing, and the true node what it did, once the hub knows where the device belongs', async () => {
    liar = await world.node();
    await liar.register(payout);
    world.enrol('meter-7');
    await world.live(world.epoch + 1);
    expect(await hourOf(30, 50, 100_000)).toEqual({ relay: 0, liar: 0 });
    expect((await rewardsView(world.database.db, world.rewards)).disputed).toMatchObject([
      { device: 'meter-7', node: null, disputedBy: [relay.id, liar.id].sort() },
    ]);
    await world.rewards.nameHome('meter-7', relay.id);
    expect(await hourOf(30, 50, 110_000)).toEqual({ relay: 30, liar: 0 });
    expect(liar.last('hour')).toMatchObject({ why: ['device-elsewhere'] });
    // Its own node is away: what others bring of it counts, up to what it usually sends.
    expect(await hourOf(0, 50, 120_000)).toEqual({ relay: 0, liar: 30 });
    expect(await hourOf(30, 50, 130_000)).toEqual({ relay: 30, liar: 0 });
  });
});
