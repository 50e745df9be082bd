'use client';
import { useNodeState } from '../frame/node-state.tsx';
import type { Earnings } from '../live/model.ts';
import { earningsStrings } from '../strings/earnings.ts';
import { clockMinute, dateName, weekday } from '../strings/format.ts';
import { dayScale, HourTicks, Needle, type Position, SunStrip } from '../time/day-axis.tsx';
import { useUntil } from '../traffic/until.ts';
import { Age, Section } from '../ui/parts.tsx';
import { Seg } from '../ui/seg.tsx';
import { useWidth } from '../ui/use-width.ts';
import { askFor, type Column, columnsOf, heightOf, midnightAfter, type Range, ranges } from './columns.ts';
import { useSeries } from './feeds.ts';
import { comingOf, decimals, earnedOf, stroops, unitOf, xlm } from './money.ts';

const { chart: words, span } = earningsStrings.earnings;
const height = 150;

/** What today, a week or a month has earned, and of it how much is sure. */
export function Chart({
  earnings,
  range,
  onRange,
  position,
}: {
  earnings: Earnings;
  range: Range;
  onRange: (range: Range) => void;
  position: Position | undefined;
}) {
  const series = useSeries(range, earnings);
  const until = useUntil(earnings.at);
  const { periods, terms, timeZone } = earnings;
  const { amounts, unknown } = periods[range];
  const unit = unitOf(terms);
  const ask = askFor(range, earnings);
  // Another range is drawn when its columns have come; today's hours under a month's axis would be wrong.
  const fits = series && (series.by === 'day') === (range !== 'today') && (range === 'today' || series.buckets.length === ask.buckets);
  const to = range === 'today' ? (ask.cut ? until : midnightAfter(periods.today.from, timeZone)) : (series?.buckets.at(-1)?.end ?? earnings.at);
  const from = range === 'today' ? ask.from : (series?.buckets[0]?.start ?? periods[range].from);
  const columns = fits ? columnsOf(series, { from, to, now: until }) : [];
  return (
    <Section
      title={words.title}
      aside={
        <span className="tick">
          {unit} · <Age at={earnings.at} />
        </span>
      }
    >
      <Seg className="mb-3" label={words.view} value={range} options={ranges.map((value) => ({ value, label: words.ranges[value] }))} onChange={onRange} />
      <Columns
        columns={columns}
        from={from}
        to={to}
        until={until}
        range={range}
        cut={ask.cut}
        timeZone={timeZone}
        position={position}
        label={words.label(xlm(earnedOf(amounts)), unit, words.ranges[range])}
      />
      <ul className="key money" data-testid="chart-legend" data-value={earnedOf(amounts).toString()}>
        <Legend mark="paid" name={words.paid} amount={stroops(amounts.paid)} />
        <Legend mark="coming" name={words.coming} amount={comingOf(amounts)} />
        <Legend mark="pending" name={words.pending} amount={stroops(amounts.pending)} />
        {stroops(amounts.lost) > 0n && <Legend mark="lost" name={words.lost} amount={stroops(amounts.lost)} />}
      </ul>
      {ask.cut && <p className="sm mt-2">{words.window(ask.buckets, span(terms?.epochSeconds ?? 3600))}</p>}
      {unknown > 0 && <p className="note calm mt-3">{words.someUnknown(unknown)}</p>}
      <details className="parts mt-2">
        <summary className="sm">{words.asTable}</summary>
        <Table columns={columns} range={range} timeZone={timeZone} />
      </details>
    </Section>
  );
}

function Legend({ mark, name, amount }: { mark: 'paid' | 'coming' | 'pending' | 'lost'; name: string; amount: bigint }) {
  return (
    <li data-testid={`legend-${mark}`} data-value={amount.toString()}>
      {mark === 'lost' ? (
        <svg className="sw" viewBox="0 0 12 12" aria-hidden="true">
          <path d="M1.5 1.5l9 9m0-9l-9 9" stroke="var(--warn)" strokeWidth="2.2" />
        </svg>
      ) : (
        <i className={`sw ${mark}`} aria-hidden="true" />
      )}
      <span>{name}</span>
      <span className="n">{xlm(amount)}</span>
    </li>
  );
}

