import type { OnEarth } from '../base/ground.ts';
import type { Scene, SceneNode } from '../scene.ts';
import type { Box } from './spots.ts';

/** Colours as the page has them now, read once per theme. */
export type Palette = Readonly<Record<(typeof tokens)[number], string>>;
const tokens = [
  'ground',
  'raised',
  'ink',
  'ink2',
  'ink3',
  'rule',
  'edge',
  'enamel',
  'on-enamel',
  'off',
  'off-fill',
  'q1',
  'q2',
  'q3',
  'q4',
  'map-water',
  'map-green',
  'map-house',
  'map-road',
] as const;

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(tokens.map((token) => [token, style.getPropertyValue(`--${token}`).trim()])) as unknown as Palette;
}

/** The viewer's zoom: screen = place * k + (x, y). */
export interface Transform {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

/** From places to pixels of a stage of this size. */
export interface View {
  readonly context: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly width: number;
  readonly height: number;
  readonly transform: Transform;
  readonly fit: Fit;
  /** Buttons and the legend, which lie over the stage: no name goes under them. */
  readonly keepOut: readonly Box[];
  /** Which of its spots each name took last; drawing writes it. */
  readonly spots: Map<string, number>;
  /** Under a map by place, where the operator gave one. */
  readonly base: Base | undefined;
  /** No finger moves the map now. */
  readonly resting: boolean;
}

export interface Base {
  /** `nodes`: names of the map keep off them. */
  draw(map: OnEarth, view: View, nodes: readonly SceneNode[]): void;
}

export interface Fit {
  /** Of a place, before zoom. */
  x(place: number): number;
  y(place: number): number;
  placeX(pixel: number): number;
  placeY(pixel: number): number;
  /** Pixels of 1 in a radial arrangement or on a map; 0 else. */
  readonly radius: number;
}

/** `force` fills the stage, with room for the names at its edges; `radial` stays round, a map keeps its shape. */
export function fitOf({ kind, map }: Pick<Scene, 'kind' | 'map'>, width: number, height: number): Fit {
  const wide = width > 600;
  if (kind === 'force') {
    const [left, top, right, bottom] = wide ? [64, 34, 76, 76] : [44, 30, 44, 76];
    const [w, h] = [Math.max(1, width - left - right), Math.max(1, height - top - bottom)];
    return { x: (p) => left + p * w, y: (p) => top + p * h, placeX: (q) => (q - left) / w, placeY: (q) => (q - top) / h, radius: 0 };
  }
  const { x: ex, y: ey } = map?.extent ?? { x: 1, y: 1 };
  const [edgeX, edgeY] = kind === 'place' ? (wide ? [96, 72] : [44, 62]) : wide ? [88, 58] : [18, 44];
  const radius = Math.max(1, Math.min((width / 2 - edgeX) / ex, (height / 2 - edgeY) / ey));
  const [cx, cy] = [width / 2, height / 2 - (wide ? 18 : 18)];
  return { x: (p) => cx + p * radius, y: (p) => cy + p * radius, placeX: (q) => (q - cx) / radius, placeY: (q) => (q - cy) / radius, radius };
}

export const screenX = (view: Pick<View, 'fit' | 'transform'>, node: { readonly x: number }): number =>
  view.transform.x + view.fit.x(node.x) * view.transform.k;
export const screenY = (view: Pick<View, 'fit' | 'transform'>, node: { readonly y: number }): number =>
  view.transform.y + view.fit.y(node.y) * view.transform.k;

const outside = 20;
/** `margin`: how far outside still counts; below 0, how far inside it must be. */
export function onStage(view: Pick<View, 'fit' | 'transform' | 'width' | 'height'>, node: Pick<SceneNode, 'x' | 'y'>, margin = outside): boolean {
  const [x, y] = [screenX(view, node), screenY(view, node)];
  return x > -margin && x < view.width + margin && y > -margin && y < view.height + margin;
}

/** Radius of a common node's disc. */
export const discRadius = (scene: Scene, view: View): number =>
  scene.big ? Math.min(6.5, (view.width > 600 ? 2.3 : 1.7) * Math.sqrt(view.transform.k) * (scene.nodes.length < 200 ? 1.5 : 1)) : 7;
