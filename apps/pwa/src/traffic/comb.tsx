'use client';
import { clockMinute } from '../strings/format.ts';
import { trafficStrings } from '../strings/traffic.ts';
import { dayScale, HourTicks, Needle, type Position, SunStrip } from '../time/day-axis.tsx';
import { useWidth } from '../ui/use-width.ts';
import { type Bin, binMs, type Measure, peakOf, scaleOf } from './bins.ts';
import { Brush } from './brush.tsx';
import { axisWidth, Bars, spoken, teethOf, ValueLines } from './teeth.tsx';

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
  readonly measure?: Measure;
  /** A window of it is brushed: the first and last bin. */
  readonly onBrush?: (first: number, last: number, tapped: boolean) => void;
}

/** Packets per ten minutes since midnight, stacked by type, over night and day. */
export function Comb({ bins, dayStart, until, past, timeZone, position, height, axis = false, measure = 'packets', onBrush }: CombProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { top, lines } = scaleOf(peakOf(bins));
  const [head, foot] = [18, height - 6];
  const left = axis ? axisWidth(lines, measure) : 0;
  const dayEnd = dayStart + bins.length * binMs;
  const scale = dayScale(dayStart, dayEnd, left, width);
  const y = (value: number) => foot - (value / top) * (foot - head);
  const slot = (width - left) / bins.length;
  const gap = slot > 4 ? 1.2 : slot * 0.32;
  const teeth = teethOf(
    bins,
    // The running ten minutes end at the needle.
    (i) => [left + i * slot + gap / 2, Math.max(0.8, Math.min(slot - gap, scale.x(until) - (left + i * slot + gap / 2)))],
    y,
    slot > 4,
  );
  const label = trafficStrings.traffic.chartLabel(...spoken(bins, measure, (at) => clockMinute(at, timeZone)));
  return (
    <div className="brushed" style={{ height: height + 30 }}>
      <div ref={ref} role="img" aria-label={label} data-testid="traffic-chart">
        {width > 0 && (
          <svg className="chart" width={width} height={height + 30} viewBox={`0 0 ${width} ${height + 30}`} aria-hidden="true">
            {axis && <ValueLines lines={lines} left={left} width={width} y={y} measure={measure} />}
            <Bars bins={bins} teeth={teeth} left={left} slot={slot} width={width} foot={foot} />
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
      {onBrush && width > 0 && <Brush left={left} width={width - left} height={height} count={bins.length} onPick={onBrush} />}
    </div>
  );
}
