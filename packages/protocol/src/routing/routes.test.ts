import { describe, expect, test } from 'vitest';
import { defaultConfig } from '../config.ts';
import { Incarnation, NodeId } from '../ids.ts';
import { Millis, never } from '../units.ts';
import { chooseGateway, rankGateways } from './gateways.ts';
import { Graph } from './graph.ts';
import { type RouteChange, Routes } from './routes.ts';
import { ShortestPaths, unreachable } from './shortest.ts';

const id = (n: number): NodeId => NodeId(n.toString(16).padStart(16, '0'));
const claims = (...list: [number, number][]): { node: NodeId; cost: number }[] => list.map(([n, cost]) => ({ node: id(n), cost }));
const advertised = { incarnation: Incarnation(1), agreementKey: new Uint8Array(32), gateway: undefined, devices: 0, position: undefined };
const now = Millis;
/** Costs of all directed edges that count. */
const costs = (g: Graph): number[] =>
  Array.from({ length: g.size }, (_, u) => [...g.edgesOf(u)]).flatMap((row) => row.filter((cost, i) => i % 3 === 2 && cost > 0));

describe('graph', () => {
  test('an edge counts only if both ends claim it, with the larger cost', () => {
    const seen: number[][] = [];
    const g = new Graph(id(0), 100, (u, v, before, after) => seen.push([u, v, before, after]));
    g.replace(id(1), claims([2, 10]));
    expect(seen).toEqual([]);
    g.replace(id(2), claims([1, 30]));
    expect(seen).toEqual([[g.indexOf(id(2)), g.indexOf(id(1)), 0, 30]]);
    g.replace(id(1), []);
    expect(seen.at(-1)!.slice(2)).toEqual([30, 0]);
    expect(costs(g)).toEqual([]);
  });

  test('nodes that nobody claims leave the table; at the bound further nodes are left out and counted', () => {
    const g = new Graph(id(0), 4, () => {});
    g.replace(id(1), claims([2, 1], [3, 1], [4, 1]));
    expect(g.overflows).toBe(1);
    expect(g.indexOf(id(4))).toBe(-1);
    g.replace(id(1), []);
    expect([1, 2, 3].map((n) => g.indexOf(id(n)))).toEqual([-1, -1, -1]);
    g.replace(id(5), claims([6, 1]));
    g.replace(id(6), claims([5, 2]));
    expect(costs(g)).toEqual([2, 2]);
  });

  test('own edges need no confirmation by record', () => {
    const g = new Graph(id(0), 10, () => {});
    g.replace(id(0), claims([1, 7]));
    expect(costs(g)).toEqual([7]);
  });
});

describe('shortest paths', () => {
  test('agree with relaxation until nothing changes, on random graphs', () => {
    let state = 12345;
    const next = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % n;
    };
    for (let round = 0; round < 30; round++) {
      const n = 2 + next(60);
      const edges: [number, number, number][] = [];
      for (let i = 0; i < n * 2; i++) {
        const [a, b, c] = [next(n), next(n), 1 + next(50)];
        if (a !== b && !edges.some(([x, y]) => (x === a && y === b) || (x === b && y === a))) edges.push([a, b, c]);
      }
      const g = new Graph(id(0), 1000, () => {});
      for (let v = 0; v < n; v++) {
        const list = edges.filter(([a, b]) => a === v || b === v).map(([a, b, c]): [number, number] => [a === v ? b : a, c]);
        g.replace(id(v), claims(...list));
      }
      const paths = new ShortestPaths();
      paths.run(g.rows, 0);
      const dist = new Array(n).fill(unreachable);
      dist[0] = 0;
      for (let i = 0; i < n; i++) for (const [a, b, c] of edges) [dist[a], dist[b]] = [Math.min(dist[a], dist[b] + c), Math.min(dist[b], dist[a] + c)];
      for (let v = 0; v < n; v++) {
        const index = g.indexOf(id(v));
        const cost = index < 0 ? unreachable : paths.cost[index]!;
        expect(Math.min(cost, unreachable)).toBe(Math.min(dist[v], unreachable));
        // Every step of the way is cheaper than the one before: no loops.
        if (index > 0 && cost < unreachable) expect(paths.cost[paths.parent[index]!]!).toBeLessThan(cost);
      }
    }
  });
});

