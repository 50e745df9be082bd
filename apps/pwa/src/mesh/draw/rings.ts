import { meshStrings } from '../../strings/mesh.ts';
import type { Arrangement } from '../arrange.ts';
import type { Scene } from '../scene.ts';
import { put } from './labels.ts';
import { type Box, overlap } from './spots.ts';
import type { View } from './view.ts';

/** Rings by hops, and the dashed one outside where those without a way stand. Drawn first. */
export function drawRings(radial: NonNullable<Arrangement['rings']>, view: View): void {
  const { context, palette, transform, fit } = view;
  const [cx, cy, unit] = centre(view);
  context.lineWidth = 1;
  context.strokeStyle = palette.rule;
  for (const ring of radial.rings) {
    if (ring === 0) continue;
    context.beginPath();
    context.arc(cx, cy, ring * unit, 0, 2 * Math.PI);
    context.stroke();
  }
  if (radial.outside > 0) {
    context.setLineDash([2, 5]);
    context.strokeStyle = palette.edge;
    context.beginPath();
    context.arc(cx, cy, radial.outside * fit.radius * transform.k, 0, 2 * Math.PI);
    context.stroke();
    context.setLineDash([]);
  }
}

/** Sectors with their count on a wide stage, and how many hops a ring is. Drawn last, in the gap between two sectors. */
export function drawRingNames(scene: Scene, radial: NonNullable<Arrangement['rings']>, view: View): void {
  const { context, palette, transform, width } = view;
  const { k } = transform;
  const [cx, cy, unit] = centre(view);
  context.font = '13px EnergyMesh, system-ui, sans-serif';
  context.textBaseline = 'middle';
  const taken: Box[] = [];
  /** What comes first stands; what would lie over it is left out. */
  const name = (text: string, left: number, y: number, colour: string): void => {
    const box: Box = [left - 3, y - 9, left + context.measureText(text).width + 3, y + 9];
    if (taken.some((other) => overlap(box, other))) return;
    taken.push(box);
    put(view, text, left, y, colour);
  };
  const offline = scene.nodes.filter((node) => node.kind === 'offline').length;
  if (offline > 0 && radial.outside > 0 && k < 2) {
    // They stand around the bottom of the ring outside.
    const text = meshStrings.mesh.offlineCount(offline);
    name(text, cx - context.measureText(text).width / 2, cy + radial.outside * unit + 14, palette.ink2);
  }
  if (width > 600 && k < 1.5 && radial.sectors.length > 1) {
    for (const sector of [...radial.sectors].sort((a, b) => b.nodes - a.nodes)) {
      const middle = (sector.from + sector.to) / 2;
      const [cos, sin] = [Math.cos(middle), Math.sin(middle)];
      const text = meshStrings.mesh.sector(scene.byId.get(sector.gateway)?.name ?? '', sector.nodes);
      const long = context.measureText(text).width;
      const radius = (radial.outside > 0 ? radial.outside : (radial.rings.at(-1) ?? 0.9)) * unit + 14;
      const left = cos > 0.25 ? cx + cos * radius : cos < -0.25 ? cx + cos * radius - long : cx + cos * radius - long / 2;
      name(text, Math.max(6, Math.min(width - 6 - long, left)), cy + sin * radius, palette.ink2);
    }
  }
  const first = radial.sectors[0];
  const last = radial.sectors.at(-1);
  // Between the last sector and the first is a gap; with a single sector the top is as good as any.
  const gap = first && last && first !== last ? (last.to + first.from + 2 * Math.PI) / 2 : -Math.PI / 2;
  const step = radial.rings.length > 7 && k < 1.4 ? 2 : 1;
  radial.rings.forEach((ring, hops) => {
    if (hops === 0 || hops % step !== 0) return;
    const text = hops === step ? meshStrings.mesh.hop(hops) : String(hops);
    name(text, cx + Math.cos(gap) * ring * unit - context.measureText(text).width / 2, cy + Math.sin(gap) * ring * unit, palette.ink3);
  });
}

function centre({ fit, transform }: View): [number, number, number] {
  return [transform.x + fit.x(0) * transform.k, transform.y + fit.y(0) * transform.k, fit.radius * transform.k];
}
