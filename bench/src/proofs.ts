// An hour of a million packets: from receipts to a signed root, and what it takes to check one of them. docs/proofs.md

import * as crypto from 'node:crypto';
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import type { Measured } from '@energymesh/figures';
import {
  type Domain,
  encodeLeaf,
  encodeOpening,
  epochOf,
  epochStart,
  type Leaf,
  leavesMax,
  openingBytes,
  proofMessage,
  receiptMessage,
  revealFault,
  type Sha256,
  type SumTree,
  SumTreeBuilder,
  strictly,
} from '@energymesh/protocol';
import type { Bench, Effort } from './bench.ts';
import { ofRounds, type Took, timed } from './rounds.ts';

const packets = 1_000_000;
/** What a quiet link gives in ten seconds and what a full receipt holds. */
const packetsPerReceipt = { small: 16, full: 256 };

/** As the agent has it. A string that is copied costs half of a Buffer with memory of its own. */
const sha256: Sha256 =
  'hash' in crypto ? (data) => Buffer.from(crypto.hash('sha256', data, 'binary'), 'binary') : (data) => createHash('sha256').update(data).digest();

interface Key {
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
  readonly verifyKey: KeyObject;
}
function newKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, verifyKey: publicKey, publicKey: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)) };
}

const domain: Domain = { networkId: randomBytes(32), contractId: randomBytes(32) };
const epoch = epochOf(1_750_000_000);

/** Receipts of one voucher. Their signatures are checked when they come, all hour long, and not when it ends: here only one is real. */
function receiptsOf(count: number, packetsEach: number, next: Key): Uint8Array[] {
  const bundlesRoot = randomBytes(32);
  const signature = randomBytes(64);
  return Array.from({ length: count }, (_, i) => encodeLeaf({ next: next.publicKey, seq: i + 1, packets: packetsEach, bundlesRoot, signature }));
}

/** The end of the hour: from leaves that were hashed as they came to the signed root. */
function close(builder: SumTreeBuilder, node: Key): SumTree {
  const tree = builder.build();
  const claim = { node: node.publicKey, packetCount: tree.packets, timestamp: epochStart(epoch), merkleRoot: tree.root };
  sign(null, proofMessage(domain, claim), node.privateKey);
  return tree;
}

function whole(leaves: readonly Uint8Array[], node: Key): { readonly all: Took; readonly end: Took } {
  const builder = new SumTreeBuilder(sha256);
  let end: Took | undefined;
  const all = timed(() => {
    for (const leaf of leaves) builder.add(leaf);
    end = timed(() => close(builder, node));
  });
  return { all, end: end! };
}

function run({ rounds, scale, progress }: Effort): Measured[] {
  const node = newKey();
  const next = newKey();
  const leavesOf = (each: number): Uint8Array[] => receiptsOf(Math.ceil((packets * scale) / each), each, next);
  const small = leavesOf(packetsPerReceipt.small);
  const full = leavesOf(packetsPerReceipt.full);
  progress(`proofs: ${rounds} rounds of ${small.length} and of ${full.length} receipts`);
  // The first build is the compiler's.
  whole(small, node);
  const times = Array.from({ length: rounds }, () => ({ small: whole(small, node), full: whole(full, node) }));

  const { opening, tree, index } = opened(small, node, next);
  progress('proofs: opening and checking');
  const verifyAny = strictly((_, message, signature) => verify(null, message, next.verifyKey, signature));
  const checks = { sha256, verify: verifyAny };
  const claim = { domain, relay: node.publicKey, epoch, merkleRoot: tree.root, packetCount: tree.packets, mayVouch: () => true };
  const tries = Math.max(10, Math.round(1000 * scale));
  const perTry = (what: () => void): number[] =>
    Array.from({ length: rounds }, () => {
      const { wallMs } = timed(() => {
        for (let i = 0; i < tries; i++) what();
      });
      return (wallMs * 1000) / tries;
    });
  const places = perTry(() => tree.place(index));
  const verifies = perTry(() => {
    const fault = revealFault(checks, claim, opening, index);
    if (fault !== undefined) throw new Error(`an honest opening shows nothing: ${fault}`);
  });

  return [
    ofRounds(
      'proofs.rootMs',
      'ms',
      times.map(({ small }) => small.all.wallMs),
    ),
    ofRounds(
      'proofs.rootCpuMs',
      'ms',
      times.map(({ small }) => small.all.cpuMs),
    ),
    ofRounds(
      'proofs.closeMs',
      'ms',
      times.map(({ small }) => small.end.wallMs),
    ),
    ofRounds(
      'proofs.fullReceiptsRootMs',
      'ms',
      times.map(({ full }) => full.all.wallMs),
    ),
    { figure: 'proofs.receipts', value: small.length, unit: 'receipts' },
    { figure: 'proofs.openingBytes', value: encodeOpening(opening).byteLength, unit: 'B' },
    { figure: 'proofs.openingBytesMax', value: openingBytes(Math.log2(leavesMax)), unit: 'B' },
    ofRounds('proofs.openUs', 'us', places),
    ofRounds('proofs.verifyUs', 'us', verifies),
  ];
}

/** One genuine receipt among the others, opened. */
function opened(leaves: readonly Uint8Array[], node: Key, next: Key) {
  const claim = { next: next.publicKey, seq: leaves.length + 1, packets: 16, bundlesRoot: randomBytes(32) };
  const leaf: Leaf = { ...claim, signature: sign(null, receiptMessage(domain, { ...claim, epoch, relay: node.publicKey }), next.privateKey) };
  const builder = new SumTreeBuilder(sha256);
  for (const other of leaves) builder.add(other);
  builder.add(encodeLeaf(leaf));
  const tree = close(builder, node);
  const at = tree.added.indexOf(leaves.length);
  const index = at * packetsPerReceipt.small;
  return { tree, index, opening: { leaf, path: tree.place(index).path } };
}

export const proofs: Bench = { name: 'proofs', about: 'a million packets to a signed root; opening and checking one of them', run };
