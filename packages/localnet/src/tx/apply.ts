/** Applies a transaction that was found valid: the fee is taken whatever comes of it, operations all count or none does. */
import { xdr } from '@stellar/stellar-sdk/base';
import { loadAccount, muxedId, saveAccount } from '../ledger/accounts.ts';
import { Delta } from '../ledger/entries.ts';
import { feeEvent } from '../soroban/native-events.ts';
import { feeSource, isSoroban, type Tx } from './envelope.ts';
import { feeCharged, refundable } from './fees.ts';
import { accountMerge, bumpSequence, createAccount, payment } from './operations/accounts.ts';
import { type LedgerContext, notSupported, type OperationContext, OperationFailed } from './operations/context.ts';
import { beginSponsoring, endSponsoring, manageData, setOptions } from './operations/settings.ts';
import { extendFootprint, invokeHostFunction, newOutcome, restoreFootprint, type SorobanOutcome } from './operations/soroban.ts';
import { isSuccess, type Outcome, transactionResult, type Verdict } from './results.ts';
import { SignatureChecker } from './signatures.ts';
import { operationSigned } from './validate.ts';

export interface Applied {
  readonly tx: Tx;
  readonly successful: boolean;
  readonly result: xdr.TransactionResult;
  readonly resultMeta: xdr.TransactionResultMetaV1;
  readonly feeCharged: bigint;
}

interface Ran {
  readonly outcome: Outcome;
  readonly operations: xdr.OperationMetaV2[];
}

export const apply = (tx: Tx, into: Delta, ledger: LedgerContext, perOperation: bigint): Applied => {
  const fees = new Delta(into);
  const charged = feeCharged(tx, perOperation);
  const payer = feeSource(tx);
  const before = loadAccount(fees, payer)!;
  saveAccount(fees, { ...before, balance: before.balance - charged }, ledger.seq);
  const feeProcessing = fees.changes();
  fees.mergeInto(into);

  const sequence = new Delta(into);
  const source = loadAccount(sequence, tx.source)!;
  saveAccount(sequence, { ...source, seqNum: tx.inner.seqNum, seqLedger: ledger.seq, seqTime: ledger.closeTime }, ledger.seq);
  const txChangesBefore = sequence.changes();
  sequence.mergeInto(into);

  const soroban = newOutcome();
  const { outcome, operations } = runOperations(tx, into, ledger, soroban);
  const verdict: Verdict = { at: 'inner', outcome };
  const successful = isSuccess(verdict);

  const refund = isSoroban(tx) ? refundable(tx, ledger.config) - (successful ? soroban.refundableUsed : 0n) : 0n;
  const refunds = new Delta(into);
  const payerAfter = loadAccount(refunds, payer);
  // An account that merged itself away gets nothing back.
  const refunded = payerAfter ? refund : 0n;
  if (payerAfter && refund > 0n) saveAccount(refunds, { ...payerAfter, balance: payerAfter.balance + refund }, ledger.seq);
  const postTxApplyFeeProcessing = refunds.changes();
  refunds.mergeInto(into);

  const result = transactionResult(tx, verdict, charged - refunded);
  const meta = xdr.TransactionMeta.v4(
    new xdr.TransactionMetaV4({
      ext: xdr.ExtensionPoint.v0(),
      txChangesBefore,
      operations,
      txChangesAfter: [],
      sorobanMeta: isSoroban(tx) ? sorobanMeta(tx, ledger, soroban, successful) : null,
      events: feeEvents(ledger, payer, charged, refunded),
      diagnosticEvents: soroban.diagnostics,
    }),
  );
  const resultMeta = new xdr.TransactionResultMetaV1({
    ext: xdr.ExtensionPoint.v0(),
    result: new xdr.TransactionResultPair({ transactionHash: tx.hashBytes, result }),
    feeProcessing,
    txApplyProcessing: meta,
    postTxApplyFeeProcessing,
  });
  return { tx, successful, result, resultMeta, feeCharged: charged - refunded };
};