describe('shortest paths after changes', () => {
  test('are what a run from scratch gives, and what was touched is told', () => {
    let state = 99;
    const next = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % n;
    };
    for (let round = 0; round < 40; round++) {
      const n = 2 + next(50);
      const cost = new Map<string, number>();
      const changes: number[] = [];
      const g = new Graph(id(0), 1000, (u, v) => changes.push(u, v));
      const claim = (v: number): void => {
        const list: [number, number][] = [];
        for (let w = 0; w < n; w++) {
          const c = cost.get(`${Math.min(v, w)} ${Math.max(v, w)}`);
          if (c !== undefined && w !== v) list.push([w, c]);
        }
        g.replace(id(v), claims(...list));
      };
      const kept = new ShortestPaths();
      kept.run(g.rows, 0);
      for (let step = 0; step < 30; step++) {
        for (let k = 0; k <= next(6); k++) {
          const [a, b] = [next(n), next(n)];
          if (a === b) continue;
          const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
          if (next(3) === 0) cost.delete(key);
          else cost.set(key, 1 + next(20));
          claim(a);
          if (next(5) > 0) claim(b);
        }
        const before = Array.from({ length: g.size }, (_, v) => (v < kept.nodes ? kept.parent[v]! : -1));
        kept.update(g.rows, 0, Int32Array.from(changes), changes.length / 2);
        changes.length = 0;
        const fresh = new ShortestPaths();
        fresh.run(g.rows, 0);
        expect([...kept.cost.subarray(0, g.size)]).toEqual([...fresh.cost.subarray(0, g.size)]);
        const touched = new Set(kept.touched.subarray(0, kept.touchedCount));
        for (let v = 1; v < g.size; v++) {
          if (kept.parent[v] !== before[v]) expect(touched.has(v)).toBe(true);
          if (kept.cost[v] === unreachable) continue;
          const p = kept.parent[v]!;
          expect(kept.cost[p]!).toBeLessThan(kept.cost[v]!);
          expect(kept.first[v]).toBe(p === 0 ? v : kept.first[p]);
          expect(kept.hops[v]).toBe(kept.hops[p]! + 1);
        }
      }
    }
  });
});

describe('routes', () => {
  const make = (): { routes: Routes; changes: RouteChange[] } => {
    const changes: RouteChange[] = [];
    const routes = new Routes({ self: id(0), nodesMax: 1000, waits: defaultConfig, onChanged: (_now, change) => changes.push(change) });
    return { routes, changes };
  };
  /** 0 - 1 - 2 and 0 - 3 - 2, the second way dearer. */
  const square = (routes: Routes): void => {
    routes.own(now(0), claims([1, 100], [3, 100]));
    routes.claims(now(0), id(1), claims([0, 100], [2, 100]), advertised);
    routes.claims(now(0), id(2), claims([1, 100], [3, 200]), advertised);
    routes.claims(now(0), id(3), claims([0, 100], [2, 200]), advertised);
  };

  test('gains wait 50 ms, a loss on the way is computed at once', () => {
    const { routes, changes } = make();
    square(routes);
    expect(routes.wakeAt).toBe(50);
    routes.wake(now(50));
    expect(routes.nextHop(id(2))).toBe(id(1));
    expect(routes.costMs(id(2))).toBe(2);
    expect(routes.pathTo(id(2))).toEqual([id(0), id(1), id(2)]);
    routes.own(now(60), claims([3, 100]));
    expect(routes.wakeAt).toBe(60);
    routes.wake(now(60));
    expect(routes.nextHop(id(2))).toBe(id(3));
    expect(routes.nextHop(id(1))).toBe(id(3));
    expect(changes).toHaveLength(2);
  });

  test('gains wait longer while they keep coming, not because a loss was just computed', () => {
    const { routes } = make();
    square(routes);
    routes.wake(now(50));
    routes.own(now(60), claims([1, 100], [3, 100], [4, 100]));
    expect(routes.wakeAt).toBe(160);
    routes.wake(now(160));
    routes.own(now(3000), claims([1, 100], [3, 100]));
    routes.wake(now(3000));
    routes.own(now(3010), claims([1, 100], [3, 100], [4, 100]));
    expect(routes.wakeAt).toBe(3060);
  });

  test('an edge that no path uses costs no run when it goes', () => {
    const { routes } = make();
    square(routes);
    routes.wake(now(50));
    const before = routes.runs;
    routes.claims(now(2000), id(3), claims([0, 100]), advertised);
    routes.wake(now(5000));
    expect(routes.runs).toBe(before);
    expect(routes.wakeAt).toBe(never);
    expect(routes.nextHop(id(2))).toBe(id(1));
  });

  test('what becomes unreachable is told, and so is its return', () => {
    const { routes, changes } = make();
    square(routes);
    routes.wake(now(50));
    expect([...changes[0]!.gained].sort()).toEqual([id(1), id(2), id(3)]);
    routes.own(now(60), []);
    routes.wake(now(60));
    expect([...changes[1]!.lost].sort()).toEqual([id(1), id(2), id(3)]);
    expect(routes.nextHop(id(2))).toBeUndefined();
    expect(routes.costMs(id(2))).toBeUndefined();
    expect(routes.pathTo(id(2))).toEqual([]);
    expect(routes.costMs(id(0))).toBe(0);
  });

  test('the gateway is kept until another is better by a quarter and 5 ms, or it is gone', () => {
    const at = (n: number, costMs: number, load = 0): { node: NodeId; costMs: number; offer: { backendMs: number; load: number } } => ({
      node: id(n),
      costMs,
      offer: { backendMs: 10, load },
    });
    expect(chooseGateway(undefined, rankGateways([at(1, 30), at(2, 20)]))).toBe(id(2));
    expect(chooseGateway(id(1), rankGateways([at(1, 30), at(2, 25)]))).toBe(id(1));
    expect(chooseGateway(id(1), rankGateways([at(1, 50), at(2, 20)]))).toBe(id(2));
    expect(chooseGateway(id(1), rankGateways([at(2, 90)]))).toBe(id(2));
    expect(chooseGateway(id(1), [])).toBeUndefined();
    // A full gateway is left for an idle one further away.
    expect(chooseGateway(id(1), rankGateways([at(1, 10, 255), at(2, 40)]))).toBe(id(2));
  });
});
