import { Keypair, Operation, rpc, scValToNative, xdr } from '@stellar/stellar-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { payment, startMs, World } from '../localnet.fixture.ts';

let w: World;
const retentionLedgers = 500;
beforeAll(async () => {
  w = await World.open({ config: { retentionLedgers } });
});
afterAll(() => w[Symbol.asyncDispose]());

const raw = async (method: string, params: unknown): Promise<{ result?: Record<string, unknown>; error?: { code: number; message: string } }> =>
  (await (await fetch(w.net.rpcUrl, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }) })).json()) as never;

const transfers = [{ type: 'contract' as const, topics: [[xdr.ScVal.scvSymbol('transfer').toXdr('base64'), '*', '*', '*']] }];

it('pages through events with a cursor, missing none and repeating none', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  const startLedger = w.net.latest.seq + 1;
  for (let i = 1; i <= 7; i++) {
    const operations = [payment(bob.publicKey(), `${i}`), payment(bob.publicKey(), `0.${i}`)];
    await w.sent(await w.signed(alice, operations));
  }
  const seen: string[] = [];
  const ids = new Set<string>();
  let page = await w.rpc.getEvents({ startLedger, filters: transfers, limit: 3 });
  for (let i = 0; i < 10 && page.events.length > 0; i++) {
    for (const e of page.events) {
      ids.add(e.id);
      seen.push(String(scValToNative(e.value)));
    }
    page = await w.rpc.getEvents({ cursor: page.cursor, filters: transfers, limit: 3 });
  }
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7].flatMap((i) => [`${i}0000000`, `${i}000000`]));
  expect(ids.size).toBe(14);
  await w.pay(alice, bob.publicKey(), '9');
  const later = await w.rpc.getEvents({ cursor: page.cursor, filters: transfers });
  expect(later.events.map((e) => scValToNative(e.value))).toEqual([90_000_000n]);
  expect(later.events[0]).toMatchObject({ ledger: w.net.latest.seq, ledgerClosedAt: new Date(startMs).toISOString().replace('.000', ''), type: 'contract' });
});

it('matches topics by their number, with wildcards', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  const got = await w.pay(alice, bob.publicKey(), '1');
  if (got.status !== 'SUCCESS') throw new Error('failed');
  const count = async (topics: string[]) => (await w.rpc.getEvents({ startLedger: got.ledger, filters: [{ topics: [topics] }] })).events.length;
  const symbol = (s: string) => xdr.ScVal.scvSymbol(s).toXdr('base64');
  expect(await count([symbol('transfer'), '*', '*', '*'])).toBe(1);
  expect(await count([symbol('transfer'), '*'])).toBe(0);
  expect(await count([symbol('transfer'), '**'])).toBe(1);
  expect(await count([symbol('fee'), '*'])).toBe(1);
  expect(await count(['**'])).toBe(2);
});

it('keeps so many ledgers, and says so where more is asked for', async () => {
  const alice = await w.funded();
  const got = await w.pay(alice, (await w.funded()).publicKey(), '1');
  if (got.status !== 'SUCCESS') throw new Error('failed');
  w.net.advance(5 * retentionLedgers);
  const { oldestLedger, latestLedger } = await w.rpc.getHealth();
  expect(latestLedger - oldestLedger + 1).toBe(retentionLedgers);
  expect(await raw('getEvents', { startLedger: got.ledger, filters: [] })).toMatchObject({
    error: { code: -32600, message: `startLedger must be within the ledger range: ${oldestLedger} - ${latestLedger}` },
  });
  expect((await w.rpc.getTransaction(got.txHash)).status).toBe('NOT_FOUND');
  expect((await w.horizon.transactions().forAccount(alice.publicKey()).call()).records).toEqual([]);
});

it('scans ten thousand ledgers for one question, and says how far it came', async () => {
  await using long = await World.open();
  const [alice, bob] = [await long.funded(), await long.funded()];
  const startLedger = long.net.latest.seq;
  long.net.advance(5 * 15_000);
  await long.pay(alice, bob.publicKey(), '3');
  const first = await long.rpc.getEvents({ startLedger, filters: transfers });
  expect(first.events.map((e) => e.ledger)).toEqual([startLedger]);
  const second = await long.rpc.getEvents({ cursor: first.cursor, filters: transfers });
  expect(second.events.map((e) => scValToNative(e.value))).toEqual([30_000_000n]);
});

