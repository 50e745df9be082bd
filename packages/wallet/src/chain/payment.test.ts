import { readFileSync } from 'node:fs';
import { localPassphrase } from '@energymesh/localnet';
import { Keypair, Operation, type xdr } from '@stellar/stellar-sdk/base';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { address, bytes, struct, u32 } from '../incentive/codec.ts';
import { encodeStrkey } from '../input/strkey.ts';
import { readAccount, readAccounts } from './account.ts';
import { type Chain, chainOf } from './chain.ts';
import { operationsOf, signerOfKeypair, start, World, xlm } from './localnet.fixture.ts';
import { passphrases } from './network.ts';
import { judgePayout, type PaymentRefusal, type PaymentWish, type PreparedPayment, preparePayment } from './payment.ts';
import { accountEntry, scripted } from './scripted.fixture.ts';
import type { Signer } from './transaction.ts';

const probe = readFileSync(new URL('../../../localnet/fixtures/probe.wasm', import.meta.url));
const probeConfig = struct({ hubKey: bytes(32), token: address, epochSeconds: u32 });

/** A contract that takes XLM, as all do. */
const someContract = (): Promise<string> => w.deploy(probe, probeConfig.write({ hubKey: new Uint8Array(32), token: w.net.nativeContract, epochSeconds: 300 }));

let w: World;
let alice: Signer;
let bob: Signer;
beforeAll(async () => {
  w = await World.open();
  [alice, bob] = [await w.funded(), await w.funded()];
});
afterAll(() => w[Symbol.asyncDispose]());

const prepare = (wish: Partial<PaymentWish>): Promise<PreparedPayment | PaymentRefusal> =>
  preparePayment(w.chain, { from: alice.address, to: bob.address, amountStroops: xlm(1), ...wish });
const ready = async (wish: Partial<PaymentWish>): Promise<PreparedPayment> => {
  const payment = await prepare(wish);
  if ('refused' in payment) throw new Error(payment.refused);
  return payment;
};
/** The same network through a server that changes one of its answers. */
const lying = (method: string, change: (result: Record<string, unknown>) => unknown): Chain => {
  const through = async (url: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(url, init);
    if ((JSON.parse(String(init.body)) as { method: string }).method !== method) return response;
    const answer = (await response.json()) as { result: Record<string, unknown> };
    return Response.json({ ...answer, result: change(answer.result) });
  };
  return chainOf(w.chain.network, { fetch: through as typeof globalThis.fetch });
};
const muxed = (address: string, id = 7): string =>
  encodeStrkey('muxed', Uint8Array.from([...Keypair.fromPublicKey(address).rawPublicKey(), 0, 0, 0, 0, 0, 0, 0, id]));
const memoRequired = async (): Promise<Signer> => {
  const exchange = await w.funded();
  await w.operate(exchange, Operation.manageData({ name: 'config.memo_required', value: '1' }));
  return exchange;
};

test('the local network is the one that the preset means', async () => {
  expect(passphrases.local).toBe(localPassphrase);
  expect(w.chain.network.token).toBe(w.net.nativeContract);
  await w.chain.rpc.expectNetwork();
});

describe('an account', () => {
  test('balance, reserve and what can be spent', async () => {
    const person = await w.withBalance(xlm(20));
    await w.operate(person, Operation.manageData({ name: 'a', value: 'b' }), Operation.manageData({ name: 'c', value: 'd' }));
    const { account, ledger } = await readAccount(w.chain, person.address);
    expect(ledger).toMatchObject({ baseReserveStroops: 5_000_000n, baseFeeStroops: 100n, closedAt: start });
    expect(account).toMatchObject({ address: person.address, ownKeySuffices: true, memoRequired: false });
    expect(account).toMatchObject({ balanceStroops: xlm(20) - 200n, reserveStroops: xlm(2), spendableStroops: xlm(18) - 200n });
  });

  test('with offers to sell and reserves held by others and for others', async () => {
    const entry = accountEntry(bob.address, { balance: xlm(10), subentries: 3, selling: xlm(1), sponsoring: 4, sponsored: 2 });
    const chain = scripted({ getLedgerEntries: () => ({ entries: [entry], latestLedger: 9 }) });
    const [account] = await readAccounts(chain, [bob.address], 5_000_000n);
    expect(account).toMatchObject({ reserveStroops: xlm(3.5), liabilitiesStroops: xlm(1), spendableStroops: xlm(5.5), ledger: 9 });
    const poor = accountEntry(bob.address, { balance: xlm(1), subentries: 3, selling: xlm(1), sponsoring: 0, sponsored: 0 });
    chain.script = { getLedgerEntries: () => ({ entries: [poor], latestLedger: 9 }) };
    expect((await readAccounts(chain, [bob.address], 5_000_000n))[0]).toMatchObject({ spendableStroops: 0n });
  });

  test('that does not exist is none', async () => {
    expect((await readAccount(w.chain, w.stranger().address)).account).toBeUndefined();
  });
});

