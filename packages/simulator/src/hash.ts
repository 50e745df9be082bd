/** A fast 64-bit mixing hash (two 32-bit lanes, multiply and rotate): for traces and for the simulated cryptography, never for secrets. */
export class Hash {
  #a = 0x243f6a88;
  #b = 0x85a308d3;

  /** From `from` on. */
  bytes(data: Uint8Array, from = 0): this {
    let a = this.#a;
    let b = this.#b;
    const words = from + ((data.length - from) & ~3);
    for (let i = from; i < words; i += 4) {
      const w = data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24);
      a = Math.imul(a ^ w, 0x9e3779b1);
      a = (a << 13) | (a >>> 19);
      b = Math.imul(b ^ a ^ w, 0xc2b2ae3d);
    }
    for (let i = words; i < data.length; i++) {
      a = Math.imul(a ^ data[i]!, 0x01000193);
      b = Math.imul(b ^ a, 0x85ebca6b);
    }
    this.#a = a ^ (data.length - from);
    this.#b = b;
    return this;
  }

  number(value: number): this {
    const low = value | 0;
    const high = Math.floor(value / 2 ** 32) | 0;
    this.#a = Math.imul(this.#a ^ low, 0x9e3779b1);
    this.#a = (this.#a << 15) | (this.#a >>> 17);
    this.#b = Math.imul(this.#b ^ high ^ this.#a, 0xc2b2ae3d);
    return this;
  }

  text(value: string): this {
    for (let i = 0; i < value.length; i++) this.#a = Math.imul(this.#a ^ value.charCodeAt(i), 0x01000193);
    this.#b = Math.imul(this.#b ^ this.#a ^ value.length, 0x85ebca6b);
    return this;
  }

  /** 16 hex digits. */
  hex(): string {
    const [a, b] = this.#words();
    return hex32(a) + hex32(b);
  }

  /** Fills `out` from the hash, repeated with a counter. */
  fill(out: Uint8Array): Uint8Array {
    let [x, y] = this.#words();
    for (let i = 0; i < out.length; i++) {
      if ((i & 3) === 0) {
        x = Math.imul(x ^ (i + 1), 0x7feb352d) >>> 0;
        y = Math.imul(y ^ x, 0x846ca68b) >>> 0;
      }
      out[i] = (x ^ y) >>> ((i & 3) * 8);
    }
    return out;
  }

  #words(): [number, number] {
    let a = this.#a;
    let b = this.#b;
    a = Math.imul(a ^ (a >>> 16), 0x7feb352d) ^ b;
    b = Math.imul(b ^ (b >>> 15), 0x846ca68b) ^ a;
    return [(a ^ (a >>> 16)) >>> 0, (b ^ (b >>> 13)) >>> 0];
  }
}

/** Two hex digits a byte. */
const digits = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
const hex32 = (word: number): string => digits[word >>> 24]! + digits[(word >>> 16) & 255]! + digits[(word >>> 8) & 255]! + digits[word & 255]!;
