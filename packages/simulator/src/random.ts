import type { Random } from '@energymesh/protocol';

/** Seeded, 32 bits of state; a simulation draws from nothing else. The step is that of Marsaglia's xorshift32 over a hashed seed. */
export class Seeded implements Random {
  #state: number;

  constructor(seed: number, stream = 0) {
    let x = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul((stream + 1) | 0, 0x85ebca6b)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0;
    this.#state = (x ^ (x >>> 15)) >>> 0 || 0x6d2b79f5;
  }

  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state / 2 ** 32;
  }

  /** Integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }
}