describe('a payment', () => {
  test('is shown with its fee, confirmed by its hash, and arrives', async () => {
    const [before, received] = [await w.balance(alice.address), await w.balance(bob.address)];
    const payment = await ready({ amountStroops: 125_000_001n, memo: { kind: 'text', text: 'für Brot' } });
    expect(payment).toMatchObject({
      kind: 'payment',
      to: { kind: 'account', address: bob.address },
      amountStroops: 125_000_001n,
      memo: { kind: 'text', text: 'für Brot' },
      prepared: { source: alice.address, validUntil: start + 180, madeAt: start },
    });
    expect(payment.leftStroops).toBe(before! - 125_000_001n - payment.prepared.feeMaxStroops);
    expect(payment.feeLikelyStroops).toBeLessThanOrEqual(payment.prepared.feeMaxStroops);
    const { operations } = operationsOf(w.chain, payment.prepared.envelope);
    expect(operations).toMatchObject([{ type: 'payment', destination: bob.address, amount: '12.5000001' }]);
    const { state } = await w.done(payment.prepared, alice);
    expect(state).toMatchObject({ at: 'confirmed', hash: payment.prepared.hash });
    const fee = BigInt((state as { feeChargedStroops: string }).feeChargedStroops);
    expect(await w.balance(alice.address)).toBe(before! - 125_000_001n - fee);
    expect(await w.balance(bob.address)).toBe(received! + 125_000_001n);
  });

  test.each([
    { kind: 'id', id: '18446744073709551615' },
    { kind: 'hash', hash: 'ab'.repeat(32) },
    { kind: 'return', hash: 'cd'.repeat(32) },
  ] as const)('carries a memo of kind $kind', async (memo) => {
    const payment = await ready({ memo });
    const carried = operationsOf(w.chain, payment.prepared.envelope).memo;
    expect(carried instanceof Uint8Array ? Buffer.from(carried).toString('hex') : carried).toBe(memo.kind === 'id' ? memo.id : memo.hash);
    await w.done(payment.prepared, alice);
  });

  test('makes an account when that is wanted', async () => {
    const newcomer = w.stranger();
    expect(await prepare({ to: newcomer.address, amountStroops: xlm(5) })).toEqual({ refused: 'destination-missing', minStroops: xlm(1) });
    expect(await prepare({ to: newcomer.address, amountStroops: xlm(1) - 1n, create: true })).toEqual({ refused: 'below-reserve', minStroops: xlm(1) });
    const payment = await ready({ to: newcomer.address, amountStroops: xlm(1), create: true });
    expect(payment.kind).toBe('create-account');
    await w.done(payment.prepared, alice);
    expect(await w.balance(newcomer.address)).toBe(xlm(1));
    expect(await ready({ to: newcomer.address, create: true })).toMatchObject({ kind: 'payment' });
  });

  test('to a sub-account', async () => {
    const payment = await ready({ to: muxed(bob.address) });
    expect(payment.to).toMatchObject({ kind: 'muxed', account: bob.address, id: 7n });
    await w.done(payment.prepared, alice);
  });

  test('of all leaves the reserve, and not a stroop more than the fee allows for', async () => {
    const person = await w.withBalance(xlm(3));
    const payment = await ready({ from: person.address, amountStroops: 'all' });
    expect(payment.amountStroops).toBe(xlm(2) - payment.prepared.feeMaxStroops);
    await w.done(payment.prepared, person);
    expect(await w.balance(person.address)).toBeGreaterThanOrEqual(xlm(1));
  });

  test('to a contract: its cost is known before, and no more than that is taken', async () => {
    const nobodys = encodeStrkey('contract', new Uint8Array(32).fill(9));
    expect(await prepare({ to: nobodys })).toEqual({ refused: 'contract-missing' });
    expect(await prepare({ to: w.chain.network.token })).toEqual({ refused: 'token-contract' });
    const contract = await someContract();
    const person = await w.withBalance(xlm(5) + 100n);
    await w.operate(person, Operation.bumpSequence({ bumpTo: '0' }));
    const payment = await ready({ from: person.address, to: contract, amountStroops: xlm(2) });
    expect(payment).toMatchObject({ kind: 'contract', to: { kind: 'contract', address: contract } });
    expect(payment.prepared.feeMaxStroops).toBeGreaterThan(1_000n);
    const { state } = await w.done(payment.prepared, person);
    const fee = BigInt((state as { feeChargedStroops: string }).feeChargedStroops);
    expect(fee).toBeLessThanOrEqual(payment.prepared.feeMaxStroops);
    expect(await w.balance(person.address)).toBe(xlm(3) - fee);
    const all = await ready({ from: person.address, to: contract, amountStroops: 'all' });
    expect(await prepare({ from: person.address, to: contract, amountStroops: all.amountStroops + 1n })).toMatchObject({ refused: 'insufficient' });
    await w.done(all.prepared, person);
    expect(await w.balance(person.address)).toBeGreaterThanOrEqual(xlm(1));
    expect(await prepare({ from: person.address, to: contract, amountStroops: 'all' })).toMatchObject({ refused: 'insufficient', maxStroops: 0n });
    expect(await judgePayout(w.chain, contract)).toEqual({ payout: 'good' });
  });

  test('to a contract that would not take it', async () => {
    const chain = lying('simulateTransaction', () => ({ error: 'HostError: Error(Contract, #10)', latestLedger: 1 }));
    const refused = await preparePayment(chain, { from: alice.address, to: await someContract(), amountStroops: 1n });
    expect(refused).toEqual({ refused: 'contract-refuses', detail: 'HostError: Error(Contract, #10)' });
  });

  test('to a contract authorizes this transfer, and nothing that a server adds', async () => {
    const to = await someContract();
    const honest = operationsOf(w.chain, (await ready({ to })).prepared.envelope).operations as [{ auth: xdr.SorobanAuthorizationEntry[] }];
    const [entry] = honest[0].auth;
    expect(honest[0].auth).toHaveLength(1);
    expect(entry!.credentials.type).toBe('sorobanCredentialsSourceAccount');
    expect(entry!.rootInvocation.subInvocations).toEqual([]);
    const more = [entry!.toXdr('base64'), entry!.toXdr('base64')];
    const chain = lying('simulateTransaction', (result) => ({ ...result, results: [{ ...(result.results as object[])[0], auth: more }] }));
    const lied = await preparePayment(chain, { from: alice.address, to, amountStroops: xlm(1) });
    if ('refused' in lied) throw new Error(lied.refused);
    const signed = operationsOf(w.chain, lied.prepared.envelope).operations as [{ auth: xdr.SorobanAuthorizationEntry[] }];
    expect(signed[0].auth.map((one) => one.toXdr('base64'))).toEqual([entry!.toXdr('base64')]);
  });

  test('prepared twice takes effect once: both have the same sequence number', async () => {
    const [one, two] = [await ready({}), await ready({ amountStroops: xlm(2) })];
    expect(one.prepared.sequence).toBe(two.prepared.sequence);
    await w.done(one.prepared, alice);
    await expect(w.done(two.prepared, alice)).rejects.toThrow('sequence-taken');
  });
});

