import type { Scene, SceneNode } from '../scene.ts';
import { discRadius, onStage, screenX, screenY, type View } from './view.ts';

const turn = 2 * Math.PI;

/** Node = ink disc; gateway = ink square with a hole; you = enamel disc with a ring; offline = soft grey, outlined; selected = enamel ring. */
export function drawNodes(scene: Scene, view: View): number {
  const { context, palette } = view;
  const r = discRadius(scene, view);
  const route = new Set(scene.route);
  const selected = scene.selection && 'node' in scene.selection ? scene.selection.node : undefined;
  let drawn = 0;
  const special = (node: SceneNode) => node.kind !== 'node' || node.gateway || route.has(node.id) || node.id === selected;
  if (scene.big) {
    // One path for the crowd: hundreds of fills would not keep up with a finger.
    context.fillStyle = palette.ink;
    context.beginPath();
    for (const node of scene.nodes) {
      if (special(node) || !onStage(view, node)) continue;
      drawn++;
      const [x, y] = [screenX(view, node), screenY(view, node)];
      context.moveTo(x + r, y);
      context.arc(x, y, r, 0, turn);
    }
    context.fill();
  }
  for (const node of scene.nodes) {
    if ((scene.big && !special(node)) || !onStage(view, node)) continue;
    drawn++;
    drawMark(scene, view, node, r, route.has(node.id), node.id === selected);
  }
  const chosen = selected === undefined ? undefined : scene.byId.get(selected);
  if (chosen) {
    context.strokeStyle = palette.enamel;
    context.lineWidth = 2.5;
    circle(context, screenX(view, chosen), screenY(view, chosen), scene.big ? Math.max(8, r * 2) : 15);
    context.stroke();
  }
  return drawn;
}

function drawMark(scene: Scene, view: View, node: SceneNode, r: number, onRoute: boolean, selected: boolean): void {
  const { context, palette, width } = view;
  const [x, y] = [screenX(view, node), screenY(view, node)];
  if (node.kind === 'offline') {
    context.fillStyle = palette['off-fill'];
    context.strokeStyle = palette.off;
    context.lineWidth = scene.big ? 1 : 1.5;
    circle(context, x, y, r);
    context.fill();
    context.stroke();
    return;
  }
  if (node.gateway) {
    const s = scene.big ? Math.max(width > 600 ? 4 : 3, r * 1.7) : 8.5;
    context.fillStyle = palette.ground;
    context.fillRect(x - s - 2, y - s - 2, 2 * s + 4, 2 * s + 4);
    context.fillStyle = node.kind === 'you' ? palette.enamel : palette.ink;
    context.fillRect(x - s, y - s, 2 * s, 2 * s);
    if (s > 5) {
      context.fillStyle = palette.ground;
      context.fillRect(x - s * 0.34, y - s * 0.34, s * 0.68, s * 0.68);
    }
    return;
  }
  const size =
    node.kind === 'you' ? (scene.big ? Math.max(5.5, r * 1.8) : 10) : selected ? Math.max(r, scene.big ? 4 : 8) : onRoute ? Math.max(r, scene.big ? 3 : 7) : r;
  context.fillStyle = palette.ground;
  circle(context, x, y, size + 2);
  context.fill();
  context.fillStyle = node.kind === 'you' ? palette.enamel : palette.ink;
  circle(context, x, y, size);
  context.fill();
  if (node.kind === 'you') {
    context.strokeStyle = palette['on-enamel'];
    context.lineWidth = size > 7 ? 2 : 1.4;
    circle(context, x, y, size * 0.55);
    context.stroke();
  }
}

function circle(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, turn);
}
