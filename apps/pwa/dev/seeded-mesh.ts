import type { TopologyView } from '@energymesh/agent/schema';

/** Simulated: a community drawn from a seed, for looking at the dashboard while working on it. Never part of the product's bundle. */
export interface MeshOptions {
  readonly nodes: number;
  readonly gateways: number;
  readonly offline: number;
  readonly seed: number;
  readonly at: number;
  readonly positions: boolean;
}

export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const streets = ['Mill Lane', 'Orchard', 'Church Row', 'Meadow', 'Hill Farm', 'Quarry', 'Bridge', 'Weir', 'Station Road', 'Allotments'];
const landmarks = [
  'School roof',
  'Bakery',
  'Ferry House',
  'Fire hall',
  'Old Dairy',
  'Lock House',
  'Weir Cottage',
  'Chapel',
  'Silo',
  'Library',
  'Depot',
  'Town hall',
];

export const nodeIdOf = (index: number): string => ((0x9e3779b97f4a7c15n * BigInt(index + 1)) & 0xffffffffffffffffn).toString(16).padStart(16, '0');

const qualities = ['poor', 'weak', 'good', 'strong'] as const;
const qualityOf = (value: number) => (value > 0.68 ? qualities[3] : value > 0.48 ? qualities[2] : value > 0.3 ? qualities[1] : qualities[0]);

/** Nodes strewn over a village, linked to the nearest few; node 0 is this node, the last ones are offline. */
export function seededMesh(options: MeshOptions): TopologyView {
  const { nodes: count, at } = options;
  const next = random(options.seed);
  const spots: { x: number; y: number }[] = [];
  const apart = 0.72 / Math.sqrt(count);
  for (let tries = 0; spots.length < count; tries++) {
    const spot = { x: next(), y: next() };
    if (tries > count * 60 || spots.every((other) => Math.hypot(other.x - spot.x, other.y - spot.y) > apart)) spots.push(spot);
  }
  // This node stands in the middle of things.
  const middle = spots.reduce(
    (best, spot, i) => (Math.hypot(spot.x - 0.5, spot.y - 0.45) < Math.hypot(spots[best]!.x - 0.5, spots[best]!.y - 0.45) ? i : best),
    0,
  );
  [spots[0], spots[middle]] = [spots[middle]!, spots[0]!];

  const pairs = new Set<string>();
  spots.forEach((spot, i) => {
    const near = spots
      .map((other, j) => ({ j, distance: Math.hypot(other.x - spot.x, other.y - spot.y) }))
      .filter(({ j }) => j !== i)
      .sort((a, b) => a.distance - b.distance)
      .slice(0, i === 0 ? 5 : 3);
    for (const { j } of near) pairs.add(`${Math.min(i, j)} ${Math.max(i, j)}`);
  });
  const offline = (i: number) => i !== 0 && i >= count - options.offline;
  const gateway = (i: number) => !offline(i) && i > 0 && i <= options.gateways;
  const edges = [...pairs].map((pair) => {
    const [a, b] = pair.split(' ').map(Number) as [number, number];
    const distance = Math.hypot(spots[a]!.x - spots[b]!.x, spots[a]!.y - spots[b]!.y) / apart;
    const base = Math.max(0.05, Math.min(1, 1.15 - distance * 0.33 + (next() - 0.5) * 0.3));
    const [qa, qb] = [base, Math.max(0.05, Math.min(1, base + (next() - 0.5) * 0.35))];
    const stale = offline(a) || offline(b);
    return {
      a: nodeIdOf(a),
      b: nodeIdOf(b),
      ...(offline(a) ? {} : { qualityA: qualityOf(qa), costAMs: Math.round(30 * (1.2 - qa)) + 2 }),
      ...(offline(b) ? {} : { qualityB: qualityOf(qb), costBMs: Math.round(30 * (1.2 - qb)) + 2 }),
      bandwidthBps: Math.round((4 + base * 90) * 1e6),
      stale,
    };
  });

  const { hops, costs, nextHop } = fromNode(0, count, edges, offline);
  const gatewayOf = [...Array(count).keys()].filter((i) => gateway(i) && hops[i] !== undefined).sort((a, b) => costs[a]! - costs[b]!)[0];
  const path: string[] = [];
  for (let at = gatewayOf; at !== undefined; at = at === 0 ? undefined : previous(at)) path.unshift(nodeIdOf(at));
  function previous(node: number): number | undefined {
    return edges
      .filter((edge) => !edge.stale && (edge.a === nodeIdOf(node) || edge.b === nodeIdOf(node)))
      .map((edge) => indexOf(edge.a === nodeIdOf(node) ? edge.b : edge.a))
      .filter((other) => hops[other] !== undefined && costs[other]! < costs[node]!)
      .sort((a, b) => costs[a]! - costs[b]!)[0];
  }
  const names = nameAll(count, next);
  return {
    at,
    self: nodeIdOf(0),
    nodes: spots.map((spot, i) => ({
      id: nodeIdOf(i),
      name: names[i]!,
      self: i === 0,
      gateway: gateway(i),
      online: !offline(i),
      lastSeen: offline(i) ? at - 30 * 60_000 : at - Math.floor(next() * 8000),
      ...(offline(i) ? { lastWay: { hops: 3, costMs: 57, nextHop: nodeIdOf(2) } } : {}),
      devices: offline(i) ? 0 : Math.floor(next() * 5),
      ...(hops[i] === undefined ? {} : { hops: hops[i], costMs: costs[i], ...(i === 0 ? {} : { nextHop: nodeIdOf(nextHop[i]!) }) }),
      ...(options.positions
        ? { position: { lat: 47.37 + (0.5 - spot.y) * 0.02 * Math.sqrt(count / 24), lon: 8.54 + (spot.x - 0.5) * 0.03 * Math.sqrt(count / 24) } }
        : {}),
    })),
    edges,
    ...(gatewayOf === undefined ? {} : { gateway: nodeIdOf(gatewayOf) }),
    path,
  };
}

