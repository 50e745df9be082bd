'use client';
import { type FormEvent, useId, useState } from 'react';
import { useNodeState } from '../frame/node-state.tsx';
import type { Earnings, RewardHour } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';
import { earningsStrings } from '../strings/earnings.ts';
import { clockMinute, dateAndMinute } from '../strings/format.ts';
import { explain, isLost, verdict } from './explain.ts';
import { shortAddress, stroops, unitOf, xlmExact } from './money.ts';
import { Transaction } from './transaction.tsx';
import { Trouble, useWork } from './work.tsx';

const { why: words, appeal } = earningsStrings.earnings;

/** An hour explains itself: the sum, what was lost and why, what comes next, and the ledger's own numbers. */
export function HourWhy({ hour, earnings }: { hour: RewardHour; earnings: Earnings }) {
  const unit = unitOf(earnings.terms);
  const { lines, total, footing } = explain(hour, unit);
  const lost = verdict(hour);
  const { timeZone } = earnings;
  const clock = hour.next?.at === undefined ? undefined : clockMinute(hour.next.at, timeZone);
  const empty = hour.packets.proved === 0 && stroops(hour.amount) === 0n && hour.stage !== 'running';
  return (
    <div className="why" data-testid="hour-why">
      {lost && (
        <div className={isLost(hour) ? 'note' : 'note calm'}>
          <b>{lost}</b>
          {hour.show && <p>{words.show[hour.show.because]}</p>}
        </div>
      )}
      {!empty && hour.stage !== 'lost' && lines.length > 0 && (
        <dl className="sum">
          {lines.map(({ text, amount }) => (
            <div key={text}>
              <dt>{text}</dt>
              <dd>{amount ?? ''}</dd>
            </div>
          ))}
          <div className="t">
            <dt>{hour.stage === 'running' ? words.soFar : words.reward}</dt>
            <dd>
              {total} {unit}
            </dd>
          </div>
        </dl>
      )}
      {!empty && hour.stage !== 'lost' && <p className="sm">{footing}</p>}
      {hour.show && !lost && hour.step !== 'shown' && hour.stage !== 'paid' && (
        <p className="note calm mt-2">
          {words.show[hour.show.because]} {hour.show.until !== undefined && words.showUntil(dateAndMinute(hour.show.until, timeZone))}
        </p>
      )}
      {hour.step === 'shown' && <p className="sm">{words.shown}</p>}
      {hour.next && (
        <p className="sm">
          {hour.next.what === 'close' || hour.next.what === 'draw' || hour.next.what === 'settle'
            ? words.next[hour.next.what](clock)
            : words.next[hour.next.what]}
        </p>
      )}
      <Facts hour={hour} earnings={earnings} unit={unit} />
      {(isLost(hour) || hour.appeal || (lost !== undefined && !empty)) && <Appeal hour={hour} />}
    </div>
  );
}

function Facts({ hour, earnings, unit }: { hour: RewardHour; earnings: Earnings; unit: string }) {
  const { terms, timeZone } = earnings;
  return (
    <dl className="pairs mt-2">
      {hour.transactions.map(({ of, hash, at, feeStroops }) => (
        <div key={`${of}${hash}`}>
          <dt>{words.transactions[of]}</dt>
          <dd>
            <Transaction hash={hash} network={terms?.network} />
            <span className="tick block">
              {at !== undefined && dateAndMinute(at, timeZone)}
              {at !== undefined && feeStroops !== undefined && ', '}
              {feeStroops !== undefined && words.fee(xlmExact(stroops(feeStroops)), unit)}
            </span>
          </dd>
        </div>
      ))}
      {hour.payout !== undefined && (
        <div>
          <dt>{words.payout}</dt>
          <dd>{shortAddress(hour.payout)}</dd>
        </div>
      )}
      <div>
        <dt>{words.knownBy}</dt>
        <dd>{words.source[hour.source]}</dd>
      </div>
      <div>
        <dt>{words.epoch}</dt>
        <dd>{hour.epoch}</dd>
      </div>
    </dl>
  );
}

/** A note to people, about an hour that was refused or lost. */
function Appeal({ hour }: { hour: RewardHour }) {
  const { trpc } = useHere();
  const { past } = useNodeState();
  const [text, setText] = useState('');
  const [sent, setSent] = useState(false);
  const [writing, setWriting] = useState(false);
  const { busy, trouble, run } = useWork();
  const field = useId();
  if (hour.appeal || sent) {
    const said = hour.appeal ?? { text, state: 'sent' as const };
    return (
      <div className="note calm" data-testid="appeal" data-state={said.state}>
        <p>
          {appeal.yours} “{said.text}”
        </p>
        <p>
          {appeal.states[said.state]} {'answer' in said && said.answer !== undefined && `“${said.answer}”`}
        </p>
      </div>
    );
  }
  if (!writing) {
    return (
      <p className="links">
        <button type="button" className="more" onClick={() => setWriting(true)}>
          {appeal.title}
        </button>
      </p>
    );
  }
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === '' || busy) return;
    void run(async () => {
      await trpc.rewards.appeal.mutate({ epoch: hour.epoch, text });
      setSent(true);
    });
  };
  return (
    <form onSubmit={send} className="mt-2">
      <label className="label" htmlFor={field}>
        {appeal.label}
      </label>
      <p className="sm pb-1.5">{appeal.lede}</p>
      <div className="field">
        <textarea id={field} rows={3} maxLength={500} value={text} onChange={(event) => setText(event.target.value)} />
      </div>
      <Trouble of={trouble} />
      <button type="submit" className="btn mt-3" disabled={busy || past || text.trim() === ''}>
        {appeal.send}
      </button>
    </form>
  );
}
