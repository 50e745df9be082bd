import type { Scene } from '../scene.ts';
import { drawBeneath, drawSignals } from './beneath.ts';
import { drawFolds } from './folds.ts';
import { drawLabels } from './labels.ts';
import { drawLinks, drawRoute } from './links.ts';
import { drawReach, drawScale } from './map.ts';
import { drawNodes } from './nodes.ts';
import { drawRingNames, drawRings } from './rings.ts';
import { screenX, screenY, type View } from './view.ts';

/** `routeShare`: how much of the route shows, 0 to 1. Returns how many names found room. */
export function drawScene(scene: Scene, view: View, pixelRatio: number, routeShare: number): number {
  const { context, palette, width, height } = view;
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, width, height);
  if (scene.map) view.base?.draw(scene.map, view, scene.nodes);
  drawReach(scene, view);
  if (scene.rings) drawRings(scene.rings, view);
  if (scene.folds.length > 0) drawFolds(scene, view);
  drawBeneath(scene, view);
  drawLinks(scene, view);
  drawRoute(scene, view, routeShare);
  drawNodes(scene, view);
  const names = drawLabels(scene, view);
  drawSignals(scene, view, names);
  if (scene.rings) drawRingNames(scene, scene.rings, view);
  drawScale(scene, view);
  return names.length;
}

const hitRadius = 24;

/** The node nearest to a point of the stage, if one is within a finger's reach. */
export function nodeAt(scene: Scene, view: Pick<View, 'fit' | 'transform'>, x: number, y: number): string | undefined {
  let nearest: string | undefined;
  let least = hitRadius;
  for (const node of scene.nodes) {
    const distance = Math.hypot(screenX(view, node) - x, screenY(view, node) - y);
    if (distance < least) {
      least = distance;
      nearest = node.id;
    }
  }
  return nearest;
}

/** The link under a point, within 10 px; only links that are drawn. */
export function linkAt(scene: Scene, view: Pick<View, 'fit' | 'transform'>, x: number, y: number): string | undefined {
  let nearest: string | undefined;
  let least = 10;
  for (const link of scene.links) {
    if (scene.big && !link.best) continue;
    const [x0, y0, x1, y1] = [screenX(view, link.a), screenY(view, link.a), screenX(view, link.b), screenY(view, link.b)];
    const long = (x1 - x0) ** 2 + (y1 - y0) ** 2;
    const along = long === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / long));
    const distance = Math.hypot(x0 + along * (x1 - x0) - x, y0 + along * (y1 - y0) - y);
    if (distance < least) {
      least = distance;
      nearest = link.key;
    }
  }
  return nearest;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** For the arrow keys: the nearest node within 60 degrees of that direction. */
export function nodeTowards(scene: Scene, view: Pick<View, 'fit' | 'transform'>, from: string, direction: Direction): string | undefined {
  const start = scene.byId.get(from);
  if (!start) return undefined;
  const [dx, dy] = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[direction] as [number, number];
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const node of scene.nodes) {
    if (node.id === from) continue;
    const [x, y] = [screenX(view, node) - screenX(view, start), screenY(view, node) - screenY(view, start)];
    const distance = Math.hypot(x, y);
    const along = x * dx + y * dy;
    if (along < distance / 2) continue;
    // Straight ahead counts for more than near.
    const score = distance * (2 - along / distance);
    if (score < least) {
      least = score;
      nearest = node.id;
    }
  }
  return nearest;
}
