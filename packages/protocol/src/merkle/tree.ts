import type { Sha256 } from '../ports.ts';
import { expectBytes, hashBytes } from '../proof/domain.ts';
import { leafBytes, leafKeyHash } from '../receipts/leaf.ts';
import { receiptPacketsMax } from '../receipts/ranges.ts';
import { u16At, u32At } from '../wire/cursor.ts';
import { emptyRoot, innerHash, leafHash, putChild } from './nodes.ts';
import type { Step } from './opening.ts';

/** More than an epoch of one-packet receipts at the highest cap; `add` throws above. Sums stay below 2^30, so numbers are exact. */
export const leavesMax = 2 ** 22;

/** Where a packet is: which of the added leaves holds it, and the way from there up. */
export interface Place {
  /** Counts the calls of `add`, from 0. */
  readonly added: number;
  readonly path: readonly Step[];
}

/**
 * Takes an epoch's leaves as they come, in any order, and keeps 46 bytes of each: most of the hashing is done when the hour ends.
 * docs/proofs.md §5
 */
export class SumTreeBuilder {
  readonly #sha256: Sha256;
  #count = 0;
  #room = 64;
  #keyHigh = new Uint32Array(this.#room);
  #keyLow = new Uint32Array(this.#room);
  #packets = new Uint16Array(this.#room);
  #hashes = new Uint8Array(this.#room * hashBytes);

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  get count(): number {
    return this.#count;
  }

  /** `leaf`: its 134 bytes, as `encodeLeaf` makes them. */
  add(leaf: Uint8Array): void {
    expectBytes(leaf, leafBytes);
    const packets = u16At(leaf, 36);
    if (packets < 1 || packets > receiptPacketsMax) throw new RangeError(`leaf: ${packets} packets`);
    if (this.#count === leavesMax) throw new RangeError(`tree: more than ${leavesMax} leaves`);
    if (this.#count === this.#room) this.#grow();
    const key = leafKeyHash(this.#sha256, leaf.subarray(0, 32), u32At(leaf, 32));
    const at = this.#count++;
    this.#keyHigh[at] = u32At(key, 0);
    this.#keyLow[at] = u32At(key, 4);
    this.#packets[at] = packets;
    this.#hashes.set(leafHash(this.#sha256, leaf), at * hashBytes);
  }

  #grow(): void {
    this.#room *= 2;
    const grown = <T extends Uint8Array | Uint16Array | Uint32Array>(into: T, from: T): T => {
      into.set(from);
      return into;
    };
    this.#keyHigh = grown(new Uint32Array(this.#room), this.#keyHigh);
    this.#keyLow = grown(new Uint32Array(this.#room), this.#keyLow);
    this.#packets = grown(new Uint16Array(this.#room), this.#packets);
    this.#hashes = grown(new Uint8Array(this.#room * hashBytes), this.#hashes);
  }

  /** Of two leaves with one key the one added first stays: `leftOut` counts the others. More can be added afterwards, for another `build`. */
  build(): SumTree {
    const high = this.#keyHigh;
    const low = this.#keyLow;
    const order = new Uint32Array(this.#count);
    for (let i = 0; i < order.length; i++) order[i] = i;
    order.sort((a, b) => high[a]! - high[b]! || low[a]! - low[b]! || a - b);
    let kept = 0;
    for (const added of order) {
      const last = order[kept - 1]!;
      if (kept > 0 && high[last] === high[added] && low[last] === low[added]) continue;
      order[kept++] = added;
    }
    return new SumTree(this.#sha256, {
      order: order.slice(0, kept),
      leftOut: this.#count - kept,
      keyHigh: high,
      keyLow: low,
      packets: this.#packets,
      hashes: this.#hashes,
    });
  }
}

interface Columns {
  /** Position in the tree -> which was added. */
  readonly order: Uint32Array;
  readonly leftOut: number;
  readonly keyHigh: Uint32Array;
  readonly keyLow: Uint32Array;
  readonly packets: Uint16Array;
  readonly hashes: Uint8Array;
}

/** A built tree: root, sum, and the place of every packet. */
export class SumTree {
  readonly root: Uint8Array;
  /** Sum of the leaves' packets: the proof's packet_count. */
  readonly packets: number;
  readonly leaves: number;
  readonly leftOut: number;
  readonly #order: Uint32Array;
  readonly #keyHigh: Uint32Array;
  readonly #keyLow: Uint32Array;
  /** Packets before each position; one more at the end. */
  readonly #before: Float64Array;
  /** Hashes by level, leaves first. RFC 6962's tree is the one in which the odd last node of a level goes up as it is. */
  readonly #levels: Uint8Array[];

  constructor(sha256: Sha256, { order, leftOut, keyHigh, keyLow, packets, hashes }: Columns) {
    this.leaves = order.length;
    this.leftOut = leftOut;
    this.#order = order;
    this.#keyHigh = keyHigh;
    this.#keyLow = keyLow;
    this.#before = new Float64Array(this.leaves + 1);
    let level = new Uint8Array(this.leaves * hashBytes);
    for (let i = 0; i < this.leaves; i++) {
      const added = order[i]!;
      this.#before[i + 1] = this.#before[i]! + packets[added]!;
      level.set(hashes.subarray(added * hashBytes, (added + 1) * hashBytes), i * hashBytes);
    }
    this.packets = this.#before[this.leaves]!;
    this.#levels = [level];
    for (let depth = 0; level.byteLength > hashBytes; depth++) {
      level = this.#above(sha256, level, depth);
      this.#levels.push(level);
    }
    this.root = this.leaves === 0 ? emptyRoot(sha256) : level.slice();
  }

  #above(sha256: Sha256, level: Uint8Array, depth: number): Uint8Array<ArrayBuffer> {
    const count = level.byteLength / hashBytes;
    const above = new Uint8Array(Math.ceil(count / 2) * hashBytes);
    for (let i = 0; i + 1 < count; i += 2) {
      this.#putChild(false, level, depth, i);
      this.#putChild(true, level, depth, i + 1);
      above.set(innerHash(sha256), (i / 2) * hashBytes);
    }
    if (count % 2 === 1) above.set(level.subarray((count - 1) * hashBytes), above.byteLength - hashBytes);
    return above;
  }

  #putChild(right: boolean, level: Uint8Array, depth: number, i: number): void {
    const first = this.#order[i << depth]!;
    putChild(right, this.#sum(depth, i), this.#keyHigh[first]!, this.#keyLow[first]!, level.subarray(i * hashBytes, (i + 1) * hashBytes));
  }

  #sum(depth: number, i: number): number {
    return this.#before[Math.min(this.leaves, (i + 1) << depth)]! - this.#before[i << depth]!;
  }

