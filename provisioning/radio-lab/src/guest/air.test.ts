import { expect, test } from 'vitest';
import { type Edge, groupMasks, lineOf, macOf, without } from './air.ts';

/** Whom each radio hears, by the rule of mac80211_hwsim. */
const heard = (masks: readonly number[]) => masks.map((mask, i) => masks.flatMap((other, j) => (i !== j && mask & other ? [j] : [])));

const diamond: Edge[] = [
  [0, 1],
  [1, 3],
  [0, 2],
  [2, 3],
];

test('on a line each radio hears its neighbours only', () => {
  expect(heard(groupMasks(5, lineOf(0, 1, 2, 3)))).toEqual([[1], [0, 2], [1, 3], [2], []]);
});

test('in a diamond the ends do not hear each other, nor do the relays', () => {
  expect(heard(groupMasks(4, diamond))).toEqual([
    [1, 2],
    [0, 3],
    [0, 3],
    [1, 2],
  ]);
});

test('a radio that is switched off hears nobody; the others hear each other as before', () => {
  const masks = groupMasks(4, without(diamond, [1]));
  expect(masks[1]).toBe(0);
  expect(heard(masks)).toEqual([[2], [], [0, 3], [2]]);
});

test('32 edges fit, each with a bit of its own; a further one does not', () => {
  const star = (edges: number): Edge[] => Array.from({ length: edges }, (_, i) => [0, i + 1]);
  expect(groupMasks(33, star(32))[0]).toBe(0xffffffff);
  expect(() => groupMasks(34, star(33))).toThrow(RangeError);
});

test('an edge to a radio that is not there is a mistake', () => {
  expect(() => groupMasks(2, [[0, 2]])).toThrow('there is no radio 2');
});

test('addresses are those of mac80211_hwsim', () => {
  expect(macOf(3)).toBe('02:00:00:00:03:00');
  expect(macOf(17)).toBe('02:00:00:00:11:00');
});
