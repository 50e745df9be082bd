import { describe, expect, it } from 'vitest';
import { nodeIdOf, seededMesh } from '../../dev/seeded-mesh.ts';
import { arrange, arrangeAfresh, move } from './arrange.ts';
import { radialLayout } from './layout-radial.ts';
import { findWays } from './ways.ts';

const village = (nodes: number, extra = {}) =>
  seededMesh({ nodes, gateways: nodes > 100 ? 9 : 2, offline: nodes > 100 ? 17 : 1, seed: 7, at: 0, positions: false, ...extra });

describe('arranging up to 60 nodes', () => {
  it.each([[true], [false]])('is the same for the same mesh, whatever order it came in (positions: %s)', (positions) => {
    const mesh = village(24, { positions });
    const shuffled = { ...mesh, nodes: mesh.nodes.toReversed(), edges: mesh.edges.toReversed() };
    expect(arrange(shuffled, undefined, 1.2)).toEqual(arrange(mesh, undefined, 1.2));
  });

  it('fills the stage, and no two nodes stand on each other', () => {
    const { kind, places } = arrange(village(24), undefined, 0.8);
    expect(kind).toBe('force');
    const points = Object.values(places);
    expect(points).toHaveLength(24);
    expect(Math.min(...points.map(([x]) => x))).toBeCloseTo(0);
    expect(Math.max(...points.map(([, y]) => y))).toBeCloseTo(1);
    for (const [i, p] of points.entries()) for (const q of points.slice(i + 1)) expect(Math.hypot(p[0] - q[0], p[1] - q[1])).toBeGreaterThan(0.03);
  });

  it('one node alone stands in the middle', () => {
    expect(arrange(seededMesh({ nodes: 1, gateways: 0, offline: 0, seed: 1, at: 0, positions: true }), undefined, 1).places).toEqual({
      [nodeIdOf(0)]: [0.5, 0.5],
    });
  });
});

describe('new data', () => {
  const mesh = village(24);
  const kept = move(arrange(mesh, undefined, 1), nodeIdOf(3), [0.9, 0.1]);

  it('moves nothing: not quality, not a lost node, not a changed way', () => {
    const changed = { ...mesh, path: [], edges: mesh.edges.slice(4), nodes: mesh.nodes.map((node) => ({ ...node, online: false })) };
    expect(arrange(changed, kept, 2)).toBe(kept);
  });

  it('a newcomer finds a free spot beside its neighbours, the others keep theirs', () => {
    const newcomer = 'ffffffffffffffff';
    const grown = {
      ...mesh,
      nodes: [...mesh.nodes, { ...mesh.nodes[1]!, id: newcomer, self: false }],
      edges: [...mesh.edges, { ...mesh.edges[0]!, a: mesh.self, b: newcomer }],
    };
    const after = arrange(grown, kept, 1);
    for (const node of mesh.nodes) expect(after.places[node.id]).toEqual(kept.places[node.id]);
    const spot = after.places[newcomer]!;
    for (const node of mesh.nodes) expect(after.places[node.id]).not.toEqual(spot);
    expect(after.places[nodeIdOf(3)]).toEqual([0.9, 0.1]);
  });

  it('an arrangement of another mesh is not kept', () => {
    const other = { kind: 'force' as const, places: { '0000000000000000': [0, 0] as const }, moved: [] };
    expect(arrange(mesh, other, 1)).toEqual(arrange(mesh, undefined, 1));
  });
});

describe('arranging 500 nodes', () => {
  const mesh = village(500);
  const ways = findWays(mesh);

  it('puts each on the ring of its hops, inside the sector of its gateway', () => {
    const { places, rings, outside, sectors } = radialLayout(mesh, ways);
    expect(arrangeAfresh(mesh, ways, 1).kind).toBe('radial');
    expect(sectors).toHaveLength(9);
    expect(sectors.reduce((sum, sector) => sum + sector.nodes, 0)).toBe(ways.of.size);
    for (const node of mesh.nodes) {
      const [x, y] = places[node.id]!;
      const way = ways.of.get(node.id);
      expect(Math.hypot(x, y)).toBeCloseTo(way ? rings[way.hops]! : outside, 3);
      if (!way) continue;
      const sector = sectors.find((candidate) => candidate.gateway === way.gateway)!;
      const angle = (Math.atan2(y, x) - sector.from + 20 * Math.PI) % (2 * Math.PI);
      expect(angle).toBeLessThan(sector.to - sector.from + 0.01);
    }
  });

  it('rings grow outwards and stay inside the disc', () => {
    const { rings, outside } = radialLayout(mesh, ways);
    expect(rings.toSorted((p, q) => p - q)).toEqual(rings);
    expect(rings.at(-1)).toBeLessThan(outside);
  });

  it('a community with one gateway has it in the middle', () => {
    const one = seededMesh({ nodes: 100, gateways: 1, offline: 0, seed: 3, at: 0, positions: false });
    expect(radialLayout(one, findWays(one)).places[nodeIdOf(1)]).toEqual([0, 0]);
  });
});
