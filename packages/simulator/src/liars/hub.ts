import {
  type Attested,
  type CarriedTo,
  type ChainLink,
  type ChallengeRule,
  type EntryRange,
  earningOf,
  isAudited,
  noPages,
  type Pages,
  type Params,
  type Proof,
  pagesOf,
  partsOfEpoch,
  presenceOf,
  type Suspicion,
  seedOf,
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

interface Epoch {
  readonly kinds: { counting: Pages; overQuota: Pages; unknown: Pages };
  readonly perDevice: Map<string, number>;
}
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
    const of: Epoch = { kinds: { counting: noPages, overQuota: noPages, unknown: noPages }, perDevice: new Map() };
    const found: Record<keyof Epoch['kinds'], EntryRange[]> = { counting: [], overQuota: [], unknown: [] };
    for (const { device, enrolled, range } of arrivals) {
      const before = of.perDevice.get(device) ?? 0;
      of.perDevice.set(device, before + range.count);
      const within = enrolled ? Math.max(0, Math.min(range.count, this.#o.params.deviceQuota - before)) : 0;
      if (within > 0) found.counting.push({ ...range, count: within });
      if (within < range.count) found[enrolled ? 'overQuota' : 'unknown'].push({ ...range, first: range.first + within, count: range.count - within });
    }
    for (const kind of ['counting', 'overQuota', 'unknown'] as const) of.kinds[kind] = pagesOf(found[kind]);
    this.#arrived.set(epoch, of);
    this.#arrived.delete(epoch - 3);
  }

  /** Of an hour that was just proved. */
  judge(node: Key, epoch: number, { proof, carried, onProbation, owes }: Judging): Judged {
    const { params, isRegistered, challenge, seed } = this.#o;
    const countedBefore = this.#counted.get(node.hex) ?? noPages;
    const found = earningOf({
      ...{ carried, node: node.hex, hub: this.key.hex, mayVouch: isRegistered, countedBefore, pairCap: params.pairCap },
      ...{ counting: this.#of(epoch, 'counting'), overQuota: this.#of(epoch, 'overQuota'), unknown: this.#of(epoch, 'unknown') },
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
  #of(epoch: number, kind: keyof Epoch['kinds']): Pages {
    return [epoch - 1, epoch, epoch + 1].reduce((all, one) => unitePages(all, this.#arrived.get(one)?.kinds[kind] ?? noPages), noPages);
  }
}
