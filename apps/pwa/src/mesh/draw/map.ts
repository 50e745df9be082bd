import { meshStrings } from '../../strings/mesh.ts';
import { scaleBar } from '../layout-place.ts';
import { usualReach } from '../reach.ts';
import type { Scene, SceneNode } from '../scene.ts';
import { put } from './labels.ts';
import { onStage, screenX, screenY, type View } from './view.ts';

/** Where nothing is measured: estimated, of an antenna at a window, in plain sight and outdoors; as Home's drawing of you alone has it. */
const estimated = { far: 400, well: 150 };
/** A disc: its middle, and how far a node is heard at all and well, in one measure. */
type Disc = readonly [x: number, y: number, far: number, well: number];
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
/** Data come every few seconds, another reach seldom: the picture stays as long as what it was drawn from. */
const pictures = new WeakMap<Scene, Picture>();
let last: { readonly of: string; readonly picture: Picture } | undefined;

/**
 * As far as neighbours hear each node, drawn alike on all sides, as one wash under the living nodes: rings of each would be a tangle. A node that nobody
 * measures reaches as far as is usual here, faintly; where too little is measured to say what is usual, as far as an antenna at a window.
 */
export function drawReach(scene: Scene, view: View): void {
  const { map } = scene;
  if (!map) return;
  const { context, palette, width, height, transform, fit } = view;
  const perMetre = pixelsPerMetre(view, map.metres);
  const without = new Set(map.without);
  const usual = usualReach(scene.reach);
  const alive = scene.nodes.filter((node) => node.kind !== 'offline' && !without.has(node.id));
  /** In metres. */
  const reachOf = (node: SceneNode): readonly [far: number, well: number] => {
    const heard = scene.reach.get(node.id);
    if (heard) return [heard.metres, heard.well?.metres ?? 0];
    return usual === undefined ? [estimated.far, estimated.well] : [usual, 0];
  };
  const near = alive.filter((node) => onStage(view, node, reachOf(node)[0] * perMetre));
  if (near.length <= discsMax) {
    const discs = near.map((node): Disc => {
      const [far, well] = reachOf(node);
      return [screenX(view, node), screenY(view, node), far * perMetre, well * perMetre];
    });
    wash(context, palette.enamel, discs, [width, height]);
    return;
  }
  let picture = pictures.get(scene);
  if (picture?.colour !== palette.enamel) {
    const reach = alive.map((node): Disc => {
      const [far, well] = reachOf(node);
      return [node.x, node.y, far / map.metres, well / map.metres];
    });
    const of = `${palette.enamel} ${reach.join(' ')}`;
    picture = last?.of === of ? last.picture : pictureOf(reach, palette.enamel);
    last = { of, picture };
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

/** `reach`: in places. */
function pictureOf(reach: readonly Disc[], colour: string): Picture {
  const rim = Math.max(...reach.map(([, , far]) => far));
  const [xs, ys] = [reach.map(([x]) => x), reach.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs) - rim, Math.min(...ys) - rim];
  const [across, down] = [Math.max(...xs) + rim - left, Math.max(...ys) + rim - top];
  const scale = picturePixels / Math.max(across, down);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(across * scale);
  canvas.height = Math.ceil(down * scale);
  const context = canvas.getContext('2d');
  const discs = reach.map(([x, y, far, well]): Disc => [(x - left) * scale, (y - top) * scale, far * scale, well * scale]);
  if (context) wash(context, colour, discs, [canvas.width, canvas.height]);
  return { canvas, left, top, across, down, colour };
}

function wash(context: CanvasRenderingContext2D, colour: string, discs: readonly Disc[], [width, height]: readonly [number, number]): void {
  context.fillStyle = colour;
  for (const well of [false, true]) {
    context.globalAlpha = well ? 0.07 : 0.05;
    context.beginPath();
    for (const [x, y, far, near] of discs) {
      const r = well ? near : far;
      if (r === 0 || x + r < 0 || x - r > width || y + r < 0 || y - r > height) continue;
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
