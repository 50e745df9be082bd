'use client';
import { type KeyboardEvent, type MouseEvent, useState } from 'react';
import { setupStrings } from '../strings/setup.ts';
import { type Position, rounded } from './coordinates.ts';

const words = setupStrings.setup.place;
/** Metres between two lines, by zoom. */
const steps = [20, 50, 200, 1000, 5000, 50_000, 500_000] as const;
const nearZoom = 2;
const metresPerDegree = 111_320;
const [width, height, cell] = [358, 240, 40];

/** A grid that needs no internet and no tiles: tap, and the node stands there. */
export function PlaceGrid({
  near,
  centre,
  place,
  onPlace,
}: {
  near: boolean;
  centre: Position;
  place: Position | undefined;
  onPlace: (place: Position) => void;
}) {
  // Without a place one begins wide, and comes closer with each tap.
  const [zoom, setZoom] = useState(near ? nearZoom : 5);
  const metres = steps[zoom] ?? 200;
  const latPerPixel = metres / cell / metresPerDegree;
  const lonPerPixel = latPerPixel / Math.max(0.05, Math.cos((centre.lat * Math.PI) / 180));
  const at = (x: number, y: number): Position =>
    rounded({ lat: clamp(centre.lat + (height / 2 - y) * latPerPixel, 90), lon: clamp(centre.lon + (x - width / 2) * lonPerPixel, 180) });
  const tap = (event: MouseEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    if (zoom > nearZoom) setZoom(zoom - 1);
    onPlace(at(((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height));
  };
  const keys: Readonly<Record<string, readonly [x: number, y: number]>> = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] };
  const press = (event: KeyboardEvent) => {
    const move = keys[event.key];
    if (!move) return;
    event.preventDefault();
    onPlace(at(width / 2 + move[0], height / 2 + move[1]));
  };
  const lines = (length: number) =>
    Array.from({ length: Math.ceil(length / 2 / cell) * 2 + 1 }, (_, i) => length / 2 + (i - Math.ceil(length / 2 / cell)) * cell);
  return (
    <div className="pb-3">
      <svg
        className="grid-map"
        viewBox={`0 0 ${width} ${height}`}
        role="application"
        aria-label={words.grid(String(centre.lat), String(centre.lon))}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a field of its own, moved by arrow keys
        tabIndex={0}
        onClick={tap}
        onKeyDown={press}
        data-testid="place-grid"
      >
        <g stroke="var(--rule)">
          {lines(width).map((x) => (
            <path key={`x${x}`} d={`M${x} 0V${height}`} />
          ))}
          {lines(height).map((y) => (
            <path key={`y${y}`} d={`M0 ${y}H${width}`} />
          ))}
        </g>
        <g fontSize="13" fill="var(--ink3)">
          <text x={width / 2 + 4} y="14">
            {degrees(at(width / 2, 0).lat, metres, 'N', 'S')}
          </text>
          <text x="4" y={height / 2 - 4}>
            {degrees(at(0, height / 2).lon, metres, 'E', 'W')}
          </text>
        </g>
        {place && (
          <g transform={`translate(${width / 2 + (place.lon - centre.lon) / lonPerPixel} ${height / 2 - (place.lat - centre.lat) / latPerPixel})`}>
            <circle r="9" fill="var(--enamel)" />
            <circle r="5" fill="none" stroke="var(--on-enamel)" strokeWidth="2" />
          </g>
        )}
      </svg>
      <div className="flex items-center gap-2 pt-2">
        <button type="button" className="btn" disabled={zoom === 0} onClick={() => setZoom(zoom - 1)}>
          {words.closer}
        </button>
        <button type="button" className="btn" disabled={zoom === steps.length - 1} onClick={() => setZoom(zoom + 1)}>
          {words.wider}
        </button>
        <span className="tick ml-auto">{words.line(metres < 1000 ? `${metres} m` : `${metres / 1000} km`)}</span>
      </div>
    </div>
  );
}

const clamp = (value: number, most: number): number => Math.max(-most, Math.min(most, value));
const degrees = (value: number, metres: number, above: string, below: string): string =>
  `${Math.abs(value).toFixed(digits(metres))}° ${value < 0 ? below : above}`;
const digits = (metres: number): number => (metres < 1000 ? 4 : metres < 50_000 ? 2 : 0);
