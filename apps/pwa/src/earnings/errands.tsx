'use client';
import type { Earnings } from '../live/model.ts';
import { earningsStrings } from '../strings/earnings.ts';
import { Glyph } from '../ui/glyph.tsx';
import { Age, Section } from '../ui/parts.tsx';
import { reasonWords } from './explain.ts';
import { useErrands } from './feeds.ts';

const words = earningsStrings.earnings.errands;
/** What was done is in the ledger's figures soon. */
const doneMs = 3_600_000;

/** What was asked of hub or ledger and is not answered, or lately was. */
export function Errands({ earnings }: { earnings: Earnings }) {
  const errands = useErrands();
  const open = errands?.errands.filter(({ state, at, what }) => what !== 'claim' && (state !== 'done' || errands.at - at < doneMs)).slice(0, 6) ?? [];
  if (open.length === 0 || earnings.state === 'off') return null;
  return (
    <Section title={words.title}>
      <ul className="rows">
        {open.map(({ id, what, state, at, why }) => (
          <li key={id}>
            <Glyph name={state === 'done' ? 'well' : state === 'refused' ? 'lost' : 'off'} />
            <span>
              {words.what[what]}
              <span className="via">
                {words.states[state]}
                {why.length > 0 ? `: ${why.map(reasonWords).join('; ')}` : ''}
              </span>
            </span>
            <span className="tick">
              <Age at={at} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
