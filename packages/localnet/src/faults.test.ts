import { rpc } from '@stellar/stellar-sdk';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { payment, World } from './localnet.fixture.ts';

let w: World;
beforeAll(async () => {
  w = await World.open();
});
afterEach(() => w.net.setFaults({}));
afterAll(() => w[Symbol.asyncDispose]());

const admin = async (path: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(`${w.net.url}/admin/${path}`, body && { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

it('is down, and comes back', async () => {
  expect((await admin('faults', { down: true })).status).toBe(200);
  await expect(w.rpc.getHealth()).rejects.toThrow();
  await expect(w.horizon.feeStats()).rejects.toThrow();
  await admin('faults', {});
  expect((await w.rpc.getHealth()).status).toBe('healthy');
});

it('is slow', async () => {
  await admin('faults', { slowMs: 150 });
  const began = performance.now();
  await w.rpc.getHealth();
  expect(performance.now() - began).toBeGreaterThan(140);
});

it('loses a transaction that it took', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  await admin('faults', { loseTransactions: 1 });
  const tx = await w.signed(alice, [payment(bob.publicKey(), '1')]);
  const sent = await w.rpc.sendTransaction(tx);
  expect(sent.status).toBe('PENDING');
  w.net.close();
  expect((await w.rpc.getTransaction(sent.hash)).status).toBe(rpc.Api.GetTransactionStatus.NOT_FOUND);
  expect((await w.sent(tx)).status).toBe('SUCCESS');
});

it('includes a transaction, and loses the answer', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  await admin('faults', { loseAnswers: 1 });
  const tx = await w.signed(alice, [payment(bob.publicKey(), '1')]);
  await expect(w.rpc.sendTransaction(tx)).rejects.toThrow();
  const got = await w.rpc.pollTransaction(Buffer.from(tx.hash()).toString('hex'), { attempts: 20, sleepStrategy: () => 5 });
  expect(got.status).toBe('SUCCESS');
  // Sent again it is refused, and nothing is paid twice.
  expect((await w.rpc.sendTransaction(tx)).errorResult?.result.type).toBe('txBadSeq');
  expect(await w.balance(bob.publicKey())).toBe(100_010_000_000n);
});

it('halts: what is sent waits for a ledger, which closes when it is told to, or when it goes on', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  await admin('faults', { halted: true });
  const first = await w.rpc.sendTransaction(await w.signed(alice, [payment(bob.publicKey(), '1')]));
  expect(first.status).toBe('PENDING');
  expect((await admin('clock')).body).toMatchObject({ pending: 1 });
  expect((await admin('close', { idle: true })).body).toMatchObject({ pending: 1 });
  expect((await admin('close', {})).body).toMatchObject({ pending: 0 });
  expect((await w.rpc.getTransaction(first.hash)).status).toBe(rpc.Api.GetTransactionStatus.SUCCESS);
  const second = await w.rpc.sendTransaction(await w.signed(alice, [payment(bob.publicKey(), '1')]));
  expect((await w.rpc.getTransaction(second.hash)).status).toBe(rpc.Api.GetTransactionStatus.NOT_FOUND);
  await admin('faults', {});
  expect((await w.rpc.getTransaction(second.hash)).status).toBe(rpc.Api.GetTransactionStatus.SUCCESS);
});

it('refuses with a wrong sequence number that is right', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  await admin('faults', { badSequences: 1 });
  const tx = await w.signed(alice, [payment(bob.publicKey(), '1')]);
  expect((await w.rpc.sendTransaction(tx)).errorResult?.result.type).toBe('txBadSeq');
  expect((await w.sent(tx)).status).toBe('SUCCESS');
});

it('has fees rise: low bids are refused, or wait', async () => {
  const [alice, bob] = [await w.funded(), await w.funded()];
  await admin('faults', { surge: { stroopsPerOperation: 5000 } });
  expect((await w.rpc.getFeeStats()).inclusionFee.p50).toBe('5000');
  const low = await w.signed(alice, [payment(bob.publicKey(), '1')]);
  const refused = await w.rpc.sendTransaction(low);
  expect(refused.errorResult).toMatchObject({ result: { type: 'txInsufficientFee' }, feeCharged: 5000n });
  const paid = await w.pay(alice, bob.publicKey(), '1', { fee: '6000' });
  expect(paid.status === 'SUCCESS' && paid.resultXdr.feeCharged).toBe(5000n);

  await admin('faults', { surge: { stroopsPerOperation: 5000, lower: 'wait' } });
  const waiting = await w.rpc.sendTransaction(await w.signed(alice, [payment(bob.publicKey(), '1')]));
  expect(waiting.status).toBe('PENDING');
  w.net.close();
  expect((await w.rpc.getTransaction(waiting.hash)).status).toBe(rpc.Api.GetTransactionStatus.NOT_FOUND);
  await admin('faults', {});
  w.net.close();
  expect((await w.rpc.getTransaction(waiting.hash)).status).toBe(rpc.Api.GetTransactionStatus.SUCCESS);
});

it('moves its clock, and refuses what makes no sense', async () => {
  const before = w.net.latest;
  expect((await admin('advance', { seconds: 3600 })).body).toMatchObject({ now: before.closeTime + 3600, ledger: before.seq + 720 });
  expect((await admin('advance', { seconds: 60, ledgers: 1 })).body).toMatchObject({ now: before.closeTime + 3660, ledger: before.seq + 721 });
  expect((await admin('clock')).body).toMatchObject({ now: before.closeTime + 3660, pending: 0 });
  expect((await admin('close', {})).body).toMatchObject({ ledger: before.seq + 722 });
  expect((await admin('advance', { seconds: -1 })).status).toBe(400);
  expect((await admin('advance', {})).status).toBe(400);
  expect((await admin('faults', { rain: true })).body).toMatchObject({ detail: 'no fault is called rain' });
  expect((await admin('faults', { slowMs: 1e9 })).status).toBe(400);
  expect((await admin('nothing', {})).status).toBe(404);
});
