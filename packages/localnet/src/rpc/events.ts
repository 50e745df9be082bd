/** getEvents: filters, pages, and the bounds of what is kept and of what one question may scan. */

import type { Chain } from '../ledger/chain.ts';
import { endOfLedger, eventId, isEventId, ledgerOfEventId } from '../ledger/cursor.ts';
import type { EventRow } from '../store/store.ts';
import { invalidParams, invalidRequest } from './errors.ts';
import { list, object, optionalText, optionalWhole, type Params, text } from './params.ts';

/** ledgers looked through for one question; the cursor says how far it came */
const scanMax = 10_000;
const limitMax = 10_000;
const limitDefault = 100;
const filtersMax = 5;
const contractsMax = 5;
const topicFiltersMax = 5;
const segmentsMax = 5;
const uint32Max = 0xffff_ffff;

interface Filter {
  readonly types: readonly string[];
  readonly contracts: readonly string[];
  readonly topics: readonly (readonly string[])[];
}

const filterOf = (value: unknown): Filter => {
  const f = object(value, 'filter');
  const types = (optionalText(f.type, 'filter type') ?? '').split(',').filter(Boolean);
  if (types.some((t) => t !== 'contract' && t !== 'system')) throw invalidParams('filter type invalid: only contract and system are kept');
  return {
    types,
    contracts: list(f.contractIds, 'contractIds', contractsMax).map((c) => text(c, 'contract id')),
    topics: list(f.topics, 'topics', topicFiltersMax).map((t) => list(t, 'topic filter', segmentsMax).map((s) => text(s, 'topic segment'))),
  };
};

/** `*` is any one topic, `**` at the end any number more. */
const topicsMatch = (filter: readonly string[], topics: readonly string[]): boolean => {
  const open = filter.at(-1) === '**';
  const segments = open ? filter.slice(0, -1) : filter;
  if (open ? topics.length < segments.length : topics.length !== segments.length) return false;
  return segments.every((s, i) => s === '*' || s === topics[i]);
};

const matches = (f: Filter, e: EventRow): boolean =>
  (f.types.length === 0 || f.types.includes(e.type)) &&
  (f.contracts.length === 0 || f.contracts.includes(e.contract)) &&
  (f.topics.length === 0 || f.topics.some((t) => topicsMatch(t, e.topics)));

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '');

export const getEvents = (chain: Chain, params: Params): unknown => {
  const pagination = object(params.pagination, 'pagination');
  const cursor = optionalText(pagination.cursor, 'cursor');
  const limit = optionalWhole(pagination.limit, 'limit', 1, limitMax) ?? limitDefault;
  const filters = list(params.filters, 'filters', filtersMax).map(filterOf);
  const { latest, oldestSeq } = chain;
  const startLedger = optionalWhole(params.startLedger, 'startLedger', 0, uint32Max);
  const endLedger = optionalWhole(params.endLedger, 'endLedger', 0, uint32Max);
  if (cursor && (startLedger || endLedger)) throw invalidParams('ledger ranges and cursor cannot both be set');
  if (cursor && !isEventId(cursor)) throw invalidParams(`cursor invalid: ${cursor}`);
  const start = cursor ? Math.max(oldestSeq, ledgerOfEventId(cursor)) : (startLedger ?? 0);
  if (!cursor && (start < oldestSeq || start > latest.seq)) {
    throw invalidRequest(`startLedger must be within the ledger range: ${oldestSeq} - ${latest.seq}`);
  }
  const end = Math.min(endLedger ?? uint32Max, start + scanMax, latest.seq + 1);
  const afterId = cursor ?? eventId({ ledger: start, transaction: 0, operation: 0 }, 0).replace(/\d$/, '/');
  const found: EventRow[] = [];
  for (const event of chain.store.events(afterId, end)) {
    if (filters.length > 0 && !filters.some((f) => matches(f, event))) continue;
    found.push(event);
    if (found.length === limit) break;
  }
  // A full page ends at its last event; else everything up to the end of the range has been seen.
  const reached = endOfLedger(Math.max(start, end) - 1);
  const next = found.length === limit ? found.at(-1)!.id : cursor && cursor > reached ? cursor : reached;
  return {
    events: found.map((e) => ({
      type: e.type,
      ledger: e.ledger,
      ledgerClosedAt: isoTime(e.closeTime),
      contractId: e.contract,
      id: e.id,
      operationIndex: e.operationIndex,
      transactionIndex: e.transactionIndex,
      txHash: e.hash,
      inSuccessfulContractCall: true,
      topic: e.topics,
      value: e.value,
    })),
    cursor: next,
    latestLedger: latest.seq,
    oldestLedger: oldestSeq,
    latestLedgerCloseTime: String(latest.closeTime),
    oldestLedgerCloseTime: String(chain.store.oldestLedger()?.closeTime ?? latest.closeTime),
  };
};