const indices = new Map<string, number>();
function indexOf(id: string): number {
  if (indices.size === 0) for (let i = 0; i < 5000; i++) indices.set(nodeIdOf(i), i);
  return indices.get(id)!;
}

function nameAll(count: number, next: () => number): string[] {
  const names = ['Mill Lane 7', ...landmarks];
  const taken = new Set(names);
  while (names.length < count) {
    const name = `${streets[Math.floor(next() * streets.length)]} ${1 + Math.floor(next() * Math.max(30, count))}`;
    if (!taken.has(name)) {
      taken.add(name);
      names.push(name);
    }
  }
  return names.slice(0, count);
}

function fromNode(start: number, count: number, edges: TopologyView['edges'], offline: (i: number) => boolean) {
  const costs: (number | undefined)[] = Array(count);
  const hops: (number | undefined)[] = Array(count);
  const nextHop: (number | undefined)[] = Array(count);
  costs[start] = 0;
  hops[start] = 0;
  for (let round = 0; round < count; round++) {
    let changed = false;
    for (const edge of edges) {
      if (edge.stale) continue;
      for (const [from, to, cost] of [
        [indexOf(edge.a), indexOf(edge.b), edge.costAMs ?? 50],
        [indexOf(edge.b), indexOf(edge.a), edge.costBMs ?? 50],
      ] as const) {
        if (costs[from] === undefined || offline(to)) continue;
        const total = costs[from] + cost;
        if (costs[to] === undefined || total < costs[to]) {
          costs[to] = total;
          hops[to] = hops[from]! + 1;
          nextHop[to] = from === start ? to : nextHop[from];
          changed = true;
        }
      }
    }
    if (!changed) break;
  }
  return { hops, costs, nextHop };
}
