import { xdr } from '@stellar/stellar-sdk/base';
import type { Chain } from './chain.ts';
import { RpcFailure } from './errors.ts';

/** Where reading goes on: after a page's cursor, or at a ledger. */
export type EventPosition = { readonly cursor: string } | { readonly ledger: number };

export interface ContractEvent {
  /** Unique and rising; the same event has the same id in every answer. */
  readonly id: string;
  readonly topics: readonly xdr.ScVal[];
  readonly value: xdr.ScVal;
  readonly contract: string;
  readonly ledger: number;
  /** Unix seconds. */
  readonly closedAt: number;
  readonly transaction: string;
}

export type EventPage<T> =
  | {
      readonly kind: 'page';
      readonly events: readonly T[];
      /** Go on from here. Also after an empty page: the server looked at some ledgers and there was nothing. */
      readonly next: { readonly cursor: string };
      /** Nothing newer was there when it answered. */
      readonly upToDate: boolean;
      readonly latestLedger: number;
      readonly oldestLedger: number;
    }
  /** The server no longer has what was asked for. What lies between is missing for good, here; elsewhere (contract state, Horizon) it may be found. */
  | { readonly kind: 'gap'; readonly wantedLedger: number; readonly oldestLedger: number; readonly latestLedger: number }
  /** The server is not that far yet, or it is another ledger since (a local network that was started anew). */
  | { readonly kind: 'ahead'; readonly wantedLedger: number; readonly oldestLedger: number; readonly latestLedger: number };

export interface EventQuery {
  readonly contract: string;
  /** Any of these; within one, every place: base64 ScVal or `*`. At most 5. */
  readonly topics?: readonly (readonly string[])[];
}

/** The ledger in a cursor: its first half is SEP-35's order id, ledger in the upper 32 bits. */
export const ledgerOfCursor = (cursor: string): number => {
  const digits = /^(\d{1,20})-\d+$/.exec(cursor)?.[1];
  if (digits === undefined) throw new RangeError(`no cursor: ${cursor.slice(0, 60)}`);
  return Number(BigInt(digits) >> 32n);
};

/** One page, oldest first. */
export async function readEvents(chain: Chain, query: EventQuery, from: EventPosition, limit: number, signal?: AbortSignal): Promise<EventPage<ContractEvent>> {
  const filter = { type: 'contract', contractIds: [query.contract], ...(query.topics && { topics: query.topics }) };
  const wantedLedger = 'cursor' in from ? ledgerOfCursor(from.cursor) : from.ledger;
  const pagination = { limit, ...('cursor' in from && { cursor: from.cursor }) };
  try {
    const answer = await chain.rpc.call('getEvents', { filters: [filter], pagination, ...('ledger' in from && { startLedger: from.ledger }) }, signal);
    const range = { oldestLedger: answer.integer('oldestLedger'), latestLedger: answer.integer('latestLedger') };
    // Servers differ in whether an old cursor is an error: what was dropped is missing either way.
    if (wantedLedger + 1 < range.oldestLedger) return { kind: 'gap', wantedLedger, ...range };
    const events = answer.list('events').map(
      (event): ContractEvent => ({
        id: event.text('id'),
        topics: event.xdrs('topic', (text) => xdr.ScVal.fromXdr(text, 'base64')),
        value: event.xdr('value', (text) => xdr.ScVal.fromXdr(text, 'base64')),
        contract: event.text('contractId'),
        ledger: event.integer('ledger'),
        closedAt: Math.floor(Date.parse(event.text('ledgerClosedAt')) / 1000),
        transaction: event.text('txHash'),
      }),
    );
    const cursor = answer.text('cursor');
    return { kind: 'page', events, next: { cursor }, upToDate: events.length < limit && ledgerOfCursor(cursor) >= range.latestLedger, ...range };
  } catch (error) {
    const range = error instanceof RpcFailure ? /ledger range: (\d+) - (\d+)/.exec(error.detail) : null;
    if (!range) throw error;
    const [oldestLedger, latestLedger] = [Number(range[1]), Number(range[2])];
    return { kind: wantedLedger < oldestLedger ? 'gap' : 'ahead', wantedLedger, oldestLedger, latestLedger };
  }
}
