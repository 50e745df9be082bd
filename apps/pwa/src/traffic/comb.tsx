'use client';
import { trafficStrings } from '../strings/en/traffic.ts';
import { clockMinute, number } from '../strings/format.ts';
import { dayScale, HourTicks, Needle, type Position, SunStrip } from '../time/day-axis.tsx';
import { useWidth } from '../ui/use-width.ts';
import { type Bin, binMs, peakOf, runsOf, scaleOf, trafficTypes } from './bins.ts';

export interface CombProps {
  readonly bins: readonly Bin[];
  readonly dayStart: number;
  /** Where the data ends: now, or when the node was last heard. */
  readonly until: number;
  readonly past: boolean;
  readonly timeZone: string;
  readonly position: Position | undefined;
  readonly height: number;
  /** With lines and figures at the left. */
  readonly axis?: boolean;
}

/** Packets per ten minutes since midnight, stacked by type, over night and day. */
export function Comb({ bins, dayStart, until, past, timeZone, position, height, axis = false }: CombProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { top, lines } = scaleOf(peakOf(bins));
  const [head, foot] = [18, height - 6];
  const left = axis ? Math.max(34, 10 + 7.5 * number(lines.at(-1) ?? 0).length) : 0;
  const dayEnd = dayStart + bins.length * binMs;
  const scale = dayScale(dayStart, dayEnd, left, width);
  const y = (value: number) => foot - (value / top) * (foot - head);
  const slot = (width - left) / bins.length;
  const gap = slot > 4 ? 1.2 : slot * 0.32;
  const teeth = { reports: '', betweenNodes: '', devices: '' };
  bins.forEach((bin, i) => {
    if (bin.at !== 'carried') return;
    // The running ten minutes end at the needle.
    const wide = Math.max(0.8, Math.min(slot - gap, scale.x(until) - (left + i * slot + gap / 2)));
    let below = 0;
    for (const type of trafficTypes) {
      const value = bin.packets[type];
      if (value === 0) continue;
      const [y0, y1] = [y(below), y(below + value)];
      const tall = Math.max(0.8, y0 - y1 - (below > 0 && slot > 4 ? 1 : 0));
      teeth[type] += `M${left + i * slot + gap / 2},${y1}h${wide}v${tall}h${-wide}z`;
      below += value;
    }
  });
  const peak = bins.reduce<Bin | undefined>(
    (best, bin) => (bin.at === 'carried' && (best?.at !== 'carried' || bin.total > best.total) ? bin : best),
    undefined,
  );
  const sum = bins.reduce((all, bin) => all + (bin.at === 'carried' ? bin.total : 0), 0);
  const label = trafficStrings.traffic.chartLabel(sum, peak?.at === 'carried' ? { clock: clockMinute(peak.start, timeZone), count: peak.total } : undefined);
  return (
    <div ref={ref} role="img" aria-label={label} data-testid="traffic-chart" style={{ height: height + 30 }}>
      {width > 0 && (
        <svg className="chart" width={width} height={height + 30} viewBox={`0 0 ${width} ${height + 30}`} aria-hidden="true">
          {axis &&
            lines.map((line) => (
              <g key={line}>
                <line x1={left} x2={width} y1={y(line)} y2={y(line)} stroke="var(--rule)" />
                <text x={left - 8} y={y(line) + 4} textAnchor="end">
                  {number(line)}
                </text>
              </g>
            ))}
          {trafficTypes.map((type) => (
            <path key={type} className={type} d={teeth[type]} />
          ))}
          {runsOf(bins, 'zero').map(({ first, count }) => (
            <g key={first}>
              <line
                x1={left + first * slot}
                x2={left + (first + count) * slot}
                y1={foot - 1}
                y2={foot - 1}
                stroke="var(--off)"
                strokeWidth="2"
                strokeDasharray="2 3"
              />
              {count * slot > 12 && (
                <text x={left + (first + count / 2) * slot} y={foot - 8} textAnchor="middle">
                  0
                </text>
              )}
            </g>
          ))}
          {runsOf(bins, 'gap')
            .filter(({ first, count }) => count * slot > 84 && first * slot + left < width)
            .map(({ first, count }) => (
              <text key={first} x={left + (first + count / 2) * slot} y={foot - 8} textAnchor="middle">
                {trafficStrings.traffic.gap}
              </text>
            ))}
          <SunStrip scale={scale} y={foot} position={position} />
          <HourTicks scale={scale} y={height + 4} timeZone={timeZone} />
          {until < dayEnd && (
            <Needle
              scale={scale}
              at={until}
              top={6}
              bottom={foot}
              past={past}
              words={past ? trafficStrings.traffic.lastHeard(clockMinute(until, timeZone)) : clockMinute(until, timeZone)}
            />
          )}
        </svg>
      )}
    </div>
  );
}
