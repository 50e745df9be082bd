'use client';
import { useNodeState } from '../frame/node-state.tsx';
import type { Status } from '../live/model.ts';
import { homeStrings } from '../strings/home.ts';
import { Section } from '../ui/parts.tsx';
import { Reach } from './reach.tsx';

export function Alone({ status }: { status: Status }) {
  const { retry } = useNodeState();
  const { alone } = homeStrings;
  return (
    <>
      <Reach />
      <p className="sm pb-4 text-center">{alone.reach}</p>
      <Section id="try" title={alone.title} aside={<span className="tick">{alone.order}</span>}>
        <ol className="steps" data-testid="what-to-try">
          {alone.tries.map((step) => (
            <li key={step.do}>
              <b>{step.do}</b>
              <span>{typeof step.why === 'function' ? step.why(status.node.community) : step.why}</span>
            </li>
          ))}
        </ol>
        <div className="row mt-4">
          <button type="button" className="btn pri grow" onClick={retry}>
            {alone.again}
          </button>
        </div>
      </Section>
    </>
  );
}
