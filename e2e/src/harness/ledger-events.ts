import { createHash } from 'node:crypto';
import { scValToNative, xdr } from '@stellar/stellar-sdk/base';

/** What the contract told, as it stands on the ledger: names of contracts/incentive/src/events.rs. */
export interface LedgerEvent {
  readonly name: string;
  /** Node id (docs/protocol.md §2.1) and public key, where the event is of a node. */
  readonly node: string | undefined;
  readonly key: string | undefined;
  /** Unix seconds. */
  readonly closedAt: number;
  readonly tx: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Page {
  readonly events: readonly { readonly topic: readonly string[]; readonly value: string; readonly ledgerClosedAt: string; readonly txHash: string }[];
  readonly cursor: string;
  readonly latestLedger: number;
}
const pageMax = 1000;

/** By JSON-RPC alone: nothing of the product's own reading of the ledger. */
async function ask<T>(rpcUrl: string, method: string, params: object = {}): Promise<T> {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(10_000),
  });
  const { result, error } = (await response.json()) as { result?: T; error?: { message: string } };
  if (result === undefined) throw new Error(`${method}: ${error?.message}`);
  return result;
}

/** All of them, oldest first. */
export async function ledgerEvents(rpcUrl: string, contract: string): Promise<LedgerEvent[]> {
  const { oldestLedger } = await ask<{ oldestLedger: number }>(rpcUrl, 'getHealth');
  const filters = [{ type: 'contract', contractIds: [contract] }];
  const found: LedgerEvent[] = [];
  for (let at: object = { startLedger: oldestLedger, pagination: { limit: pageMax } }; ; ) {
    const page = await ask<Page>(rpcUrl, 'getEvents', { filters, ...at });
    found.push(...page.events.map(eventOf));
    if (page.events.length < pageMax) return found;
    at = { pagination: { cursor: page.cursor, limit: pageMax } };
  }
}

/** Stroops; undefined: there is no such account. By Horizon. */
export async function balanceOf(url: string, address: string): Promise<bigint | undefined> {
  const response = await fetch(`${url}/accounts/${address}`, { signal: AbortSignal.timeout(10_000) });
  if (response.status === 404) return undefined;
  const { balances } = (await response.json()) as { balances: readonly { readonly asset_type: string; readonly balance: string }[] };
  const [whole, part = ''] = (balances.find(({ asset_type }) => asset_type === 'native')?.balance ?? '0').split('.');
  return BigInt(`${whole}${part.padEnd(7, '0')}`);
}

function eventOf({ topic, value, ledgerClosedAt, txHash }: Page['events'][number]): LedgerEvent {
  const [name, key] = topic.map((text) => scValToNative(xdr.ScVal.fromXdr(text, 'base64')) as unknown);
  const bytes = key instanceof Uint8Array ? key : undefined;
  return {
    name: String(name),
    node: bytes && createHash('sha256').update(bytes).digest('hex').slice(0, 16),
    key: bytes && Buffer.from(bytes).toString('hex'),
    closedAt: Date.parse(ledgerClosedAt) / 1000,
    tx: txHash,
    data: scValToNative(xdr.ScVal.fromXdr(value, 'base64')) as Record<string, unknown>,
  };
}
