import { Address, Asset, nativeToScVal, scValToNative, xdr } from '@stellar/stellar-sdk/base';
import type { Chain } from './chain.ts';
import { type EventPage, type EventPosition, readEvents } from './events.ts';

/** XLM that came, went, or was taken as a fee. */
export interface Movement {
  /** Unique and rising on one server; for deduplication. */
  readonly id: string;
  readonly kind: 'received' | 'sent' | 'fee' | 'fee-returned';
  readonly amountStroops: bigint;
  /** The other side; none for fees. */
  readonly counterparty?: string;
  /** The memo, or the number of the sub-account it was for: whichever there was, as text. */
  readonly memo?: string;
  /** Unix seconds. */
  readonly at: number;
  readonly ledger: number;
  readonly transaction: string;
}

/**
 * Movements of one account from XLM's own contract events: since protocol 23 the ledger writes one for every payment, in a contract or not (CAP-67).
 * Oldest first; from a ledger or from where the last page ended. The server keeps days, not years: see `gap`.
 */
export async function readMovements(chain: Chain, address: string, from: EventPosition, limit = 200, signal?: AbortSignal): Promise<EventPage<Movement>> {
  const self = new Address(address).toScVal().toXdr('base64');
  const symbol = (name: string): string => xdr.ScVal.scvSymbol(name).toXdr('base64');
  const native = nativeToScVal('native', { type: 'string' }).toXdr('base64');
  const page = await readEvents(
    chain,
    {
      contract: Asset.native().contractId(chain.network.passphrase),
      topics: [
        [symbol('transfer'), self, '*', native],
        [symbol('transfer'), '*', self, native],
        [symbol('fee'), self],
      ],
    },
    from,
    limit,
    signal,
  );
  if (page.kind !== 'page') return page;
  const movements = page.events.flatMap(({ id, topics, value, closedAt, ledger, transaction }): Movement[] => {
    const [name, a, b] = topics.map((topic) => scValToNative(topic) as unknown);
    const data = scValToNative(value) as unknown;
    const { amount, to_muxed_id: memo } =
      typeof data === 'bigint' ? { amount: data, to_muxed_id: undefined } : (data as { amount?: unknown; to_muxed_id?: unknown });
    if (typeof amount !== 'bigint') return [];
    const base = { id, at: closedAt, ledger, transaction };
    if (name === 'fee') return [{ ...base, kind: amount < 0n ? 'fee-returned' : 'fee', amountStroops: amount < 0n ? -amount : amount }];
    if (typeof a !== 'string' || typeof b !== 'string') return [];
    const sent = a === address;
    return [
      { ...base, kind: sent ? 'sent' : 'received', amountStroops: amount, counterparty: sent ? b : a, ...(memo !== undefined && { memo: memoText(memo) }) },
    ];
  });
  return { ...page, events: movements };
}

function memoText(memo: unknown): string {
  return memo instanceof Uint8Array ? xdr.encodeBytes(memo, 'hex') : String(memo);
}
