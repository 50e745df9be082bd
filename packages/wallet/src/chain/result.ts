import { xdr } from '@stellar/stellar-sdk/base';

/** What the ledger did with a transaction that it included. */
export interface Outcome {
  readonly ok: boolean;
  /** `txSuccess`, `txFailed`, `txBadSeq`, ... of the transaction itself, inside a fee bump too. */
  readonly code: string;
  /** Of the first operation that failed: `paymentUnderfunded`, `invokeHostFunctionTrapped`, ... */
  readonly operation?: string;
  readonly feeChargedStroops: bigint;
}

export function readResult(base64: string): Outcome {
  const { feeCharged, result } = xdr.TransactionResult.fromXdr(base64, 'base64');
  const inner = result.type === 'txFeeBumpInnerSuccess' || result.type === 'txFeeBumpInnerFailed' ? result.value.result.result : result;
  const failed = inner.type === 'txFailed' ? inner.value.map(operationCode).find((code) => !code.endsWith('Success')) : undefined;
  return { ok: inner.type === 'txSuccess', code: inner.type, ...(failed !== undefined && { operation: failed }), feeChargedStroops: feeCharged };
}

const operationCode = (result: xdr.OperationResult): string => (result.type === 'opInner' ? result.value.value.type : result.type);

/** Base64 of what a contract's function gave back. */
export function readReturnValue(metaBase64: string): string | undefined {
  const meta = xdr.TransactionMeta.fromXdr(metaBase64, 'base64');
  return meta.type === 'v3' || meta.type === 'v4' ? meta.value.sorobanMeta?.returnValue?.toXdr('base64') : undefined;
}
