import { meshStrings } from '../../strings/mesh.ts';
import { scaleBar } from '../layout-place.ts';
import type { Scene, SceneNode } from '../scene.ts';
import { put } from './labels.ts';
import { onStage, screenX, screenY, type View } from './view.ts';

/** Estimated, of an antenna at a window: outdoors, and in plain sight; as Home's drawing of you alone has it. */
const reachMetres = [400, 150] as const;
const turn = 2 * Math.PI;

/** More discs than this on the stage are drawn once into a picture, which is then moved and scaled: filling hundreds takes longer than a frame. */
const discsMax = 60;
/** Of that picture, its longer side. It is a wash: nobody sees its edges at twice their size. */
const picturePixels = 1024;
interface Picture {
  readonly canvas: HTMLCanvasElement;
  /** Its left and top edge, and its width and height, in places. */
  readonly left: number;
  readonly top: number;
  readonly across: number;
  readonly down: number;
  readonly colour: string;
}
const pictures = new WeakMap<Scene, Picture>();

/** Where a device or another node would probably be heard, as one wash under the living nodes: rings of each would be a tangle. Drawn first. */
export function drawReach(scene: Scene, view: View): void {
  const { map } = scene;
  if (!map) return;
  const { context, palette, width, height, transform, fit } = view;
  const perMetre = pixelsPerMetre(view, map.metres);
  const far = reachMetres[0] * perMetre;
  const without = new Set(map.without);
  const alive = scene.nodes.filter((node) => node.kind !== 'offline' && !without.has(node.id));
  const near = alive.filter((node) => onStage(view, node, far));
  if (near.length <= discsMax) {
    const discs = near.map((node) => [screenX(view, node), screenY(view, node)] as const);
    wash(context, palette.enamel, discs, perMetre, [width, height]);
    return;
  }
  let picture = pictures.get(scene);
  if (picture?.colour !== palette.enamel) {
    picture = pictureOf(alive, map.metres, palette.enamel);
    pictures.set(scene, picture);
  }
  const unit = fit.radius * transform.k;
  context.drawImage(
    picture.canvas,
    transform.x + fit.x(picture.left) * transform.k,
    transform.y + fit.y(picture.top) * transform.k,
    picture.across * unit,
    picture.down * unit,
  );
}

function pictureOf(alive: readonly SceneNode[], metres: number, colour: string): Picture {
  const rim = reachMetres[0] / metres;
  const [xs, ys] = [alive.map(({ x }) => x), alive.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs) - rim, Math.min(...ys) - rim];
  const [across, down] = [Math.max(...xs) + rim - left, Math.max(...ys) + rim - top];
  const scale = picturePixels / Math.max(across, down);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(across * scale);
  canvas.height = Math.ceil(down * scale);
  const context = canvas.getContext('2d');
  const discs = alive.map(({ x, y }) => [(x - left) * scale, (y - top) * scale] as const);
  if (context) wash(context, colour, discs, scale / metres, [canvas.width, canvas.height]);
  return { canvas, left, top, across, down, colour };
}

function wash(
  context: CanvasRenderingContext2D,
  colour: string,
  discs: readonly (readonly [number, number])[],
  perMetre: number,
  [width, height]: readonly [number, number],
): void {
  context.fillStyle = colour;
  for (const [i, metres] of reachMetres.entries()) {
    const r = metres * perMetre;
    context.globalAlpha = i === 0 ? 0.06 : 0.11;
    context.beginPath();
    for (const [x, y] of discs) {
      if (x + r < 0 || x - r > width || y + r < 0 || y - r > height) continue;
      context.moveTo(x + r, y);
      context.arc(x, y, r, 0, turn);
    }
    // One path, filled once: where two reach, it is not darker than where one does.
    context.fill('nonzero');
  }
  context.globalAlpha = 1;
}

/** The length of a bar, and who stands below the map because nobody told their place. Drawn last. */
export function drawScale(scene: Scene, view: View): void {
  const { map } = scene;
  if (!map) return;
  const { context, palette, width, height } = view;
  const wide = width > 600;
  const { metres, text } = scaleBar(110 / pixelsPerMetre(view, map.metres));
  const long = metres * pixelsPerMetre(view, map.metres);
  const [x, y] = [wide ? 24 : 16, height - (wide ? 50 : 56)];
  context.strokeStyle = palette.ground;
  context.lineWidth = 6;
  bar(context, x, y, long);
  context.strokeStyle = palette.ink;
  context.lineWidth = 1.5;
  bar(context, x, y, long);
  context.font = '13px EnergyMesh, system-ui, sans-serif';
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  put(view, text, x + long + 8, y - 2, palette.ink);
  const [first] = map.without;
  const row = first === undefined ? undefined : scene.byId.get(first);
  if (!row) return;
  context.textAlign = 'center';
  put(view, meshStrings.mesh.withoutPlace(map.without.length), view.transform.x + view.fit.x(0) * view.transform.k, screenY(view, row) - 26, palette.ink2);
  context.textAlign = 'left';
}

function bar(context: CanvasRenderingContext2D, x: number, y: number, long: number): void {
  context.beginPath();
  context.moveTo(x, y - 6);
  context.lineTo(x, y);
  context.lineTo(x + long, y);
  context.lineTo(x + long, y - 6);
  context.stroke();
}

const pixelsPerMetre = ({ fit, transform }: View, metres: number): number => (fit.radius * transform.k) / metres;
