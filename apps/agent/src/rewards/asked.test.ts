import { changeHash, defaultParams, proposeMessage, registerMessage, voteMessage } from '@energymesh/protocol';
import { describe, expect, test } from 'vitest';
import { Key, plainVerify } from '../key.fixture.ts';
import { RewardsRefused } from '../ports.ts';
import { own, quiet, World } from '../reward-world.fixture.ts';
import { ToyChain } from './chain.fixture.ts';
import { domainOf, sha256 } from './terms.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

describe('registration', () => {
  test('is asked for by itself, under the node key, until the contract has the address', async () => {
    await using world = new World();
    world.hub.silent = true;
    await world.pass(60_000);
    const [message] = world.hub.messages;
    if (message?.kind !== 'register') throw new Error('nothing asked');
    const claim = { node: world.node.raw, nonce: message.nonce, payout: own };
    expect(plainVerify(world.node.raw, registerMessage(domainOf(world.terms), claim), bytes(message.signature))).toBe(true);
    expect(world.account.errands.get('register')).toMatchObject({ state: 'sent' });
    // The first got lost: it is sent again, the same.
    world.hub.messages.length = 0;
    world.hub.silent = false;
    await world.pass(60 * 60_000);
    expect(world.contract.node).toMatchObject({ payout: own, nonce: message.nonce });
    expect(world.account.errands.get('register')).toMatchObject({ state: 'done' });
    await world.pass(3 * 3_600_000);
    expect(world.contract.node?.nonce).toBe(message.nonce);
  });

  test('goes on with another address, and with a higher nonce than a lost card used', async () => {
    await using world = new World();
    await world.pass(10 * 60_000);
    const other = `G${'B'.repeat(55)}`;
    await world.account.wallet.setPayout(other);
    await world.pass(10 * 60_000);
    expect(world.contract.node).toMatchObject({ payout: other });
    world.contract.node = { ...world.contract.node!, nonce: 4_000_000_000 };
    await world.account.wallet.setPayout(own);
    await world.pass(10 * 60_000);
    expect(world.account.errands.get('register')).toMatchObject({ state: 'refused', why: ['NonceUsed'] });
    await world.pass(30 * 60_000);
    expect(world.contract.node).toMatchObject({ payout: own });
  });

  test('is left to the operator where the configuration says so', async () => {
    await using world = new World({ settings: { payout: 'ask' } });
    await world.pass(30 * 60_000);
    expect(world.hub.messages).toEqual([]);
    expect(world.contract.node).toBeUndefined();
  });

  test('goes by the hub the first time, as only its word makes a member, and later by the node itself', async () => {
    await using world = new World({ settings: { submit: 'self', payout: own }, chain: (contract) => new ToyChain(contract) });
    world.vault.state = { at: 'confirmed', address: own };
    await world.pass(10 * 60_000);
    expect(world.contract.node).toMatchObject({ payout: own });
    const other = `G${'B'.repeat(55)}`;
    world.hub.silent = true;
    await world.account.wallet.setPayout(other);
    await world.pass(60 * 60_000);
    expect(world.hub.messages.filter(({ kind }) => kind === 'register')).toEqual([]);
    expect(world.contract.node).toMatchObject({ payout: other });
  });

  test('makes a wallet first where rewards are to stay here', async () => {
    await using world = new World({ settings: { payout: 'own' } });
    await world.pass(10 * 60_000);
    expect(world.vault.state).toMatchObject({ at: 'unconfirmed', address: own });
    expect(world.contract.node?.payout).toBe(own);
  });
});

describe('an account that the ledger does not have yet', () => {
  test('is asked for once there is something to pay, and the transaction for it signed', async () => {
    await using world = new World({ settings: { payout: 'own' }, chain: (contract) => new ToyChain(contract) });
    await world.pass(10 * 60_000);
    new ToyChain(world.contract).ledger.exists = false;
    expect(world.account.errands.get('sponsor')).toBeUndefined();
    world.carry(1000);
    await world.passTo();
    await world.pass(30 * 60_000);
    expect(world.account.errands.get('sponsor')).toMatchObject({ state: 'taken', what: { address: own } });
    const unsigned = { source: own, sequence: '1', madeAt: 1, validUntil: 2, feeMaxStroops: '300', envelope: 'AAAA', hash: 'ab'.repeat(32) };
    world.hub.silent = true;
    await world.tell({ kind: 'cosign', address: own, unsigned });
    expect(world.hub.messages).toContainEqual({ kind: 'cosigned', address: own, hash: 'ab'.repeat(32), envelope: 'BBBB' });
    world.hub.messages.length = 0;
    await world.tell({ kind: 'cosign', address: own, unsigned: { ...unsigned, envelope: 'CCCC' } });
    await world.tell({ kind: 'cosign', address: `G${'B'.repeat(55)}`, unsigned });
    expect(world.hub.messages).toEqual([]);
    expect(world.account.counters()).toMatchObject({ 'not-cosigned': 2 });
  });
});

