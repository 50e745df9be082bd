import { encodeLeaf, type Leaf, type Opening, type Step, type SumTree, SumTreeBuilder } from '@energymesh/protocol';
import { sha256 } from './keys.ts';

/** What a node proves, and what it can show of it. */
export interface Built {
  readonly root: Uint8Array;
  readonly packets: number;
  /** For packet `index` of the sum; of a packet that is not there, whatever is nearest to it. */
  open(index: number): Opening;
}

/** What an inner node says of a child. */
interface Child {
  readonly sum: number;
  /** Smallest key: 16 hex digits. */
  readonly low: string;
  readonly hash: Uint8Array;
}

/** Higher than any key: so everything on the left stays below it. */
const highest = 'f'.repeat(16);

/** By docs/proofs.md §5.1, apart from the protocol's own code: a liar is not held to what that builds. */
function inner(left: Child, right: Child): Uint8Array {
  const bytes = Buffer.alloc(97, 1);
  for (const [i, { sum, low, hash }] of [left, right].entries()) {
    bytes.writeBigUInt64BE(BigInt(sum), 1 + i * 48);
    bytes.write(low, 9 + i * 48, 'hex');
    bytes.set(hash, 17 + i * 48);
  }
  return sha256(bytes);
}

/** A tree by the rules: receipts may be lies all the same. */
export class Plain implements Built {
  readonly leaves: readonly Leaf[];
  readonly #tree: SumTree;

  constructor(leaves: readonly Leaf[]) {
    this.leaves = leaves;
    const builder = new SumTreeBuilder(sha256);
    for (const leaf of leaves) builder.add(encodeLeaf(leaf));
    this.#tree = builder.build();
  }

  get root(): Uint8Array {
    return this.#tree.root;
  }
  get packets(): number {
    return this.#tree.packets;
  }

  open(index: number): Opening {
    const { added, path } = this.#tree.place(index);
    return { leaf: this.leaves[added]!, path };
  }

  /** Of the leftmost leaf: the path says where that is. */
  get low(): string {
    return lowOf(this.open(0));
  }
}

/** The key of an opened leaf, as docs/proofs.md §4.3 has it. */
function lowOf({ leaf }: Opening): string {
  const input = Buffer.alloc(16 + 32 + 4);
  input.write('em-leaf-key-v1');
  input.set(leaf.next, 16);
  input.writeUInt32BE(leaf.seq, 48);
  return Buffer.from(sha256(input)).toString('hex').slice(0, 16);
}

/** An honest tree with something beside it, under the largest low there is: everything on the left can be shown. */
class Beside implements Built {
  readonly root: Uint8Array;
  readonly packets: number;
  readonly #left: Built;
  readonly #right: Built | undefined;
  readonly #steps: { readonly right: Step; readonly left: Step };

  constructor(left: Plain, right: Plain | undefined, said: Child) {
    const of: Child = { sum: left.packets, low: left.low, hash: left.root };
    this.root = inner(of, said);
    this.packets = left.packets + said.sum;
    this.#left = left;
    this.#right = right;
    this.#steps = { right: { right: true, ...said }, left: { right: false, ...of } };
  }

  open(index: number): Opening {
    const onLeft = index < this.#left.packets;
    const { leaf, path } = onLeft || !this.#right ? this.#left.open(Math.min(index, this.#left.packets - 1)) : this.#right.open(index - this.#left.packets);
    return { leaf, path: [...path, onLeft || !this.#right ? this.#steps.right : this.#steps.left] };
  }
}

/** `extra` packets more than there are receipts for: a sum with nothing under it. */
export const padded = (tree: Plain, extra: number): Built => new Beside(tree, undefined, { sum: extra, low: highest, hash: sha256(new Uint8Array(1)) });

/** The first `count` receipts a second time. */
export function doubled(tree: Plain, count: number): Built {
  const again = new Plain(tree.leaves.slice(0, count));
  return new Beside(tree, again, { sum: again.packets, low: highest, hash: again.root });
}