describe('is refused', () => {
  test.each<[string, Partial<PaymentWish>, PaymentRefusal]>([
    ['nowhere', { to: ' ' }, { refused: 'destination', why: 'empty' }],
    ['a name', { to: 'bob*example.org' }, { refused: 'destination', why: 'federation' }],
    ['a secret', { to: `S${'A'.repeat(55)}` }, { refused: 'destination', why: 'secret-key' }],
    ['nothing', { amountStroops: 0n }, { refused: 'amount', why: 'not-positive' }],
    ['less than nothing', { amountStroops: -1n }, { refused: 'amount', why: 'not-positive' }],
    ['more than there is anywhere', { amountStroops: 2n ** 63n }, { refused: 'amount', why: 'too-much' }],
    ['a memo that does not fit', { memo: { kind: 'text', text: 'x'.repeat(29) } }, { refused: 'memo', why: 'too-long' }],
    ['a memo that is no number', { memo: { kind: 'id', id: '-1' } }, { refused: 'memo', why: 'not-a-number' }],
  ])('%s', async (_, wish, refusal) => {
    expect(await prepare(wish)).toEqual(refusal);
  });

  test('to oneself, plainly or as a sub-account', async () => {
    expect(await prepare({ to: alice.address })).toEqual({ refused: 'self' });
    expect(await prepare({ to: muxed(alice.address) })).toEqual({ refused: 'self' });
  });

  test('from an account that is not there', async () => {
    expect(await prepare({ from: w.stranger().address })).toEqual({ refused: 'source-missing' });
  });

  test('a memo beside a sub-account or a contract', async () => {
    const memo = { kind: 'text', text: 'x' } as const;
    expect(await prepare({ to: muxed(bob.address), memo })).toEqual({ refused: 'memo-not-possible' });
    expect(await prepare({ to: w.chain.network.token, memo })).toEqual({ refused: 'memo-not-possible' });
  });

  test('to an exchange without a memo: SEP-29', async () => {
    const exchange = await memoRequired();
    expect(await prepare({ to: exchange.address })).toEqual({ refused: 'memo-required' });
    expect(await prepare({ to: exchange.address, memo: { kind: 'id', id: '5' } })).toMatchObject({ kind: 'payment' });
    expect(await prepare({ to: muxed(exchange.address) })).toMatchObject({ kind: 'payment' });
    await w.operate(exchange, Operation.manageData({ name: 'config.memo_required', value: '0' }));
    expect(await prepare({ to: exchange.address })).toMatchObject({ kind: 'payment' });
  });

  test('to a sub-account of nobody', async () => {
    expect(await prepare({ to: muxed(w.stranger().address), create: true })).toEqual({ refused: 'muxed-destination-missing' });
  });

  test('more than there is, to the stroop', async () => {
    const person = await w.withBalance(xlm(3));
    const all = await ready({ from: person.address, amountStroops: 'all' });
    const max = all.amountStroops;
    const { feeMaxStroops } = all.prepared;
    expect(await prepare({ from: person.address, amountStroops: max + 1n })).toEqual({ refused: 'insufficient', maxStroops: max, feeMaxStroops });
    expect(await prepare({ from: person.address, amountStroops: max })).toMatchObject({ amountStroops: max });
    const poor = await w.withBalance(xlm(1));
    expect(await prepare({ from: poor.address, amountStroops: 'all' })).toMatchObject({ refused: 'insufficient', maxStroops: 0n });
  });

  test('when the own key is not enough', async () => {
    const person = await w.funded();
    await w.operate(
      person,
      Operation.setOptions({ signer: { ed25519PublicKey: bob.address, weight: 1 } }),
      Operation.setOptions({ masterWeight: 1, lowThreshold: 1, medThreshold: 2, highThreshold: 2 }),
    );
    expect(await prepare({ from: person.address })).toEqual({ refused: 'own-key-insufficient' });
  });
});

