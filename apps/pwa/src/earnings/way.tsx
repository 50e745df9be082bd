'use client';
import { useState } from 'react';
import { useNodeState } from '../frame/node-state.tsx';
import type { Earnings } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';
import { earningsStrings } from '../strings/earnings.ts';
import { clockMinute, dateAndMinute } from '../strings/format.ts';
import { Glyph } from '../ui/glyph.tsx';
import { Age, Section } from '../ui/parts.tsx';
import { reasonWords } from './explain.ts';
import { stroops, xlm } from './money.ts';
import { Trouble, useWork } from './work.tsx';

const words = earningsStrings.earnings.way;

/** Pending, proved, claimed, paid: where everything is that was carried. */
export function Way({ earnings }: { earnings: Earnings }) {
  const { totals, periods, now, timeZone, ledger, registration } = earnings;
  // The running hour is proved after its end and the grace.
  const proof = now?.next?.what === 'close' && now.next.at !== undefined ? clockMinute(now.next.at, timeZone) : undefined;
  const stages = [
    { stage: 'pending', glyph: 'pending', amount: totals.pending, note: words.notes.pending(proof), long: words.longNotes.pending(proof) },
    { stage: 'proved', glyph: 'proved', amount: totals.proved, note: words.notes.proved, long: words.longNotes.proved },
    { stage: 'claimed', glyph: 'claimed', amount: totals.claimed, note: words.notes.claimed, long: words.longNotes.claimed },
    { stage: 'paid', glyph: 'well', amount: periods.month.amounts.paid, note: words.notes.paid, long: words.longNotes.paid },
  ] as const;
  return (
    <Section title={words.title} aside={<LedgerAge earnings={earnings} />}>
      <ol className="pipe">
        {stages.map(({ stage, glyph, amount, note, long }) => (
          <li key={stage} data-testid={`way-${stage}`} data-value={amount}>
            <Glyph name={glyph} />
            <span className="st">{words.stages[stage]}</span>
            <b>{xlm(stroops(amount))}</b>
            <span className="short">{note}</span>
            <span className="long">{long}</span>
          </li>
        ))}
      </ol>
      {ledger.why !== undefined && (
        <div className="note calm mt-3" data-testid="ledger-away">
          <b>{words.away}</b>
          {ledger.source === 'hub' ? words.awayHub(ledger.why) : words.awayNext(ledger.why)}
        </div>
      )}
      {ledger.differs && <p className="note calm mt-3">{words.differs}</p>}
      {registration.state !== 'registered' && (
        <p className={registration.state === 'refused' ? 'note mt-3' : 'note calm mt-3'}>
          {registration.state === 'refused' ? words.registration.refused(registration.why.map(reasonWords).join('; ')) : words.registration[registration.state]}
        </p>
      )}
      {registration.probationUntil !== undefined && registration.probationUntil > earnings.at && (
        <p className="sm mt-2">{words.probation(dateAndMinute(registration.probationUntil, timeZone))}</p>
      )}
      {registration.caught !== undefined && registration.caught > 0 && <p className="note mt-3">{words.caught(registration.caught)}</p>}
      {stroops(totals.proved) > 0n && <ClaimNow />}
    </Section>
  );
}

function LedgerAge({ earnings: { ledger } }: { earnings: Earnings }) {
  if (ledger.at === undefined) return <span className="tick">{words.never}</span>;
  return (
    <span className="tick">
      {ledger.source === 'ledger' ? words.ledgerAge : words.hubAge} <Age at={ledger.at} />
    </span>
  );
}

function ClaimNow() {
  const { trpc } = useHere();
  const { past } = useNodeState();
  const [count, setCount] = useState<number>();
  const { busy, trouble, run } = useWork();
  return (
    <div className="mt-3">
      <Trouble of={trouble} />
      <button
        type="button"
        className="more"
        disabled={busy || past}
        onClick={() => run(async () => setCount((await trpc.rewards.claim.mutate()).hours))}
        data-testid="claim-now"
      >
        {words.claim}
      </button>
      <p className="sm mt-2" role="status">
        {count === undefined ? words.claimSmall : words.claimed(count)}
      </p>
    </div>
  );
}
