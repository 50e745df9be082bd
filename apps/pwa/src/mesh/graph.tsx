'use client';
import { select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { RadioBeneath, TopologyView } from '../live/model.ts';
import { meshStrings } from '../strings/mesh.ts';
import { radioStrings } from '../strings/radio.ts';
import { type Arrangement, arrange, arrangeAfresh, arrangeOnMap } from './arrange.ts';
import { type BaseShown, useBase } from './base/use-base.ts';
import { hit, useDragging } from './dragging.ts';
import { type Direction, linkAt, nodeTowards } from './draw/draw.ts';
import { onStage, readPalette, screenY } from './draw/view.ts';
import { foldAt } from './fold.ts';
import { Painter } from './painter.ts';
import { keepPlaces, readPlaces } from './places-store.ts';
import { type Selection, sceneOf } from './scene.ts';
import { findWays } from './ways.ts';

interface GraphProps {
  readonly topology: TopologyView;
  /** Present: what carries this node's own links is drawn beneath them. */
  readonly radio: RadioBeneath | undefined;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  /** Nodes stand where they really stand, as far as they have told. */
  readonly byPlace: boolean;
  readonly onByPlace: (byPlace: boolean) => void;
}

const arrows: Readonly<Record<string, Direction>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };
/** Of the sheet: what it covers at its least, and its share of the page when half open; as in mesh.css. */
const coveredPixels = 116;
const sheetShare = 0.46;
/** Nearer to the edge of the stage than this is as good as off it. */
const margin = 24;

/** The map of the mesh. Nothing on it moves unless the viewer moves it. */
export function Graph({ topology, radio, selection, onSelect, byPlace, onByPlace }: GraphProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter>(undefined);
  const zooming = useRef<ZoomBehavior<HTMLCanvasElement, unknown>>(undefined);
  const [aspect, setAspect] = useState<number>();
  const [kept, setKept] = useState<Arrangement | undefined>(() => readPlaces(topology.self));
  const arrangement = useMemo(() => (aspect === undefined ? undefined : arrange(topology, kept, aspect)), [topology, kept, aspect]);
  const onMap = useMemo(() => arrangeOnMap(topology), [topology]);
  const shown = byPlace && onMap ? arrangement && onMap : arrangement;
  const scene = useMemo(() => shown && sceneOf(topology, shown, selection, radio), [topology, shown, selection, radio]);
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
        // On a map nodes are not moved: a finger on one moves the map.
        return paint.scene?.kind === 'place' || hit(paint, at.clientX, at.clientY) === undefined;
      })
      .on('start', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        paint.gesture = event.sourceEvent !== null;
        paint.moving = event.sourceEvent !== null && event.sourceEvent?.type !== 'wheel';
      })
      .on('zoom', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        paint.transform = event.transform;
        paint.ask();
      })
      .on('end', () => {
        paint.moving = false;
        paint.gesture = false;
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

  // Found by name or by a link to it: it is brought onto the stage, and nothing moves when it is there already.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each subject and layout
  useEffect(() => {
    const [paint, behaviour, element] = [painter.current, zooming.current, canvas.current];
    const node = selection && 'node' in selection ? scene?.byId.get(selection.node) : undefined;
    if (!paint || !behaviour || !element || !node || paint.width === 0) return;
    const { fit } = paint.view;
    if (!onStage({ ...paint.view, width: paint.width, height: paint.height }, node, -margin))
      select(element).call(behaviour.translateTo, fit.x(node.x), fit.y(node.y));
  }, [subject, scene === undefined, byPlace]);

  // Another layout is another picture: from its whole.
  const layout = scene?.kind;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the layout is what it depends on
  useEffect(() => {
    if (layout !== undefined) fit();
  }, [layout]);

  const base = useBase(painter, layout === 'place');

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
        data-layout={shown?.kind}
        data-base={base}
        data-folds={scene?.folds.length}
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
          const { fit, transform } = paint.view;
          const [x, y] = [(event.clientX - box.left - transform.x) / transform.k, (event.clientY - box.top - transform.y) / transform.k];
          const folded = (node ?? link) ? undefined : foldAt(scene.folds, fit.placeX(x), fit.placeY(y));
          onSelect(node !== undefined ? { node } : link !== undefined ? { link } : folded && { node: folded.root });
        }}
      />
      <span className="vh" role="status">
        {focused}
      </span>
      <BaseNote base={base} />
      <Legend beneath={radio !== undefined} map={layout === 'place' ? ((scene?.reach.size ?? 0) > 0 ? 'measured' : 'estimated') : undefined} />
      <div className="hand">
        {layout !== 'place' && (
          <button type="button" className="again" aria-label={meshStrings.mesh.again} onClick={again}>
            <span className="words">{meshStrings.mesh.again}</span>
            <Icon d="M13 5.5A5.6 5.6 0 1 0 13.6 9M13.5 1.5v4h-4" />
          </button>
        )}
        {onMap && (
          <button type="button" className="pin" aria-label={meshStrings.mesh.byPlace} aria-pressed={byPlace} onClick={() => onByPlace(!byPlace)}>
            <Icon d="M8 14.5S3 9.8 3 6.3a5 5 0 0 1 10 0c0 3.5-5 8.2-5 8.2zM8 7.8a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2z" />
          </button>
        )}
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

/** Whose map it is, or why there is none although a file lies there. */
function BaseNote({ base }: { base: BaseShown }) {
  if (base === 'none') return null;
  const { baseMap } = meshStrings.mesh;
  return (
    <p className="base-note" data-testid="base-note">
      {base === 'shown' ? (
        <a href="https://www.openstreetmap.org/copyright" target="_blank" rel="noreferrer">
          {baseMap.by}
        </a>
      ) : (
        baseMap[base]
      )}
    </p>
  );
}

function Legend({ beneath, map }: { beneath: boolean; map: 'measured' | 'estimated' | undefined }) {
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
      <span className="hidden min-[1240px]:inline">
        {beneath ? `${radioStrings.radio.band.radio} · ${radioStrings.radio.band.hops}` : map ? legend.map[map] : legend.rest}
      </span>
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
