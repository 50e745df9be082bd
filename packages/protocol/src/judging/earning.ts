import { countIn, firstOf, intersectPages, noPages, type Pages, subtractPages, unitePages } from './pages.ts';

/** What a node says it carried in an epoch, per next hop (public key, hex). */
export interface CarriedTo {
  readonly next: string;
  readonly pages: Pages;
}

export interface EarningInput {
  readonly carried: readonly CarriedTo[];
  readonly node: string;
  readonly hub: string;
  /** Registered with the contract: receipts of others could not be shown. */
  readonly mayVouch: (next: string) => boolean;
  /** Arrived, of an enrolled device, within its quota, from where it belongs. */
  readonly counting: Pages;
  /** Arrived, of an enrolled device beyond its quota. */
  readonly overQuota: Pages;
  /** Arrived, of a device that nobody here knows. */
  readonly unknown: Pages;
  /** Arrived, of an enrolled device, from another node than where it belongs: docs/proofs.md §7.6. */
  readonly elsewhere: Pages;
  /** Counted for this node in other epochs. */
  readonly countedBefore: Pages;
  readonly pairCap: number;
}

export interface Earning {
  readonly earning: number;
  /** What makes it up: not to be counted for this node again. */
  readonly counted: Pages;
  /** All that was named, each entry once. */
  readonly named: number;
  /** Named per next hop, summed up: the proof's count, if node and hub speak of the same receipts. */
  readonly receipted: number;
  /** Why the others do not count, by reason. */
  readonly left: Readonly<Partial<Record<LeftOut, number>>>;
}
export type LeftOut = 'not-arrived' | 'unknown-device' | 'over-device-quota' | 'device-elsewhere' | 'counted-before' | 'over-pair-cap' | 'next-not-registered';

/**
 * How many of a node's packets of an epoch count: docs/proofs.md §7.1. The hub's own hop comes first, as it has no cap, then the others by their keys;
 * a packet that several next hops signed for counts once. The same input in any order gives the same.
 */
export function earningOf(input: EarningInput): Earning {
  const byNext = new Map<string, Pages>();
  for (const { next, pages } of input.carried) byNext.set(next, unitePages(byNext.get(next) ?? noPages, pages));
  const hops = [...byNext].filter(([next]) => next !== input.node).sort(([a], [b]) => (a === input.hub ? -1 : b === input.hub ? 1 : a < b ? -1 : 1));
  const named = hops.reduce((all, [, pages]) => unitePages(all, pages), noPages);
  const valid = hops.filter(([next]) => next === input.hub || input.mayVouch(next));
  const vouched = valid.reduce((all, [, pages]) => unitePages(all, pages), noPages);
  const arrived = [input.overQuota, input.unknown, input.elsewhere].reduce(unitePages, input.counting);
  let counted = noPages;
  for (const [next, pages] of valid) {
    const fresh = subtractPages(subtractPages(intersectPages(pages, input.counting), input.countedBefore), counted);
    counted = unitePages(counted, next === input.hub ? fresh : firstOf(fresh, input.pairCap));
  }
  const eligible = intersectPages(vouched, input.counting);
  const before = intersectPages(eligible, input.countedBefore);
  const left: Record<LeftOut, number> = {
    'next-not-registered': countIn(subtractPages(named, vouched)),
    'not-arrived': countIn(subtractPages(vouched, arrived)),
    'unknown-device': countIn(intersectPages(vouched, subtractPages(input.unknown, input.counting))),
    'over-device-quota': countIn(intersectPages(vouched, subtractPages(subtractPages(input.overQuota, input.counting), input.unknown))),
    'device-elsewhere': countIn(
      intersectPages(vouched, subtractPages(subtractPages(subtractPages(input.elsewhere, input.counting), input.unknown), input.overQuota)),
    ),
    'counted-before': countIn(before),
    'over-pair-cap': countIn(eligible) - countIn(before) - countIn(counted),
  };
  return {
    earning: countIn(counted),
    counted,
    named: countIn(named),
    receipted: hops.reduce((sum, [, pages]) => sum + countIn(pages), 0),
    left: Object.fromEntries(Object.entries(left).filter(([, count]) => count > 0)),
  };
}
