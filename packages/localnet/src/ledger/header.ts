/** Headers and what hangs on them. The set of entries has no real hash here: its place holds a hash of what changed, chained on. */
import { xdr } from '@stellar/stellar-sdk/base';
import { sha256 } from '../bytes.ts';
import type { NetworkConfig } from './config.ts';

const zero = new Uint8Array(32);

export interface HeaderInput {
  readonly config: NetworkConfig;
  readonly previous: xdr.LedgerHeader | undefined;
  readonly seq: number;
  readonly closeTime: bigint;
  readonly feesCharged: bigint;
  readonly txSetHash: Uint8Array;
  readonly resultHash: Uint8Array;
  readonly stateHash: Uint8Array;
}

export const headerHash = (header: xdr.LedgerHeader): Uint8Array => sha256(header.toXdr());

export const newHeader = (input: HeaderInput): xdr.LedgerHeader => {
  const { config, previous } = input;
  return new xdr.LedgerHeader({
    ledgerVersion: config.protocolVersion,
    previousLedgerHash: previous ? headerHash(previous) : zero,
    scpValue: new xdr.StellarValue({ txSetHash: input.txSetHash, closeTime: input.closeTime, upgrades: [], ext: xdr.StellarValueExt.stellarValueBasic() }),
    txSetResultHash: input.resultHash,
    bucketListHash: sha256(previous?.bucketListHash.value ?? zero, input.stateHash),
    ledgerSeq: input.seq,
    totalCoins: config.totalCoins,
    feePool: (previous?.feePool ?? 0n) + input.feesCharged,
    inflationSeq: 0,
    idPool: 0n,
    baseFee: config.baseFee,
    baseReserve: Number(config.baseReserve),
    maxTxSetSize: 1000,
    skipList: [zero, zero, zero, zero],
    ext: xdr.LedgerHeaderExt.v0(),
  });
};

/** The transactions of a ledger, contract transactions in a phase of their own, one stage, one cluster. */
export const transactionSet = (previousHash: Uint8Array, envelopes: readonly xdr.TransactionEnvelope[]): xdr.GeneralizedTransactionSet => {
  const soroban = envelopes.filter(isSorobanEnvelope);
  const classic = envelopes.filter((e) => !isSorobanEnvelope(e));
  const component = (txs: xdr.TransactionEnvelope[]) =>
    xdr.TxSetComponent.txsetCompTxsMaybeDiscountedFee(new xdr.TxSetComponentTxsMaybeDiscountedFee({ baseFee: null, txs }));
  return xdr.GeneralizedTransactionSet.v1TxSet(
    new xdr.TransactionSetV1({
      previousLedgerHash: previousHash,
      phases: [
        xdr.TransactionPhase.v0Components(classic.length ? [component(classic)] : []),
        xdr.TransactionPhase.parallelTxsComponent(new xdr.ParallelTxsComponent({ baseFee: null, executionStages: soroban.length ? [[soroban]] : [] })),
      ],
    }),
  );
};

const isSorobanEnvelope = (envelope: xdr.TransactionEnvelope): boolean => {
  const tx = envelope.type === 'envelopeTypeTx' ? envelope.v1.tx : envelope.type === 'envelopeTypeTxFeeBump' ? envelope.feeBump.tx.innerTx.v1.tx : undefined;
  return tx?.ext.type === 'sorobanData';
};

export const closeMeta = (
  header: xdr.LedgerHeader,
  hash: Uint8Array,
  envelopes: readonly xdr.TransactionEnvelope[],
  processing: xdr.TransactionResultMetaV1[],
): xdr.LedgerCloseMeta =>
  xdr.LedgerCloseMeta.v2(
    new xdr.LedgerCloseMetaV2({
      ext: xdr.LedgerCloseMetaExt.v0(),
      ledgerHeader: historyEntry(header, hash),
      txSet: transactionSet(header.previousLedgerHash.value, envelopes),
      txProcessing: processing,
      upgradesProcessing: [],
      scpInfo: [],
      totalByteSizeOfLiveSorobanState: 0n,
      evictedKeys: [],
    }),
  );

export const historyEntry = (header: xdr.LedgerHeader, hash: Uint8Array): xdr.LedgerHeaderHistoryEntry =>
  new xdr.LedgerHeaderHistoryEntry({ hash, header, ext: xdr.LedgerHeaderHistoryEntryExt.v0() });
