'use client';
import type { TrafficToday } from '../live/model.ts';
import { short } from '../strings/format.ts';
import { trafficStrings } from '../strings/traffic.ts';
import { useWidth } from '../ui/use-width.ts';

const words = trafficStrings.traffic;
/** The ruler's ends widen to what is measured, by powers of ten; a mesh within a house answers in a millisecond. */
const [fastest, slowest] = [1, 1000];

export function rulerOf(latency: { readonly p50: number; readonly p99: number }): { low: number; high: number; tens: number[] } {
  const low = Math.min(fastest, 10 ** Math.floor(Math.log10(Math.max(0.01, latency.p50))));
  const high = Math.max(slowest, 10 ** Math.ceil(Math.log10(Math.max(1, latency.p99))));
  const tens: number[] = [];
  for (let ten = low; ten <= high * 1.001; ten *= 10) tens.push(Number(ten.toPrecision(1)));
  return { low, high, tens };
}

/** Log ruler: dot at the median, bar to the 95th percentile, ring at the 99th, a dotted line at 100 ms, with the words beside it. */
export function LatencyRuler({ latency, note }: { latency: NonNullable<TrafficToday['latency']>; note?: string | undefined }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { low, high, tens } = rulerOf(latency);
  const x = (ms: number) => 8 + ((Math.log10(Math.min(high, Math.max(low, ms))) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))) * (width - 16);
  const [p50, p95, p99] = [short(latency.p50), short(latency.p95), short(latency.p99)];
  const [y, foot, height] = [34, 54, 80];
  const ticks = tens.flatMap((ten) => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((factor) => factor * ten)).filter((tick) => tick <= high);
  return (
    <>
      <p className="lead">{words.latencySay(p95)}</p>
      <p className="sm mb-2">
        {words.latencySamples(latency.samples)}, {note && `${note}, `}
        {words.latencyBonus}.
      </p>
      <div ref={ref} role="img" aria-label={words.latencyLabel(p50, p95, p99)} data-testid="latency" style={{ height }}>
        {width > 0 && (
          <svg className="chart" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            <line x1={x(100)} x2={x(100)} y1={4} y2={foot} stroke="var(--ink)" strokeDasharray="2 3" />
            <text className="i2" x={x(100) - 7} y={14} textAnchor="end">
              {words.latencyLine}
            </text>
            {tens.map((ten, i) => (
              <text key={ten} x={x(ten)} y={foot + 22} textAnchor={i === 0 ? 'start' : i === tens.length - 1 ? 'end' : 'middle'}>
                {words.rulerTick(ten)}
              </text>
            ))}
            {ticks.map((tick) => (
              <line
                key={tick}
                x1={x(tick)}
                x2={x(tick)}
                y1={foot}
                y2={foot + (tens.includes(tick) ? 8 : 4)}
                stroke={tens.includes(tick) ? 'var(--ink)' : 'var(--edge)'}
              />
            ))}
            {/* Ground around the marks: the dotted line stops at them instead of crossing them. */}
            <line x1={x(latency.p50)} x2={x(latency.p99)} y1={y} y2={y} stroke="var(--ground)" strokeWidth="20" strokeLinecap="round" />
            <line x1={x(latency.p50)} x2={x(latency.p99)} y1={y} y2={y} stroke="var(--ink)" strokeWidth="2" />
            <line x1={x(latency.p50)} x2={x(latency.p95)} y1={y} y2={y} stroke="var(--ink)" strokeWidth="6" />
            <circle cx={x(latency.p99)} cy={y} r={5} fill="var(--ground)" stroke="var(--ink)" strokeWidth="2" />
            <circle cx={x(latency.p50)} cy={y} r={6.5} fill="var(--ink)" stroke="var(--ground)" strokeWidth="2" />
          </svg>
        )}
      </div>
      <dl className="facts mt-2" data-testid="latency-figures">
        <Part mark="p50" value={p50} />
        <Part mark="p95" value={p95} />
        <Part mark="p99" value={p99} />
      </dl>
    </>
  );
}

/** The figure below the ruler, with its mark on it. */
function Part({ mark, value }: { mark: keyof typeof words.latencyParts; value: string }) {
  return (
    <div>
      <dt>
        <svg className="mark" width="22" height="12" viewBox="0 0 22 12" aria-hidden="true">
          {mark === 'p50' && <circle cx="11" cy="6" r="5.5" fill="currentColor" />}
          {mark === 'p95' && <path d="M0 6h22" stroke="currentColor" strokeWidth="6" />}
          {mark === 'p99' && <circle cx="11" cy="6" r="4.5" fill="none" stroke="currentColor" strokeWidth="2" />}
        </svg>
        {words.latencyParts[mark]}
      </dt>
      <dd>{value}</dd>
    </div>
  );
}
