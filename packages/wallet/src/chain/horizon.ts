import { parseXlm } from '../input/amount.ts';
import type { Chain } from './chain.ts';
import { Unreachable } from './errors.ts';
import type { Movement } from './history.ts';
import { Answer } from './rpc.ts';

/**
 * The optional long memory: payments of an account by Horizon, newest first, as far back as that server goes. Fees and what contracts paid in the middle of
 * a call are not in its payments; amounts of contract calls are, as balance changes.
 */
export async function readHorizonPayments(
  chain: Chain,
  address: string,
  { cursor, limit = 100, signal }: { cursor?: string; limit?: number; signal?: AbortSignal } = {},
): Promise<{ readonly movements: readonly Movement[]; readonly cursor?: string }> {
  const { horizonUrl } = chain.network;
  if (horizonUrl === undefined) throw new RangeError('no Horizon is configured');
  const query = new URLSearchParams({ order: 'desc', limit: String(limit), ...(cursor !== undefined && { cursor }) });
  const { status, body } = await chain.http.exchange(
    'payments',
    `${horizonUrl}/accounts/${address}/payments?${query}`,
    { headers: { accept: 'application/json' } },
    signal,
  );
  if (status === 404) return { movements: [] };
  if (status !== 200 || typeof body !== 'object' || body === null) throw new Unreachable('payments', `HTTP ${status}`);
  const records = new Answer('payments', body as Record<string, unknown>).object('_embedded').list('records');
  const movements = records.filter((record) => record.optionalText('transaction_hash') !== undefined).flatMap((record) => movementsOf(record, address));
  const last = records.at(-1)?.text('paging_token');
  return { movements, ...(last !== undefined && records.length === limit && { cursor: last }) };
}

function movementsOf(record: Answer, address: string): Movement[] {
  const base = {
    id: record.text('id'),
    at: Math.floor(Date.parse(record.text('created_at')) / 1000),
    // Horizon's ids are SEP-35's order ids.
    ledger: Number(BigInt(record.text('paging_token').split('-')[0]!) >> 32n),
    transaction: record.text('transaction_hash'),
  };
  const move = (from: string, to: string, amount: string, id = base.id): Movement[] => {
    const amountStroops = parseXlm(amount);
    if (typeof amountStroops !== 'bigint' || from === to || (from !== address && to !== address)) return [];
    const sent = from === address;
    return [{ ...base, id, kind: sent ? 'sent' : 'received', amountStroops, counterparty: sent ? to : from }];
  };
  switch (record.text('type')) {
    case 'create_account':
      return move(record.text('funder'), record.text('account'), record.text('starting_balance'));
    case 'payment':
      return record.text('asset_type') === 'native' ? move(record.text('from'), record.text('to'), record.text('amount')) : [];
    case 'invoke_host_function':
      return record
        .list('asset_balance_changes')
        .flatMap((change, i) =>
          change.text('asset_type') === 'native' && change.text('type') === 'transfer'
            ? move(change.text('from'), change.text('to'), change.text('amount'), `${base.id}-${i}`)
            : [],
        );
    default:
      return [];
  }
}
