import { Asset, Keypair, Memo, Operation, TransactionBuilder } from '@stellar/stellar-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operationCodes, payment, startMs, World } from './localnet.fixture.ts';

let w: World;
beforeAll(async () => {
  w = await World.open();
});
afterAll(() => w[Symbol.asyncDispose]());

const lumen = 10_000_000n;

it('funds an account, pays, charges the fee, and shows it all through RPC and Horizon', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  const got = await w.pay(alice, bob.publicKey(), '12.5', { memo: Memo.text('for bread') });
  expect(got.status).toBe('SUCCESS');
  expect(await w.balance(alice.publicKey())).toBe(10_000n * lumen - 125_000_000n - 100n);
  expect(await w.balance(bob.publicKey())).toBe(10_000n * lumen + 125_000_000n);

  const account = await w.horizon.loadAccount(bob.publicKey());
  expect(account.balances).toMatchObject([{ balance: '10012.5000000', asset_type: 'native' }]);
  const [paid] = (await w.horizon.payments().forAccount(bob.publicKey()).order('desc').limit(1).call()).records;
  expect(paid).toMatchObject({ type: 'payment', from: alice.publicKey(), amount: '12.5000000', transaction_hash: got.txHash });
  const tx = await w.horizon.transactions().transaction(got.txHash).call();
  expect(tx).toMatchObject({ successful: true, memo: 'for bread', memo_type: 'text', fee_charged: '100', max_fee: '100', source_account: alice.publicKey() });
  const page = await w.horizon.transactions().forAccount(alice.publicKey()).limit(1).call();
  expect((await page.next()).records.map((r) => r.hash)).toEqual([got.txHash]);
});

it('submits through Horizon, and says why not', async () => {
  const alice = await w.funded();
  const good = await w.horizon.submitTransaction(await w.signed(alice, [payment((await w.funded()).publicKey(), '1')]));
  expect(good).toMatchObject({ successful: true });
  const poor = await w.signed(alice, [payment((await w.funded()).publicKey(), '99999')]);
  await expect(w.horizon.submitTransaction(poor)).rejects.toMatchObject({
    response: { data: { extras: { result_codes: { transaction: 'tx_failed', operations: ['op_underfunded'] } } } },
  });
  const stranger = await w.signed(alice, [Operation.createAccount({ destination: Keypair.random().publicKey(), startingBalance: '0.5' })]);
  await expect(w.horizon.submitTransaction(stranger)).rejects.toMatchObject({
    response: { data: { extras: { result_codes: { operations: ['op_low_reserve'] } } } },
  });
});

it('refuses what the network refuses, with its codes', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  const sequence = (await w.rpc.getAccount(alice.publicKey())).sequenceNumber();
  const to = bob.publicKey();
  const code = async (tx: Parameters<typeof w.sent>[0]) => {
    const { status, errorResult } = await w.rpc.sendTransaction(tx);
    return status === 'ERROR' ? errorResult?.result.type : status;
  };
  expect(await code(await w.signed(alice, [payment(to, '1')], { sequence: String(BigInt(sequence) + 5n) }))).toBe('txBadSeq');
  expect(await code(await w.signed(alice, [payment(to, '1')], { sequence: String(BigInt(sequence) - 1n) }))).toBe('txBadSeq');
  expect(await code(await w.signed(alice, [payment(to, '1')], { fee: '99' }))).toBe('txInsufficientFee');
  expect(await code(await w.build(alice, [payment(to, '1')]))).toBe('txBadAuth');
  expect(await code(await w.signed(alice, [payment(to, '1')], {}, bob))).toBe('txBadAuthExtra');
  expect(await code(await w.signed(alice, [payment(to, '1', to)]))).toBe('txFailed');
  expect(await code(await w.signed(Keypair.random(), [payment(to, '1')], { sequence: '1' }))).toBe('txNoAccount');
  expect(await code(await w.signed(alice, [payment(to, '1')], { minTime: startMs / 1000 + 1 }))).toBe('txTooEarly');
  expect(await code(await w.signed(alice, [payment(to, '1')], { timeout: -1 }))).toBe('txTooLate');
  expect((await w.rpc.getAccount(alice.publicKey())).sequenceNumber()).toBe(sequence);
});

it('takes fee and sequence number of a transaction that fails, and nothing else', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  const got = await w.sent(await w.signed(alice, [payment(bob.publicKey(), '1'), payment(Keypair.random().publicKey(), '1')]));
  expect(got.status).toBe('FAILED');
  expect(operationCodes(got)).toEqual(['paymentSuccess', 'paymentNoDestination']);
  expect(await w.balance(alice.publicKey())).toBe(10_000n * lumen - 200n);
  expect(await w.balance(bob.publicKey())).toBe(10_000n * lumen);
});

it('keeps the reserve', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  expect(operationCodes(await w.pay(alice, bob.publicKey(), '9999.1'))).toEqual(['paymentUnderfunded']);
  expect((await w.pay(alice, bob.publicKey(), '9998.9999800')).status).toBe('SUCCESS');
  expect(await w.balance(alice.publicKey())).toBe(lumen);
  const tx = await w.signed(alice, [payment(bob.publicKey(), '0.0000001')]);
  expect((await w.rpc.sendTransaction(tx)).errorResult?.result.type).toBe('txInsufficientBalance');
});

