import { describe, expect, it } from 'vitest';
import { seededMesh } from '../../dev/seeded-mesh.ts';
import type { TopologyView } from '../live/model.ts';
import { findWays, linkKey, routeOf } from './ways.ts';

const id = (letter: string) => letter.repeat(16);
const [a, b, c, d] = [id('a'), id('b'), id('c'), id('d')];
const at = 1000;

/** gateway a - b - c, and c - a direct but dear; d is offline. `self` is c. */
function village(overrides: Partial<TopologyView> = {}): TopologyView {
  const node = (id: string, extra = {}) => ({
    id,
    name: id.slice(0, 1),
    self: id === c,
    gateway: id === a,
    online: id !== d,
    lastSeen: at,
    devices: 0,
    ...extra,
  });
  const edge = (from: string, to: string, costAMs: number, costBMs: number) => ({
    a: from,
    b: to,
    costAMs,
    costBMs,
    qualityA: 'good' as const,
    qualityB: 'good' as const,
    stale: false,
  });
  return {
    at,
    self: c,
    nodes: [node(a), node(b), node(c), node(d)],
    edges: [edge(a, b, 5, 5), edge(b, c, 5, 5), edge(a, c, 50, 50), { ...edge(c, d, 5, 5), stale: true }],
    gateway: a,
    path: [],
    ...overrides,
  };
}

describe('the way to the gateway', () => {
  it('is the cheapest, not the shortest', () => {
    const ways = findWays(village());
    expect(routeOf(ways, c)).toEqual([c, b, a]);
    expect(ways.of.get(c)).toEqual({ gateway: a, next: b, hops: 2, costMs: 10 });
    expect(ways.behind.get(a)).toEqual([b]);
  });

  it('does not use a link that only one end claims, nor an offline node', () => {
    const edges = village().edges.map((edge) => (edge.a === b ? { a: b, b: c, costAMs: 5, qualityA: 'good' as const, stale: false } : edge));
    const ways = findWays(village({ edges }));
    expect(routeOf(ways, c)).toEqual([c, a]);
    expect(ways.of.has(d)).toBe(false);
    expect(routeOf(ways, d)).toEqual([d]);
  });

  it("takes the agent's word for its own way, and for those behind it", () => {
    const nodes = village().nodes.map((node) => ({ ...node, online: true }));
    const edges = village().edges.map((edge) => ({ ...edge, stale: false }));
    const ways = findWays(village({ nodes, edges, path: [c, a] }));
    expect(routeOf(ways, c)).toEqual([c, a]);
    expect(ways.of.get(c)?.costMs).toBe(50);
    expect(ways.of.get(d)).toEqual({ gateway: a, next: c, hops: 2, costMs: 55 });
  });

  it('ends at this node when there is no gateway', () => {
    const nodes = village().nodes.map((node) => ({ ...node, gateway: false }));
    const ways = findWays(village({ nodes }));
    expect(ways.roots).toEqual([c]);
    expect(ways.of.get(a)?.hops).toBe(2);
  });

  it('of 500 nodes reaches all that are online, without a circle', () => {
    const mesh = seededMesh({ nodes: 500, gateways: 9, offline: 17, seed: 7, at, positions: false });
    const ways = findWays(mesh);
    for (const node of ways.of.keys()) expect(routeOf(ways, node).at(-1)).toBe(ways.of.get(node)?.gateway);
    expect(ways.of.size).toBeGreaterThan(450);
    const own = mesh.path;
    expect(own.length).toBeGreaterThan(1);
    expect(routeOf(ways, mesh.self)).toEqual(own);
  });

  it('names a link the same from both ends', () => {
    expect(linkKey(b, a)).toBe(linkKey(a, b));
  });
});
