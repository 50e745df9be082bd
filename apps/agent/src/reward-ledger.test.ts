import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeId } from '@energymesh/protocol';
import { type FromNode, readFromNode } from '@energymesh/rewards';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VirtualClock } from './clock.fixture.ts';
import { Key, plainVerify } from './key.fixture.ts';
import { hourView } from './reward-views/hour.ts';
import { range } from './reward-world.fixture.ts';
import { Account } from './rewards/account.ts';
import { domainOf } from './rewards/terms.ts';
import { receiptBytes, Vouching } from './rewards/vouching.ts';
import { cosignature, lateWays, NodeVault, walletInput } from './stellar/index.ts';
import { epochSeconds, Ground, startMs } from './stellar/localnet.fixture.ts';
import { Store } from './store/store.ts';

/** A node that brings its hours to the real contract by itself, over the local network: the hub admits it, attests and publishes, and nothing else. */
let ground: Ground;
let store: Store;
let account: Account;
let vault: NodeVault;
const folder = mkdtempSync(join(tmpdir(), 'em-ledger-'));
const clock = new VirtualClock(startMs);
const node = new Key('node');
const neighbour = new Key('neighbour');
const said: FromNode[] = [];

const pass = (seconds: number): void => {
  ground.net.advance(seconds);
  clock.advance(seconds * 1000);
};
/** Time goes on in small steps until it is so. */
const until = async (is: () => boolean | undefined, stepSeconds = 1, steps = 200): Promise<void> => {
  for (let i = 0; i < steps; i++) {
    if (is()) return;
    pass(stepSeconds);
    await account.atRest();
  }
  throw new Error(`never: ${is}`);
};

