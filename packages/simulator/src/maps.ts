import { Seeded } from './random.ts';

/** Who could hear whom. Delays are one way, milliseconds. */
export interface SimMap {
  readonly nodes: number;
  readonly edges: readonly SimEdge[];
  readonly gateways: readonly number[];
}
export interface SimEdge {
  readonly a: number;
  readonly b: number;
  readonly delayMs: number;
  /** Share of TCP segments that the air loses. */
  readonly loss: number;
}

export function lineMap(nodes: number): SimMap {
  return { nodes, edges: Array.from({ length: nodes - 1 }, (_, i) => ({ a: i, b: i + 1, delayMs: 2, loss: 0 })), gateways: [0] };
}

export function gridMap(nodes: number): SimMap {
  const width = Math.max(1, Math.round(Math.sqrt(nodes)));
  const edges: SimEdge[] = [];
  for (let i = 0; i < nodes; i++) {
    if ((i + 1) % width !== 0 && i + 1 < nodes) edges.push({ a: i, b: i + 1, delayMs: 2, loss: 0 });
    if (i + width < nodes) edges.push({ a: i, b: i + width, delayMs: 2, loss: 0 });
  }
  return { nodes, edges, gateways: [0] };
}

/** Random places in the unit square, an edge wherever two are within reach; reach grows until all are connected. A gateway for each hundred nodes. */
export function randomMap(nodes: number, seed: number): SimMap {
  const random = new Seeded(seed, 101);
  const x = Float64Array.from({ length: nodes }, () => random.next());
  const y = Float64Array.from({ length: nodes }, () => random.next());
  // mean degree about 12: nodes * pi * r^2
  let reach = Math.sqrt(12 / (Math.PI * nodes));
  for (;;) {
    const edges: SimEdge[] = [];
    for (let a = 0; a < nodes; a++) {
      for (let b = a + 1; b < nodes; b++) {
        const distance = Math.hypot(x[a]! - x[b]!, y[a]! - y[b]!);
        if (distance > reach) continue;
        const far = distance / reach;
        edges.push({ a, b, delayMs: 1 + 6 * far * far, loss: 0.01 * far ** 4 });
      }
    }
    if (connected(nodes, edges)) {
      const count = Math.max(1, Math.ceil(nodes / 100));
      const step = Math.floor(nodes / count);
      return { nodes, edges, gateways: Array.from({ length: count }, (_, i) => i * step) };
    }
    reach *= 1.1;
  }
}

function connected(nodes: number, edges: readonly SimEdge[]): boolean {
  const parent = Int32Array.from({ length: nodes }, (_, i) => i);
  const find = (i: number): number => {
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  let parts = nodes;
  for (const { a, b } of edges) {
    const [p, q] = [find(a), find(b)];
    if (p !== q) {
      parent[p] = q;
      parts--;
    }
  }
  return parts <= 1;
}

export type MapName = 'line' | 'grid' | 'random';
export const mapNames: readonly MapName[] = ['line', 'grid', 'random'];
export function mapOf(name: MapName, nodes: number, seed: number): SimMap {
  return name === 'line' ? lineMap(nodes) : name === 'grid' ? gridMap(nodes) : randomMap(nodes, seed);
}
