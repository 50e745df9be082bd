/** What RPC servers say about the network, its ledgers and their entries. */
import { xdr } from '@stellar/stellar-sdk/base';
import { fromHex } from '../bytes.ts';
import type { Chain } from '../ledger/chain.ts';
import { entryKey, hasTtl, liveUntil } from '../ledger/entries.ts';
import { feeStats } from '../ledger/fee-stats.ts';
import { closeMeta, historyEntry } from '../ledger/header.ts';
import type { LedgerRow } from '../store/store.ts';
import { invalidParams, invalidRequest } from './errors.ts';
import { list, object, optionalText, optionalWhole, type Params, text } from './params.ts';

const keysMax = 200;
const pageMax = 200;
const pageDefault = 50;
const uint32Max = 0xffff_ffff;
const version = 'localnet';

export const getHealth = (chain: Chain): unknown => ({
  status: 'healthy',
  latestLedger: chain.latest.seq,
  latestLedgerCloseTime: String(chain.latest.closeTime),
  oldestLedger: chain.oldestSeq,
  oldestLedgerCloseTime: String(chain.store.oldestLedger()?.closeTime ?? chain.latest.closeTime),
  ledgerRetentionWindow: chain.config.retentionLedgers,
});

export const getNetwork = (chain: Chain, friendbotUrl: string): unknown => ({
  friendbotUrl,
  passphrase: chain.config.passphrase,
  protocolVersion: chain.config.protocolVersion,
});

const headerXdr = (row: LedgerRow): xdr.LedgerHeader => xdr.LedgerHeader.fromXdr(row.header);

const metadata = (chain: Chain, row: LedgerRow): string => {
  const rows = chain.store.transactionsOf(row.seq);
  const envelopes = rows.map((r) => xdr.TransactionEnvelope.fromXdr(r.envelope));
  const processing = rows.map((r) => xdr.TransactionResultMetaV1.fromXdr(r.resultMeta));
  return closeMeta(headerXdr(row), fromHex(row.hash), envelopes, processing).toXdr('base64');
};

export const getLatestLedger = (chain: Chain): unknown => ({
  id: chain.latest.hash,
  protocolVersion: chain.config.protocolVersion,
  sequence: chain.latest.seq,
  closeTime: String(chain.latest.closeTime),
  headerXdr: Buffer.from(chain.latest.header).toString('base64'),
  metadataXdr: metadata(chain, chain.latest),
});

export const getLedgers = (chain: Chain, params: Params): unknown => {
  const pagination = object(params.pagination, 'pagination');
  const cursor = optionalText(pagination.cursor, 'cursor');
  const limit = optionalWhole(pagination.limit, 'limit', 1, pageMax) ?? pageDefault;
  const startLedger = optionalWhole(params.startLedger, 'startLedger', 0, uint32Max);
  if (cursor && !/^\d{1,10}$/.test(cursor)) throw invalidParams(`cursor invalid: ${cursor}`);
  const start = cursor ? Number(cursor) + 1 : (startLedger ?? 0);
  if (!cursor && (start < chain.oldestSeq || start > chain.latest.seq)) {
    throw invalidRequest(`start ledger must be between the oldest ledger: ${chain.oldestSeq} and the latest ledger: ${chain.latest.seq} for this rpc instance`);
  }
  const rows = chain.store.ledgersFrom(start, limit);
  return {
    ledgers: rows.map((row) => ({
      hash: row.hash,
      sequence: row.seq,
      ledgerCloseTime: String(row.closeTime),
      headerXdr: historyEntry(headerXdr(row), fromHex(row.hash)).toXdr('base64'),
      metadataXdr: metadata(chain, row),
    })),
    latestLedger: chain.latest.seq,
    latestLedgerCloseTime: chain.latest.closeTime,
    oldestLedger: chain.oldestSeq,
    oldestLedgerCloseTime: chain.store.oldestLedger()?.closeTime ?? chain.latest.closeTime,
    cursor: String(rows.at(-1)?.seq ?? cursor ?? start),
  };
};

export const getLedgerEntries = (chain: Chain, params: Params): unknown => {
  const keys = list(params.keys, 'keys', keysMax).map((k) => text(k, 'key'));
  const entries = keys.flatMap((given) => {
    let key: xdr.LedgerKey;
    try {
      key = xdr.LedgerKey.fromXdr(given, 'base64');
    } catch {
      throw invalidParams(`cannot unmarshal key value ${given}`);
    }
    if (key.type === 'ttl') throw invalidParams('ledger ttl entries cannot be queried directly');
    const entry = chain.view.get(entryKey(key));
    if (!entry) return [];
    const until = hasTtl(key) ? liveUntil(chain.view, entryKey(key)) : undefined;
    // Temporary entries are gone when their time is over; persistent ones are archived, and shown with the ledger they lived until.
    const temporary = key.type === 'contractData' && key.contractData.durability === xdr.ContractDataDurability.temporary;
    if (temporary && until !== undefined && until < chain.latest.seq) return [];
    return [
      {
        key: given,
        xdr: entry.data.toXdr('base64'),
        lastModifiedLedgerSeq: entry.lastModifiedLedgerSeq,
        ...(until !== undefined && { liveUntilLedgerSeq: until }),
        extXdr: entry.ext.toXdr('base64'),
      },
    ];
  });
  return { entries, latestLedger: chain.latest.seq };
};

export const getFeeStats = (chain: Chain): unknown => {
  const { percentiles, ledgers, count } = feeStats(chain);
  const distribution = { ...percentiles, transactionCount: String(count), ledgerCount: ledgers };
  return { sorobanInclusionFee: distribution, inclusionFee: distribution, latestLedger: chain.latest.seq };
};

export const getVersionInfo = (chain: Chain): unknown => {
  const { protocolVersion } = chain.config;
  return {
    version,
    commitHash: '',
    buildTimestamp: '',
    captiveCoreVersion: 'none: an EnergyMesh localnet',
    protocolVersion,
    commit_hash: '',
    build_timestamp: '',
    captive_core_version: 'none: an EnergyMesh localnet',
    protocol_version: protocolVersion,
  };
};