beforeAll(async () => {
  ground = await Ground.open();
  store = Store.open(join(folder, 'state.db'));
  vault = await NodeVault.open(join(folder, 'wallet', 'wallet.json'), join(folder, 'wallet.key'));
  await vault.create();
  const terms = {
    network: ground.net.passphrase,
    contract: ground.contract,
    hubKey: ground.hub.hex,
    epochSeconds,
    rpc: ['http://127.0.0.1:1', ground.net.rpcUrl],
  };
  const keys = { publicKey: (id: NodeId) => (id === 'aaaaaaaaaaaaaaaa' ? neighbour.raw : undefined) };
  const vouching = new Vouching({ terms: () => terms, reading: () => ({ now: clock.wall(), trusted: true }), ownKey: node.raw, keys, sign: node.sign });
  const of = { network: terms.network, contract: terms.contract, rpc: terms.rpc, node: node.raw, signer: () => vault.signer() };
  account = new Account({
    ...{ terms, keys, clock, vault, node: node.raw, sign: node.sign, verify: plainVerify },
    book: store.rewards.open(terms, 0),
    neighbours: () => [],
    epoch: () => vouching.epoch(),
    publish: async (payload) => void said.push(readFromNode(payload)!),
    way: lateWays(of),
    cosign: (unsigned) => cosignature(of, unsigned),
    input: walletInput(terms.network),
    logger: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    settings: { submit: 'self', payout: 'own', claims: { everyEpochs: 1, aboveStroops: 1n } },
    onChange: () => {},
    onStoreError: (error) => {
      throw error as Error;
    },
  });
  const { address } = vault.state as { address: string };
  await ground.fund(address);
  account.start();
});
afterAll(async () => {
  await account[Symbol.asyncDispose]();
  store[Symbol.dispose]();
  await ground[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

test('registers, proves an hour, and is paid for it, to the stroop', async () => {
  const { address } = vault.state as { address: string };
  // The first server does not answer; the second has the account.
  await until(() => account.wallet.account?.now.exists);
  expect(account.wallet.account?.now).toMatchObject({ balance: '100000000000', memoRequired: false });

  // A first registration needs the hub's word, so the hub brings it.
  await until(() => account.errands.get('register') !== undefined);
  const what = account.errands.get('register')!.what;
  if (what.kind !== 'register') throw new Error(what.kind);
  await ground.admit(node, what.payout, what.nonce, what.signature);
  await until(() => account.rules.standing?.registered);
  expect(account.rules.standing).toMatchObject({ by: 'ledger', payout: address, caught: 0 });
  expect(account.errands.get('register')).toMatchObject({ state: 'done' });

  await until(() => ground.net.now() % epochSeconds === 1);
  const hour = ground.epoch;
  // The hub signs for this gateway's hop.
  for (let seq = 1; seq <= 10; seq++) {
    const request = { epoch: hour, seq, ranges: [range(seq * 1000, 200)] };
    account.journal.takeHubs(request, ground.hub.sign(receiptBytes(domainOf(account.terms), { relay: node.raw, next: ground.hub.raw, request })));
  }
  await until(() => account.keeper.record(hour)?.proved?.by === 'ledger');
  const { accepted } = account.keeper.record(hour)!.proved!;
  expect(account.keeper.record(hour)).toMatchObject({ proof: { packets: 2000 }, proved: { packets: 2000, tx: expect.stringMatching(/^[0-9a-f]{64}$/) } });
  await ground.attest(node, hour, 2000);
  await until(() => ground.epoch > accepted);
  await ground.publish();
  await until(() => account.keeper.record(hour)?.paid !== undefined, 2);
  // 2,000 packets at 0.01 XLM per 1,000, +10 % and +5 %.
  expect(account.keeper.record(hour)).toMatchObject({
    attested: { gross: '230000', uptimeBp: 9900 },
    paid: { by: 'ledger', amount: '230000', payout: address },
  });
  // What the ledger charged this node for bringing it; the attestation was the hub's to pay.
  await until(() => account.keeper.record(hour)?.fees?.claim?.tx === account.keeper.record(hour)?.paid?.tx);
  const charged = new Map(
    store.rewards
      .open(account.terms, 0)
      .submissions('call', 50)
      .map(({ tx, fee }) => [tx, fee]),
  );
  const shown = hourView(account.keeper.record(hour)!, account).transactions;
  expect(shown.map(({ of, feeStroops }) => [of, feeStroops !== undefined])).toEqual([
    ['proof', true],
    ['attestation', false],
    ['claim', true],
  ]);
  for (const { hash, feeStroops } of shown) expect(feeStroops).toBe(charged.get(hash));
  await until(() => account.wallet.history().movements.some(({ kind, amount }) => kind === 'received' && amount === '230000'));
  await until(() => account.reader.now.upToDate && !account.reader.now.differs);
  expect(
    store.rewards
      .open(account.terms, 0)
      .submissions('call', 50)
      .filter(({ state }) => state !== 'open' && state !== 'confirmed'),
  ).toEqual([]);
}, 120_000);

test('withdraws what was shown, once', async () => {
  const other = new Key('somebody');
  // While a call of the node's own is under way there is no next sequence number to plan with.
  await until(() => account.submitter.open !== undefined);
  await expect(account.wallet.prepareWithdraw({ to: 'GABC', amount: '5', memo: { kind: 'none', text: '' }, create: false })).rejects.toMatchObject({
    why: 'wallet',
  });
  await until(() => account.submitter.open === undefined);
  expect(await account.wallet.prepareWithdraw({ to: 'GABC', amount: '5', memo: { kind: 'none', text: '' }, create: false })).toMatchObject({
    ok: false,
    refused: 'destination',
  });
  const { StrKey } = await import('@stellar/stellar-sdk/base');
  const to = StrKey.encodeEd25519PublicKey(Buffer.from(other.raw));
  const wish = { to, amount: '5', memo: { kind: 'text' as const, text: 'rent' }, create: false };
  expect(await account.wallet.prepareWithdraw(wish)).toMatchObject({ ok: false, refused: 'destination-missing', min: '10000000' });
  const plan = await account.wallet.prepareWithdraw({ ...wish, create: true });
  expect(plan).toMatchObject({ ok: true, kind: 'create-account', amount: '50000000', memo: { kind: 'text', text: 'rent' } });
  const row = await account.wallet.withdraw(plan.id!);
  await expect(account.wallet.withdraw(plan.id!)).rejects.toThrow(/sent already/);
  expect(row).toMatchObject({ state: 'open', purpose: { kind: 'withdraw', to, amount: '50000000' } });
  account.look();
  await until(() => account.wallet.withdrawals()[0]?.state === 'confirmed');
  await until(() =>
    account.wallet.history().movements.some(({ kind, amount, counterparty }) => kind === 'sent' && amount === '50000000' && counterparty === to),
  );
}, 60_000);

test('judges where rewards may go, and changes it by itself', async () => {
  expect(await account.wallet.setPayout('not an address')).toMatchObject({ ok: false, refused: 'destination' });
  expect(await account.wallet.setPayout(ground.contract)).toMatchObject({ ok: false, refused: 'own-contract' });
  expect(await account.wallet.setPayout(ground.payer.address)).toMatchObject({ ok: true });
  await until(() => account.rules.standing?.payout === ground.payer.address, 2);
  expect(account.errands.get('register')).toMatchObject({ state: 'done' });
}, 60_000);

test('proposes and votes', async () => {
  expect(() => account.asks.propose({ samples: 99 })).toThrow(/samples/);
  account.asks.propose({ stroopsPer1000: 200_000 });
  account.poke();
  await until(() => account.errands.get('propose')?.state === 'done', 2);
  await until(() => account.governance.proposals.proposals.length === 1, 2);
  const [proposal] = account.governance.proposals.proposals;
  expect(proposal).toMatchObject({ id: expect.any(Number), by: node.hex, yes: 0, no: 0, executed: false, change: { params: { stroopsPer1000: 200_000 } } });
  account.asks.vote(proposal!.id, true);
  account.poke();
  await until(() => account.errands.get(`vote:${proposal!.id}`)?.state === 'done', 2);
  await until(() => account.governance.proposals.proposals[0]?.yes === 1, 2);
}, 60_000);

test('says why the ledger cannot be asked, and goes on when it can', async () => {
  ground.net.setFaults({ down: true });
  await until(() => account.reader.now.why !== undefined, 2);
  expect(account.reader.now.upToDate).toBe(false);
  expect(await account.wallet.setPayout(ground.payer.address)).toMatchObject({ ok: true, warning: 'not-checked' });
  ground.net.setFaults({});
  await until(() => account.reader.now.upToDate, 2);
}, 60_000);

test('signs for an account that the hub makes for it, and nothing else that the hub might send', async () => {
  const { preparePayment, prepareSponsoredAccount } = await import('@energymesh/wallet');
  const other = await NodeVault.open(join(folder, 'other', 'wallet.json'), join(folder, 'other.key'));
  await other.create();
  const { address } = other.state as { address: string };
  const of = { network: ground.net.passphrase, contract: ground.contract, signer: () => other.signer() };
  const told = (unsigned: object): unknown =>
    JSON.parse(JSON.stringify(unsigned, (_, value) => (typeof value === 'bigint' ? value.toString() : (value as unknown))));
  const sponsored = await prepareSponsoredAccount(ground.chain, { sponsor: ground.payer.address, address });
  if ('refused' in sponsored) throw new Error(sponsored.refused);
  expect(await cosignature(of, told(sponsored))).toMatchObject({ hash: sponsored.hash, envelope: expect.not.stringMatching(sponsored.envelope) });
  const payment = await preparePayment(ground.chain, { from: ground.payer.address, to: address, amountStroops: 50_000_000n, create: true });
  if ('refused' in payment) throw new Error(payment.refused);
  expect(await cosignature(of, told(payment.prepared))).toBeUndefined();
  expect(await cosignature(of, told({ ...sponsored, envelope: 'AAAA' }))).toBeUndefined();
  await ground.done(sponsored, (await other.signer())!);
});
