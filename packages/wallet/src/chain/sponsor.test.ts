import { Asset, Operation, type xdr } from '@stellar/stellar-sdk/base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAccount } from './account.ts';
import { bumpFee } from './fee-bump.ts';
import { World, xlm } from './localnet.fixture.ts';
import { accountExists, preparePayment } from './payment.ts';
import { cosignSponsorship, judgeSponsorship, prepareSponsoredAccount } from './sponsor.ts';
import { isSettled, submissionOf, withBump } from './submission.ts';
import { build, type Signer, signTransaction, type Unsigned } from './transaction.ts';

let w: World;
let hub: Signer;
beforeAll(async () => {
  w = await World.open();
  hub = await w.funded();
});
afterAll(() => w[Symbol.asyncDispose]());

async function sponsored(address: string): Promise<Unsigned> {
  const unsigned = await prepareSponsoredAccount(w.chain, { sponsor: hub.address, address });
  if ('refused' in unsigned) throw new Error(unsigned.refused);
  return unsigned;
}

describe('an account for a node without any XLM', () => {
  test('costs the sponsor a reserve and the node nothing', async () => {
    const node = w.stranger();
    expect(await accountExists(w.chain, node.address)).toBe(false);
    const before = (await readAccount(w.chain, hub.address)).account!;
    await w.done(await sponsored(node.address), hub, node);
    const { account } = await readAccount(w.chain, node.address);
    expect(account).toMatchObject({ balanceStroops: 0n, reserveStroops: 0n, spendableStroops: 0n });
    const after = (await readAccount(w.chain, hub.address)).account!;
    expect(after.reserveStroops).toBe(before.reserveStroops + xlm(1));
    expect(await prepareSponsoredAccount(w.chain, { sponsor: hub.address, address: node.address })).toEqual({ refused: 'exists' });
    expect(await accountExists(w.chain, node.address)).toBe(true);
  });

  test('the two signatures may come one after the other, from two machines', async () => {
    const node = w.stranger();
    const unsigned = await sponsored(node.address);
    const half = await cosignSponsorship(w.chain, unsigned, node);
    await w.done({ ...unsigned, envelope: half.envelope }, hub);
    expect(await accountExists(w.chain, node.address)).toBe(true);
  });

  test('a sponsor without the means, or that is none', async () => {
    const poor = await w.withBalance(xlm(1.5));
    const address = w.stranger().address;
    expect(await prepareSponsoredAccount(w.chain, { sponsor: poor.address, address })).toMatchObject({ refused: 'insufficient' });
    expect(await prepareSponsoredAccount(w.chain, { sponsor: w.stranger().address, address })).toEqual({ refused: 'sponsor-missing' });
  });
});

describe('the node signs nothing else for a sponsor', () => {
  const judge = (node: Signer, ...operations: xdr.Operation[]): string | undefined => {
    const { envelope } = build({ chain: w.chain, source: hub.address, sequence: 0n, madeAt: 0, feeStroops: 100n, operations });
    return judgeSponsorship(w.chain, envelope, node.address);
  };

  test('than the three operations, in the right names', async () => {
    const node = w.stranger();
    const other = w.stranger();
    const begin = Operation.beginSponsoringFutureReserves({ sponsoredId: node.address });
    const create = Operation.createAccount({ destination: node.address, startingBalance: '0' });
    const end = Operation.endSponsoringFutureReserves({ source: node.address });
    expect(judge(node, begin, create, end)).toBeUndefined();
    const theft = Operation.payment({ destination: hub.address, asset: Asset.native(), amount: '1', source: node.address });
    const takeover = Operation.setOptions({ signer: { ed25519PublicKey: hub.address, weight: 1 }, source: node.address });
    for (const operations of [
      [begin, create, end, theft],
      [begin, create, takeover, end],
      [begin, create],
      [theft],
      [begin, end, create],
      [Operation.beginSponsoringFutureReserves({ sponsoredId: other.address }), create, end],
      [begin, Operation.createAccount({ destination: other.address, startingBalance: '0' }), end],
      [begin, Operation.createAccount({ destination: node.address, startingBalance: '0', source: node.address }), end],
      [Operation.beginSponsoringFutureReserves({ sponsoredId: node.address, source: node.address }), create, end],
      [begin, create, Operation.endSponsoringFutureReserves({ source: hub.address })],
    ])
      expect(judge(node, ...operations)).toEqual(expect.any(String));
  });

  test('nor at its own cost, nor what is no transaction', async () => {
    const node = w.stranger();
    const { envelope } = build({ chain: w.chain, source: node.address, sequence: 0n, madeAt: 0, feeStroops: 100n, operations: [] });
    expect(judgeSponsorship(w.chain, envelope, node.address)).toBe('the new account would pay for it');
    expect(judgeSponsorship(w.chain, 'AAAA', node.address)).toBe('not a transaction');
    const inner = await signTransaction(w.chain, await sponsored(node.address), hub);
    expect(judgeSponsorship(w.chain, bumpFee(w.chain, inner, hub.address, 1_000n).envelope, node.address)).toBe('a fee bump');
    await expect(cosignSponsorship(w.chain, { ...(await sponsored(hub.address === node.address ? '' : w.stranger().address)) }, node)).rejects.toThrow(
      RangeError,
    );
  });
});

describe('a network that is busy', () => {
  test('a payment that bid too little waits, and goes through in a dearer envelope at the hub’s cost', async () => {
    const node = await w.withBalance(xlm(3));
    const payment = await preparePayment(w.chain, { from: node.address, to: hub.address, amountStroops: xlm(1) });
    if ('refused' in payment) throw new Error(payment.refused);
    w.net.setFaults({ surge: { stroopsPerOperation: 5_000, lower: 'reject' } });
    const inner = await signTransaction(w.chain, payment.prepared, node);
    const waiting = await w.settled(submissionOf(inner));
    expect(isSettled(waiting)).toBe(false);
    const bump = await signTransaction(w.chain, bumpFee(w.chain, inner, hub.address, 6_000n), hub);
    const paid = await w.settled(withBump(waiting, bump));
    expect(paid.state).toMatchObject({ at: 'confirmed' });
    expect(await w.balance(node.address)).toBe(xlm(2));
    w.net.setFaults({});
  });
});
