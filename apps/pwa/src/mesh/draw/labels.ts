import { frameStrings } from '../../strings/en/frame.ts';
import type { Scene, SceneNode } from '../scene.ts';
import { discRadius, onStage, screenX, screenY, type View } from './view.ts';

type Box = readonly [left: number, top: number, right: number, bottom: number];
const overlap = (p: Box, q: Box) => p[0] < q[2] && p[2] > q[0] && p[1] < q[3] && p[3] > q[1];
const family = 'EnergyMesh, system-ui, sans-serif';
const half = 8;

/** Greedy by rank (selected, you, route, gateways, the rest, offline); names never overlap, those without room wait for zoom. */
export function drawLabels(scene: Scene, view: View): number {
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
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  let placed = 0;
  for (const node of wanted.toSorted((a, b) => rank(b) - rank(a) || (a.id < b.id ? -1 : 1))) {
    const order = rank(node);
    const text = node.kind === 'you' ? frameStrings.you : node.name;
    context.font = `${order >= 2 ? '600 ' : ''}${order >= 4 ? 14 : 13}px ${family}`;
    const width = context.measureText(text).width;
    const [x, y] = [screenX(view, node), screenY(view, node)];
    const off = scene.big
      ? node.id === selected || node.kind === 'you'
        ? 13
        : r + 4
      : node.id === selected
        ? 19
        : node.kind === 'you' || node.gateway
          ? 14
          : 12;
    const spots = spotsAround(x, y, off, width);
    // What matters may lie over a disc that does not; nothing lies over a name.
    const free = (obstacles: readonly Box[]) =>
      spots.find(([lx, ly]) => {
        const box: Box = [lx - 2, ly - half, lx + width + 2, ly + half];
        return box[0] >= 4 && box[2] <= view.width - 4 && box[1] >= 2 && box[3] <= view.height - 2 && !obstacles.some((other) => overlap(box, other));
      });
    const spot =
      free([...names, ...marks]) ??
      (order >= 2 ? free(names) : undefined) ??
      (order >= 4 ? ([Math.max(4, Math.min(view.width - width - 4, x - width / 2)), y + off + half] as const) : undefined);
    if (!spot) continue;
    put(view, text, spot[0], spot[1], node.kind === 'offline' ? palette.ink3 : palette.ink);
    names.push([spot[0] - 2, spot[1] - half, spot[0] + width + 2, spot[1] + half]);
    placed++;
  }
  return placed;
}

function spotsAround(x: number, y: number, off: number, width: number): (readonly [number, number])[] {
  const [below, above] = [y + off + half - 1, y - off - half + 1];
  return [
    [x - width / 2, below],
    [x - width / 2, above],
    [x + off, y],
    [x - off - width, y],
    [x + off * 0.7, y + off],
    [x - off * 0.7 - width, y + off],
    [x + off * 0.7, y - off],
    [x - off * 0.7 - width, y - off],
    [x - width * 0.25, below],
    [x - width * 0.75, below],
    [x - width * 0.25, above],
    [x - width * 0.75, above],
  ];
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
