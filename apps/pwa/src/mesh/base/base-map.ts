import { FetchSource } from 'pmtiles';
import type { Box } from '../draw/spots.ts';
import type { Base, Palette, View } from '../draw/view.ts';
import type { SceneNode } from '../scene.ts';
import { type OnEarth, type Rect, rectOf, tilesOver, zoomFor } from './ground.ts';
import { paintBase } from './paint.ts';
import { Tiles } from './tiles.ts';

export { NoSuchMap } from './tiles.ts';

/** Beyond each edge of the stage, as a share of it: so far a finger moves it without anything being drawn anew. */
const rim = 0.3;
const tilesMax = 64;
const crowd = 60;
const picturePixelsMax = 8_000_000;
/** While a finger moves, and while tiles come in. */
const pacesMs = 300;

interface Picture {
  readonly canvas: HTMLCanvasElement;
  readonly of: OnEarth;
  readonly palette: Palette;
  readonly rect: Rect;
  /** Pixels of 1 in places. */
  readonly unit: number;
  readonly ratio: number;
  readonly at: number;
  /** Nothing was missing. */
  readonly whole: boolean;
}

export interface BaseMapOptions {
  readonly tiles: Tiles;
  readonly monotonic: () => number;
}

/** The operator's map: drawn into a picture a little larger than the stage, which is moved and scaled under a finger and drawn anew at rest. */
export class BaseMap implements Base {
  readonly #options: BaseMapOptions;
  #picture: Picture | undefined;

  constructor(options: BaseMapOptions) {
    this.#options = options;
  }

  draw(map: OnEarth, view: View, nodes: readonly SceneNode[]): void {
    const { context, transform, fit } = view;
    const unit = fit.radius * transform.k;
    const [x0, y0] = [transform.x + fit.x(0) * transform.k, transform.y + fit.y(0) * transform.k];
    const stage: Rect = { left: -x0 / unit, top: -y0 / unit, right: (view.width - x0) / unit, bottom: (view.height - y0) / unit };
    if (this.#isOld(map, view, stage, unit)) this.#picture = this.#paint(map, view, stage, unit, nodes) ?? this.#picture;
    const picture = this.#picture;
    if (!picture || picture.of !== map) return;
    const { rect, canvas } = picture;
    context.drawImage(canvas, x0 + rect.left * unit, y0 + rect.top * unit, (rect.right - rect.left) * unit, (rect.bottom - rect.top) * unit);
  }

  #isOld(map: OnEarth, view: View, stage: Rect, unit: number): boolean {
    const picture = this.#picture;
    if (!picture || picture.of !== map || picture.palette !== view.palette) return true;
    const { rect } = picture;
    const covers = rect.left <= stage.left && rect.top <= stage.top && rect.right >= stage.right && rect.bottom >= stage.bottom;
    const waited = this.#options.monotonic() - picture.at > pacesMs;
    if (!view.resting) return !covers && waited;
    // The same from a finger's width away: a zoom by rounding is none.
    const same = covers && Math.abs(unit / picture.unit - 1) < 1e-3 && picture.ratio === ratioOf(view);
    return !same || !picture.whole;
  }

  #paint(map: OnEarth, view: View, stage: Rect, unit: number, nodes: readonly SceneNode[]): Picture | undefined {
    const { tiles, monotonic } = this.#options;
    const [dx, dy] = [(stage.right - stage.left) * rim, (stage.bottom - stage.top) * rim];
    const rect: Rect = { left: stage.left - dx, top: stage.top - dy, right: stage.right + dx, bottom: stage.bottom + dy };
    const metresPerPixel = map.metres / unit;
    let z = Math.min(tiles.zoomMax, zoomFor(map, metresPerPixel));
    let wanted = tilesOver(map, rect, Math.max(z, tiles.zoomMin), tilesMax);
    while (wanted.length === 0 && z > tiles.zoomMin) wanted = tilesOver(map, rect, --z, tilesMax);
    const { here, whole } = tiles.get(wanted);
    const before = this.#picture;
    // What was there stays until all is here, or for a moment.
    if (!whole && before?.of === map && before.palette === view.palette && monotonic() - before.at < pacesMs) return undefined;
    const canvas = before?.canvas ?? document.createElement('canvas');
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) return undefined;
    const [width, height] = [view.width * (1 + 2 * rim), view.height * (1 + 2 * rim)];
    const ratio = ratioOf(view);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const placed = [...here].map(([tile, shapes]) => {
      const { left, top, right, bottom } = rectOf(map, tile);
      return { shapes, x: (left - rect.left) * unit, y: (top - rect.top) * unit, across: (right - left) * unit, down: (bottom - top) * unit };
    });
    // A crowd of nodes would leave no name anywhere: of those only the marks are kept free.
    const [w, h] = nodes.length > crowd ? [6, 6] : [64, 26];
    const avoid = nodes.map(({ x, y }): Box => {
      const [px, py] = [(x - rect.left) * unit, (y - rect.top) * unit];
      return [px - w, py - h, px + w, py + h];
    });
    paintBase(context, placed, { palette: view.palette, width, height, metresPerPixel, ratio, avoid });
    return { canvas, of: map, palette: view.palette, rect, unit, ratio, at: monotonic(), whole };
  }
}

/** As sharp as the screen, as long as the picture does not grow beyond what a phone can keep. */
function ratioOf({ width, height }: View): number {
  const pixels = width * height * (1 + 2 * rim) ** 2;
  return Math.min(2, globalThis.devicePixelRatio || 1, Math.sqrt(picturePixelsMax / Math.max(1, pixels)));
}

/** The map that the node serves. Throws NoSuchMap. `onCame`: more of it can be drawn. */
export async function openBaseMap(address: string, onCame: () => void): Promise<BaseMap> {
  const monotonic = () => performance.now();
  return new BaseMap({ tiles: await Tiles.open({ source: new FetchSource(address), monotonic, onCame }), monotonic });
}
