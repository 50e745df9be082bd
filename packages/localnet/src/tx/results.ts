/** Results of transactions, built once and in one place: the same code stands in a fee bump's inner result and in a plain one. */
import { xdr } from '@stellar/stellar-sdk/base';
import type { Tx } from './envelope.ts';

/** Codes without operation results. */
export type TxFailure =
  | 'txTooEarly'
  | 'txTooLate'
  | 'txMissingOperation'
  | 'txBadSeq'
  | 'txBadAuth'
  | 'txInsufficientBalance'
  | 'txNoAccount'
  | 'txInsufficientFee'
  | 'txBadAuthExtra'
  | 'txInternalError'
  | 'txNotSupported'
  | 'txBadSponsorship'
  | 'txBadMinSeqAgeOrGap'
  | 'txMalformed'
  | 'txSorobanInvalid';

export type Outcome =
  | { readonly code: 'txSuccess' | 'txFailed'; readonly operations: readonly xdr.OperationResult[] }
  | { readonly code: TxFailure; readonly operations?: undefined };

/** Codes of the fee bump itself, found before its inner transaction was looked at. */
export type Verdict = { readonly at: 'inner'; readonly outcome: Outcome } | { readonly at: 'feeBump'; readonly code: TxFailure };

const plain = (code: TxFailure): xdr.TransactionResultResult => xdr.TransactionResultResult[code]();

export const transactionResult = (tx: Tx, verdict: Verdict, feeCharged: bigint): xdr.TransactionResult => {
  const ext = xdr.TransactionResultExt.v0();
  if (verdict.at === 'feeBump') return new xdr.TransactionResult({ feeCharged, result: plain(verdict.code), ext });
  const { code, operations } = verdict.outcome;
  if (!tx.feeBump) {
    const result = operations ? xdr.TransactionResultResult[code as 'txSuccess'](operations as xdr.OperationResult[]) : plain(code as TxFailure);
    return new xdr.TransactionResult({ feeCharged, result, ext });
  }
  const inner = operations
    ? xdr.InnerTransactionResultResult[code as 'txSuccess'](operations as xdr.OperationResult[])
    : xdr.InnerTransactionResultResult[code as TxFailure]();
  const pair = new xdr.InnerTransactionResultPair({
    transactionHash: tx.innerHashBytes,
    // The inner transaction pays nothing: its fee is the bump's.
    result: new xdr.InnerTransactionResult({ feeCharged: 0n, result: inner, ext: xdr.InnerTransactionResultExt.v0() }),
  });
  const result = code === 'txSuccess' ? xdr.TransactionResultResult.txFeeBumpInnerSuccess(pair) : xdr.TransactionResultResult.txFeeBumpInnerFailed(pair);
  return new xdr.TransactionResult({ feeCharged, result, ext });
};

export const isSuccess = (verdict: Verdict): boolean => verdict.at === 'inner' && verdict.outcome.code === 'txSuccess';