interface ColumnsProps {
  readonly columns: readonly Column[];
  readonly from: number;
  readonly to: number;
  readonly until: number;
  readonly range: Range;
  readonly cut: boolean;
  readonly timeZone: string;
  readonly position: Position | undefined;
  readonly label: string;
}

function Columns({ columns, from, to, until, range, cut, timeZone, position, label }: ColumnsProps) {
  const { past } = useNodeState();
  const [ref, width] = useWidth<HTMLDivElement>();
  const peak = columns.reduce((most, column) => Math.max(most, heightOf(column)), 0);
  const [head, foot] = [24, height - 6];
  const axis = range === 'month' && peak > 0;
  const left = axis ? 52 : 0;
  const y = (value: number): number => foot - (peak > 0 ? value / peak : 0) * (foot - head);
  const today = range === 'today' && !cut;
  const scale = dayScale(from, to, left, width);
  const slot = columns.length > 0 ? (width - left) / columns.length : 0;
  // Hours stand at their time; days stand side by side, as long as they may be.
  const place = (column: Column, i: number): { x: number; wide: number } => {
    const x = range === 'today' ? scale.x(column.start) : left + i * slot;
    // The running hour ends at the needle.
    const full = range === 'today' ? Math.max(3, scale.x(Math.min(column.end, to, until)) - x) : slot;
    const gap = full > 26 ? 6 : full > 12 ? 3 : full > 5 ? 1.5 : full * 0.25;
    return { x: x + gap / 2, wide: Math.max(1, full - gap) };
  };
  return (
    <div ref={ref} role="img" aria-label={label} data-testid="earnings-chart" data-range={range} data-columns={columns.length} style={{ height: height + 30 }}>
      {width > 0 && (
        <svg className="chart" width={width} height={height + 30} viewBox={`0 0 ${width} ${height + 30}`} aria-hidden="true">
          {axis &&
            [1, 0.5].map((part) => (
              <g key={part}>
                <line x1={left} x2={width} y1={y(peak * part)} y2={y(peak * part)} stroke="var(--rule)" />
                <text x={left - 6} y={y(peak * part) + 4} textAnchor="end">
                  {figure(peak * part)}
                </text>
              </g>
            ))}
          {columns.map((column, i) => {
            const { x, wide } = place(column, i);
            return <Stack key={column.start} column={column} x={x} wide={wide} y={y} foot={foot} totals={range === 'week'} now={until} />;
          })}
          {today ? (
            <>
              <SunStrip scale={scale} y={foot} position={position} />
              <HourTicks scale={scale} y={height + 4} timeZone={timeZone} />
              {until < to && <Needle scale={scale} at={until} top={6} bottom={foot} past={past} words={clockMinute(until, timeZone)} />}
            </>
          ) : (
            <>
              <path d={`M${left},${foot + 1}H${width}`} stroke="var(--ink)" />
              {range === 'today'
                ? [from, to].map((at, i) => (
                    <text key={at} x={i === 0 ? left : width} y={height + 24} textAnchor={i === 0 ? 'start' : 'end'}>
                      {clockMinute(at, timeZone)}
                    </text>
                  ))
                : null}
              {range !== 'today' && <DayNames columns={columns} left={left} slot={slot} week={range === 'week'} timeZone={timeZone} />}
            </>
          )}
        </svg>
      )}
    </div>
  );
}

function DayNames({ columns, left, slot, week, timeZone }: { columns: readonly Column[]; left: number; slot: number; week: boolean; timeZone: string }) {
  // Every day of a week; of a month those that leave room for each other, counted back from today.
  const every = week ? 1 : Math.max(1, Math.ceil(70 / Math.max(1, slot)));
  const last = columns.length - 1;
  return columns.map((column, i) => {
    if ((last - i) % every !== 0) return null;
    const x = left + (i + 0.5) * slot;
    return (
      <text
        key={column.start}
        className={i === last ? 'k' : undefined}
        x={i === last && !week ? left + columns.length * slot : x}
        y={height + 20}
        textAnchor={i === last && !week ? 'end' : 'middle'}
      >
        {week ? weekday(column.start, timeZone) : dateName(column.start, timeZone)}
      </text>
    );
  });
}

