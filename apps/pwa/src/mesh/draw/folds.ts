import { number } from '../../strings/format.ts';
import { rim } from '../fold.ts';
import type { Scene } from '../scene.ts';
import { put } from './labels.ts';
import type { View } from './view.ts';

/** Of a wedge, from its tip: where it is wide enough for a number. */
const countAt = 0.7;

/** Wedges of what is folded, each with its count where that fits. Drawn under links and nodes. */
export function drawFolds(scene: Scene, view: View): void {
  const { context, palette, transform, fit, width } = view;
  const unit = fit.radius * transform.k;
  const [cx, cy] = [transform.x + fit.x(0) * transform.k, transform.y + fit.y(0) * transform.k];
  context.fillStyle = palette['off-fill'];
  context.strokeStyle = palette.ground;
  context.lineWidth = 2;
  for (const { from, to, inner, outer } of scene.folds) {
    context.beginPath();
    context.arc(cx, cy, (outer + rim) * unit, from - rim, to + rim);
    context.arc(cx, cy, Math.max(0, inner - rim) * unit, to + rim, from - rim, true);
    context.closePath();
    context.fill();
    context.stroke();
  }
  context.font = '13px EnergyMesh, system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { from, to, inner, outer, nodes } of scene.folds) {
    const [angle, radius] = [(from + to) / 2, inner + (outer - inner) * countAt];
    const [x, y] = [cx + Math.cos(angle) * radius * unit, cy + Math.sin(angle) * radius * unit];
    const text = number(nodes);
    const long = context.measureText(text).width;
    if (x < 0 || x > width || (to - from) * radius * unit < Math.max(20, long) || (outer - inner + 2 * rim) * unit < 14) continue;
    put(view, text, x, y, palette.ink2);
  }
  context.textAlign = 'left';
}
