import { FeeBumpTransaction, TransactionBuilder, xdr } from '@stellar/stellar-sdk/base';
import type { Chain } from './chain.ts';
import { readEnvelope, type Signed, type Unsigned } from './transaction.ts';

/**
 * The same signed transaction at a higher price, or at somebody else's cost: CAP-15. `payer` signs it; the account inside pays nothing and its
 * sequence number counts once, whichever of the two the ledger takes. `feeStroops` is per operation, the bump counting as one more.
 */
export function bumpFee(chain: Chain, inner: Signed, payer: string, feeStroops: bigint): Unsigned {
  const transaction = readEnvelope(chain, inner.envelope);
  if (transaction instanceof FeeBumpTransaction) throw new RangeError('a fee bump cannot be bumped; bump the transaction inside');
  const bump = TransactionBuilder.buildFeeBumpTransaction(payer, feeStroops.toString(), transaction, chain.network.passphrase);
  return {
    source: inner.source,
    sequence: BigInt(inner.sequence),
    madeAt: inner.madeAt,
    validUntil: inner.validUntil,
    feeMaxStroops: BigInt(bump.fee),
    envelope: bump.toXdr(),
    hash: xdr.encodeBytes(bump.hash(), 'hex'),
  };
}
