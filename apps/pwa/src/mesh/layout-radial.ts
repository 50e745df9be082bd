import type { TopologyView } from '../live/model.ts';
import type { Places } from './arrange.ts';
import type { Ways } from './ways.ts';

export interface Sector {
  readonly gateway: string;
  /** Radians, 0 to the right, growing clockwise on the screen. */
  readonly from: number;
  readonly to: number;
  readonly nodes: number;
}

export interface Radial {
  /** In a disc of radius 1 around (0, 0). */
  readonly places: Places;
  /** Radius of the ring of 0, 1, 2 ... hops. */
  readonly rings: readonly number[];
  /** The dashed ring outside, of the nodes without a way: absent when there are none. */
  readonly outside: number;
  readonly sectors: readonly Sector[];
}

/**
 * Rings by hops to the gateway, one sector per gateway as wide as what hangs on it, the gap between rings growing with what the
 * next ring holds. Nodes without a way stand on the ring outside. The same topology gives the same places.
 */
export function radialLayout(topology: TopologyView, ways: Ways): Radial {
  const ringSizes: number[] = [];
  for (const way of ways.of.values()) ringSizes[way.hops] = (ringSizes[way.hops] ?? 0) + 1;
  const lost = topology.nodes
    .filter((node) => !ways.of.has(node.id))
    .map((node) => node.id)
    .toSorted();
  const { rings, outside } = radii(
    ringSizes.map((size) => size ?? 0),
    ways.roots.length,
  );
  const places: Record<string, readonly [number, number]> = {};
  const put = (id: string, angle: number, radius: number) => {
    places[id] = [round(Math.cos(angle) * radius), round(Math.sin(angle) * radius)];
  };

  const width = new Map<string, number>();
  const count = new Map<string, number>();
  const order = [...ways.of.keys()].toSorted((a, b) => ways.of.get(b)!.hops - ways.of.get(a)!.hops);
  for (const id of order) {
    const behind = ways.behind.get(id) ?? [];
    const own = 1 / (rings[ways.of.get(id)!.hops] || 1);
    width.set(
      id,
      Math.max(
        own,
        behind.reduce((sum, child) => sum + width.get(child)!, 0),
      ),
    );
    count.set(
      id,
      behind.reduce((sum, child) => sum + count.get(child)!, 1),
    );
  }

  const sectors: Sector[] = [];
  const onlyOne = ways.roots.length === 1;
  const gap = onlyOne ? 0 : 1.2;
  const total = ways.roots.reduce((sum, root) => sum + width.get(root)! + gap, 0);
  const perWidth = (2 * Math.PI) / Math.max(total, 1e-9);
  const spread = (id: string, from: number, to: number): void => {
    const middle = (from + to) / 2;
    put(id, middle, onlyOne && ways.of.get(id)!.hops === 0 ? 0 : rings[ways.of.get(id)!.hops]!);
    const behind = ways.behind.get(id) ?? [];
    const inside = behind.reduce((sum, child) => sum + width.get(child)!, 0);
    // Children share their parent's whole sector, as wide as each needs.
    const scale = inside > 0 ? (to - from) / inside : 0;
    let at = from;
    for (const child of behind) {
      const next = at + width.get(child)! * scale;
      spread(child, at, next);
      at = next;
    }
  };
  let at = -Math.PI / 2;
  for (const root of ways.roots) {
    const next = at + width.get(root)! * perWidth;
    spread(root, at, next);
    sectors.push({ gateway: root, from: at, to: next, nodes: count.get(root)! });
    at = next + gap * perWidth;
  }

  lost.forEach((id, i) => {
    put(id, Math.PI / 2 + ((i + 0.5) / lost.length - 0.5) * Math.min(2 * Math.PI, lost.length * 0.16), outside);
  });
  return { places, rings, outside: lost.length > 0 ? outside : 0, sectors };
}

function radii(sizes: readonly number[], roots: number): { rings: number[]; outside: number } {
  const steps = sizes.map((size, hops) => (hops === 0 ? (roots === 1 ? 0 : Math.min(roots * 0.75 + 3.5, Math.sqrt(roots) * 4)) : Math.sqrt(size) + 2.2));
  const outer = 4;
  const sum = steps.reduce((total, step) => total + step, 0) + outer;
  let radius = 0;
  const rings = steps.map((step) => {
    radius += step / sum;
    return radius;
  });
  return { rings, outside: 1 };
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4;
