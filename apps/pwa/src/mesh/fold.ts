import type { Places } from './arrange.ts';
import { routeOf, type Ways } from './ways.ts';

/** Above this many nodes rings are too full to read or to draw in a frame, and what hangs on a node is folded into it. */
export const foldAbove = 1500;
/** Less than this is not worth folding: the count would take as much room as the nodes. */
const foldMin = 8;

/** Everything behind a node, drawn as a wedge with a count. Angles and radii as of the arrangement. */
export interface Fold {
  readonly root: string;
  /** How many are not drawn. */
  readonly nodes: number;
  readonly from: number;
  readonly to: number;
  readonly inner: number;
  readonly outer: number;
}

export interface Folded {
  readonly folds: readonly Fold[];
  readonly hidden: ReadonlySet<string>;
}

/**
 * Rings by hops with the ways to `open` unfolded, from their gateway outwards: to open a fold is to select the node in front of it. What hangs on another
 * node is folded, if it is more than a handful. A node has 3 to 8 neighbours (docs/protocol.md), so what is left to draw grows with the length of the ways,
 * not with the mesh.
 */
export function fold(ways: Ways, places: Places, open: readonly string[]): Folded {
  const unfolded = new Set(open.flatMap((node) => (ways.of.has(node) ? routeOf(ways, node) : [])));
  const hidden = new Set<string>();
  const folds: Fold[] = [];
  const rest = [...ways.roots];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    const behind = allBehind(ways, node);
    if (unfolded.has(node) || behind.length < foldMin) rest.push(...(ways.behind.get(node) ?? []));
    else {
      for (const id of behind) hidden.add(id);
      folds.push(wedge(node, behind, places));
    }
  }
  return { folds, hidden };
}

function allBehind(ways: Ways, node: string): string[] {
  const found: string[] = [...(ways.behind.get(node) ?? [])];
  for (let i = 0; i < found.length; i++) found.push(...(ways.behind.get(found[i] as string) ?? []));
  return found;
}

function wedge(root: string, behind: readonly string[], places: Places): Fold {
  const polar = behind.flatMap((id) => {
    const place = places[id];
    return place ? [{ angle: Math.atan2(place[1], place[0]), radius: Math.hypot(place[0], place[1]) }] : [];
  });
  // Angles are counted from the middle of them: a wedge may lie across where the circle begins.
  const middle = Math.atan2(
    polar.reduce((sum, { angle }) => sum + Math.sin(angle), 0),
    polar.reduce((sum, { angle }) => sum + Math.cos(angle), 0),
  );
  const turned = polar.map(({ angle }) => Math.atan2(Math.sin(angle - middle), Math.cos(angle - middle)));
  const radii = polar.map(({ radius }) => radius);
  return {
    root,
    nodes: behind.length,
    from: middle + Math.min(0, ...turned),
    to: middle + Math.max(0, ...turned),
    inner: Math.min(...radii, 1),
    outer: Math.max(...radii, 0),
  };
}

/** The fold at a point of the arrangement. */
export function foldAt(folds: readonly Fold[], x: number, y: number): Fold | undefined {
  const [angle, radius] = [Math.atan2(y, x), Math.hypot(x, y)];
  return folds.find(({ from, to, inner, outer }) => {
    const middle = (from + to) / 2;
    const off = Math.abs(Math.atan2(Math.sin(angle - middle), Math.cos(angle - middle)));
    return off <= (to - from) / 2 + rim && radius >= inner - rim && radius <= outer + rim;
  });
}
/** A wedge is drawn, and hit, a little larger than the nodes in it. */
export const rim = 0.006;
