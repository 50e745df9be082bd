import { Address, nativeToScVal, xdr } from '@stellar/stellar-sdk/base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Memo } from '../input/memo.ts';
import type { EventPage, EventPosition } from './events.ts';
import { type Movement, readMovements } from './history.ts';
import { readHorizonPayments } from './horizon.ts';
import { start, World, xlm } from './localnet.fixture.ts';
import { preparePayment } from './payment.ts';
import { scripted } from './scripted.fixture.ts';
import { prepareSponsoredAccount } from './sponsor.ts';
import type { Signer } from './transaction.ts';

let w: World;
let alice: Signer;
let bob: Signer;
beforeAll(async () => {
  w = await World.open({ config: { retentionLedgers: 200 } });
  [alice, bob] = [await w.funded(), await w.funded()];
});
afterAll(() => w[Symbol.asyncDispose]());

async function pay(from: Signer, to: string, amountStroops: bigint, memo: Memo = { kind: 'none' }): Promise<string> {
  const payment = await preparePayment(w.chain, { from: from.address, to, amountStroops, memo, create: true });
  if ('refused' in payment) throw new Error(payment.refused);
  await w.done(payment.prepared, from);
  return payment.prepared.hash;
}

async function all(address: string, from: EventPosition, limit: number): Promise<Movement[]> {
  const movements: Movement[] = [];
  let position = from;
  for (let i = 0; i < 100; i++) {
    const page: EventPage<Movement> = await readMovements(w.chain, address, position, limit);
    if (page.kind !== 'page') throw new Error(page.kind);
    movements.push(...page.events);
    if (page.upToDate) return movements;
    position = page.next;
  }
  throw new Error('no end');
}

describe("movements from the ledger's own events", () => {
  test('what came, what went, and what it cost', async () => {
    const ledger = w.net.latest.seq;
    const sent = await pay(alice, bob.address, xlm(2));
    const received = await pay(bob, alice.address, 1n);
    const newcomer = w.stranger();
    const created = await pay(alice, newcomer.address, xlm(1));
    const movements = await all(alice.address, { ledger }, 100);
    expect(movements.filter(({ kind }) => kind !== 'fee' && kind !== 'fee-returned')).toMatchObject([
      { kind: 'sent', amountStroops: xlm(2), counterparty: bob.address, transaction: sent, at: start },
      { kind: 'received', amountStroops: 1n, counterparty: bob.address, transaction: received },
      { kind: 'sent', amountStroops: xlm(1), counterparty: newcomer.address, transaction: created },
    ]);
    const fees = movements.filter(({ kind }) => kind === 'fee');
    expect(fees.map(({ transaction }) => transaction)).toEqual([sent, created]);
    expect(new Set(movements.map(({ id }) => id)).size).toBe(movements.length);
    expect(await all(newcomer.address, { ledger }, 100)).toMatchObject([{ kind: 'received', amountStroops: xlm(1), counterparty: alice.address }]);
  });

  test('memos and numbers of sub-accounts: the server writes both as `to_muxed_id`', async () => {
    const movement = async (...memo: xdr.ScMapEntry[]): Promise<Movement | undefined> => {
      const symbol = (name: string): xdr.ScVal => xdr.ScVal.scvSymbol(name);
      const amount = new xdr.ScMapEntry({ key: symbol('amount'), val: nativeToScVal(5n, { type: 'i128' }) });
      const topics = [symbol('transfer'), new Address(bob.address).toScVal(), new Address(alice.address).toScVal(), xdr.ScVal.scvString('native')];
      const id = `${(7n << 32n).toString().padStart(19, '0')}-0000000001`;
      const event = { id, ledger: 7, ledgerClosedAt: '2026-11-22T12:00:00Z', contractId: w.chain.network.token, txHash: 'ab' };
      const events = [{ ...event, topic: topics.map((topic) => topic.toXdr('base64')), value: xdr.ScVal.scvMap([amount, ...memo]).toXdr('base64') }];
      const page = await readMovements(scripted({ getEvents: () => ({ events, cursor: id, oldestLedger: 1, latestLedger: 7 }) }), alice.address, { ledger: 7 });
      return page.kind === 'page' ? page.events[0] : undefined;
    };
    const muxed = (val: xdr.ScVal): xdr.ScMapEntry => new xdr.ScMapEntry({ key: xdr.ScVal.scvSymbol('to_muxed_id'), val });
    const base = { kind: 'received', amountStroops: 5n, counterparty: bob.address, at: start, ledger: 7 };
    expect(await movement(muxed(xdr.ScVal.scvString('for bread')))).toMatchObject({ ...base, memo: 'for bread' });
    expect(await movement(muxed(xdr.ScVal.scvU64(42n)))).toMatchObject({ ...base, memo: '42' });
    expect(await movement(muxed(xdr.ScVal.scvBytes(new Uint8Array(32).fill(171))))).toMatchObject({ ...base, memo: 'ab'.repeat(32) });
    expect(await movement()).not.toHaveProperty('memo');
  });

  test('page by page it is the same', async () => {
    const ledger = w.net.latest.seq;
    for (let i = 1; i <= 7; i++) await pay(alice, bob.address, BigInt(i));
    const whole = await all(alice.address, { ledger }, 100);
    expect(whole.length).toBeGreaterThanOrEqual(14);
    for (const limit of [1, 3, 5]) expect(await all(alice.address, { ledger }, limit)).toEqual(whole);
  });

  test('reading goes on where it ended', async () => {
    const page = await readMovements(w.chain, bob.address, { ledger: w.net.latest.seq });
    if (page.kind !== 'page') throw new Error(page.kind);
    expect(page.upToDate).toBe(true);
    const hash = await pay(alice, bob.address, 5n);
    const next = await readMovements(w.chain, bob.address, page.next);
    expect(next).toMatchObject({ kind: 'page', events: [{ transaction: hash, amountStroops: 5n }] });
  });

  test('a server that forgot says so, and one that is not that far too', async () => {
    const page = await readMovements(w.chain, bob.address, { ledger: w.net.latest.seq });
    if (page.kind !== 'page') throw new Error(page.kind);
    const wantedLedger = w.net.latest.seq;
    w.net.advance(5_000, 1_000);
    const oldest = w.net.latest.seq - 200;
    const gap = await readMovements(w.chain, bob.address, page.next);
    expect(gap).toMatchObject({ kind: 'gap', wantedLedger, latestLedger: w.net.latest.seq });
    expect((gap as { oldestLedger: number }).oldestLedger).toBeGreaterThanOrEqual(oldest);
    expect(await readMovements(w.chain, bob.address, { ledger: 1 })).toMatchObject({ kind: 'gap', wantedLedger: 1 });
    expect(await readMovements(w.chain, bob.address, { ledger: 1_000_000 })).toMatchObject({ kind: 'ahead', wantedLedger: 1_000_000 });
  });
});