  /** Which of the added leaves stand in the tree, in its order. */
  get added(): Uint32Array {
    return this.#order.slice();
  }

  /** Of packet `index`, 0 to packets - 1: RangeError beyond. */
  place(index: number): Place {
    if (!(Number.isInteger(index) && index >= 0 && index < this.packets)) throw new RangeError(`packet ${index} of ${this.packets}`);
    const position = this.#positionOf(index);
    const path: Step[] = [];
    for (let depth = 0, i = position; depth < this.#levels.length - 1; depth++, i >>>= 1) {
      const level = this.#levels[depth]!;
      const sibling = i ^ 1;
      if (sibling * hashBytes >= level.byteLength) continue;
      const first = this.#order[sibling << depth]!;
      path.push({
        right: sibling > i,
        sum: this.#sum(depth, sibling),
        low: hex32(this.#keyHigh[first]!) + hex32(this.#keyLow[first]!),
        hash: level.slice(sibling * hashBytes, (sibling + 1) * hashBytes),
      });
    }
    return { added: this.#order[position]!, path };
  }

  /** The last position that begins at or before `index`. */
  #positionOf(index: number): number {
    let from = 0;
    let to = this.leaves;
    while (to - from > 1) {
      const middle = (from + to) >>> 1;
      if (this.#before[middle]! <= index) from = middle;
      else to = middle;
    }
    return from;
  }
}

const hex32 = (value: number): string => value.toString(16).padStart(8, '0');
