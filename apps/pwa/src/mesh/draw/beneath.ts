import { radioStrings } from '../../strings/radio.ts';
import type { Scene } from '../scene.ts';
import { type Box, overlap } from './spots.ts';
import { screenX, screenY, type View } from './view.ts';

const bandPixels = 12;

const carried = (scene: Scene) =>
  scene.links.flatMap((link) => {
    const beneath = scene.beneath.get(link.key);
    return beneath && !link.stale && (beneath.kind === 'radio' || beneath.kind === 'hops') ? [{ link, beneath }] : [];
  });

/** The radio as a wide pale band beneath the link that it carries; dotted where several radio hops lie between the ends. */
export function drawBeneath(scene: Scene, view: View): void {
  const { context, palette } = view;
  context.strokeStyle = palette.edge;
  context.globalAlpha = 0.45;
  for (const { link, beneath } of carried(scene)) {
    context.lineCap = beneath.kind === 'hops' ? 'round' : 'butt';
    context.lineWidth = bandPixels;
    context.setLineDash(beneath.kind === 'hops' ? [0.1, bandPixels * 1.6] : []);
    context.beginPath();
    context.moveTo(screenX(view, link.a), screenY(view, link.a));
    context.lineTo(screenX(view, link.b), screenY(view, link.b));
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** The signal in the middle of its link, where no name stands. */
export function drawSignals(scene: Scene, view: View, names: readonly Box[]): void {
  const { context, palette } = view;
  context.font = '13px EnergyMesh, system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.lineJoin = 'round';
  const taken = [...names, ...view.keepOut];
  for (const { link, beneath } of carried(scene)) {
    if (beneath.signalDbm === undefined) continue;
    const text = radioStrings.radio.dbm(beneath.signalDbm);
    const width = context.measureText(text).width;
    const x = (screenX(view, link.a) + screenX(view, link.b)) / 2 - width / 2;
    const y = (screenY(view, link.a) + screenY(view, link.b)) / 2;
    const box: Box = [x - 2, y - 8, x + width + 2, y + 8];
    if (taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    context.lineWidth = 5;
    context.strokeStyle = palette.ground;
    context.strokeText(text, x, y);
    context.fillStyle = palette.ink;
    context.fillText(text, x, y);
  }
}