test('a server that drops old cursors in silence', async () => {
  const cursor = `${(5n << 32n).toString().padStart(19, '0')}-0000000001`;
  const answer = { events: [], cursor: `${(900n << 32n).toString()}-0000000001`, oldestLedger: 500, latestLedger: 900 };
  const chain = scripted({ getEvents: () => answer });
  expect(await readMovements(chain, alice.address, { cursor })).toEqual({ kind: 'gap', wantedLedger: 5, oldestLedger: 500, latestLedger: 900 });
  await expect(readMovements(chain, alice.address, { cursor: 'nonsense' })).rejects.toThrow(RangeError);
});

describe('Horizon, where it is configured', () => {
  test('the same payments, newest first, page by page', async () => {
    const carol = await w.funded();
    const sent = await pay(carol, bob.address, xlm(3));
    const received = await pay(bob, carol.address, 7n);
    const { movements, cursor } = await readHorizonPayments(w.chain, carol.address);
    expect(movements).toMatchObject([
      { kind: 'received', amountStroops: 7n, counterparty: bob.address, transaction: received },
      { kind: 'sent', amountStroops: xlm(3), counterparty: bob.address, transaction: sent },
      { kind: 'received', amountStroops: xlm(10_000) },
    ]);
    expect(cursor).toBeUndefined();
    const first = await readHorizonPayments(w.chain, carol.address, { limit: 2 });
    const second = await readHorizonPayments(w.chain, carol.address, { limit: 2, cursor: first.cursor! });
    expect([...first.movements, ...second.movements]).toEqual(movements);
    const fromRpc = await readMovements(w.chain, carol.address, { ledger: movements[1]!.ledger });
    if (fromRpc.kind !== 'page') throw new Error(fromRpc.kind);
    expect(fromRpc.events.find(({ transaction }) => transaction === sent)).toMatchObject({ ledger: movements[1]!.ledger });
  });

  test('nobody there, nothing configured', async () => {
    expect(await readHorizonPayments(w.chain, w.stranger().address)).toEqual({ movements: [] });
    const { horizonUrl: _, ...network } = w.chain.network;
    await expect(readHorizonPayments({ ...w.chain, network }, alice.address)).rejects.toThrow(RangeError);
  });

  test('a sponsored account starts with nothing, and nothing is shown', async () => {
    const node = w.stranger();
    const unsigned = await prepareSponsoredAccount(w.chain, { sponsor: alice.address, address: node.address });
    if ('refused' in unsigned) throw new Error(unsigned.refused);
    await w.done(unsigned, alice, node);
    expect(await readHorizonPayments(w.chain, node.address)).toEqual({ movements: [] });
  });
});
