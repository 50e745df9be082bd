import { trafficStrings } from '../strings/en/traffic.ts';
import { number, percent } from '../strings/format.ts';
import { type PerTraffic, total, trafficTypes } from './bins.ts';

/** Direct legend with figures, top of the stack first. */
export function Legend({ packets }: { packets: PerTraffic }) {
  const all = total(packets);
  return (
    <ul className="key">
      {trafficTypes.toReversed().map((type) => (
        <li key={type} data-testid={`traffic-${type}`} data-value={packets[type]}>
          <i className={`sw ${type}`} aria-hidden="true" />
          <span>{trafficStrings.traffic.types[type]}</span>
          <span className="n">{number(packets[type])}</span>
          <span className="p">{all > 0 ? percent(packets[type] / all) : ''}</span>
        </li>
      ))}
    </ul>
  );
}
