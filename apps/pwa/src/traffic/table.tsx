import { trafficStrings } from '../strings/en/traffic.ts';
import { clockMinute, number } from '../strings/format.ts';
import { type Bin, hoursOf, type PerTraffic, total } from './bins.ts';

const words = trafficStrings.traffic;

/** The chart's figures, hour by hour, newest first. */
export function HourTable({ bins, timeZone, totals }: { bins: readonly Bin[]; timeZone: string; totals: PerTraffic }) {
  return (
    <table className="table" data-testid="traffic-table">
      <caption className="vh">{words.tableCaption}</caption>
      <thead>
        <tr>
          <th scope="col">{words.hour}</th>
          <th scope="col">{words.types.devices}</th>
          <th scope="col">{words.types.betweenNodes}</th>
          <th scope="col">{words.types.reports}</th>
          <th scope="col">{words.all}</th>
        </tr>
      </thead>
      <tbody>
        {hoursOf(bins)
          .toReversed()
          .map(({ start, packets }) => (
            <tr key={start}>
              <th scope="row">{clockMinute(start, timeZone)}</th>
              {packets ? (
                <>
                  <td>{number(packets.devices)}</td>
                  <td>{number(packets.betweenNodes)}</td>
                  <td>{number(packets.reports)}</td>
                  <td>{number(total(packets))}</td>
                </>
              ) : (
                <td colSpan={4}>{words.notRunning}</td>
              )}
            </tr>
          ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{words.all}</th>
          <td>{number(totals.devices)}</td>
          <td>{number(totals.betweenNodes)}</td>
          <td>{number(totals.reports)}</td>
          <td>{number(total(totals))}</td>
        </tr>
      </tfoot>
    </table>
  );
}
