import type { EpochReading, NeighbourView, NodeId } from '@energymesh/protocol';
import type { Clock } from '../ports.ts';
import type { RewardBook, SightingRow } from '../reward-book.ts';

/** An epoch is looked at in sixtieths: a minute of an hour. */
export const partsOfEpoch = 60;
/** Nodes remembered per epoch: far above the neighbours that a node has at once. */
const nodesMax = 64;
/** A neighbour that was heard so lately is there, also where a sixtieth of a test network's epoch is shorter than its heartbeats are apart. */
const heardMsMin = 3000;

export interface SightingsOptions {
  readonly clock: Clock;
  /** Undefined while the clock is not trusted. */
  readonly epoch: () => EpochReading | undefined;
  readonly epochSeconds: number;
  readonly neighbours: () => readonly NeighbourView[];
  readonly book: Pick<RewardBook, 'saveSightings' | 'sightingsOf'>;
  readonly onStoreError: (error: unknown) => void;
}

interface Heard {
  minutes: bigint;
  rttUsSum: number;
  samples: number;
}

/** Which neighbours this node heard in each sixtieth of the epoch, and their round trips: what the hub attests their uptime and latency by. docs/proofs.md §4.5 */
export class Sightings implements Disposable {
  readonly #o: SightingsOptions;
  readonly #partMs: number;
  #epoch = -1;
  readonly #heard = new Map<NodeId, Heard>();
  #cancel: () => void = () => {};

  constructor(options: SightingsOptions) {
    this.#o = options;
    this.#partMs = (options.epochSeconds * 1000) / partsOfEpoch;
    this.#again();
  }

  /** Looks once; the timer does it in each sixtieth of an epoch. */
  look(): void {
    const reading = this.#o.epoch();
    if (!reading) return;
    if (reading.epoch !== this.#epoch) this.#begin(reading.epoch);
    // Finer than whole seconds: a part of a test network's epoch is shorter.
    const into = Math.max(0, this.#o.clock.wall() - reading.epoch * this.#partMs * partsOfEpoch);
    const part = Math.min(partsOfEpoch - 1, Math.floor(into / this.#partMs));
    const since = this.#o.clock.monotonic() - Math.max(this.#partMs, heardMsMin);
    for (const { node, lastHeard, rttMs } of this.#o.neighbours()) {
      if (lastHeard < since) continue;
      const heard = this.#heard.get(node) ?? this.#add(node);
      if (!heard) continue;
      heard.minutes |= 1n << BigInt(part);
      if (rttMs > 0) {
        heard.rttUsSum += Math.round(rttMs * 1000);
        heard.samples++;
      }
    }
    this.#save(reading.epoch);
  }

  [Symbol.dispose](): void {
    this.#cancel();
  }

  #save(epoch: number): void {
    if (this.#heard.size === 0) return;
    const rows: SightingRow[] = [...this.#heard].map(([node, { minutes, rttUsSum, samples }]) => ({
      ...{ epoch, node, rttUsSum, samples },
      minutes: minutes.toString(16).padStart(16, '0'),
    }));
    try {
      this.#o.book.saveSightings(rows);
    } catch (error) {
      this.#o.onStoreError(error);
    }
  }

  /** After a restart within the epoch what was heard before goes on counting. */
  #begin(epoch: number): void {
    this.#epoch = epoch;
    this.#heard.clear();
    for (const { node, minutes, rttUsSum, samples } of this.#o.book.sightingsOf(epoch)) {
      this.#heard.set(node as NodeId, { minutes: BigInt(`0x${minutes}`), rttUsSum, samples });
    }
  }

  #add(node: NodeId): Heard | undefined {
    if (this.#heard.size >= nodesMax) return undefined;
    const heard = { minutes: 0n, rttUsSum: 0, samples: 0 };
    this.#heard.set(node, heard);
    return heard;
  }

  /** In the middle of the next part, so that a timer that comes late skips none. */
  #again(): void {
    const into = this.#o.clock.wall() % this.#partMs;
    const left = this.#partMs * 1.5 - into;
    this.#cancel = this.#o.clock.after(left > this.#partMs ? left - this.#partMs : left, () => {
      this.look();
      this.#again();
    });
  }
}
