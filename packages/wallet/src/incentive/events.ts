import { xdr } from '@stellar/stellar-sdk/base';
import type { Chain } from '../chain/chain.ts';
import { type ContractEvent, type EventPage, type EventPosition, readEvents } from '../chain/events.ts';
import { address, bool, bytes, i128, type Output, struct, u32, u64 } from './codec.ts';
import { change, params } from './types.ts';

const key = bytes(32);

/** Data of every event by its first topic: contracts/incentive, src/events.rs. `true`: the second topic is the node. */
export const eventTypes = {
  registered: [true, struct({ payout: address, index: u32 })],
  payout: [true, struct({ payout: address, nonce: u32 })],
  proved: [true, struct({ epoch: u32, packetCount: u64, merkleRoot: key, accepted: u32 })],
  attested: [true, struct({ epoch: u32, uptimeBp: u32, latencyUs: u32, earning: u64, packets: u64, bp: u32, shareBp: u32, gross: i128, inTime: bool })],
  published: [false, struct({ epoch: u32, value: key })],
  drawn: [false, struct({ epoch: u32, value: key })],
  challenged: [true, struct({ epoch: u32 })],
  revealed: [true, struct({ epoch: u32 })],
  forfeited: [true, struct({ epoch: u32, gross: i128 })],
  paid: [true, struct({ epoch: u32, packets: u64, bp: u32, shareBp: u32, gross: i128, amount: i128, payout: address })],
  proposed: [true, struct({ proposal: u32, change, votingEnds: u32, executableFrom: u32, needed: u32 })],
  voted: [true, struct({ proposal: u32, yes: bool })],
  executed: [false, struct({ proposal: u32 })],
  params: [false, struct({ from: u32, params })],
  hub: [false, struct({ hubKey: key, anchor: key, anchorEpoch: u32 })],
} as const;

type EventTypes = typeof eventTypes;
export type EventName = keyof EventTypes;

/** Where an event happened. `id` is unique and rising: the key to store it under. */
interface Place {
  readonly id: string;
  readonly ledger: number;
  /** Unix seconds. */
  readonly at: number;
  readonly transaction: string;
}

export type IncentiveEvent = {
  [N in EventName]: Place & { readonly name: N } & (EventTypes[N][0] extends true ? { readonly node: string } : unknown) & Output<EventTypes[N][1]>;
}[EventName];

/** The event, or undefined when it is of a kind or a shape that this program does not know. */
export function readIncentiveEvent({ id, topics, value, ledger, closedAt, transaction }: ContractEvent): IncentiveEvent | undefined {
  const [first, second] = topics;
  const name = first?.type === 'scvSymbol' ? first.sym.toString() : '';
  if (!Object.hasOwn(eventTypes, name)) return undefined;
  const [ofNode, data] = eventTypes[name as EventName];
  try {
    const node = ofNode && second ? { node: key.read(second) } : {};
    if (ofNode && !second) return undefined;
    return { id, ledger, at: closedAt, transaction, name, ...node, ...(data.read(value) as object) } as IncentiveEvent;
  } catch {
    return undefined;
  }
}

/** `unread`: events of a newer contract. They are passed over, and said, so that a ledger with holes is not taken for a whole one. */
export type IncentivePage = EventPage<IncentiveEvent> & { readonly unread?: number };

/**
 * One page of what the contract told, oldest first, of all nodes or one. The server forgets after days: whoever wants all of it asks more often than
 * that, and a `gap` says when it was too late.
 */
export async function readIncentiveEvents(
  chain: Chain,
  from: EventPosition,
  { node, names, limit = 500, signal }: { node?: Uint8Array | string; names?: readonly EventName[]; limit?: number; signal?: AbortSignal } = {},
): Promise<IncentivePage> {
  const { contractId } = chain.network;
  if (contractId === undefined) throw new RangeError('no contract is configured for this network');
  const page = await readEvents(chain, { contract: contractId, ...topicsOf(node, names) }, from, limit, signal);
  if (page.kind !== 'page') return page;
  const events = page.events.map(readIncentiveEvent);
  const read = events.filter((event) => event !== undefined);
  return { ...page, events: read, unread: events.length - read.length };
}

/** The server takes five patterns at most; more names than that are all names, and the caller picks. */
function topicsOf(node: Uint8Array | string | undefined, names: readonly EventName[] | undefined): { topics?: string[][] } {
  const second = node === undefined ? undefined : key.write(node).toXdr('base64');
  const few = names && names.length > 0 && names.length <= 5 ? names : undefined;
  if (!few) return second === undefined ? {} : { topics: [['*', second]] };
  return {
    topics: few.map((name) => {
      const first = xdr.ScVal.scvSymbol(name).toXdr('base64');
      return eventTypes[name][0] ? [first, second ?? '*'] : [first];
    }),
  };
}
