import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256, text } from '../../vectors/keys.ts';
import type { Leaf } from '../receipts/leaf.ts';
import { leafKeyOf } from '../receipts/leaf.ts';
import { sampleIndexes } from '../reward/draws.ts';
import { type Built, join, leafOf, padding, rfcTree, shown } from './liar.harness.ts';

const leaf = (seq: number, packets: number, next = 1): Leaf => ({
  next: new Uint8Array(32).fill(next),
  seq,
  packets,
  bundlesRoot: sha256(text(`${next} ${seq} ${packets}`)),
  signature: new Uint8Array(64),
});
/** Few, so that doubles are frequent; some are of one key but of other packets. */
const pool = [leaf(1, 5), leaf(1, 7), leaf(2, 1), leaf(3, 256), leaf(4, 30), leaf(5, 30), leaf(6, 2, 2), leaf(7, 9, 2)];
const lows = ['0000000000000000', 'ffffffffffffffff', ...pool.map((one) => leafKeyOf(sha256, one))];

/** Any shape over any list, with any sums and lows said of any child. */
const anyTree = fc
  .record({
    picks: fc.array(fc.nat(pool.length - 1), { minLength: 1, maxLength: 12 }),
    joins: fc.array(
      fc.record({
        at: fc.nat(10),
        lie: fc.constantFrom('none', 'none', 'low left', 'low right', 'sum left', 'sum right'),
        low: fc.constantFrom(...lows),
        sum: fc.nat(600),
      }),
      { minLength: 12, maxLength: 12 },
    ),
  })
  .map(({ picks, joins }) => {
    const nodes: Built[] = picks.map((i) => leafOf(sha256, pool[i]!));
    for (let i = 0; nodes.length > 1; i++) {
      const { at, lie, low, sum } = joins[i]!;
      const left = at % (nodes.length - 1);
      const said = lie === 'none' ? {} : { [lie.slice(4)]: lie.startsWith('low') ? { low } : { sum } };
      nodes.splice(left, 2, join(sha256, nodes[left]!, nodes[left + 1]!, said));
    }
    return nodes[0]!;
  });

describe('whatever somebody builds', () => {
  test('no leaf can be shown at two places, and no packet under two leaves', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const taken = shown(sha256, tree);
        expect(new Set(taken.map(({ key }) => key)).size).toBe(taken.length);
        let end = 0;
        for (const { offset, packets } of taken.toSorted((a, b) => a.offset - b.offset)) {
          expect(offset).toBeGreaterThanOrEqual(end);
          end = offset + packets;
        }
        expect(end).toBeLessThanOrEqual(tree.sum);
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  test('a second sum is not taken for the same root', () => {
    fc.assert(
      fc.property(anyTree, fc.nat(2000), (tree, claimed) => {
        fc.pre(claimed !== tree.sum);
        expect(shown(sha256, tree, claimed)).toEqual([]);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

const byKey = (a: Built, b: Built): number => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0);
const honest = Array.from({ length: 40 }, (_, i) => leafOf(sha256, leaf(100 + i, 1 + ((i * 53) % 256)))).sort(byKey);
const tree = (nodes: readonly Built[]): Built => rfcTree(sha256, nodes);
const top = 'f'.repeat(16);

/** Ways to get more packets out of 40 receipts than they are. */
const frauds: readonly (readonly [string, Built])[] = [
  ['an honest tree', tree(honest)],
  ['every receipt twice, side by side', tree(honest.flatMap((one) => [one, one]))],
  ['the list appended to itself', tree([...honest, ...honest])],
  ['the list appended, under a false low', join(sha256, tree(honest), tree(honest), { right: { low: top } })],
  ['five receipts twice, sorted in', tree([...honest, ...honest.slice(0, 5)].sort(byKey))],
  ['one receipt forty times', tree(Array.from({ length: 40 }, () => honest[3]!))],
  ['a tenth of padding', join(sha256, tree(honest), padding(sha256, { sum: Math.round(tree(honest).sum / 9), low: top }))],
  ['a sum said to be one greater', join(sha256, tree(honest.slice(0, 32)), tree(honest.slice(32)), { right: { sum: tree(honest.slice(32)).sum + 1 } })],
];

test('an honest tree shows everything', () => {
  const built = tree(honest);
  expect(shown(sha256, built).reduce((sum, one) => sum + one.packets, 0)).toBe(built.sum);
});

describe('a liar is caught as often as the share of packets that cannot be shown says', () => {
  const rounds = 3000;
  test.each(frauds)('%s', (_, built) => {
    const provable = new Uint8Array(built.sum);
    for (const { offset, packets } of shown(sha256, built)) provable.fill(1, offset, offset + packets);
    const fake = 1 - provable.reduce((sum, one) => sum + one, 0) / built.sum;
    for (const k of [1, 8]) {
      let caught = 0;
      for (let round = 0; round < rounds; round++) {
        const seed = sha256(text(`round ${k} ${round}`));
        if (sampleIndexes(sha256, seed, k, built.sum).some((index) => provable[index] === 0)) caught++;
      }
      const expected = 1 - (1 - fake) ** k;
      // Four standard deviations: with these seeds the outcome is always the same.
      expect(Math.abs(caught / rounds - expected)).toBeLessThanOrEqual(4 * Math.sqrt((expected * (1 - expected)) / rounds));
    }
  });

  test('who doubles everything has nothing to show for half of it at least', () => {
    for (const [, built] of frauds.slice(1, 4)) {
      const packets = shown(sha256, built).reduce((sum, one) => sum + one.packets, 0);
      expect(packets).toBeLessThanOrEqual(built.sum / 2);
    }
  });
});
