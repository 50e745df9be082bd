import { clockMinute, dayAndMinute, weekdayDay } from '../strings/format.ts';
import { trafficStrings } from '../strings/traffic.ts';
import { type Bin, type Measure, type PerTraffic, rowsOf, total } from './bins.ts';
import { figure } from './teeth.tsx';

const words = trafficStrings.traffic;

/** The chart's figures in words, newest first. `fold`: slots to a row. */
export function SlotTable({
  bins,
  slot,
  fold,
  timeZone,
  totals,
  measure,
}: {
  bins: readonly Bin[];
  slot: keyof typeof words.per;
  fold: number;
  timeZone: string;
  totals: PerTraffic;
  measure: Measure;
}) {
  const rows = rowsOf(bins, fold);
  const days = new Set(rows.map(({ start }) => weekdayDay(start, timeZone))).size;
  const name = (start: number) => (slot === 'day' ? weekdayDay : days > 1 ? dayAndMinute : clockMinute)(start, timeZone);
  const cells = (parts: PerTraffic) =>
    [parts.devices, parts.betweenNodes, parts.reports, total(parts)].map((value, i) => (
      // Four figures, always in this order.
      // biome-ignore lint/suspicious/noArrayIndexKey: see above
      <td key={i}>{figure(value, measure)}</td>
    ));
  return (
    <table className="table" data-testid="traffic-table">
      <caption className="vh">{words.tableCaption(slot === 'ten-minutes' && fold > 1 ? 'hour' : slot, measure)}</caption>
      <thead>
        <tr>
          <th scope="col">{slot === 'day' ? words.day : fold > 1 || slot === 'hour' ? words.hour : words.from}</th>
          <th scope="col">{words.types.devices}</th>
          <th scope="col">{words.types.betweenNodes}</th>
          <th scope="col">{words.types.reports}</th>
          <th scope="col">{words.all}</th>
        </tr>
      </thead>
      <tbody>
        {rows.toReversed().map(({ start, parts }) => (
          <tr key={start}>
            <th scope="row">{name(start)}</th>
            {parts ? cells(parts) : <td colSpan={4}>{words.notRunning}</td>}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{words.all}</th>
          {cells(totals)}
        </tr>
      </tfoot>
    </table>
  );
}
