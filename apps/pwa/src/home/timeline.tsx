'use client';
import { useNodeState } from '../frame/node-state.tsx';
import type { LogEntry } from '../live/model.ts';
import { clockMinute, short } from '../strings/format.ts';
import { homeStrings } from '../strings/home.ts';
import { dayScale, HourTicks, Needle, SunStrip } from '../time/day-axis.tsx';
import { useUntil } from '../traffic/until.ts';
import { useWidth } from '../ui/use-width.ts';
import { lanes, type Outage, type Timeline, timelineOf } from './timeline.ts';

const words = homeStrings.log;
const [laneHeight, head] = [26, 20];

interface TimelineProps {
  readonly entries: readonly LogEntry[];
  readonly at: number;
  readonly dayStart: number;
  readonly dayEnd: number;
  readonly timeZone: string | undefined;
}

/** Today's outages as bars on the day, a line for each kind; the list below tells the same in words. Nothing broke: nothing is drawn. */
export function TimelineChart(props: TimelineProps) {
  const timeline = timelineOf(props.entries, props.dayStart, props.dayEnd);
  // A part of its own, so that it is measured when the first outage comes, not when the page did.
  return timeline.outages.length > 0 ? <Drawn {...props} timeline={timeline} /> : null;
}

function Drawn({ timeline, at, dayStart, dayEnd, timeZone }: TimelineProps & { timeline: Timeline }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { status, past } = useNodeState();
  const until = useUntil(at);
  const { outages, moves, starts, knownFrom } = timeline;
  const shown = lanes.filter((lane) => outages.some((outage) => outage.lane === lane));
  const left = 84;
  const scale = dayScale(dayStart, dayEnd, left, Math.max(left + 1, width));
  const foot = head + shown.length * laneHeight;
  const height = foot + 36;
  const longest = (lane: Outage['lane']) => Math.max(...outages.filter((outage) => outage.lane === lane).map((outage) => (outage.to ?? until) - outage.from));
  const label = words.timelineLabel(
    shown.map((lane) => words.timelinePart(words.lanes[lane], outages.filter((outage) => outage.lane === lane).length, short(longest(lane)))),
  );
  return (
    <div ref={ref} className="mb-3" role="img" aria-label={label} data-testid="timeline" data-outages={outages.length} style={{ height }}>
      {width > 0 && (
        <svg className="chart" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          {shown.map((lane, i) => {
            const y = head + i * laneHeight + laneHeight / 2;
            return (
              <g key={lane}>
                <text className="i2" x={0} y={y + 4}>
                  {words.lanes[lane]}
                </text>
                <line x1={scale.x(knownFrom ?? dayStart)} x2={scale.x(Math.min(until, dayEnd))} y1={y} y2={y} stroke="var(--edge)" />
                {outages
                  .filter((outage) => outage.lane === lane)
                  .map(({ id, from, to }) => {
                    const [x0, x1] = [scale.x(from), scale.x(Math.min(to ?? until, dayEnd))];
                    const wide = Math.max(4, x1 - x0);
                    // Over: a full bar. Still going on: a hollow one with an open end.
                    return to === undefined ? (
                      <path
                        key={id}
                        d={`M${x0 + wide},${y - 6}H${x0}V${y + 6}H${x0 + wide}`}
                        fill="var(--ground)"
                        stroke="var(--ink)"
                        strokeWidth="2"
                        strokeDasharray="4 3"
                      />
                    ) : (
                      <rect key={id} x={x0} y={y - 6} width={wide} height={12} fill="var(--ink)" stroke="var(--ground)" strokeWidth="1" />
                    );
                  })}
                {lane === 'way' && moves.map((when) => <path key={when} d={`M${scale.x(when)},${y - 5}v10`} stroke="var(--enamel)" strokeWidth="2" />)}
              </g>
            );
          })}
          {starts.map((when) => (
            <line key={when} x1={scale.x(when)} x2={scale.x(when)} y1={head} y2={foot} stroke="var(--edge)" strokeDasharray="2 3" />
          ))}
          <SunStrip scale={scale} y={foot} position={status?.node.position} />
          <HourTicks scale={scale} y={foot + 10} timeZone={timeZone} sparse={width < 400} />
          {until < dayEnd && <Needle scale={scale} at={until} top={2} bottom={foot} past={past} words={clockMinute(until, timeZone)} />}
        </svg>
      )}
    </div>
  );
}
