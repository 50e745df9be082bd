import { bytes, compact, number } from '../strings/format.ts';
import { trafficStrings } from '../strings/traffic.ts';
import { type Bin, type Measure, type Run, runsOf, trafficTypes } from './bins.ts';

export const figure = (value: number, measure: Measure): string => (measure === 'bytes' ? bytes(value) : number(value));

/** At the axis, where there is room for few characters. */
export const axisText = (value: number, measure: Measure): string => (measure === 'bytes' ? bytes(value) : value < 10_000 ? number(value) : compact(value));
export const axisWidth = (lines: readonly number[], measure: Measure): number =>
  Math.max(34, ...lines.map((line) => 10 + 7.5 * axisText(line, measure).length));

/** One path per type, stacked. `place`: left edge and width of a bar; `parted`: a hairline between the parts. */
export function teethOf(bins: readonly Bin[], place: (i: number) => readonly [x: number, width: number], y: (value: number) => number, parted: boolean) {
  const teeth = { reports: '', betweenNodes: '', devices: '' };
  bins.forEach((bin, i) => {
    if (bin.at !== 'carried') return;
    const [x, wide] = place(i);
    let below = 0;
    for (const type of trafficTypes) {
      const value = bin.parts[type];
      if (value === 0) continue;
      const [y0, y1] = [y(below), y(below + value)];
      const tall = Math.max(0.8, y0 - y1 - (below > 0 && parted ? 1 : 0));
      teeth[type] += `M${x},${y1}h${wide}v${tall}h${-wide}z`;
      below += value;
    }
  });
  return teeth;
}

/** Known to be nothing: a dashed foot with a 0. */
function Zeros({ runs, left, slot, foot }: { runs: readonly Run[]; left: number; slot: number; foot: number }) {
  return runs.map(({ first, count }) => (
    <g key={first} data-zero={count}>
      <line x1={left + first * slot} x2={left + (first + count) * slot} y1={foot - 1} y2={foot - 1} stroke="var(--off)" strokeWidth="2" strokeDasharray="2 3" />
      {count * slot > 12 && (
        <text x={left + (first + count / 2) * slot} y={foot - 8} textAnchor="middle">
          0
        </text>
      )}
    </g>
  ));
}

/** The sum of what was carried, and the bin with the most, for the words that stand for the picture. */
export function spoken(
  bins: readonly Bin[],
  measure: Measure,
  when: (at: number) => string,
): [sum: string, measure: Measure, peak?: { clock: string; count: string }] {
  const carried = bins.filter((bin) => bin.at === 'carried');
  const sum = figure(
    carried.reduce((all, bin) => all + bin.total, 0),
    measure,
  );
  if (carried.length === 0) return [sum, measure];
  const peak = carried.reduce((best, bin) => (bin.total > best.total ? bin : best));
  return [sum, measure, { clock: when(peak.start), count: figure(peak.total, measure) }];
}

/** Lines across, each with its figure at the left. */
export function ValueLines({
  lines,
  left,
  width,
  y,
  measure,
}: {
  lines: readonly number[];
  left: number;
  width: number;
  y: (value: number) => number;
  measure: Measure;
}) {
  return lines.map((line) => (
    <g key={line}>
      <line x1={left} x2={width} y1={y(line)} y2={y(line)} stroke="var(--rule)" />
      <text x={left - 8} y={y(line) + 4} textAnchor="end">
        {axisText(line, measure)}
      </text>
    </g>
  ));
}

/** What was carried, what is known to be nothing, and where nothing is known. */
export function Bars({
  bins,
  teeth,
  left,
  slot,
  width,
  foot,
}: {
  bins: readonly Bin[];
  teeth: ReturnType<typeof teethOf>;
  left: number;
  slot: number;
  width: number;
  foot: number;
}) {
  return (
    <>
      {trafficTypes.map((type) => (
        <path key={type} className={type} d={teeth[type]} />
      ))}
      <Zeros runs={runsOf(bins, 'zero')} left={left} slot={slot} foot={foot} />
      {runsOf(bins, 'gap')
        .filter(({ first, count }) => count * slot > 84 && left + first * slot < width)
        .map(({ first, count }) => (
          <text key={first} x={left + (first + count / 2) * slot} y={foot - 8} textAnchor="middle">
            {trafficStrings.traffic.gap}
          </text>
        ))}
    </>
  );
}
