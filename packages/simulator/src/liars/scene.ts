import { type CarriedTo, type EntryRange, Incarnation, type Leaf, pagesOf, type TrafficClass } from '@energymesh/protocol';
import type { Arrival } from './hub.ts';
import { Key } from './keys.ts';
import { receiptsOf } from './receipts.ts';
import { type Built, Plain } from './trees.ts';

/** Meters behind a node; each sends a packet every ten seconds. */
export const metersOf = { honest: 6, liar: 6, partner: 30 } as const;
export type Role = keyof typeof metersOf;
export const roles = Object.keys(metersOf) as readonly Role[];
export const perMeter = 360;
export const packetsOf = (role: Role): number => metersOf[role] * perMeter;
/** Entries that are real have this class, invented ones another. */
const realClass: TrafficClass = 1;
export const inventedClass: TrafficClass = 3;
/** Coarser than on a link, where a receipt covers ten seconds: how many there are changes nothing in what is measured. */
const packetsEach = 120;

/** What a node proves of an hour, and what it tells the hub that it carried. */
export interface ToldHour {
  readonly tree: Built;
  readonly carried: readonly CarriedTo[];
  /** Sent by devices, or in their names, over this node, before all others' of the hour. */
  readonly sent?: readonly Arrival[];
}

/**
 * Three nodes hand what their meters send to a gateway, which signs for it: an honest one, one that is to lie and carries as much, and its partner, which carries five
 * times as much. The same in every run of a seed.
 */
export class Scene {
  readonly seed: number;
  readonly keys: Readonly<Record<Role, Key>>;
  readonly gateway: Key;
  /** Not registered with the contract. */
  readonly stranger: Key;
  readonly #hours = new Map<string, { leaves: readonly Leaf[]; told: ToldHour }>();

  constructor(seed: number) {
    this.seed = seed;
    this.keys = { honest: new Key(seed, 'honest'), liar: new Key(seed, 'liar'), partner: new Key(seed, 'partner') };
    this.gateway = new Key(seed, 'gateway');
    this.stranger = new Key(seed, 'stranger');
  }

  /** What the node's meters sent. */
  carried(role: Role, epoch: number): EntryRange {
    return this.entries(role, epoch, packetsOf(role), realClass);
  }

  /** Entries that have the node for their origin; each epoch has its own. */
  entries(role: Role, epoch: number, count: number, of: TrafficClass): EntryRange {
    return { origin: this.keys[role].id, incarnation: Incarnation(1), class: of, first: 1 + epoch * count, count };
  }

  /** By the gateway, for the real packets. */
  receipts(role: Role, epoch: number): readonly Leaf[] {
    return this.#hour(role, epoch).leaves;
  }

  honest(role: Role, epoch: number): ToldHour {
    return this.#hour(role, epoch).told;
  }

  arrivals(epoch: number): Arrival[] {
    return roles.flatMap((role) => {
      const { first, ...of } = this.carried(role, epoch);
      return Array.from({ length: metersOf[role] }, (_, i) => ({
        device: meter(role, i),
        enrolled: true,
        range: { ...of, first: first + i * perMeter, count: perMeter },
      }));
    });
  }

  #hour(role: Role, epoch: number) {
    const name = `${role} ${epoch}`;
    const known = this.#hours.get(name);
    if (known) return known;
    const ranges = [this.carried(role, epoch)];
    const leaves = receiptsOf({ epoch, relay: this.keys[role], next: this.gateway, ranges, each: packetsEach });
    const made = { leaves, told: { tree: new Plain(leaves), carried: [{ next: this.gateway.hex, pages: pagesOf(ranges) }] } };
    this.#hours.set(name, made);
    return made;
  }
}

export const meter = (role: Role, i: number): string => `meter-${role}-${i}`;
