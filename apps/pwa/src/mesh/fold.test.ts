import { describe, expect, it } from 'vitest';
import { seededMesh } from '../../dev/seeded-mesh.ts';
import { arrangeAfresh } from './arrange.ts';
import { fold, foldAbove, foldAt } from './fold.ts';
import { sceneOf } from './scene.ts';
import { findWays, routeOf } from './ways.ts';

const mesh = seededMesh({ nodes: 1800, gateways: 12, offline: 20, seed: 7, at: 0, positions: false });
const ways = findWays(mesh);
const arrangement = arrangeAfresh(mesh, ways, 1);
const { places } = arrangement;
const furthest = [...ways.of.keys()].toSorted((a, b) => ways.of.get(b)!.hops - ways.of.get(a)!.hops)[0]!;

describe(`more than ${foldAbove} nodes`, () => {
  it('are folded but for the way to you; each is drawn or counted once', () => {
    const { folds, hidden } = fold(ways, places, [mesh.self]);
    expect(folds.reduce((sum, { nodes }) => sum + nodes, 0)).toBe(hidden.size);
    expect(ways.of.size - hidden.size).toBeLessThan(250);
    for (const id of routeOf(ways, mesh.self)) expect(hidden.has(id)).toBe(false);
    for (const { root } of folds) expect(hidden.has(root)).toBe(false);
    for (const gateway of ways.roots) expect(hidden.has(gateway)).toBe(false);
  });

  it('open where a node is selected, however far out, and nowhere else', () => {
    const before = fold(ways, places, [mesh.self]);
    expect(before.hidden.has(furthest)).toBe(true);
    const after = fold(ways, places, [mesh.self, furthest]);
    for (const id of routeOf(ways, furthest)) expect(after.hidden.has(id)).toBe(false);
    const gateway = ways.of.get(furthest)!.gateway;
    const elsewhere = (folds: typeof before.folds) => folds.filter(({ root }) => ways.of.get(root)!.gateway !== gateway);
    expect(elsewhere(after.folds)).toEqual(elsewhere(before.folds));
  });

  it('a fold lies where its nodes would stand, and a tap there finds it', () => {
    const { folds, hidden } = fold(ways, places, [mesh.self]);
    let found = 0;
    for (const id of hidden) {
      const root = routeOf(ways, id).find((candidate) => !hidden.has(candidate));
      const [x, y] = places[id]!;
      if (foldAt(folds, x, y)?.root === root) found++;
    }
    // Where two wedges meet at their rim it may be the other.
    expect(found / hidden.size).toBeGreaterThan(0.97);
    expect(foldAt(folds, 0, 0)).toBeUndefined();
  });

  it('the picture has what is not folded, and the way of whoever is selected is whole', () => {
    const scene = sceneOf(mesh, arrangement, { node: furthest });
    expect(scene.route).toEqual(routeOf(ways, furthest));
    for (const id of scene.route) expect(scene.byId.has(id)).toBe(true);
    expect(scene.nodes.length + scene.folds.reduce((sum, { nodes }) => sum + nodes, 0)).toBe(mesh.nodes.length);
    for (const { a, b } of scene.links) expect([scene.byId.has(a.id), scene.byId.has(b.id)]).toEqual([true, true]);
  });
});

it('up to that many are all drawn', () => {
  const smaller = seededMesh({ nodes: 200, gateways: 3, offline: 2, seed: 7, at: 0, positions: false });
  const scene = sceneOf(smaller, arrangeAfresh(smaller, findWays(smaller), 1), undefined);
  expect([scene.nodes.length, scene.folds]).toEqual([200, []]);
});