const sorobanMeta = (tx: Tx, ledger: LedgerContext, soroban: SorobanOutcome, successful: boolean): xdr.SorobanTransactionMetaV2 =>
  new xdr.SorobanTransactionMetaV2({
    ext: xdr.SorobanTransactionMetaExt.v1(
      new xdr.SorobanTransactionMetaExtV1({
        ext: xdr.ExtensionPoint.v0(),
        totalNonRefundableResourceFeeCharged: tx.soroban!.resourceFee - refundable(tx, ledger.config),
        totalRefundableResourceFeeCharged: successful ? soroban.refundableUsed : 0n,
        rentFeeCharged: successful ? soroban.rent : 0n,
      }),
    ),
    returnValue: successful ? soroban.returnValue : null,
  });

const feeEvents = (ledger: LedgerContext, payer: string, charged: bigint, refunded: bigint): xdr.TransactionEvent[] => {
  const stage = xdr.TransactionEventStage;
  const events = [new xdr.TransactionEvent({ stage: stage.transactionEventStageBeforeAllTxs, event: feeEvent(ledger, payer, charged) })];
  if (refunded > 0n) {
    events.push(new xdr.TransactionEvent({ stage: stage.transactionEventStageAfterAllTxs, event: feeEvent(ledger, payer, -refunded) }));
  }
  return events;
};

const runOperations = (tx: Tx, into: Delta, ledger: LedgerContext, soroban: SorobanOutcome): Ran => {
  const all = new Delta(into);
  const results: xdr.OperationResult[] = [];
  const operations: xdr.OperationMetaV2[] = [];
  const sponsorships = new Map<string, string>();
  const checker = new SignatureChecker(tx.innerHashBytes, tx.signatures);
  let ok = true;
  for (const op of tx.inner.operations) {
    const delta = new Delta(all);
    const source = op.sourceAccount ? muxedId(op.sourceAccount) : tx.source;
    const ctx: OperationContext = { ledger, tx, source, delta, sponsorships, events: [] };
    try {
      if (!loadAccount(delta, source)) throw new OperationFailed(xdr.OperationResult.opNoAccount());
      if (!operationSigned(tx, op, delta, checker)) throw new OperationFailed(xdr.OperationResult.opBadAuth());
      results.push(xdr.OperationResult.opInner(applyOperation(ctx, op, soroban)));
      operations.push(new xdr.OperationMetaV2({ ext: xdr.ExtensionPoint.v0(), changes: delta.changes(soroban.restored), events: ctx.events }));
      delta.mergeInto(all);
    } catch (error) {
      if (!(error instanceof OperationFailed)) throw error;
      results.push(error.result);
      ok = false;
    }
  }
  if (ok && sponsorships.size > 0) return { outcome: { code: 'txBadSponsorship' }, operations: [] };
  if (ok) all.mergeInto(into);
  return { outcome: { code: ok ? 'txSuccess' : 'txFailed', operations: results }, operations: ok ? operations : [] };
};

const applyOperation = (ctx: OperationContext, op: xdr.Operation, outcome: SorobanOutcome): xdr.OperationResultTr => {
  const { body } = op;
  const soroban = () => ({ ...ctx, data: ctx.tx.soroban!, refundable: refundable(ctx.tx, ctx.ledger.config), outcome });
  switch (body.type) {
    case 'createAccount':
      return createAccount(ctx, body.createAccountOp);
    case 'payment':
      return payment(ctx, body.paymentOp);
    case 'accountMerge':
      return accountMerge(ctx, body.destination);
    case 'bumpSequence':
      return bumpSequence(ctx, body.bumpSequenceOp);
    case 'setOptions':
      return setOptions(ctx, body.setOptionsOp);
    case 'manageData':
      return manageData(ctx, body.manageDataOp);
    case 'beginSponsoringFutureReserves':
      return beginSponsoring(ctx, body.beginSponsoringFutureReservesOp);
    case 'endSponsoringFutureReserves':
      return endSponsoring(ctx);
    case 'invokeHostFunction':
      return invokeHostFunction(soroban(), body.invokeHostFunctionOp);
    case 'extendFootprintTtl':
      return extendFootprint(soroban(), body.extendFootprintTtlOp);
    case 'restoreFootprint':
      return restoreFootprint(soroban());
    default:
      throw notSupported();
  }
};