it('lists transactions and ledgers', async () => {
  const alice = await w.funded();
  const startLedger = w.net.latest.seq;
  const hashes: string[] = [];
  for (let i = 0; i < 3; i++) hashes.push((await w.pay(alice, alice.publicKey(), '1')).txHash);
  const first = await w.rpc.getTransactions({ startLedger: startLedger + 1, pagination: { limit: 2 } });
  const second = await w.rpc.getTransactions({ pagination: { cursor: first.cursor, limit: 2 } });
  expect([...first.transactions, ...second.transactions].map((t) => t.txHash)).toEqual(hashes);
  expect(first.transactions[0]?.events.transactionEventsXdr).toHaveLength(1);
  const { ledgers } = await w.rpc.getLedgers({ startLedger, pagination: { limit: 4 } });
  expect(ledgers.map((l) => l.sequence)).toEqual([0, 1, 2, 3].map((i) => startLedger + i));
  for (const [i, ledger] of ledgers.slice(1).entries()) {
    expect(Buffer.from(ledger.headerXdr.header.previousLedgerHash.value).toString('hex')).toBe(ledgers[i]?.hash);
  }
  const latest = await w.rpc.getLatestLedger();
  expect(latest).toMatchObject({ sequence: w.net.latest.seq, closeTime: String(w.net.latest.closeTime) });
  expect(latest.metadataXdr.type).toBe('v2');
});

it('says what fees are, what it is, and what it does not know', async () => {
  expect((await w.rpc.getFeeStats()).inclusionFee).toMatchObject({ min: '100', p99: '100' });
  expect(await w.horizon.feeStats()).toMatchObject({ last_ledger_base_fee: '100', fee_charged: { mode: '100' } });
  expect(await w.rpc.getVersionInfo()).toMatchObject({ protocolVersion: 28 });
  expect(await raw('getNothing', {})).toMatchObject({ error: { code: -32601 } });
  expect(await raw('sendTransaction', { transaction: 'AAAA' })).toMatchObject({ error: { code: -32602 } });
  expect(await raw('getTransaction', { hash: 'beef' })).toMatchObject({ error: { code: -32602 } });
  expect(await raw('getEvents', { startLedger: 1, filters: [{ contractIds: 'C' }] })).toMatchObject({ error: { code: -32602 } });
  expect(await (await fetch(w.net.rpcUrl, { method: 'POST', body: '{' })).json()).toMatchObject({ error: { code: -32700 } });
  expect(await w.rpc.getLedgerEntries(xdr.LedgerKey.account(new xdr.LedgerKeyAccount({ accountId: Keypair.random().xdrPublicKey() })))).toMatchObject({
    entries: [],
  });
});

it('takes one transaction of an account at a time', async () => {
  await using slow = await World.open({ close: { mode: 'manual' } });
  const [alice, bob] = [await slow.funded(), await slow.funded()];
  const [one, two] = [await slow.signed(alice, [payment(bob.publicKey(), '1')]), await slow.signed(alice, [payment(bob.publicKey(), '2')])];
  expect((await slow.rpc.sendTransaction(one)).status).toBe('PENDING');
  expect((await slow.rpc.sendTransaction(one)).status).toBe('DUPLICATE');
  expect((await slow.rpc.sendTransaction(two)).status).toBe('TRY_AGAIN_LATER');
  expect((await slow.rpc.getTransaction(Buffer.from(one.hash()).toString('hex'))).status).toBe(rpc.Api.GetTransactionStatus.NOT_FOUND);
  slow.net.close();
  expect((await slow.rpc.getTransaction(Buffer.from(one.hash()).toString('hex'))).status).toBe(rpc.Api.GetTransactionStatus.SUCCESS);
  expect((await slow.rpc.sendTransaction(one)).errorResult?.result.type).toBe('txBadSeq');
});

it('drops what is no longer valid when the ledger closes', async () => {
  await using slow = await World.open({ close: { mode: 'manual' } });
  const alice = await slow.funded();
  const tx = await slow.signed(alice, [Operation.bumpSequence({ bumpTo: '0' })], { timeout: 10 });
  const { hash } = await slow.rpc.sendTransaction(tx);
  slow.net.advance(11);
  expect((await slow.rpc.getTransaction(hash)).status).toBe(rpc.Api.GetTransactionStatus.NOT_FOUND);
});
