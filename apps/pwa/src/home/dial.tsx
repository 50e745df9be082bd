'use client';
import type { Neighbours, TopologyView } from '../live/model.ts';
import { frameStrings } from '../strings/frame.ts';
import { homeStrings } from '../strings/home.ts';
import { qualityWord } from '../ui/parts.tsx';
import { useWidth } from '../ui/use-width.ts';
import { advice, dialBands, nameRows, type Station, stationsMax, stationsOf } from './dial.ts';

/** Neighbours as stations on a scale of hearing; nearer to You is heard better. */
export function Dial({ neighbours, topology }: { neighbours: Neighbours; topology: TopologyView | undefined }) {
  const stations = stationsOf(neighbours.neighbours, topology);
  const shown = stations.slice(0, stationsMax);
  const hint = advice(stations);
  const words = homeStrings.neighbours;
  return (
    <>
      <DialDrawing
        stations={shown}
        label={words.dialLabel(stations.map((s) => words.dialPart(s.name, s.gateway, qualityWord(s.hears), s.heard && qualityWord(s.heard))))}
      />
      <p className="sm mt-1.5">
        {words.key}{' '}
        {hint && (
          <>
            <b className="text-ink">{hint.what === 'they-hear-poorly' ? words.theyHearPoorly(hint.station.name) : words.weHearPoorly(hint.station.name)}</b>;{' '}
            {words.antenna}
          </>
        )}
        {stations.length > shown.length && ` ${words.more(stations.length - shown.length)}.`}
      </p>
    </>
  );
}

let canvas: CanvasRenderingContext2D | null | undefined;
function textWidth(text: string): number {
  canvas ??= document.createElement('canvas').getContext('2d');
  if (!canvas) return text.length * 8;
  canvas.font = '600 14px EnergyMesh, system-ui, sans-serif';
  return canvas.measureText(text).width;
}

function DialDrawing({ stations, label }: { stations: readonly Station[]; label: string }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const x = (share: number) => 26 + share * (width - 34);
  const places = stations.map((station) => x(station.us));
  const names =
    width > 0
      ? nameRows(
          places,
          stations.map((station) => textWidth(station.name)),
          width,
        )
      : [];
  const rows = Math.max(1, ...names.map((name) => name.row + 1));
  const [top, line] = [6, 25];
  const base = top + rows * line + 22;
  const height = base + 44;
  return (
    <div ref={ref} role="img" aria-label={label} data-testid="dial" style={{ minHeight: 97 }}>
      {width > 0 && (
        <svg className="chart" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          {dialBands.map((band, i) => (
            <g key={band}>
              <rect x={x(i / 4) + (i === 0 ? 0 : 1)} y={base + 10} width={x(1 / 4) - x(0) - 1} height={4} fill={`var(--q${4 - i})`} />
              <text className="i2" x={x(i / 4) + (i === 0 ? 0 : 3)} y={base + 34}>
                {frameStrings.quality[band]}
              </text>
              <line x1={x(i / 4)} x2={x(i / 4)} y1={base + 14} y2={base + 21} stroke="var(--ink)" />
            </g>
          ))}
          <line x1={10} x2={width} y1={base} y2={base} stroke="var(--ink)" />
          <circle cx={8} cy={base} r={8} fill="var(--enamel)" />
          <circle cx={8} cy={base} r={4.5} fill="none" stroke="var(--on-enamel)" strokeWidth="1.5" />
          <text className="k" x={0} y={base - 15}>
            {frameStrings.you}
          </text>
          {stations.map((station, i) => {
            const at = places[i] ?? 0;
            const name = names[i] ?? { left: 0, row: 0 };
            const y = top + (rows - 1 - name.row) * line + 14;
            return (
              <g key={station.id}>
                <line x1={at} x2={at} y1={y + 5} y2={base - 8} stroke="var(--edge)" />
                {station.them !== undefined && (
                  <>
                    <line x1={at} x2={x(station.them)} y1={base} y2={base} stroke="var(--ink)" strokeWidth="4" />
                    <circle cx={x(station.them)} cy={base} r={4.5} fill="var(--ground)" stroke="var(--ink)" strokeWidth="2" />
                  </>
                )}
                {station.gateway ? (
                  <rect x={at - 7} y={base - 7} width={14} height={14} fill="var(--ink)" stroke="var(--ground)" strokeWidth="2" />
                ) : (
                  <circle cx={at} cy={base} r={7.5} fill="var(--ink)" stroke="var(--ground)" strokeWidth="2" />
                )}
                <text className="k" x={name.left} y={y} style={{ fontSize: 14 }}>
                  {station.name}
                </text>
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}