describe('votes and proposals', () => {
  test('are for registered nodes, signed by their key, and kept until they are answered', async () => {
    await using world = new World();
    expect(() => world.account.asks.vote(3, true)).toThrow(RewardsRefused);
    await world.pass(10 * 60_000);
    world.hub.silent = true;
    world.account.asks.vote(3, true);
    world.account.asks.propose({ samples: 9 });
    await world.pass(60_000);
    const vote = world.hub.messages.find((message) => message.kind === 'vote');
    const proposal = world.hub.messages.find((message) => message.kind === 'propose');
    if (vote?.kind !== 'vote' || proposal?.kind !== 'propose') throw new Error('not asked');
    const domain = domainOf(world.terms);
    expect(plainVerify(world.node.raw, voteMessage(domain, world.node.raw, 3, true), bytes(vote.signature))).toBe(true);
    const change = { params: { ...world.contract.params, samples: 9 } };
    expect(proposal.change).toEqual(change);
    expect(plainVerify(world.node.raw, proposeMessage(domain, world.node.raw, proposal.nonce, changeHash(sha256, change)), bytes(proposal.signature))).toBe(
      true,
    );
    world.kill();
    world.start();
    await world.tell({ kind: 'asked', about: { kind: 'vote', proposal: 3 }, state: 'taken' });
    await world.tell({ kind: 'asked', about: { kind: 'propose', nonce: proposal.nonce + 1 }, state: 'refused', why: ['BadParams'] });
    expect(world.account.errands.get('vote:3')).toMatchObject({ state: 'taken' });
    expect(world.account.errands.get('propose')).toMatchObject({ state: 'sent' });
    await world.tell({ kind: 'asked', about: { kind: 'vote', proposal: 3 }, state: 'refused', why: ['NotEligible'] });
    await world.tell({ kind: 'asked', about: { kind: 'vote', proposal: 3 }, state: 'taken' });
    expect(world.account.errands.get('vote:3')).toMatchObject({ state: 'refused', why: ['NotEligible'] });
  });

  test('that cannot be are refused at once, with what is wrong', async () => {
    await using world = new World();
    await world.pass(10 * 60_000);
    expect(() => world.account.asks.propose({ samples: 17 })).toThrow(/samples/);
    expect(() => world.account.asks.propose({ nonsense: 1 })).toThrow(/nonsense/);
    expect(() => world.account.asks.propose({ uptimeLowBp: 9600 })).toThrow(/uptimeLowBp/);
    expect(world.account.errands.get('propose')).toBeUndefined();
    await using blind = new World({ ledger: false });
    await blind.tell({ kind: 'standing', epoch: 1, registered: true, params: defaultParams });
    expect(blind.account.asks.propose({ samples: 9 })).toBe('propose');
  });

  test('are bounded in number', async () => {
    await using world = new World();
    await world.pass(10 * 60_000);
    world.hub.silent = true;
    expect(() => {
      for (let i = 0; i < 100; i++) world.account.asks.vote(i, true);
    }).toThrow(/under way/);
  });
});

describe('an appeal', () => {
  test('reaches people, and their answer stands beside the hour', async () => {
    await using world = new World();
    const hour = world.epoch;
    await world.passTo();
    world.account.asks.appeal(hour, 'The mast was struck by lightning.');
    await world.pass(10 * 60_000);
    expect(world.account.keeper.record(hour)).toMatchObject({ appeal: { text: 'The mast was struck by lightning.', answer: 'We looked at it.' } });
    expect(() => world.account.asks.appeal(5, 'What of this?')).toThrow(/known/);
  });
});

describe('what is told', () => {
  test("and is none of the hub's messages is counted and dropped", async () => {
    await using world = new World();
    for (const text of ['', 'hello', '{}', '{"kind":"hour"}', '{"kind":"voucher","epoch":-1}', '\u0000']) await world.account.told(Buffer.from(text));
    expect(world.account.counters()).toMatchObject({ malformed: 6 });
  });

  test('by a gateway, in the name of the hub, changes nothing', async () => {
    await using world = new World({ ledger: false });
    const hour = world.epoch;
    world.carry(1000);
    await world.passTo();
    await world.account.told(world.fromHub({ kind: 'hour', epoch: hour, state: 'paid', accepted: hour, amount: '1' }, world.neighbour));
    expect(world.account.counters()).toMatchObject({ forged: 1 });
    await world.passTo(hour + 30);
    expect(world.contract.hours.get(hour)?.paid).toBe(115_000n);
  });

  test('about hours and errands that are not ours changes nothing', async () => {
    await using world = new World();
    await world.pass(60_000);
    const before = JSON.stringify(world.book.hours(100));
    await world.tell({ kind: 'hour', epoch: 5, state: 'paid', amount: '1' });
    await world.tell({ kind: 'challenge', epoch: 5, accepted: 6, value: 'ab'.repeat(32), samples: 8 });
    await world.tell({ kind: 'asked', about: { kind: 'claim', epochs: [5] }, state: 'done' });
    await world.tell({ kind: 'asked', about: { kind: 'vote', proposal: 9 }, state: 'done' });
    await world.tell({ kind: 'voucher', epoch: world.epoch, seq: 1, ranges: Buffer.alloc(21).toString('base64'), signature: 'ab'.repeat(64) });
    await quiet();
    expect(JSON.stringify(world.book.hours(100))).toBe(before);
    expect(world.account.counters()).toMatchObject({ 'not-ours': 2, 'voucher-useless': 1 });
  });

  test('of members tells whose receipts count, where the ledger cannot', async () => {
    await using world = new World({ ledger: false });
    const hour = world.epoch;
    const stranger = new Key('stranger');
    world.strangers.push(stranger);
    await world.tell({ kind: 'standing', epoch: hour, registered: true, payout: own, params: defaultParams, vouchers: [world.neighbour.id] });
    world.carry(1000);
    world.carry(500, { by: stranger });
    await world.passTo();
    await world.pass(10 * 60_000);
    expect(world.account.keeper.record(hour)).toMatchObject({ proof: { packets: 1000 }, why: expect.arrayContaining(['next-not-registered']) });
  });
});
