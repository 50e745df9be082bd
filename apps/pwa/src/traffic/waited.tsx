'use client';
import type { TrafficToday } from '../live/model.ts';
import { clockMinute, short } from '../strings/format.ts';
import { trafficStrings } from '../strings/traffic.ts';
import { dayScale, HourTicks, type Position, SunStrip } from '../time/day-axis.tsx';
import { useWidth } from '../ui/use-width.ts';
import { binMs } from './bins.ts';
import { longestWait, waitShare } from './waits.ts';

const words = trafficStrings.traffic;
const [minuteMs, hourMs] = [60_000, 3_600_000];

interface WaitedProps {
  readonly traffic: TrafficToday;
  readonly until: number;
  readonly past: boolean;
  readonly position: Position | undefined;
}

/** How old the oldest packet here was, over today, on a log scale; the longest wait is named. A gap is a time nobody looked. */
export function WaitedChart(props: WaitedProps) {
  // Absent in what the browser kept of an agent that did not tell it yet. A part of its own, so that it is measured when it comes.
  return props.traffic.waited?.some((slot) => slot) ? <Drawn {...props} /> : null;
}

function Drawn({ traffic, until, past, position }: WaitedProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { waited, dayStart, timeZone, buckets } = traffic;
  const [head, foot, height] = [20, 84, 90];
  const right = width - 44;
  const scale = dayScale(dayStart, dayStart + buckets.length * binMs, 0, Math.max(1, right));
  // The line of a mesh that is well stands clear of the strip below.
  const y = (ms: number) => foot - 7 - waitShare(ms) * (foot - 7 - head);
  const shown = waited.map((slot, i) => (dayStart + i * binMs <= until ? slot : null));
  const longest = longestWait(shown);
  let path = '';
  shown.forEach((slot, i) => {
    if (!slot) return;
    const [x0, x1] = [scale.x(dayStart + i * binMs), scale.x(Math.min(until, dayStart + (i + 1) * binMs))];
    path += `${i > 0 && shown[i - 1] ? 'L' : 'M'}${x0},${y(slot.oldestMs)}H${x1}`;
  });
  const at = longest && clockMinute(dayStart + longest.slot * binMs, timeZone);
  const label = words.waitedLabel(longest && at ? { clock: at, age: short(longest.oldestMs) } : undefined);
  const x = longest ? scale.x(dayStart + (longest.slot + 1) * binMs) + 6 : 0;
  const name = longest ? short(longest.oldestMs) : '';
  return (
    <div ref={ref} className="mt-4" role="img" aria-label={label} data-testid="waited" style={{ height: height + 30 }}>
      {width > 0 && (
        <svg className="chart" width={width} height={height + 30} viewBox={`0 0 ${width} ${height + 30}`} aria-hidden="true">
          {[5000, minuteMs, hourMs].map((line) => (
            <g key={line}>
              <line x1={0} x2={right} y1={y(line)} y2={y(line)} stroke="var(--rule)" />
              <text x={width} y={y(line) + 4} textAnchor="end">
                {words.waitLine(line)}
              </text>
            </g>
          ))}
          <path d={path} fill="none" stroke="var(--ink)" strokeWidth="2" strokeDasharray={past ? '3 3' : undefined} />
          {longest && longest.oldestMs > minuteMs && (
            <text
              className="k"
              x={x + name.length * 8 > right ? x - 12 : x}
              y={Math.max(head - 6, y(longest.oldestMs) + 4)}
              textAnchor={x + name.length * 8 > right ? 'end' : 'start'}
              style={{ paintOrder: 'stroke', stroke: 'var(--ground)', strokeWidth: 4 }}
            >
              {name}
            </text>
          )}
          <SunStrip scale={scale} y={foot} position={position} />
          <HourTicks scale={scale} y={height + 4} timeZone={timeZone} />
        </svg>
      )}
    </div>
  );
}
