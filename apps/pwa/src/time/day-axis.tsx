import { clockMinute } from '../strings/format.ts';
import { daylight } from './sun.ts';

const hourMs = 3_600_000;

/** Places on a time axis of one day, of 23 to 25 hours. */
export interface DayScale {
  readonly dayStart: number;
  readonly dayEnd: number;
  readonly left: number;
  readonly right: number;
  x(at: number): number;
}

export function dayScale(dayStart: number, dayEnd: number, left: number, right: number): DayScale {
  return { dayStart, dayEnd, left, right, x: (at) => left + ((at - dayStart) / (dayEnd - dayStart)) * (right - left) };
}

export interface Position {
  readonly lat: number;
  readonly lon: number;
}

/** Night and day under the hours, from the node's own position; nothing when it has none. Decoration: the hours carry the meaning. */
export function SunStrip({ scale, y, position, height = 6 }: { scale: DayScale; y: number; position: Position | undefined; height?: number }) {
  const { left, right, dayStart, dayEnd } = scale;
  const baseline = <path d={`M${left},${y + height}H${right}`} stroke="var(--ink)" />;
  if (!position) return baseline;
  const sun = daylight(position.lat, position.lon, (dayStart + dayEnd) / 2);
  if (sun.at !== 'sun') return <rect x={left} y={y} width={right - left} height={height} fill={sun.at === 'midnight-sun' ? 'var(--day)' : 'var(--night)'} />;
  const clamp = (x: number) => Math.min(right, Math.max(left, x));
  const [rise, set] = [clamp(scale.x(sun.rise)), clamp(scale.x(sun.set))];
  return (
    <g>
      <rect x={left} y={y} width={right - left} height={height} fill="var(--night)" />
      <rect x={rise} y={y} width={Math.max(0, set - rise)} height={height} fill="var(--day)" />
      <circle cx={clamp(scale.x(sun.noon))} cy={y + height / 2} r={height / 2 + 1.5} fill="var(--lamp)" stroke="var(--ground)" strokeWidth="1.5" />
    </g>
  );
}

/** `sparse`: where there is room for few names. */
export function HourTicks({ scale, y, timeZone, sparse = false }: { scale: DayScale; y: number; timeZone: string | undefined; sparse?: boolean }) {
  const hours = Array.from({ length: Math.round((scale.dayEnd - scale.dayStart) / hourMs) + 1 }, (_, hour) => hour);
  const last = hours.length - 1;
  // On the day that the clocks change, the hours on the wall are not those since midnight.
  const onWall = (hour: number) => (hour === last ? 24 : Number(clockMinute(scale.dayStart + hour * hourMs, timeZone).slice(0, 2)));
  return (
    <g>
      {hours.map((hour) => {
        const x = scale.x(scale.dayStart + hour * hourMs);
        const wall = onWall(hour);
        const long = wall % 6 === 0;
        return (
          <g key={hour}>
            <line x1={x} x2={x} y1={y} y2={y + (long ? 7 : wall % 3 === 0 ? 5 : 3)} stroke={long ? 'var(--ink)' : 'var(--edge)'} />
            {long && !(sparse && wall % 12 !== 0) && (
              <text x={x} y={y + 20} textAnchor={hour === 0 ? 'start' : hour === last ? 'end' : 'middle'}>
                {String(wall).padStart(2, '0')}:00
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}

/** Now, or with `past` where the node was last heard. The words change sides where they would leave the chart. */
export function Needle({ scale, at, top, bottom, words, past }: { scale: DayScale; at: number; top: number; bottom: number; words: string; past: boolean }) {
  const x = Math.min(scale.right, Math.max(scale.left, scale.x(at)));
  const left = x + 9 + words.length * 6.7 > scale.right;
  return (
    <g>
      <line x1={x} x2={x} y1={top} y2={bottom} stroke="var(--ink)" strokeWidth="1.5" strokeDasharray={past ? '3 3' : undefined} />
      {!past && <path d={`M${x - 5},${top}h10l-5,6z`} fill="var(--ink)" />}
      <text
        className="k"
        x={left ? x - 9 : x + 9}
        y={top + 7}
        textAnchor={left ? 'end' : 'start'}
        style={{ paintOrder: 'stroke', stroke: 'var(--ground)', strokeWidth: 4 }}
      >
        {words}
      </text>
    </g>
  );
}
