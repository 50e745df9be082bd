/** Pages: a cursor, an order, at most 200 records, and links to the next and the previous page. */
import type { Chain } from '../ledger/chain.ts';
import { fromToid } from '../ledger/cursor.ts';
import type { Order, TransactionRow } from '../store/store.ts';
import { type Answer, link, ok, problem } from './format.ts';
import { paymentsJson, transactionJson } from './records.ts';

const limitDefault = 10;
const limitMax = 200;
/** rows looked at for one page of payments, at most so often: transactions without any are passed over */
const scanChunk = 200;
const scansMax = 20;

interface Query {
  readonly cursor: bigint | undefined;
  readonly order: Order;
  readonly limit: number;
}

const queryOf = (search: URLSearchParams): Query | Answer => {
  const [cursor, order, limit] = [search.get('cursor') ?? '', search.get('order') || 'asc', Number(search.get('limit') || limitDefault)];
  if (order !== 'asc' && order !== 'desc') return problem(400, 'order must be asc or desc');
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) return problem(400, `limit must be a number from 1 to ${limitMax}`);
  if (cursor !== '' && cursor !== 'now' && !/^\d{1,19}$/.test(cursor)) return problem(400, 'cursor must be a paging token');
  return { cursor: cursor === '' ? undefined : cursor === 'now' ? 1n << 62n : BigInt(cursor), order, limit };
};

const page = (path: string, { cursor, order, limit }: Query, records: readonly Record<string, unknown>[]): Answer => {
  const other: Order = order === 'asc' ? 'desc' : 'asc';
  const at = (record: Record<string, unknown> | undefined) => String(record?.paging_token ?? cursor ?? '');
  const href = (from: string, o: Order) => link(`${path}?cursor=${from}&limit=${limit}&order=${o}`);
  return ok({
    _links: { self: href(String(cursor ?? ''), order), next: href(at(records.at(-1)), order), prev: href(at(records[0]), other) },
    _embedded: { records },
  });
};

const isAnswer = (q: Query | Answer): q is Answer => 'status' in q;
const edge = ({ cursor }: Query) => {
  if (cursor === undefined) return undefined;
  const { ledger, transaction } = fromToid(cursor);
  return { ledger, position: transaction };
};

export const transactionsPage = (chain: Chain, search: URLSearchParams, path: string, base: string, account: string | undefined): Answer => {
  const query = queryOf(search);
  if (isAnswer(query)) return query;
  const failedToo = search.get('include_failed') === 'true';
  const rows = chain.store.transactions({ after: edge(query), order: query.order, limit: query.limit }, account);
  return page(
    path,
    query,
    rows.filter((r) => failedToo || r.successful).map((r) => transactionJson(r, base)),
  );
};

export const paymentsPage = (chain: Chain, search: URLSearchParams, path: string, base: string, account: string | undefined): Answer => {
  const query = queryOf(search);
  if (isAnswer(query)) return query;
  const records: Record<string, unknown>[] = [];
  const after = (record: Record<string, unknown>): boolean => {
    if (query.cursor === undefined) return true;
    const id = BigInt(String(record.id));
    return query.order === 'asc' ? id > query.cursor : id < query.cursor;
  };
  // A cursor may point between two operations of one transaction: begin with that transaction itself.
  let from = edge(query);
  if (from) from = { ledger: from.ledger, position: from.position + (query.order === 'asc' ? -1 : 1) };
  for (let scan = 0; scan < scansMax && records.length < query.limit; scan++) {
    const rows: TransactionRow[] = chain.store.transactions({ after: from, order: query.order, limit: scanChunk }, account);
    for (const row of rows) {
      if (!row.successful && search.get('include_failed') !== 'true') continue;
      const found = paymentsJson(row, base, account);
      records.push(...(query.order === 'asc' ? found : found.reverse()).filter(after));
    }
    const last = rows.at(-1);
    if (!last || rows.length < scanChunk) break;
    from = { ledger: last.ledger, position: last.position };
  }
  const kept = records.slice(0, query.limit);
  const join = search.get('join') === 'transactions';
  const joined = join ? kept.map((r) => ({ ...r, transaction: transactionJson(chain.store.transaction(String(r.transaction_hash))!, base) })) : kept;
  return page(path, query, joined);
};
