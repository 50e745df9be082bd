/** Pseudo-random numbers of contracts: ChaCha20, sampled as the host samples, so the same seed gives the same numbers. */
import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { HostError } from './error.ts';

const blockBytes = 1024;

/** The network id of the public network: fixed by the protocol as the salt of every seed. */
const salt = createHash('sha256').update('Public Global Stellar Network ; September 2015').digest();

/** A seed from outside, with whatever bias it has taken out. */
export const unbiased = (seed: Uint8Array): Uint8Array => new Uint8Array(createHmac('sha256', salt).update(seed).digest());

export class Prng {
  readonly #cipher: ReturnType<typeof createCipheriv>;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(seed: Uint8Array) {
    this.#cipher = createCipheriv('chacha20', seed, Buffer.alloc(16));
  }

  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length);
    // Draws are whole 32-bit words: what is left of the last one is not used again.
    for (let i = 0; i < length; i += 4) {
      const word = this.#word();
      for (let j = 0; j < 4 && i + j < length; j++) out[i + j] = (word >>> (8 * j)) & 0xff;
    }
    return out;
  }

  #word(): number {
    if (this.#at + 4 > this.#block.length) {
      this.#block = this.#cipher.update(Buffer.alloc(blockBytes));
      this.#at = 0;
    }
    const word = this.#block.readUInt32LE(this.#at);
    this.#at += 4;
    return word;
  }

  #u64(): bigint {
    const low = this.#word();
    return (BigInt(this.#word()) << 32n) | BigInt(low);
  }

  /** Uniform, by widening multiplication with rejection. */
  u64Between(low: bigint, high: bigint): bigint {
    if (low > high) throw new HostError('Value', 'InvalidInput', 'empty range');
    const range = high - low + 1n;
    if (range > 0xffff_ffff_ffff_ffffn) return this.#u64();
    const max = 0xffff_ffff_ffff_ffffn;
    const zone = max - ((max - range + 1n) % range);
    for (;;) {
      const product = this.#u64() * range;
      if ((product & max) <= zone) return low + (product >> 64n);
    }
  }

  #below(bound: number): number {
    const range = BigInt(bound);
    const zone = BigInt.asUintN(32, (range << BigInt(Math.clz32(bound))) - 1n);
    for (;;) {
      const product = BigInt(this.#word()) * range;
      if ((product & 0xffff_ffffn) <= zone) return Number(product >> 32n);
    }
  }

  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }

  child(): Prng {
    return new Prng(this.bytes(32));
  }
}
