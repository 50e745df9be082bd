import { type Leaf, revealFault, sampleIndexes, seedOf } from '@energymesh/protocol';
import { domain, drawn, type Key, sha256, verifyStrictly } from './keys.ts';
import { receiptsOf } from './receipts.ts';
import { inventedClass, Scene } from './scene.ts';
import { type Built, doubled, Plain, padded } from './trees.ts';

export interface CaughtOptions {
  readonly seed: number;
  /** Fakes among all packets, 0 to 0.5. */
  readonly share: number;
  /** Numbers of samples to be tried. */
  readonly samples: readonly number[];
  /** Reveals, for each of them. */
  readonly rounds: number;
}

export interface Caught {
  readonly samples: number;
  readonly rounds: number;
  readonly caught: number;
  /** 1 - (1 - f)^k. */
  readonly formula: number;
  /** Between which the true share lies, at 99.9 %: Wilson's interval. */
  readonly low: number;
  readonly high: number;
}

const receipts = 100;
const packetsEach = 100;
const epoch = 1;

/** How often a liar is caught that shows as much as it can: each kind of fake in turn, each round with another draw. */
export function caughtShare({ seed, share, samples, rounds }: CaughtOptions): Caught[] {
  const scene = new Scene(seed);
  const trees = fakesOf(scene, share);
  return samples.map((count) => {
    let caught = 0;
    let expected = 0;
    for (let round = 0; round < rounds; round++) {
      const { tree, real } = trees[round % trees.length]!;
      if (isCaught(scene, tree, count, drawn('round', seed, share, count, round))) caught++;
      expected += 1 - (real / tree.packets) ** count;
    }
    return { samples: count, rounds, caught, formula: expected / rounds, ...wilson(caught, rounds) };
  });
}

/** As the contract checks a reveal. */
function isCaught({ keys, gateway }: Scene, tree: Built, samples: number, chainValue: Uint8Array): boolean {
  const relay = keys.liar.publicKey;
  const mayVouch = (next: Uint8Array): boolean => [gateway, keys.partner].some(({ publicKey }) => Buffer.from(publicKey).equals(next));
  const of = { domain, relay, epoch, merkleRoot: tree.root, packetCount: tree.packets, mayVouch };
  const seed = seedOf(sha256, { chainValue, merkleRoot: tree.root, node: relay, epoch });
  const checks = { sha256, verify: verifyStrictly };
  return sampleIndexes(sha256, seed, samples, tree.packets).some((index) => revealFault(checks, of, tree.open(index), index) !== undefined);
}

/** Padding, doubles, and receipts that are self-signed, of a stranger, or signed by somebody else than they say: 10,000 packets, `share` of them fake. */
function fakesOf(scene: Scene, share: number): { tree: Built; real: number }[] {
  const fake = Math.round(receipts * share);
  const { liar, partner } = scene.keys;
  const entries = (count: number, first: number) => [{ ...scene.entries('liar', 0, count, inventedClass), first }];
  const some = (count: number, next: Key, by: Key): Leaf[] =>
    receiptsOf({ epoch, relay: liar, next, by, ranges: entries(count * packetsEach, 1 + receipts * packetsEach), each: packetsEach, seq: 1 + receipts });
  const genuine = receiptsOf({ epoch, relay: liar, next: scene.gateway, ranges: entries((receipts - fake) * packetsEach, 1), each: packetsEach });
  const real = genuine.length * packetsEach;
  const plain = new Plain(genuine);
  const forged = [some(fake, liar, liar), some(fake, scene.stranger, scene.stranger), some(fake, partner, liar)].map(
    (more) => new Plain([...genuine, ...more]),
  );
  return [padded(plain, fake * packetsEach), doubled(plain, fake), ...forged].map((tree) => ({ tree, real }));
}

/** 99.9 %. */
const z = 3.2905;

function wilson(hits: number, rounds: number): { low: number; high: number } {
  const share = hits / rounds;
  const middle = (share + z ** 2 / (2 * rounds)) / (1 + z ** 2 / rounds);
  const half = (z / (1 + z ** 2 / rounds)) * Math.sqrt((share * (1 - share)) / rounds + z ** 2 / (4 * rounds ** 2));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
