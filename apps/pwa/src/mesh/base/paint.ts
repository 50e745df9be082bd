import { type Box, overlap } from '../draw/spots.ts';
import type { Palette } from '../draw/view.ts';
import { type AreaKind, type LineKind, lineKinds, type Run, type Shapes, tileUnits } from './shapes.ts';

/** A tile and where its corner and its width lie, in pixels of the picture. */
export interface Placed {
  readonly shapes: Shapes;
  readonly x: number;
  readonly y: number;
  readonly across: number;
  readonly down: number;
}
export interface Sheet {
  readonly palette: Palette;
  readonly width: number;
  readonly height: number;
  readonly metresPerPixel: number;
  /** Device pixels to one of these. */
  readonly ratio: number;
  /** No name goes there. */
  readonly avoid: readonly Box[];
}

/** How wide it is on earth, how thin it may get, and from how many metres to a pixel on it is left out. */
const lineStyles: Readonly<Record<LineKind, { readonly metres: number; readonly least: number; readonly from: number; readonly dash?: readonly number[] }>> = {
  river: { metres: 5, least: 1, from: 60 },
  border: { metres: 0, least: 1, from: 1e9, dash: [6, 3] },
  path: { metres: 2, least: 0.8, from: 3.5, dash: [3, 2] },
  rail: { metres: 2, least: 1, from: 40 },
  minor: { metres: 6, least: 0.8, from: 14 },
  major: { metres: 10, least: 1.3, from: 90 },
  highway: { metres: 16, least: 1.8, from: 1e9 },
};
const housesFrom = 5;
const streetNamesFrom = 2.6;
const widest = 18;
const labelsMax = 60;
const font = 'EnergyMesh, system-ui, sans-serif';

/** Kind by kind over all tiles, so that no edge of a tile shows. Quiet: what is living on the map is the mesh. */
export function paintBase(context: CanvasRenderingContext2D, tiles: readonly Placed[], sheet: Sheet): void {
  const { palette, metresPerPixel, ratio } = sheet;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.lineJoin = 'round';
  context.lineCap = 'butt';
  const fill = (kind: AreaKind, colour: string) => {
    context.fillStyle = colour;
    for (const tile of tiles) {
      if (!trace(context, tile, tile.shapes.areas[kind], true, ratio)) continue;
      context.fill('evenodd');
    }
  };
  const stroke = (kind: LineKind, colour: string) => {
    const style = lineStyles[kind];
    if (metresPerPixel > style.from) return;
    context.strokeStyle = colour;
    const width = Math.min(widest, Math.max(style.least, style.metres / metresPerPixel));
    for (const tile of tiles) {
      // The tile's own measure is in force: what is in pixels is divided by it.
      const scale = tile.across / tileUnits;
      if (!trace(context, tile, tile.shapes.lines[kind], false, ratio)) continue;
      context.lineWidth = width / scale;
      context.setLineDash((style.dash ?? []).map((length) => length / scale));
      context.stroke();
    }
    context.setLineDash([]);
  };
  // Earth is the ground of the page: what is not earth is water, as far as the extract says.
  fill('earth', palette.ground);
  fill('green', palette['map-green']);
  fill('water', palette['map-water']);
  stroke('river', palette['map-water']);
  if (metresPerPixel <= housesFrom) fill('house', palette['map-house']);
  for (const kind of lineKinds) if (kind !== 'river') stroke(kind, palette['map-road']);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  paintNames(context, tiles, sheet);
}

/** False: there is nothing of it. */
function trace(context: CanvasRenderingContext2D, { x, y, across, down }: Placed, runs: readonly Run[], closed: boolean, ratio: number): boolean {
  if (runs.length === 0) return false;
  context.setTransform((across / tileUnits) * ratio, 0, 0, (down / tileUnits) * ratio, x * ratio, y * ratio);
  context.beginPath();
  for (const run of runs) {
    context.moveTo(run[0] ?? 0, run[1] ?? 0);
    for (let i = 2; i + 1 < run.length; i += 2) context.lineTo(run[i] as number, run[i + 1] as number);
    if (closed) context.closePath();
  }
  return true;
}

/** Villages and quarters first, then streets along their longest straight piece; none over another, each once. */
function paintNames(context: CanvasRenderingContext2D, tiles: readonly Placed[], { palette, metresPerPixel, width, height, avoid }: Sheet): void {
  const taken: Box[] = [];
  const said = new Set<string>();
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  const write = (name: string, x: number, y: number, angle: number, long: number): void => {
    const [w, h] = [
      (Math.abs(Math.cos(angle)) * long + Math.abs(Math.sin(angle)) * 14) / 2,
      (Math.abs(Math.sin(angle)) * long + Math.abs(Math.cos(angle)) * 14) / 2,
    ];
    const box: Box = [x - w, y - h, x + w, y + h];
    if (taken.length >= labelsMax || box[0] < 0 || box[1] < 0 || box[2] > width || box[3] > height || [...taken, ...avoid].some((other) => overlap(box, other)))
      return;
    taken.push(box);
    said.add(name);
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    context.strokeStyle = palette.ground;
    context.lineWidth = 3;
    context.strokeText(name, 0, 0);
    context.fillStyle = palette.ink3;
    context.fillText(name, 0, 0);
    context.restore();
  };
  const places = tiles.flatMap((tile) =>
    tile.shapes.places.map(({ name, x, y, rank }) => ({ name, rank, x: tile.x + (x * tile.across) / tileUnits, y: tile.y + (y * tile.down) / tileUnits })),
  );
  context.font = `600 13px ${font}`;
  for (const { name, x, y } of places.toSorted((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1)))
    if (!said.has(name)) write(name, x, y, 0, context.measureText(name).width + 12);
  if (metresPerPixel > streetNamesFrom) return;
  context.font = `13px ${font}`;
  const streets = tiles.flatMap((tile) => tile.shapes.streets.flatMap(({ name, run }) => longest(name, run, tile)));
  for (const { name, x, y, long, angle } of streets.toSorted((a, b) => b.long - a.long || (a.name < b.name ? -1 : 1))) {
    if (said.has(name)) continue;
    const needs = context.measureText(name).width + 16;
    if (needs <= long) write(name, x, y, angle, needs);
  }
}

function longest(name: string, run: Run, { x: left, y: top, across, down }: Placed) {
  let best: { name: string; x: number; y: number; long: number; angle: number } | undefined;
  for (let i = 0; i + 3 < run.length; i += 2) {
    const [x0, y0, x1, y1] = [run[i]!, run[i + 1]!, run[i + 2]!, run[i + 3]!];
    const [dx, dy] = [((x1 - x0) * across) / tileUnits, ((y1 - y0) * down) / tileUnits];
    const long = Math.hypot(dx, dy);
    if (best && long <= best.long) continue;
    // Never upside down.
    const angle = Math.atan2(dx < 0 ? -dy : dy, Math.abs(dx));
    best = { name, x: left + ((x0 + x1) / 2 / tileUnits) * across, y: top + ((y0 + y1) / 2 / tileUnits) * down, long, angle };
  }
  return best ? [best] : [];
}
