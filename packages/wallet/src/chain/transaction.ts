import { Account, type FeeBumpTransaction, Memo as SdkMemo, type Transaction, TransactionBuilder, xdr } from '@stellar/stellar-sdk/base';
import type { Memo } from '../input/memo.ts';
import type { Chain } from './chain.ts';

/** Signs the 32-byte hash of a transaction for one account. The keystore's signer is one; the key stays there. */
export interface Signer {
  readonly address: string;
  sign(hash: Uint8Array): Promise<Uint8Array>;
}

/** A transaction that nobody has signed yet. Plain values, so that it can be shown, kept and confirmed by its hash. */
export interface Unsigned {
  readonly source: string;
  readonly sequence: bigint;
  /** Unix seconds of ledger time: no ledger before this one can have it. */
  readonly madeAt: number;
  /** Unix seconds of ledger time. Until then it may be included, and nothing else may take its place. */
  readonly validUntil: number;
  /** The most that the ledger takes. */
  readonly feeMaxStroops: bigint;
  /** Base64 XDR. */
  readonly envelope: string;
  /** 64 hex digits: what is signed, and what the ledger will call it. */
  readonly hash: string;
}

/** Signed, and from now on never built again before its time is over. JSON through and through: it belongs into a durable queue. */
export interface Signed {
  readonly hash: string;
  readonly envelope: string;
  readonly source: string;
  /** Decimal. */
  readonly sequence: string;
  readonly madeAt: number;
  readonly validUntil: number;
  readonly feeMaxStroops: string;
}

/** Long enough for a busy network and a slow phone, short enough that waiting it out is no hardship. */
const validSecondsDefault = 180;

export interface Draft {
  readonly chain: Chain;
  readonly source: string;
  /** Of the account as it is; the transaction takes the next. */
  readonly sequence: bigint;
  /** Unix seconds of ledger time: `now` of the ledger that the draft was made from. */
  readonly madeAt: number;
  readonly validSeconds?: number;
  /** Per operation, without resources. */
  readonly feeStroops: bigint;
  readonly operations: readonly xdr.Operation[];
  readonly memo?: Memo;
  readonly resources?: xdr.SorobanTransactionData;
}

export function build({
  chain,
  source,
  sequence,
  madeAt,
  validSeconds = validSecondsDefault,
  feeStroops,
  operations,
  memo = { kind: 'none' },
  resources,
}: Draft): Unsigned {
  const validUntil = madeAt + validSeconds;
  const builder = new TransactionBuilder(new Account(source, sequence.toString()), {
    fee: feeStroops.toString(),
    memo: sdkMemo(memo),
    networkPassphrase: chain.network.passphrase,
    timebounds: { minTime: 0, maxTime: validUntil },
    ...(resources && { sorobanData: resources }),
  });
  for (const operation of operations) builder.addOperation(operation);
  const transaction = builder.build();
  return {
    source,
    sequence: sequence + 1n,
    madeAt,
    validUntil,
    feeMaxStroops: BigInt(transaction.fee),
    envelope: transaction.toXdr(),
    hash: xdr.encodeBytes(transaction.hash(), 'hex'),
  };
}

function sdkMemo(memo: Memo): SdkMemo {
  switch (memo.kind) {
    case 'none':
      return SdkMemo.none();
    case 'text':
      return SdkMemo.text(memo.text);
    case 'id':
      return SdkMemo.id(memo.id);
    case 'hash':
      return SdkMemo.hash(memo.hash);
    case 'return':
      return SdkMemo.return(memo.hash);
  }
}

/** The transaction in an envelope for this network, fee bump or not. Throws on anything else. */
export const readEnvelope = (chain: Chain, envelope: string): Transaction | FeeBumpTransaction =>
  TransactionBuilder.fromXdr(envelope, chain.network.passphrase);

/** Adds signatures. The hash that is signed is computed here, from the envelope: whoever confirmed another hash gets an error, not a payment. */
export async function signTransaction(chain: Chain, unsigned: Unsigned, ...signers: Signer[]): Promise<Signed> {
  const transaction = readEnvelope(chain, unsigned.envelope);
  const hash = transaction.hash();
  if (xdr.encodeBytes(hash, 'hex') !== unsigned.hash) throw new RangeError('the envelope is not the one that was prepared');
  for (const signer of signers) transaction.addSignature(signer.address, xdr.encodeBytes(await signer.sign(hash), 'base64'));
  return {
    hash: unsigned.hash,
    envelope: transaction.toXdr(),
    source: unsigned.source,
    sequence: unsigned.sequence.toString(),
    madeAt: unsigned.madeAt,
    validUntil: unsigned.validUntil,
    feeMaxStroops: unsigned.feeMaxStroops.toString(),
  };
}
