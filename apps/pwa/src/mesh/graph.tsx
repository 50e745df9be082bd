'use client';
import { select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { RadioBeneath, TopologyView } from '../live/model.ts';
import { meshStrings } from '../strings/en/mesh.ts';
import { radioStrings } from '../strings/en/radio.ts';
import { type Arrangement, arrange, arrangeAfresh, move } from './arrange.ts';
import { type Direction, drawScene, linkAt, nodeAt, nodeTowards } from './draw/draw.ts';
import type { Box } from './draw/spots.ts';
import { fitOf, type Palette, readPalette, screenY } from './draw/view.ts';
import { keepPlaces, readPlaces } from './places-store.ts';
import { type Scene, type Selection, sceneOf } from './scene.ts';
import { findWays } from './ways.ts';

interface GraphProps {
  readonly topology: TopologyView;
  /** Present: what carries this node's own links is drawn beneath them. */
  readonly radio: RadioBeneath | undefined;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
}

const arrows: Readonly<Record<string, Direction>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };
/** Of the sheet: what it covers at its least, and its share of the page when half open; as in mesh.css. */
const coveredPixels = 116;
const sheetShare = 0.46;
/** A finger that moved less than this has tapped. */
const tapPixels = 5;

/** What the painting needs between two renderings of React; painted on the next frame after anything changed. */
class Painter {
  readonly canvas: HTMLCanvasElement;
  scene: Scene | undefined;
  transform: ZoomTransform = zoomIdentity;
  width = 0;
  height = 0;
  palette: Palette;
  /** One finger moves: paint fewer pixels until it rests. */
  moving = false;
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
    return { fit: fitOf(this.scene?.kind ?? 'force', this.width, this.height), transform: this.transform };
  }

  resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    this.width = clientWidth;
    this.height = clientHeight;
    const stage = this.canvas.getBoundingClientRect();
    this.#keepOut = [...(this.canvas.parentElement?.querySelectorAll('.hand button, .legend') ?? [])].map((element) => {
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
    const share = this.#routeFrom === 0 ? 1 : Math.min(1, (performance.now() - this.#routeFrom) / routeMs());
    const picture = `${this.transform.k.toFixed(1)} ${this.width} ${this.height}`;
    if (picture !== this.#spotsAt) this.#spots.clear();
    this.#spotsAt = picture;
    const { palette, width, height } = this;
    const labels = drawScene(this.scene, { ...this.view, context, palette, width, height, keepOut: this.#keepOut, spots: this.#spots }, ratio, share);
    this.canvas.dataset.names = String(labels);
    if (share < 1) this.ask();
    else this.#routeFrom = 0;
  }
}

const routeMs = (): number => Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--m-route')) || 0;

/** The map of the mesh. Nothing on it moves unless the viewer moves it. */
export function Graph({ topology, radio, selection, onSelect }: GraphProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter>(undefined);
  const zooming = useRef<ZoomBehavior<HTMLCanvasElement, unknown>>(undefined);
  const [aspect, setAspect] = useState<number>();
  const [kept, setKept] = useState<Arrangement | undefined>(() => readPlaces(topology.self));
  const arrangement = useMemo(() => (aspect === undefined ? undefined : arrange(topology, kept, aspect)), [topology, kept, aspect]);
  const scene = useMemo(() => arrangement && sceneOf(topology, arrangement, selection, radio), [topology, arrangement, selection, radio]);
  const [focused, setFocused] = useState('');

  // Where nodes stand is decided once; the next visit finds them there.
  useEffect(() => {
    if (!arrangement || arrangement === kept) return;
    setKept(arrangement);
    keepPlaces(topology.self, arrangement);
  }, [arrangement, kept, topology.self]);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const paint = new Painter(element);
    painter.current = paint;
    const measure = () => {
      paint.resize();
      // The map cannot be lost: some of it stays on the stage. More below, for what the sheet lifts.
      const { width, height } = paint;
      zooming.current?.extent([
        [0, 0],
        [width, height],
      ]);
      zooming.current?.translateExtent([
        [-width / 3, -height / 3],
        [width * 1.33, height * 1.75],
      ]);
      if (paint.width > 0 && paint.height > 0) setAspect((before) => before ?? paint.width / paint.height);
    };
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    const recolour = () => {
      paint.palette = readPalette();
      paint.ask();
    };
    const themes = new MutationObserver(recolour);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', recolour);
    document.fonts.load('600 14px EnergyMesh').then(
      () => paint.ask(),
      () => {},
    );

    const behaviour = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([0.6, 14])
      .filter((event: MouseEvent | TouchEvent) => {
        if (event.type === 'wheel' || event.type === 'dblclick') return true;
        if ('touches' in event && event.touches.length > 1) return true;
        const at = 'touches' in event ? event.touches[0] : event;
        if (!at || ('button' in event && event.button !== 0)) return false;
        return hit(paint, at.clientX, at.clientY) === undefined;
      })
      .on('start', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        paint.moving = event.sourceEvent !== null && event.sourceEvent?.type !== 'wheel';
      })
      .on('zoom', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        paint.transform = event.transform;
        paint.ask();
      })
      .on('end', () => {
        paint.moving = false;
        paint.ask();
      });
    zooming.current = behaviour;
    measure();
    select(element).call(behaviour).on('dblclick.zoom', null);
    return () => {
      paint.stop();
      sizes.disconnect();
      themes.disconnect();
      dark.removeEventListener('change', recolour);
      select(element).on('.zoom', null);
    };
  }, []);

  useEffect(() => {
    if (scene) painter.current?.show(scene);
  }, [scene]);

  // On a phone the sheet lies over the lower half of the map: what is selected and its way out must not lie under it.
  const lifted = useRef<{ from: ZoomTransform; to: ZoomTransform }>(undefined);
  const subject = selection === undefined ? '' : 'node' in selection ? selection.node : selection.link;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each subject, not for each change of data
  useEffect(() => {
    const [paint, behaviour, element] = [painter.current, zooming.current, canvas.current];
    if (!paint || !behaviour || !element || !scene) return;
    // Put back what was lifted, unless the viewer has moved the map since.
    if (lifted.current && paint.transform.toString() === lifted.current.to.toString()) select(element).call(behaviour.transform, lifted.current.from);
    lifted.current = undefined;
    const hidden = subject === '' ? 0 : coveredPixels;
    if (hidden === 0 || !matchMedia('(max-width: 899px)').matches || scene.big) return;
    const shown = element.clientHeight - Math.max(0, (element.closest('.mesh')?.clientHeight ?? 0) * sheetShare - hidden);
    const ends = selection && 'link' in selection ? selection.link.split('-') : [subject, ...scene.route];
    const heights = ends.flatMap((id) => scene.byId.get(id) ?? []).map((node) => screenY(paint.view, node));
    const [top, bottom] = [Math.min(...heights), Math.max(...heights)];
    if (bottom + 44 <= shown) return;
    const from = paint.transform;
    // A way that is longer than what is to be seen of the map is drawn smaller.
    const share = Math.max(0.6 / from.k, Math.min(1, (shown - 74) / (bottom - top)));
    const topAt = Math.max(30, shown - 44 - (bottom - top) * share);
    const middle = paint.width / 2;
    const to = zoomIdentity.translate(middle - (middle - from.x) * share, topAt - (top - from.y) * share).scale(from.k * share);
    select(element).call(behaviour.transform, to);
    lifted.current = { from, to: paint.transform };
  }, [subject, scene === undefined]);

  useDragging(canvas, painter, setKept, topology.self);

  const zoomBy = (factor: number) => {
    if (canvas.current && zooming.current) select(canvas.current).call(zooming.current.scaleBy, factor);
  };
  const fit = () => {
    if (canvas.current && zooming.current) select(canvas.current).call(zooming.current.transform, zoomIdentity);
  };
  const again = () => {
    const paint = painter.current;
    if (!paint) return;
    const fresh = arrangeAfresh(topology, findWays(topology), paint.width / paint.height);
    setKept(fresh);
    keepPlaces(topology.self, fresh);
    fit();
  };
  const chosen = selection && 'node' in selection ? selection.node : undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    const paint = painter.current;
    const direction = arrows[event.key];
    if (direction && scene && paint) {
      const next = nodeTowards(scene, paint.view, chosen ?? topology.self, direction);
      if (next) {
        onSelect({ node: next });
        setFocused(meshStrings.mesh.selected(scene.byId.get(next)?.name ?? ''));
      }
    } else if (event.key === '+' || event.key === '=') zoomBy(1.4);
    else if (event.key === '-') zoomBy(1 / 1.4);
    else if (event.key === '0') fit();
    else if (event.key === 'Escape') onSelect(undefined);
    else return;
    event.preventDefault();
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: arrow keys go from node to node here; the list is the same in words */}
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-roledescription="map"
        aria-label={meshStrings.mesh.canvas(topology.nodes.length, topology.edges.length)}
        data-testid="graph"
        data-nodes={topology.nodes.length}
        data-links={topology.edges.length}
        data-layout={arrangement?.kind}
        data-beneath={scene?.beneath.size}
        data-selected={chosen}
        data-route={scene?.route.join(' ')}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const paint = painter.current;
          if (!paint || !scene || event.currentTarget.dataset.dragged) return;
          const node = hit(paint, event.clientX, event.clientY);
          const box = event.currentTarget.getBoundingClientRect();
          const link = node === undefined ? linkAt(scene, paint.view, event.clientX - box.left, event.clientY - box.top) : undefined;
          onSelect(node !== undefined ? { node } : link !== undefined ? { link } : undefined);
        }}
      />
      <span className="vh" role="status">
        {focused}
      </span>
      <Legend beneath={radio !== undefined} />
      <div className="hand">
        <button type="button" aria-label={meshStrings.mesh.again} onClick={again}>
          <span className="words">{meshStrings.mesh.again}</span>
          <Icon d="M13 5.5A5.6 5.6 0 1 0 13.6 9M13.5 1.5v4h-4" />
        </button>
        <button type="button" aria-label={meshStrings.mesh.zoomIn} onClick={() => zoomBy(1.6)}>
          <Icon d="M8 2v12M2 8h12" />
        </button>
        <button type="button" aria-label={meshStrings.mesh.zoomOut} onClick={() => zoomBy(1 / 1.6)}>
          <Icon d="M2 8h12" />
        </button>
        <button type="button" aria-label={meshStrings.mesh.fit} onClick={fit}>
          <Icon d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" />
        </button>
      </div>
    </>
  );
}