it('creates an account without a lumen of its own, its reserve sponsored', async () => {
  const [sponsor, newcomer] = [await w.funded(), Keypair.random()];
  const id = newcomer.publicKey();
  const operations = [
    Operation.beginSponsoringFutureReserves({ sponsoredId: id }),
    Operation.createAccount({ destination: id, startingBalance: '0' }),
    Operation.endSponsoringFutureReserves({ source: id }),
  ];
  expect((await w.sent(await w.signed(sponsor, operations, {}, newcomer))).status).toBe('SUCCESS');
  expect(await w.balance(id)).toBe(0n);
  expect(await w.horizon.loadAccount(id)).toMatchObject({ num_sponsored: 2, num_sponsoring: 0, sponsor: sponsor.publicKey() });
  expect(await w.horizon.loadAccount(sponsor.publicKey())).toMatchObject({ num_sponsoring: 2 });
  const all = await w.balance(sponsor.publicKey());
  const tooMuch = await w.pay(sponsor, (await w.funded()).publicKey(), ((all - 100n - 2n * lumen + 1n).toString() as string).replace(/(\d{7})$/, '.$1'));
  expect(operationCodes(tooMuch)).toEqual(['paymentUnderfunded']);

  const open = await w.signed(sponsor, [Operation.beginSponsoringFutureReserves({ sponsoredId: (await w.funded()).publicKey() })]);
  expect(operationCodes(await w.sent(open))).toEqual(['txBadSponsorship']);
});

it('lets another account pay the fee', async () => {
  const [alice, bob, payer] = [await w.funded(), await w.funded(), await w.funded()];
  const inner = await w.signed(alice, [payment(bob.publicKey(), '1')]);
  const bump = TransactionBuilder.buildFeeBumpTransaction(payer, '200', inner, w.net.passphrase);
  bump.sign(payer);
  const got = await w.sent(bump);
  expect(got.status).toBe('SUCCESS');
  expect(got.txHash).toBe(Buffer.from(bump.hash()).toString('hex'));
  expect(await w.balance(alice.publicKey())).toBe(9_999n * lumen);
  expect(await w.balance(payer.publicKey())).toBe(10_000n * lumen - 200n);
  expect(await w.horizon.transactions().transaction(Buffer.from(inner.hash()).toString('hex')).call()).toMatchObject({ fee_account: payer.publicKey() });

  const failing = await w.signed(alice, [payment(Keypair.random().publicKey(), '1')]);
  const second = TransactionBuilder.buildFeeBumpTransaction(payer, '200', failing, w.net.passphrase);
  second.sign(payer);
  await expect(w.horizon.submitTransaction(second)).rejects.toMatchObject({
    response: {
      data: { extras: { result_codes: { transaction: 'tx_fee_bump_inner_failed', inner_transaction: 'tx_failed', operations: ['op_no_destination'] } } },
    },
  });
});

it('has the data by which the SDK demands a memo (SEP-29)', async () => {
  const [alice, exchange] = [await w.funded(), await w.funded()];
  await w.sent(await w.signed(exchange, [Operation.manageData({ name: 'config.memo_required', value: '1' })]));
  const without = await w.signed(alice, [payment(exchange.publicKey(), '1')]);
  await expect(w.horizon.submitTransaction(without)).rejects.toThrow('account requires memo');
  const withMemo = await w.signed(alice, [payment(exchange.publicKey(), '1')], { memo: Memo.id('7') });
  expect(await w.horizon.submitTransaction(withMemo)).toMatchObject({ successful: true, memo: '7' });
  await w.sent(await w.signed(exchange, [Operation.manageData({ name: 'config.memo_required', value: null })]));
  expect((await w.horizon.loadAccount(exchange.publicKey())).data_attr).toEqual({});
  expect((await w.rpc.getAccountEntry(exchange.publicKey())).numSubEntries).toBe(0);
});

it('weighs signatures', async () => {
  const [alice, bob, helper] = [await w.funded(), await w.funded(), Keypair.random()];
  const key = helper.rawPublicKey();
  const setUp = Operation.setOptions({ signer: { ed25519PublicKey: helper.publicKey(), weight: 1 }, medThreshold: 2, homeDomain: 'mesh.example' });
  expect((await w.sent(await w.signed(alice, [setUp]))).status).toBe('SUCCESS');
  expect(key).toHaveLength(32);
  expect(await w.horizon.loadAccount(alice.publicKey())).toMatchObject({ home_domain: 'mesh.example', subentry_count: 1, thresholds: { med_threshold: 2 } });
  const one = await w.rpc.sendTransaction(await w.signed(alice, [payment(bob.publicKey(), '1')]));
  expect(one.errorResult?.result).toMatchObject({ type: 'txFailed', results: [{ type: 'opBadAuth' }] });
  expect((await w.sent(await w.signed(alice, [payment(bob.publicKey(), '1')], {}, helper))).status).toBe('SUCCESS');
});

it('merges accounts; the faucet funds each address once', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  w.net.close();
  expect((await w.sent(await w.signed(alice, [Operation.accountMerge({ destination: bob.publicKey() })]))).status).toBe('SUCCESS');
  expect(await w.balance(bob.publicKey())).toBe(20_000n * lumen - 100n);
  await expect(w.rpc.getAccount(alice.publicKey())).rejects.toThrow(/not found/);
  expect((await w.rpc.requestAirdrop(bob.publicKey())).accountId()).toBe(bob.publicKey());
  await expect(w.horizon.loadAccount(alice.publicKey())).rejects.toMatchObject({ response: { status: 404 } });
});

it('knows no asset but the native one', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  const other = Operation.payment({ destination: bob.publicKey(), amount: '1', asset: new Asset('EUR', alice.publicKey()) });
  expect(operationCodes(await w.sent(await w.signed(alice, [other])))).toEqual(['opNotSupported']);
});
