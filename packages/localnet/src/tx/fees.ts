/** What a transaction must offer, and what it is charged. */

import type { NetworkConfig } from '../ledger/config.ts';
import { fixedFee, type Resources } from '../soroban/fees.ts';
import { isSoroban, type Tx } from './envelope.ts';

const resourceFee = (tx: Tx): bigint => (isSoroban(tx) ? (tx.soroban?.resourceFee ?? 0n) : 0n);

/** Offered for a place in a ledger; contract transactions count as one operation, two under a fee bump. */
export const inclusionBid = (tx: Tx): bigint => tx.feeBid - resourceFee(tx);

/** `perOperation`: what a place costs now. */
export const inclusionFee = (tx: Tx, perOperation: bigint): bigint => perOperation * tx.feeOperations;

export const feeCharged = (tx: Tx, perOperation: bigint): bigint => {
  const due = inclusionFee(tx, perOperation);
  return inclusionBid(tx) < due ? tx.feeBid : resourceFee(tx) + due;
};

/** As declared; entries of the classic ledger are read from disk, and so is what gets restored. */
const declaredResources = (tx: Tx): Resources => {
  const { resources, ext } = tx.soroban!;
  const { readOnly, readWrite } = resources.footprint;
  const onDisk = [...readOnly, ...readWrite].filter((k) => k.type !== 'contractData' && k.type !== 'contractCode').length;
  const restored = ext.type === 'resourceExt' ? ext.resourceExt.archivedSorobanEntries.length : 0;
  return {
    instructions: resources.instructions,
    diskReadEntries: onDisk + restored,
    diskReadBytes: resources.diskReadBytes,
    writeEntries: readWrite.length,
    writeBytes: resources.writeBytes,
    transactionBytes: tx.size,
  };
};

/** What of the resource fee goes back when it is not used: all but what the declared resources cost. */
export const refundable = (tx: Tx, config: NetworkConfig): bigint => resourceFee(tx) - fixedFee(declaredResources(tx), config.fees);
