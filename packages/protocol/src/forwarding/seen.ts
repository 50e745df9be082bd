import type { Incarnation, NodeId } from '../ids.ts';

const ways = 4;

/**
 * How often a transmission passed here lately: docs/protocol.md §7.5. A table of fixed size, four places per bucket, the oldest of a bucket
 * giving way; what was forgotten counts from one again, and the hop limit still ends its loop.
 */
export class SeenTransmissions {
  readonly #buckets: number;
  readonly #seed: number;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #sights: Uint8Array;
  readonly #turn: Uint8Array;

  /** `size` is rounded up to a power of two. The seed keeps others from choosing numbers that meet in one place. */
  constructor(size: number, seed: number) {
    this.#buckets = 2 ** Math.max(0, Math.ceil(Math.log2(size / ways)));
    this.#seed = seed >>> 0;
    this.#high = new Uint32Array(this.#buckets * ways);
    this.#low = new Uint32Array(this.#buckets * ways);
    this.#sights = new Uint8Array(this.#buckets * ways);
    this.#turn = new Uint8Array(this.#buckets);
  }

  /** Sights of this transmission, this one included. */
  sight(origin: NodeId, incarnation: Incarnation, transmission: number): number {
    let high = this.#seed;
    let low = ~this.#seed;
    for (let i = 0; i < 8; i++) {
      high = Math.imul(high ^ origin.charCodeAt(i), 0x01000193);
      low = Math.imul(low ^ origin.charCodeAt(i + 8), 0x01000193);
    }
    high = mix(high ^ incarnation);
    low = mix(low ^ (transmission % 0x1_0000_0000));
    high = mix(high + low + Math.floor(transmission / 0x1_0000_0000));
    low = mix(low ^ high);
    const bucket = (high ^ (low >>> 7)) & (this.#buckets - 1);
    const base = bucket * ways;
    for (let at = base; at < base + ways; at++) {
      if (this.#high[at] === high && this.#low[at] === low && this.#sights[at]! > 0) {
        const sights = Math.min(255, this.#sights[at]! + 1);
        this.#sights[at] = sights;
        return sights;
      }
    }
    const turn = this.#turn[bucket]!;
    this.#turn[bucket] = (turn + 1) % ways;
    this.#high[base + turn] = high;
    this.#low[base + turn] = low;
    this.#sights[base + turn] = 1;
    return 1;
  }
}

function mix(n: number): number {
  let x = n >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
