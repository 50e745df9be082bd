import { linkWidth, type Scene, type SceneLink, type SceneNode } from '../scene.ts';
import { linkKey } from '../ways.ts';
import { type Palette, screenX, screenY, type View } from './view.ts';

/** Above this many gradients on the stage a frame takes too long on a phone: then two half-strokes per link, batched by colour. */
const gradientsMax = 220;
const margin = 20;

const colour = (palette: Palette, level: SceneLink['levelA']): string => (level ? palette[`q${level}`] : palette.off);

/** All links but those of the route: gradient by how well each end hears, dashed when stale. */
export function drawLinks(scene: Scene, view: View): number {
  const { context, palette, width, height, transform } = view;
  const selected = scene.selection;
  const selectedNode = selected && 'node' in selected ? selected.node : undefined;
  const onRoute = routeKeys(scene);
  const faded = selectedNode !== undefined && scene.route.length > 0;
  const gradients = scene.links.length * Math.min(1, 1 / transform.k ** 2) < gradientsMax;
  const batches = new Map<string, { stroke: string; width: number; dashed: boolean; points: number[] }>();
  const batch = (stroke: string, lineWidth: number, dashed: boolean, x0: number, y0: number, x1: number, y1: number) => {
    const key = `${stroke} ${lineWidth} ${dashed}`;
    let group = batches.get(key);
    if (!group) {
      group = { stroke, width: lineWidth, dashed, points: [] };
      batches.set(key, group);
    }
    group.points.push(x0, y0, x1, y1);
  };
  const thin = 1.1 + Math.min(2.4, (transform.k - 1) * 0.7) + (scene.nodes.length < 200 ? 0.5 : 0);
  let drawn = 0;
  context.lineCap = 'butt';
  for (const link of scene.links) {
    if (onRoute.has(link.key)) continue;
    const [x0, y0, x1, y1] = [screenX(view, link.a), screenY(view, link.a), screenX(view, link.b), screenY(view, link.b)];
    if (Math.max(x0, x1) < -margin || Math.min(x0, x1) > width + margin || Math.max(y0, y1) < -margin || Math.min(y0, y1) > height + margin) continue;
    const touches = link.a.id === selectedNode || link.b.id === selectedNode;
    if (scene.big && !link.best && !touches) continue;
    drawn++;
    if (link.stale) {
      batch(palette.off, 1.3, true, x0, y0, x1, y1);
    } else if (scene.big && !link.best) {
      batch(palette.edge, 0.9, false, x0, y0, x1, y1);
    } else {
      // In halves of a pixel: few widths, few batches.
      const lineWidth = scene.big ? Math.round(thin * Math.min(1.5, Math.max(0.6, link.width / linkWidth(undefined))) * 2) / 2 : link.width;
      if (gradients) {
        context.globalAlpha = faded ? 0.62 : 0.95;
        context.strokeStyle = gradient(context, palette, link, x0, y0, x1, y1);
        context.lineWidth = lineWidth;
        context.beginPath();
        context.moveTo(x0, y0);
        context.lineTo(x1, y1);
        context.stroke();
      } else if (link.levelA === link.levelB) {
        batch(colour(palette, link.levelA), lineWidth, false, x0, y0, x1, y1);
      } else {
        const [mx, my] = [(x0 + x1) / 2, (y0 + y1) / 2];
        batch(colour(palette, link.levelA), lineWidth, false, x0, y0, mx, my);
        batch(colour(palette, link.levelB), lineWidth, false, mx, my, x1, y1);
      }
    }
  }
  context.globalAlpha = faded ? (scene.big ? 0.72 : 0.6) : 0.95;
  for (const { stroke, width: lineWidth, dashed, points } of batches.values()) {
    context.strokeStyle = stroke;
    context.lineWidth = lineWidth;
    context.setLineDash(dashed ? [4, 4] : []);
    context.beginPath();
    for (let i = 0; i < points.length; i += 4) {
      context.moveTo(points[i]!, points[i + 1]!);
      context.lineTo(points[i + 2]!, points[i + 3]!);
    }
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  return drawn;
}

/** Each end keeps its colour for a third of the way; they blend in the middle third. */
function gradient(context: CanvasRenderingContext2D, palette: Palette, link: SceneLink, x0: number, y0: number, x1: number, y1: number): CanvasGradient {
  const blend = context.createLinearGradient(x0, y0, x1, y1);
  blend.addColorStop(0.32, colour(palette, link.levelA));
  blend.addColorStop(0.68, colour(palette, link.levelB));
  return blend;
}

export function routeKeys(scene: Scene): ReadonlySet<string> {
  const keys = new Set(scene.route.slice(1).map((node, i) => linkKey(scene.route[i]!, node)));
  if (scene.selection && 'link' in scene.selection) keys.add(scene.selection.link);
  return keys;
}

/** The way to the gateway as a road on a map: ink casing, quality still visible inside. Also the selected link. `share` of it, for its one appearance. */
export function drawRoute(scene: Scene, view: View, share: number): void {
  const { context, palette, transform } = view;
  const stops = scene.route.map((id) => scene.byId.get(id)).filter((node) => node !== undefined);
  const selected = scene.selection && 'link' in scene.selection ? scene.linkByKey.get(scene.selection.link) : undefined;
  const legs: { from: SceneNode; to: SceneNode; link: SceneLink | undefined }[] = selected
    ? [{ from: selected.a, to: selected.b, link: selected }]
    : stops.slice(1).map((to, i) => ({ from: stops[i]!, to, link: scene.linkByKey.get(linkKey(stops[i]!.id, to.id)) }));
  if (legs.length === 0) return;
  const casing = scene.big ? Math.min(9, 5 + transform.k) : 10;
  const shown = legs.length * share;
  const points = legs.slice(0, Math.ceil(shown)).map((leg, i) => {
    const part = Math.min(1, shown - i);
    const [x0, y0, x1, y1] = [screenX(view, leg.from), screenY(view, leg.from), screenX(view, leg.to), screenY(view, leg.to)];
    return { leg, x0, y0, x1: x0 + (x1 - x0) * part, y1: y0 + (y1 - y0) * part };
  });
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const [stroke, lineWidth] of [
    [palette.ground, casing + 5],
    [palette.ink, casing],
    [palette.ground, casing - 3],
  ] as const) {
    context.strokeStyle = stroke;
    context.lineWidth = lineWidth;
    context.beginPath();
    points.forEach(({ x0, y0, x1, y1 }, i) => {
      if (i === 0) context.moveTo(x0, y0);
      context.lineTo(x1, y1);
    });
    context.stroke();
  }
  context.lineCap = 'butt';
  for (const { leg, x0, y0, x1, y1 } of points) {
    const turned = leg.link && leg.link.a !== leg.from;
    const blend = context.createLinearGradient(x0, y0, x1, y1);
    blend.addColorStop(0.32, colour(palette, turned ? leg.link?.levelB : leg.link?.levelA));
    blend.addColorStop(0.68, colour(palette, turned ? leg.link?.levelA : leg.link?.levelB));
    context.strokeStyle = blend;
    context.lineWidth = casing - 5;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
  }
}
