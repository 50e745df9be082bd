import type { Signer } from '@energymesh/wallet';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startsMsMax } from '../hub.fixture.ts';
import { addAsk, endAsk } from '../store/rewards/asks.ts';
import { newestTransactions } from '../store/rewards/transactions.ts';
import { RewardsWorld, type TestNode } from './rewards.fixture.ts';

let world: RewardsWorld;
let relay: TestNode;
let next: TestNode;
let payout: string;
beforeAll(async () => {
  world = await RewardsWorld.open({ params: { votingEpochs: 1, timelockEpochs: 1, quorumBp: 1000 } });
  world.enrol('meter-1');
  [relay, next] = [await world.node(), await world.node()];
  payout = await world.wallet('relay');
  await relay.register(payout);
  await next.register(await world.wallet('next'));
}, startsMsMax);
afterAll(() => world[Symbol.asyncDispose]());
afterEach(() => world.net.setFaults({}));

let sequence = 1;
/** Ten packets are carried and arrive in the running epoch; resolves to it. */
async function carry(): Promise<number> {
  await world.arrive(relay, [world.range(relay, sequence, 10)]);
  relay.receipt(world.epoch, next, world.range(relay, sequence, 10));
  sequence += 10;
  return world.epoch;
}
const states = async () => (await newestTransactions(world.database.db, 500)).map(({ state }) => state);

describe('the ledger', { timeout: startsMsMax }, () => {
  test('is away for hours: nothing is lost, nothing doubled, and the values of the chain are caught up', async () => {
    await world.live(world.epoch + 1);
    world.net.setFaults({ down: true });
    const hours: number[] = [];
    for (let i = 0; i < 40; i++) {
      hours.push(await carry());
      world.go(world.epoch + 1, 2);
      await relay.hour(hours.at(-1)!, [next]);
    }
    expect(world.rewards.hindrance).toMatchObject({ kind: 'ledger-away' });
    expect(relay.last('hour')).toMatchObject({ state: 'received' });
    world.net.setFaults({});
    const { epoch } = world;
    await world.live(epoch + 4);
    expect(world.rewards.hindrance).toBeUndefined();
    await relay.say({ kind: 'claim', epochs: hours.slice(0, 32) });
    await relay.say({ kind: 'claim', epochs: hours.slice(32) });
    const paid = relay.told.filter((told) => told.kind === 'hour' && told.state === 'paid').map((told) => 'epoch' in told && told.epoch);
    expect([...new Set(paid)].sort()).toEqual(hours);
    expect(paid).toHaveLength(hours.length);
    expect(await states()).not.toContain('failed');
  });

  test('loses a transaction, an answer, and says that a sequence number is wrong', async () => {
    for (const faults of [{ loseTransactions: 1 }, { loseAnswers: 1 }, { badSequences: 1 }]) {
      const hour = await carry();
      await world.live(hour + 1, 2);
      await relay.hour(hour, [next]);
      world.net.setFaults(faults);
      await world.live(hour + 4);
      await relay.say({ kind: 'claim', epochs: [hour] });
      expect(relay.last('hour'), JSON.stringify(faults)).toMatchObject({ epoch: hour, state: 'paid' });
    }
    expect(await states()).not.toContain('failed');
  });

  test('asks for more than was offered: what was built dies in its time, and is built anew', async () => {
    const hour = await carry();
    await world.live(hour + 1, 2);
    await relay.hour(hour, [next]);
    world.net.setFaults({ surge: { stroopsPerOperation: 50_000_000, lower: 'reject' } });
    await world.live(hour + 2);
    expect(relay.last('hour')).toMatchObject({ epoch: hour, state: 'received' });
    world.net.setFaults({});
    await world.live(hour + 8);
    expect(relay.last('hour')).toMatchObject({ epoch: hour, state: 'attested' });
  });
});

describe('the rules', { timeout: startsMsMax }, () => {
  test('are changed by the vote of nodes, brought by the hub, and told to everybody', async () => {
    const params = { ...world.params, stroopsPer1000: 200_000 };
    await relay.propose(params, 100);
    const { proposal } = relay.last('asked')!;
    expect(relay.last('asked')).toMatchObject({ about: { kind: 'propose', nonce: 100 }, state: 'done', proposal: expect.any(Number) });
    for (const node of [relay, next]) {
      await node.say(node.voteMessage(proposal!, true));
      expect(node.last('asked')).toMatchObject({ about: { kind: 'vote', proposal }, state: 'done' });
    }
    await relay.say(relay.voteMessage(proposal!, false));
    expect(relay.last('asked')).toMatchObject({ about: { kind: 'vote', proposal }, state: 'done' });
    await world.live(world.epoch + 5);
    expect(next.last('standing')).toMatchObject({ params });
    const hour = await carry();
    await world.live(hour + 1, 2);
    await relay.hour(hour, [next]);
    await world.live(hour + 2);
    expect(relay.last('hour')).toMatchObject({ epoch: hour, state: 'attested', gross: '1600' });
  });
});