/** Sure at the bottom, solid; on its way above, grey; not proved yet on top, an outline. */
function Stack({
  column,
  x,
  wide,
  y,
  foot,
  totals,
  now,
}: {
  column: Column;
  x: number;
  wide: number;
  y: (value: number) => number;
  foot: number;
  totals: boolean;
  now: number;
}) {
  const middle = x + wide / 2;
  if (column.at === 'future') return null;
  if (column.at === 'gap') {
    return wide > 24 ? (
      <text x={middle} y={foot - 8} textAnchor="middle">
        ?
      </text>
    ) : null;
  }
  const lost = column.lost && <path d={`M${middle - 4},${foot - 14}l8,8m0,-8l-8,8`} stroke="var(--warn)" strokeWidth="2.2" fill="none" />;
  if (column.at === 'zero') {
    const running = column.start <= now && column.end > now;
    return (
      <g>
        {!running && <line x1={x} x2={x + wide} y1={foot - 1} y2={foot - 1} stroke="var(--off)" strokeWidth="2" strokeDasharray="2 3" />}
        {column.lost ? (
          lost
        ) : wide > 10 && !running ? (
          <text x={middle} y={foot - 8} textAnchor="middle">
            0
          </text>
        ) : null}
      </g>
    );
  }
  const { paid, coming, pending } = column;
  const [top1, top2, top3] = [y(paid), y(paid + coming), y(paid + coming + pending)];
  const thin = wide < 4;
  return (
    <g>
      {paid > 0 && <rect className="paid" x={x} y={top1} width={wide} height={Math.max(1, foot - top1)} />}
      {coming > 0 && <rect className="coming" x={x} y={top2} width={wide} height={Math.max(1, top1 - top2 - (paid > 0 && !thin ? 1 : 0))} />}
      {pending > 0 && (
        <rect
          className={thin ? 'pending thin' : 'pending'}
          x={thin ? x : x + 0.75}
          y={top3 + (thin ? 0 : 0.75)}
          width={thin ? wide : wide - 1.5}
          height={Math.max(1, top2 - top3 - (thin ? 0 : paid + coming > 0 ? 2 : 1.5))}
        />
      )}
      {column.lost && <path d={`M${middle - 3},${foot + 3}l6,6m0,-6l-6,6`} stroke="var(--warn)" strokeWidth="2" fill="none" />}
      {totals && (
        <text className="k" x={middle} y={top3 - 7} textAnchor="middle">
          {figure(paid + coming + pending)}
        </text>
      )}
    </g>
  );
}

/** Above a column: three figures that matter. */
const figure = (value: number): string => decimals(value, value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 3);

function Table({ columns, range, timeZone }: { columns: readonly Column[]; range: Range; timeZone: string }) {
  const name = (at: number): string => (range === 'today' ? clockMinute(at, timeZone) : `${weekday(at, timeZone)} ${dateName(at, timeZone)}`);
  return (
    <table className="table mt-2" data-testid="earnings-table">
      <caption className="vh">{words.table}</caption>
      <thead>
        <tr>
          <th scope="col">{words.from}</th>
          <th scope="col">{words.paid}</th>
          <th scope="col">{words.coming}</th>
          <th scope="col">{words.pending}</th>
        </tr>
      </thead>
      <tbody>
        {columns
          .filter(({ at }) => at !== 'future')
          .toReversed()
          .map((column) => (
            <tr key={column.start}>
              <th scope="row">{name(column.start)}</th>
              {column.at === 'earned' ? (
                [column.paid, column.coming, column.pending].map((value, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: three columns, always these
                  <td key={i}>{decimals(value, 4)}</td>
                ))
              ) : (
                <td colSpan={3}>{column.at === 'gap' ? words.gap : '0'}</td>
              )}
            </tr>
          ))}
      </tbody>
    </table>
  );
}