test('any amount that fits is what the network takes, exactly', async () => {
  const rich = signerOfKeypair(w.net.faucet);
  await fc.assert(
    fc.asyncProperty(fc.bigInt(1n, xlm(1_000)), async (amountStroops) => {
      const [before, payment] = [await w.balance(bob.address), await ready({ from: rich.address, amountStroops })];
      await w.done(payment.prepared, rich);
      expect(await w.balance(bob.address)).toBe(before! + amountStroops);
    }),
    { numRuns: 15 },
  );
});

describe('where rewards may be paid', () => {
  test('good ones', async () => {
    expect(await judgePayout(w.chain, bob.address)).toEqual({ payout: 'good' });
    expect(await judgePayout(w.chain, w.stranger().address)).toEqual({ payout: 'account-missing', minStroops: xlm(1) });
  });

  test('an account that needs a memo would swallow them', async () => {
    expect(await judgePayout(w.chain, (await memoRequired()).address)).toEqual({ payout: 'refused', why: 'memo-required' });
  });

  test('others', async () => {
    const nobodys = encodeStrkey('contract', new Uint8Array(32).fill(9));
    expect(await judgePayout(w.chain, 'x')).toEqual({ payout: 'refused', why: 'not-an-address' });
    expect(await judgePayout(w.chain, muxed(bob.address))).toEqual({ payout: 'refused', why: 'muxed' });
    expect(await judgePayout(w.chain, w.chain.network.token)).toEqual({ payout: 'refused', why: 'token-contract' });
    expect(await judgePayout(w.chain, nobodys)).toEqual({ payout: 'refused', why: 'contract-missing' });
    expect(await judgePayout({ ...w.chain, network: { ...w.chain.network, contractId: nobodys } }, nobodys)).toEqual({
      payout: 'refused',
      why: 'own-contract',
    });
  });
});
