import {
  type Attested,
  type CarriedTo,
  type ChainLink,
  type ChallengeRule,
  type EntryRange,
  earningOf,
  firstOf,
  type Home,
  intersectPages,
  isAudited,
  judgeHome,
  noPages,
  type Pages,
  type Params,
  type Proof,
  packetsIn,
  pagesOf,
  partsOfEpoch,
  presenceOf,
  type Suspicion,
  seedOf,
  subtractPages,
  suspicionOf,
  unitePages,
} from '@energymesh/protocol';
import { drawn, Key, sha256 } from './keys.ts';

/** What a device sent and the hub got. */
export interface Arrival {
  readonly device: string;
  readonly enrolled: boolean;
  readonly range: EntryRange;
}

export interface HubOptions {
  readonly seed: number;
  readonly params: Params;
  readonly challenge: ChallengeRule;
  /** The last epoch of its hash chain. */
  readonly until: number;
  readonly isRegistered: (publicKey: string) => boolean;
}

export interface Judging {
  readonly proof: Proof;
  readonly carried: readonly CarriedTo[];
  readonly onProbation: boolean;
  /** It was asked for an hour long ago, and has not shown it. */
  readonly owes: boolean;
}

export interface Judged {
  readonly said: Attested;
  readonly suspicion: Suspicion | undefined;
}

type Epoch = Record<'counting' | 'overQuota' | 'unknown' | 'elsewhere', Pages>;
const allParts = (1n << BigInt(partsOfEpoch)) - 1n;

/**
 * The hub of apps/hub in what it says of hours: it counts, hears and suspects by the same functions (protocol/judging), with sets of entries in memory in place of
 * its database. Everybody is heard all the time, so that pay differs by packets alone.
 */
export class Hub {
  readonly key: Key;
  readonly #o: HubOptions;
  readonly #values: readonly Uint8Array[];
  /** The last few: what is older counts in no hour. */
  readonly #arrived = new Map<number, Epoch>();
  readonly #counted = new Map<string, Pages>();
  readonly #homes = new Map<string, Home>();

  constructor(options: HubOptions) {
    this.#o = options;
    this.key = new Key(options.seed, 'hub');
    const values: Uint8Array[] = [drawn('chain', options.seed)];
    for (let epoch = options.until; epoch > 0; epoch--) values.push(sha256(values.at(-1)!));
    this.#values = values.reverse();
  }

  link(epoch: number): ChainLink {
    const value = this.#values[epoch];
    if (!value) throw new RangeError(`chain: no value of epoch ${epoch}`);
    return { epoch, value };
  }

  arrive(epoch: number, arrivals: readonly Arrival[]): void {
    const of: Epoch = { counting: noPages, overQuota: noPages, unknown: noPages, elsewhere: noPages };
    const put = (kind: keyof Epoch, pages: Pages): void => {
      of[kind] = unitePages(of[kind], pages);
    };
    const devices = new Map<string, Map<string, EntryRange[]>>();
    for (const { device, enrolled, range } of arrivals) {
      if (!enrolled) put('unknown', pagesOf([range]));
      else {
        const byOrigin = devices.get(device) ?? new Map<string, EntryRange[]>();
        byOrigin.set(range.origin, [...(byOrigin.get(range.origin) ?? []), range]);
        devices.set(device, byOrigin);
      }
    }
    const { deviceQuota } = this.#o.params;
    for (const [device, byOrigin] of devices) {
      const brought = new Map([...byOrigin].map(([origin, ranges]) => [origin, packetsIn(ranges)]));
      const { home, counts } = judgeHome(this.#homes.get(device), brought, deviceQuota);
      if (home) this.#homes.set(device, home);
      for (const [origin, ranges] of byOrigin) {
        const all = pagesOf(ranges);
        const within = firstOf(all, deviceQuota);
        const mine = origin === counts?.node ? firstOf(all, counts.atMost) : noPages;
        put('counting', intersectPages(within, mine));
        put('elsewhere', subtractPages(within, mine));
        put('overQuota', subtractPages(all, within));
      }
    }
    this.#arrived.set(epoch, of);
    this.#arrived.delete(epoch - 3);
  }

  /** Of an hour that was just proved. */
  judge(node: Key, epoch: number, { proof, carried, onProbation, owes }: Judging): Judged {
    const { params, isRegistered, challenge, seed } = this.#o;
    const countedBefore = this.#counted.get(node.hex) ?? noPages;
    const found = earningOf({
      ...{ carried, node: node.hex, hub: this.key.hex, mayVouch: isRegistered, countedBefore, pairCap: params.pairCap },
      ...{ counting: this.#of(epoch, 'counting'), overQuota: this.#of(epoch, 'overQuota') },
      ...{ unknown: this.#of(epoch, 'unknown'), elsewhere: this.#of(epoch, 'elsewhere') },
    });
    this.#counted.set(node.hex, unitePages(countedBefore, found.counted));
    const presence = presenceOf(node.id, [{ by: 'hub', minutes: allParts, rttUs: 20_000, samples: partsOfEpoch }]);
    const packetCount = proof.packetCount;
    // The proof is accepted in the epoch after its own: the draw hangs on the value after that.
    const draw = seedOf(sha256, { chainValue: this.link(epoch + 2).value, merkleRoot: proof.merkleRoot, node: node.publicKey, epoch });
    const audited = packetCount > 0 && isAudited(sha256, draw, params.auditBp);
    const lot = Buffer.from(drawn('lot', seed, node.hex, epoch)).readUInt32BE() % 10_000;
    return {
      said: { ...presence, earning: found.earning },
      suspicion: suspicionOf({ packetCount, found, complete: true, audited, onProbation, owes, challenge, lot }),
    };
  }

  /** Of this epoch, the one before and what came since. */
  #of(epoch: number, kind: keyof Epoch): Pages {
    return [epoch - 1, epoch, epoch + 1].reduce((all, one) => unitePages(all, this.#arrived.get(one)?.[kind] ?? noPages), noPages);
  }
}
