import { percent } from '../strings/format.ts';
import { trafficStrings } from '../strings/traffic.ts';
import { type Measure, type PerTraffic, total, trafficTypes } from './bins.ts';
import { figure } from './teeth.tsx';

/** Direct legend with figures, top of the stack first. */
export function Legend({ parts, measure = 'packets' }: { parts: PerTraffic; measure?: Measure }) {
  const all = total(parts);
  return (
    <ul className="key">
      {trafficTypes.toReversed().map((type) => (
        <li key={type} data-testid={`traffic-${type}`} data-value={parts[type]}>
          <i className={`sw ${type}`} aria-hidden="true" />
          <span>{trafficStrings.traffic.types[type]}</span>
          <span className="n">{figure(parts[type], measure)}</span>
          <span className="p">{all > 0 ? percent(parts[type] / all) : ''}</span>
        </li>
      ))}
    </ul>
  );
}
