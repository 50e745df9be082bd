import type { RewardTerms } from '@energymesh/identity';
import {
  bundlesRootOf,
  type Domain,
  type EpochReading,
  epochOf,
  epochStart,
  type NodeId,
  packetsIn,
  type ReceiptPort,
  receiptMessage,
  type VouchRequest,
} from '@energymesh/protocol';
import type { NodeKeys } from '../ports.ts';
import { domainOf, sha256 } from './terms.ts';

export interface VouchingOptions {
  /** As the newest community document has them; undefined: this community pays nothing. */
  readonly terms: () => RewardTerms | undefined;
  /** Unix milliseconds; not trusted: no epoch is known, so nothing is asked for and nothing signed. */
  readonly reading: () => { readonly now: number; readonly trusted: boolean };
  readonly ownKey: Uint8Array;
  readonly keys: NodeKeys;
  readonly sign: (data: Uint8Array) => Uint8Array;
}

/** Dates and signs receipts: docs/proofs.md §4. What the node has really taken is the protocol's to know. */
export class Vouching implements ReceiptPort {
  readonly #o: VouchingOptions;
  #domain: { readonly of: RewardTerms; readonly domain: Domain } | undefined;

  constructor(options: VouchingOptions) {
    this.#o = options;
  }

  epoch(): EpochReading | undefined {
    const terms = this.#o.terms();
    const { now, trusted } = this.#o.reading();
    if (!terms || !trusted) return undefined;
    const seconds = Math.floor(now / 1000);
    const epoch = epochOf(seconds, terms.epochSeconds);
    return { epoch, second: seconds - epochStart(epoch, terms.epochSeconds) };
  }

  /** For this epoch or one next to it: clocks differ, and what was carried at its end is asked for after it. */
  vouch(relay: NodeId, request: VouchRequest): Uint8Array | undefined {
    const terms = this.#o.terms();
    const present = this.epoch()?.epoch;
    const relayKey = this.#o.keys.publicKey(relay);
    if (!terms || present === undefined || !relayKey || request.epoch > present + 1 || request.epoch < present - 1) return undefined;
    return this.#o.sign(receiptBytes(this.#domainOf(terms), { relay: relayKey, next: this.#o.ownKey, request }));
  }

  #domainOf(terms: RewardTerms): Domain {
    if (this.#domain?.of !== terms) this.#domain = { of: terms, domain: domainOf(terms) };
    return this.#domain.domain;
  }
}

/** What `next` signs for `relay`. */
export function receiptBytes(
  domain: Domain,
  { relay, next, request: { epoch, seq, ranges } }: { readonly relay: Uint8Array; readonly next: Uint8Array; readonly request: VouchRequest },
): Uint8Array {
  return receiptMessage(domain, { epoch, relay, next, seq, packets: packetsIn(ranges), bundlesRoot: bundlesRootOf(sha256, ranges) });
}