describe('a node without any XLM', { timeout: startsMsMax }, () => {
  test('gets an account whose reserve the hub holds, once it signs for it', async () => {
    const { signerOf } = await import('@energymesh/wallet/keystore');
    const { wallet, chain } = world.rewards.ledger;
    const signer = signerOf(Buffer.alloc(32, 9));
    const poor = await world.node();
    await poor.register(signer.address);
    world.enrol('meter-poor');
    const carried = world.range(poor, 1, 10);
    const hour = world.epoch;
    await world.arrive(poor, [carried], { device: 'meter-poor' });
    poor.receipt(hour, next, carried);
    await world.live(hour + 1, 2);
    await poor.hour(hour, [next]);
    await world.live(hour + 4);
    // Nobody is about to make an account: the node hears why it is not paid. Then it waits here until there is one.
    await poor.say({ kind: 'claim', epochs: [hour] });
    expect(poor.last('asked')).toMatchObject({ about: { kind: 'claim' }, state: 'refused', why: ['PaymentFailed'] });
    await poor.say({ kind: 'sponsor', address: signer.address });
    expect(poor.last('asked')).toMatchObject({ about: { kind: 'sponsor' }, state: 'taken' });
    await poor.say({ kind: 'claim', epochs: [hour] });
    expect(poor.told.filter((told) => told.kind === 'asked' && told.state === 'refused')).toHaveLength(1);
    // The account that holds reserves is made and filled first.
    await world.live(world.epoch + 1);
    const { address } = poor.last('cosign')!;
    const offered = () => {
      const { unsigned } = poor.last('cosign')!;
      return { ...unsigned, sequence: BigInt(unsigned.sequence), feeMaxStroops: BigInt(unsigned.feeMaxStroops) };
    };
    const first = offered();
    // Without a signature it is refused at the door, and offered again.
    await poor.say({ kind: 'cosigned', address, hash: first.hash, envelope: first.envelope });
    expect(await world.balance(signer.address)).toBe(0n);
    await world.live(world.epoch + 2);
    expect(offered().hash).not.toBe(first.hash);
    const { hash, envelope } = await wallet.cosignSponsorship(chain, offered(), signer);
    await poor.say({ kind: 'cosigned', address, hash, envelope });
    await world.live(world.epoch + 1);
    expect(poor.told).toContainEqual(expect.objectContaining({ about: { kind: 'sponsor', address }, state: 'done', tx: hash }));
    expect((await wallet.readAccount(chain, signer.address)).account).toMatchObject({ reserveStroops: 0n });
    await world.live(world.epoch + 2);
    expect(poor.last('hour')).toMatchObject({ epoch: hour, state: 'paid' });
    expect(await states()).not.toContain('failed');

    // Three are made for a node, whatever it names next.
    const { db } = world.database;
    for (const name of ['b', 'c']) {
      await addAsk(db, { key: `sponsor:${poor.id}:${name}`, node: poor.id, account: 'sponsor', call: '{}', about: null, askedAt: world.now });
      await endAsk(db, `sponsor:${poor.id}:${name}`, { state: 'done' });
    }
    const another = signerOf(Buffer.alloc(32, 10)).address;
    await poor.register(another);
    await poor.say({ kind: 'sponsor', address: another });
    await world.live(world.epoch + 1);
    expect(poor.last('asked')).toMatchObject({ about: { kind: 'sponsor', address: another }, state: 'refused', why: ['no-funds'] });
  });
});

test(
  'more nodes without XLM than one filling is for: the others have theirs an hour later',
  async () => {
    const { signerOf } = await import('@energymesh/wallet/keystore');
    const { wallet, chain } = world.rewards.ledger;
    const poor = new Map<TestNode, Signer>();
    for (let i = 0; i < 7; i++) poor.set(await world.node(), signerOf(Buffer.alloc(32, 20 + i)));
    for (const [node, { address }] of poor) await node.register(address);
    for (const [node, { address }] of poor) await node.say({ kind: 'sponsor', address });
    const signed = new Set<string>();
    for (const end = world.epoch + 4; world.epoch < end; world.net.advance(5)) {
      await world.turn();
      for (const [node, signer] of poor) {
        const unsigned = node.told.findLast((told) => told.kind === 'cosign')?.unsigned;
        if (!unsigned || signed.has(unsigned.hash)) continue;
        signed.add(unsigned.hash);
        const offer = { ...unsigned, sequence: BigInt(unsigned.sequence), feeMaxStroops: BigInt(unsigned.feeMaxStroops) };
        await node.say({ kind: 'cosigned', address: signer.address, ...(await wallet.cosignSponsorship(chain, offer, signer)) });
      }
    }
    for (const [node, { address }] of poor) expect(node.last('asked')).toMatchObject({ about: { kind: 'sponsor', address }, state: 'done' });
  },
  startsMsMax,
);

test('a hub whose account is empty says so, and goes on when it is filled', async () => {
  const other = { ...world.keys, account: Buffer.alloc(32, 77) };
  const address = (await import('@energymesh/wallet/keystore')).signerOf(other.account).address;
  await world.start({ keys: other });
  await world.live(world.epoch + 1);
  expect(world.rewards.hindrance).toEqual({ kind: 'source-missing' });
  await world.give(address, 100);
  await world.live(world.epoch + 3);
  expect(world.rewards.hindrance).toBeUndefined();
  await world.start();
});

test('a hub with other keys than the contract’s attests nothing and says why', async () => {
  await world.start({ keys: { ...world.keys, hubKey: 'ab'.repeat(32) } });
  await world.turn();
  expect(world.rewards.hindrance).toEqual({ kind: 'another-hub' });
  await world.start({ contract: world.net.nativeContract });
  await world.turn();
  expect(world.rewards.hindrance).toEqual({ kind: 'no-contract' });
  await world.start();
  await world.turn();
  expect(world.rewards.hindrance).toBeUndefined();
});