function hit(paint: Painter, clientX: number, clientY: number): string | undefined {
  const box = paint.canvas.getBoundingClientRect();
  return paint.scene && nodeAt(paint.scene, paint.view, clientX - box.left, clientY - box.top);
}

/** A node under the finger follows it; where it is left is remembered. */
function useDragging(
  canvas: React.RefObject<HTMLCanvasElement | null>,
  painter: React.RefObject<Painter | undefined>,
  setKept: React.Dispatch<React.SetStateAction<Arrangement | undefined>>,
  self: string,
) {
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    let held: { id: string; x: number; y: number; pointer: number; moved: boolean } | undefined;
    const onDown = (event: PointerEvent) => {
      delete element.dataset.dragged;
      const paint = painter.current;
      const id = paint && event.button === 0 && event.isPrimary ? hit(paint, event.clientX, event.clientY) : undefined;
      held = id === undefined ? undefined : { id, x: event.clientX, y: event.clientY, pointer: event.pointerId, moved: false };
    };
    const onMove = (event: PointerEvent) => {
      const paint = painter.current;
      if (!held || !paint || event.pointerId !== held.pointer) return;
      if (!held.moved && Math.hypot(event.clientX - held.x, event.clientY - held.y) < tapPixels) return;
      if (!held.moved) element.setPointerCapture(held.pointer);
      held.moved = true;
      element.dataset.dragged = 'yes';
      const box = element.getBoundingClientRect();
      const { fit, transform } = paint.view;
      const place = [
        fit.placeX((event.clientX - box.left - transform.x) / transform.k),
        fit.placeY((event.clientY - box.top - transform.y) / transform.k),
      ] as const;
      const { id } = held;
      setKept((arrangement) => arrangement && move(arrangement, id, place));
    };
    const onUp = () => {
      if (held?.moved) {
        setKept((arrangement) => {
          if (arrangement) keepPlaces(self, arrangement);
          return arrangement;
        });
      }
      held = undefined;
    };
    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', onUp);
    element.addEventListener('pointercancel', onUp);
    return () => {
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', onUp);
      element.removeEventListener('pointercancel', onUp);
    };
  }, [canvas, painter, setKept, self]);
}

function Legend({ beneath }: { beneath: boolean }) {
  const { legend } = meshStrings.mesh;
  return (
    <div className="legend">
      <span className="scale">
        <span className="mr-1.5">{legend.well}</span>
        {[4, 3, 2, 1].map((level) => (
          <i key={level} style={{ background: `var(--q${level})` }} />
        ))}
        <span className="ml-1.5">{legend.poorly}</span>
      </span>
      <span className="hidden min-[1240px]:inline">{beneath ? `${radioStrings.radio.band.radio} · ${radioStrings.radio.band.hops}` : legend.rest}</span>
    </div>
  );
}

function Icon({ d }: { d: string }) {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}
