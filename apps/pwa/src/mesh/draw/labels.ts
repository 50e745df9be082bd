import { frameStrings } from '../../strings/frame.ts';
import type { Scene, SceneNode } from '../scene.ts';
import { routeKeys } from './links.ts';
import { type Box, overlap, type Spot, spotsAround, within } from './spots.ts';
import { discRadius, onStage, screenX, screenY, type View } from './view.ts';

const family = 'EnergyMesh, system-ui, sans-serif';
const half = 8;

/** A name longer than this ends in three dots; the panel has all of it. */
const widthMax = 170;

/**
 * Greedy by rank (selected, you, route, gateways, the rest, offline); names never overlap, those without room wait for zoom. Each takes the
 * spot that the fewest links cross, and keeps the one it had as long as that is free: names stand still while figures change.
 */
export function drawLabels(scene: Scene, view: View): Box[] {
  const { context, transform, palette } = view;
  const { k } = transform;
  const route = new Set(scene.route);
  const selected = scene.selection && 'node' in scene.selection ? scene.selection.node : undefined;
  const rank = (node: SceneNode) =>
    node.id === selected ? 5 : node.kind === 'you' ? 4 : route.has(node.id) && !node.gateway ? 3.5 : node.gateway ? 3 : node.kind === 'offline' ? 0 : 1;
  const visible = scene.nodes.filter((node) => onStage(view, node));
  const wanted = visible.filter((node) => !scene.big || k > 3.4 || (rank(node) >= 2 && (node.id === selected || node.kind === 'you' || k > 1.3)));
  const r = discRadius(scene, view);
  const marks: Box[] = [];
  const names: Box[] = [];
  // Discs of the crowd are too small and too many to keep names off them before zoom.
  if (!scene.big || k > 1.6) {
    for (const node of visible) {
      const s = node.id === selected ? 15 : scene.big ? r : 8;
      const [x, y] = [screenX(view, node), screenY(view, node)];
      const box: Box = [x - s, y - s, x + s, y + s];
      (route.has(node.id) ? names : marks).push(box);
    }
  }
  const road = routeKeys(scene);
  const lines = (scene.big ? [] : scene.links).map(({ key, a, b }) => ({
    line: [screenX(view, a), screenY(view, a), screenX(view, b), screenY(view, b)] as const,
    weight: road.has(key) ? 4 : 1,
  }));
  /** What a name in this box would cross out: a line along it more than one across. */
  const crossed = (box: Box) =>
    lines.reduce((sum, { line, weight }) => {
      const length = within(line, box);
      return length === undefined ? sum : sum + weight * (0.4 + length / 24);
    }, 0);
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  const placed: Box[] = [];
  for (const node of wanted.toSorted((a, b) => rank(b) - rank(a) || (a.id < b.id ? -1 : 1))) {
    const order = rank(node);
    context.font = `${order >= 2 ? '600 ' : ''}${order >= 4 ? 14 : 13}px ${family}`;
    const text = fitting(context, node.kind === 'you' ? frameStrings.you : node.name);
    const width = context.measureText(text).width;
    const [x, y] = [screenX(view, node), screenY(view, node)];
    const spots = spotsAround(x, y, offset(scene, node, selected, r), width, half);
    const boxOf = ([lx, ly]: Spot): Box => [lx - 2, ly - half, lx + width + 2, ly + half];
    // What matters may lie over a disc that does not; nothing lies over a name or a button.
    const best = (obstacles: readonly Box[]): number | undefined => {
      const kept = view.spots.get(node.id);
      let [chosen, least]: [number | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
      spots.forEach((spot, i) => {
        const box = boxOf(spot);
        const [left, top, right, bottom] = box;
        if (left < 4 || right > view.width - 4 || top < 2 || bottom > view.height - 2) return;
        if (obstacles.some((other) => overlap(box, other)) || view.keepOut.some((other) => overlap(box, other))) return;
        const cost = i === kept ? -1 : i * 0.15 + crossed(box);
        if (cost < least) [chosen, least] = [i, cost];
      });
      return chosen;
    };
    const found = best([...names, ...marks]) ?? (order >= 2 ? best(names) : undefined);
    if (found !== undefined) view.spots.set(node.id, found);
    const spot: Spot | undefined = found === undefined ? (order >= 4 ? squeezed(view, x, y + 22, width) : undefined) : spots[found];
    if (!spot) continue;
    put(view, text, spot[0], spot[1], node.kind === 'offline' ? palette.ink3 : palette.ink);
    names.push(boxOf(spot));
    placed.push(boxOf(spot));
  }
  return placed;
}

/** From the middle of a node to its name. */
function offset(scene: Scene, node: SceneNode, selected: string | undefined, r: number): number {
  if (scene.big) return node.id === selected || node.kind === 'you' ? 13 : r + 4;
  if (node.id === selected) return 19;
  return node.kind === 'you' || node.gateway ? 14 : 12;
}

const squeezed = (view: View, x: number, y: number, width: number): Spot => [Math.max(4, Math.min(view.width - width - 4, x - width / 2)), y];

function fitting(context: CanvasRenderingContext2D, name: string): string {
  if (context.measureText(name).width <= widthMax) return name;
  let letters = [...name];
  while (letters.length > 1 && context.measureText(`${letters.join('')}…`).width > widthMax) letters = letters.slice(0, -1);
  return `${letters.join('').trimEnd()}…`;
}

/** With a halo of ground, so that a line behind it never crosses out a letter. */
export function put({ context, palette }: View, text: string, x: number, y: number, fill: string): void {
  context.lineJoin = 'round';
  context.strokeStyle = palette.ground;
  context.lineWidth = 4;
  context.strokeText(text, x, y);
  context.fillStyle = fill;
  context.fillText(text, x, y);
}
