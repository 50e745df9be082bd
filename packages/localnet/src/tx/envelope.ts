/** A transaction as it comes over the wire, taken apart once. */
import { xdr } from '@stellar/stellar-sdk/base';
import { hex, sha256 } from '../bytes.ts';
import { muxedId } from '../ledger/accounts.ts';

export interface Tx {
  readonly envelope: xdr.TransactionEnvelope;
  /** bytes of the envelope */
  readonly size: number;
  /** hex; of the fee bump where there is one: what a client polls for */
  readonly hash: string;
  readonly hashBytes: Uint8Array;
  readonly inner: xdr.Transaction;
  readonly innerHashBytes: Uint8Array;
  readonly signatures: readonly xdr.DecoratedSignature[];
  readonly source: string;
  readonly soroban: xdr.SorobanTransactionData | undefined;
  readonly feeBump: FeeBump | undefined;
  /** what is offered at most, resource fee included */
  readonly feeBid: bigint;
  /** operations that count for the fee: one more for a fee bump */
  readonly feeOperations: bigint;
}

interface FeeBump {
  readonly source: string;
  readonly signatures: readonly xdr.DecoratedSignature[];
}

export class MalformedEnvelope extends Error {
  override readonly name = 'MalformedEnvelope';
}

const payloadHash = (networkId: Uint8Array, tagged: xdr.TransactionSignaturePayloadTaggedTransaction): Uint8Array =>
  sha256(new xdr.TransactionSignaturePayload({ networkId, taggedTransaction: tagged }).toXdr());

/** Fails with MalformedEnvelope: bytes that are no envelope, or one from before 2019 (version 0), which no current SDK writes. */
export const parseEnvelope = (input: string, networkId: Uint8Array): Tx => {
  let envelope: xdr.TransactionEnvelope;
  try {
    envelope = xdr.TransactionEnvelope.fromXdr(input, 'base64');
  } catch (error) {
    throw new MalformedEnvelope(error instanceof Error ? error.message : String(error));
  }
  const size = envelope.toXdr().length;
  const tagged = xdr.TransactionSignaturePayloadTaggedTransaction;
  if (envelope.type === 'envelopeTypeTx') {
    const { tx, signatures } = envelope.v1;
    const hashBytes = payloadHash(networkId, tagged.envelopeTypeTx(tx));
    return {
      envelope,
      size,
      hash: hex(hashBytes),
      hashBytes,
      inner: tx,
      innerHashBytes: hashBytes,
      signatures,
      source: muxedId(tx.sourceAccount),
      soroban: tx.ext.type === 'sorobanData' ? tx.ext.sorobanData : undefined,
      feeBump: undefined,
      feeBid: BigInt(tx.fee),
      feeOperations: BigInt(tx.operations.length),
    };
  }
  if (envelope.type === 'envelopeTypeTxFeeBump') {
    const { tx: bump, signatures } = envelope.feeBump;
    const { tx, signatures: innerSignatures } = bump.innerTx.v1;
    const hashBytes = payloadHash(networkId, tagged.envelopeTypeTxFeeBump(bump));
    return {
      envelope,
      size,
      hash: hex(hashBytes),
      hashBytes,
      inner: tx,
      innerHashBytes: payloadHash(networkId, tagged.envelopeTypeTx(tx)),
      signatures: innerSignatures,
      source: muxedId(tx.sourceAccount),
      soroban: tx.ext.type === 'sorobanData' ? tx.ext.sorobanData : undefined,
      feeBump: { source: muxedId(bump.feeSource), signatures },
      feeBid: bump.fee,
      feeOperations: BigInt(tx.operations.length + 1),
    };
  }
  throw new MalformedEnvelope(`envelopes of type ${(envelope as { type: string }).type} are not taken`);
};

const sorobanOperations = new Set(['invokeHostFunction', 'extendFootprintTtl', 'restoreFootprint']);
export const isSorobanOperation = (op: xdr.Operation): boolean => sorobanOperations.has(op.body.type);
export const isSoroban = (tx: Tx): boolean => tx.inner.operations.some(isSorobanOperation);
export const feeSource = (tx: Tx): string => tx.feeBump?.source ?? tx.source;
