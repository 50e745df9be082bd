import { type ZoomTransform, zoomIdentity } from 'd3-zoom';
import { drawScene } from './draw/draw.ts';
import type { Box } from './draw/spots.ts';
import { type Base, fitOf, type Palette, readPalette } from './draw/view.ts';
import type { Scene } from './scene.ts';

/** What the painting needs between two renderings of React; painted on the next frame after anything changed. */
export class Painter {
  readonly canvas: HTMLCanvasElement;
  scene: Scene | undefined;
  transform: ZoomTransform = zoomIdentity;
  width = 0;
  height = 0;
  palette: Palette;
  /** One finger moves: paint fewer pixels until it rests. */
  moving = false;
  /** The map is moved or zoomed, by whatever. */
  gesture = false;
  base: Base | undefined;
  #frame = 0;
  #routeFrom = 0;
  #keepOut: readonly Box[] = [];
  /** Names keep their places while figures change; another zoom or size is another picture. */
  readonly #spots = new Map<string, number>();
  #spotsAt = '';

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.palette = readPalette();
  }

  get view() {
    return { fit: fitOf(this.scene ?? { kind: 'force', map: undefined }, this.width, this.height), transform: this.transform };
  }

  resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    this.width = clientWidth;
    this.height = clientHeight;
    const stage = this.canvas.getBoundingClientRect();
    this.#keepOut = [...(this.canvas.parentElement?.querySelectorAll('.hand button, .legend, .base-note') ?? [])].map((element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return [left - stage.left, top - stage.top, right - stage.left, bottom - stage.top];
    });
    this.ask();
  }

  show(scene: Scene): void {
    const [before, after] = [this.scene?.route.join() ?? '', scene.route.join()];
    // A new route draws itself from its start to the gateway, once; never when the page has just come up.
    if (this.scene && after !== before && after !== '' && routeMs() > 0) this.#routeFrom = performance.now();
    this.scene = scene;
    this.ask();
  }

  ask(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #paint(): void {
    this.#frame = 0;
    const context = this.canvas.getContext('2d');
    if (!this.scene || !context || this.width === 0) return;
    const ratio = this.moving && this.scene.big ? 1 : Math.min(2, devicePixelRatio || 1);
    const [w, h] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    const started = performance.now();
    const share = this.#routeFrom === 0 ? 1 : Math.min(1, (performance.now() - this.#routeFrom) / routeMs());
    const picture = `${this.transform.k.toFixed(1)} ${this.width} ${this.height}`;
    if (picture !== this.#spotsAt) this.#spots.clear();
    this.#spotsAt = picture;
    const { palette, width, height } = this;
    const view = { ...this.view, context, palette, width, height, keepOut: this.#keepOut, spots: this.#spots, base: this.base, resting: !this.gesture };
    const labels = drawScene(this.scene, view, ratio, share);
    this.canvas.dataset.names = String(labels);
    this.canvas.dataset.paintMs = (performance.now() - started).toFixed(2);
    if (share < 1) this.ask();
    else this.#routeFrom = 0;
  }
}

const routeMs = (): number => Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--m-route')) || 0;
