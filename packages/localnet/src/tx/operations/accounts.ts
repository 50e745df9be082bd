/** createAccount, payment, accountMerge, bumpSequence. */
import { xdr } from '@stellar/stellar-sdk/base';
import { accountKey, available, muxedId, newAccount, strkeyOf } from '../../ledger/accounts.ts';
import { int64Max } from '../../ledger/amounts.ts';
import { transferEvent } from '../../soroban/native-events.ts';
import { failed, load, notSupported, type OperationContext, release, reserve, save } from './context.ts';

const immutableFlag = 4;

export const createAccount = (ctx: OperationContext, op: xdr.CreateAccountOp): xdr.OperationResultTr => {
  const result = xdr.CreateAccountResult;
  const fail = (r: xdr.CreateAccountResult) => failed(xdr.OperationResultTr.createAccount(r));
  const { config, seq } = ctx.ledger;
  const id = strkeyOf(op.destination);
  if (op.startingBalance < 0n || id === ctx.source) throw fail(result.createAccountMalformed());
  if (load(ctx, id)) throw fail(result.createAccountAlreadyExist());
  let account = newAccount(id, op.startingBalance, BigInt(seq) << 32n);
  if (ctx.sponsorships.has(id)) {
    const paid = reserve(ctx, account, 2);
    if (!paid.ok) throw fail(result.createAccountLowReserve());
    account = { ...account, numSponsored: 2, sponsor: paid.sponsor };
  } else if (op.startingBalance < 2n * config.baseReserve) {
    throw fail(result.createAccountLowReserve());
  }
  const source = load(ctx, ctx.source)!;
  if (available(source, config) < op.startingBalance) throw fail(result.createAccountUnderfunded());
  save(ctx, { ...source, balance: source.balance - op.startingBalance });
  save(ctx, account);
  if (op.startingBalance > 0n) ctx.events.push(transferEvent(ctx.ledger, ctx.source, id, op.startingBalance));
  return xdr.OperationResultTr.createAccount(result.createAccountSuccess());
};

export const payment = (ctx: OperationContext, op: xdr.PaymentOp): xdr.OperationResultTr => {
  const result = xdr.PaymentResult;
  const fail = (r: xdr.PaymentResult) => failed(xdr.OperationResultTr.payment(r));
  if (op.asset.type !== 'assetTypeNative') throw notSupported();
  if (op.amount <= 0n) throw fail(result.paymentMalformed());
  const to = muxedId(op.destination);
  const destination = load(ctx, to);
  if (!destination) throw fail(result.paymentNoDestination());
  const source = load(ctx, ctx.source)!;
  if (to !== ctx.source) {
    if (destination.balance + op.amount > int64Max) throw fail(result.paymentLineFull());
    if (available(source, ctx.ledger.config) < op.amount) throw fail(result.paymentUnderfunded());
    save(ctx, { ...source, balance: source.balance - op.amount });
    save(ctx, { ...destination, balance: destination.balance + op.amount });
  }
  const id = op.destination.type === 'keyTypeMuxedEd25519' ? op.destination.med25519.id : undefined;
  ctx.events.push(transferEvent(ctx.ledger, ctx.source, to, op.amount, id));
  return xdr.OperationResultTr.payment(result.paymentSuccess());
};

export const accountMerge = (ctx: OperationContext, to: xdr.MuxedAccount): xdr.OperationResultTr => {
  const result = xdr.AccountMergeResult;
  const fail = (r: xdr.AccountMergeResult) => failed(xdr.OperationResultTr.accountMerge(r));
  const id = muxedId(to);
  if (id === ctx.source) throw fail(result.accountMergeMalformed());
  const destination = load(ctx, id);
  if (!destination) throw fail(result.accountMergeNoAccount());
  const source = load(ctx, ctx.source)!;
  if (source.flags & immutableFlag) throw fail(result.accountMergeImmutableSet());
  if (source.numSubEntries > source.signers.length) throw fail(result.accountMergeHasSubEntries());
  // A later account of the same address must not meet a sequence number it could have used already.
  if (source.seqNum >= BigInt(ctx.ledger.seq) << 32n) throw fail(result.accountMergeSeqnumTooFar());
  if (source.numSponsoring > 0) throw fail(result.accountMergeIsSponsor());
  if (destination.balance + source.balance > int64Max) throw fail(result.accountMergeDestFull());
  save(ctx, { ...destination, balance: destination.balance + source.balance });
  ctx.delta.remove(accountKey(ctx.source));
  release(ctx, source.sponsor, 2);
  for (const signer of source.signers) release(ctx, signer.sponsor, 1);
  if (source.balance > 0n) ctx.events.push(transferEvent(ctx.ledger, ctx.source, id, source.balance));
  return xdr.OperationResultTr.accountMerge(result.accountMergeSuccess(source.balance));
};

export const bumpSequence = (ctx: OperationContext, op: xdr.BumpSequenceOp): xdr.OperationResultTr => {
  if (op.bumpTo < 0n) throw failed(xdr.OperationResultTr.bumpSequence(xdr.BumpSequenceResult.bumpSequenceBadSeq()));
  const source = load(ctx, ctx.source)!;
  if (op.bumpTo > source.seqNum) save(ctx, { ...source, seqNum: op.bumpTo });
  return xdr.OperationResultTr.bumpSequence(xdr.BumpSequenceResult.bumpSequenceSuccess());
};
