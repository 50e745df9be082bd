'use client';
import { clockMinute, weekdayDay } from '../strings/format.ts';
import { trafficStrings } from '../strings/traffic.ts';
import { useWidth } from '../ui/use-width.ts';
import { type Bin, type Measure, peakOf, scaleOf } from './bins.ts';
import { Brush } from './brush.tsx';
import { axisText, axisWidth, Bars, spoken, teethOf, ValueLines } from './teeth.tsx';
import { dayTicks, timeTicks } from './ticks.ts';

const words = trafficStrings.traffic;

/** Bars of days, or of hours and minutes of a window. */
export function Columns({
  bins,
  byDay,
  until,
  past,
  timeZone,
  measure,
  height,
  onBrush,
}: {
  bins: readonly Bin[];
  byDay: boolean;
  until: number;
  past: boolean;
  timeZone: string;
  measure: Measure;
  height: number;
  onBrush: (first: number, last: number, tapped: boolean) => void;
}) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { top, lines } = scaleOf(peakOf(bins));
  const [head, foot] = [20, height - 2];
  const left = axisWidth(lines, measure);
  const room = Math.max(1, width - left);
  const slot = room / Math.max(1, bins.length);
  const gap = slot > 40 ? 12 : slot > 4 ? Math.min(6, slot * 0.2) : slot * 0.25;
  const y = (value: number) => foot - (value / top) * (foot - head);
  const teeth = teethOf(bins, (i) => [left + i * slot + gap / 2, Math.max(0.8, slot - gap)], y, slot > 4);
  const ticks = byDay ? dayTicks(bins, until, timeZone, words.todayShort) : timeTicks(bins, room, timeZone);
  const label = words.spanLabel(...spoken(bins, measure, (at) => (byDay ? weekdayDay(at, timeZone) : clockMinute(at, timeZone))));
  const now = bins.findIndex(({ start, end }) => start <= until && until < end);
  return (
    <div className="brushed" style={{ height: height + 26 }}>
      <div ref={ref} role="img" aria-label={label} data-testid="traffic-chart" data-bars={bins.length}>
        {width > 0 && (
          <svg className="chart" width={width} height={height + 26} viewBox={`0 0 ${width} ${height + 26}`} aria-hidden="true">
            <ValueLines lines={lines} left={left} width={width} y={y} measure={measure} />
            <Bars bins={bins} teeth={teeth} left={left} slot={slot} width={width} foot={foot} />
            {bins.length <= 8 &&
              slot > 34 &&
              bins.map(
                (bin, i) =>
                  bin.at === 'carried' && (
                    <text key={bin.start} className="i2" x={left + (i + 0.5) * slot} y={y(bin.total) - 6} textAnchor="middle">
                      {axisText(bin.total, measure)}
                    </text>
                  ),
              )}
            <path d={`M${left},${foot + 0.5}H${width}`} stroke="var(--ink)" strokeDasharray={past ? '3 3' : undefined} />
            {!byDay && now >= 0 && now < bins.length - 1 && (
              <line
                x1={left + (now + 1) * slot}
                x2={left + (now + 1) * slot}
                y1={6}
                y2={foot}
                stroke="var(--ink)"
                strokeWidth="1.5"
                strokeDasharray={past ? '3 3' : undefined}
              />
            )}
            {ticks.map((tick) => {
              const x = left + (tick.slot + (byDay ? 0.5 : 0)) * slot;
              const half = tick.text.length * 3.6;
              return (
                <g key={tick.slot}>
                  {!byDay && <line x1={x} x2={x} y1={foot} y2={foot + 5} stroke="var(--ink)" />}
                  <text
                    className={tick.strong ? 'k' : undefined}
                    x={Math.min(width - half, Math.max(left + (byDay ? half - slot / 2 : 0), x))}
                    y={foot + 20}
                    textAnchor="middle"
                  >
                    {tick.text}
                  </text>
                </g>
              );
            })}
          </svg>
        )}
      </div>
      {width > 0 && <Brush left={left} width={room} height={height} count={bins.length} onPick={onBrush} />}
    </div>
  );
}
