import { hash } from 'node:crypto';

export const sha256 = (data: Uint8Array): Uint8Array => hash('sha256', data, 'buffer');

/** Between two checkpoints; what is asked for is at most so many hashes away. */
const stride = 512;
/** Hashed in one go, before others have their turn: some milliseconds. */
const hashesAtOnce = 4096;

/**
 * The hub's hash chain: v(last) is the secret, v(e) = SHA-256(v(e + 1)), and v(anchorEpoch) stands in the contract. docs/proofs.md §6.1
 * Which epoch the anchor is of is known once the contract is there; until then values are counted from it.
 */
export class HubChain {
  /** Values at distances 0, `stride`, ... from the anchor. */
  readonly #checkpoints: readonly Uint8Array[];
  readonly length: number;

  private constructor(checkpoints: readonly Uint8Array[], length: number) {
    this.#checkpoints = checkpoints;
    this.length = length;
  }

  /** `length`: how many values follow the anchor. */
  static async of(secret: Uint8Array, length: number): Promise<HubChain> {
    const checkpoints: Uint8Array[] = [];
    let value = secret;
    for (let distance = length; ; distance--) {
      if (distance % stride === 0) checkpoints.push(value);
      if (distance === 0) break;
      value = sha256(value);
      if (distance % hashesAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    // The secret itself begins the last stretch, wherever that ends.
    if (length % stride !== 0) checkpoints.unshift(secret);
    return new HubChain(checkpoints.reverse(), length);
  }

  get anchor(): Uint8Array {
    return this.#checkpoints[0]!;
  }

  /** The value so many epochs after the anchor; undefined beyond the end. */
  at(distance: number): Uint8Array | undefined {
    if (!Number.isInteger(distance) || distance < 0 || distance > this.length) return undefined;
    const index = Math.ceil(distance / stride);
    let value = this.#checkpoints[index]!;
    for (let from = Math.min(index * stride, this.length); from > distance; from--) value = sha256(value);
    return value;
  }
}
