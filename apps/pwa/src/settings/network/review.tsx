'use client';
import { useState } from 'react';
import { networkStrings } from '../../strings/network.ts';
import { Seg } from '../../ui/seg.tsx';
import { SettingsPage } from '../settings-page.tsx';
import { type Difference, differences, type State } from './draft.ts';
import type { Editing } from './use-editing.ts';

const words = networkStrings.network.review;
const times = [60, 120, 300] as const;

/** What would change, what that means for whoever reads it, and how long there is to confirm it. */
export function Review({ before, review, editing }: { before: State | undefined; review: State; editing: Editing }) {
  const [seconds, setSeconds] = useState<string>(String(times[0]));
  const rows = differences(before, review);
  const about = new Set(rows.map((row) => row.about));
  return (
    <SettingsPage say={words.say} lede={words.lede}>
      {editing.trouble && (
        <p className="note" role="alert" data-testid="network-trouble">
          {editing.trouble}
        </p>
      )}
      <Differences rows={rows} before={words.before} after={words.after} />
      <div className="pt-4">
        {(['mesh', 'ap', 'internet'] as const).map((part) =>
          about.has(part) ? (
            <p key={part} className="note calm">
              {words[part]}
            </p>
          ) : null,
        )}
      </div>
      <p className="label" aria-hidden="true">
        {words.within}
      </p>
      <Seg label={words.within} value={seconds} options={times.map((each) => ({ value: String(each), label: words.minutes(each) }))} onChange={setSeconds} />
      <div className="wacts">
        <button type="button" className="btn pri tall" disabled={editing.busy} onClick={() => editing.apply(Number(seconds))}>
          {words.apply}
        </button>
        <button type="button" className="btn" disabled={editing.busy} onClick={editing.back}>
          {words.back}
        </button>
      </div>
    </SettingsPage>
  );
}

export function Differences({ rows, before, after }: { rows: readonly Difference[]; before: string; after: string }) {
  return (
    <table className="diff" data-testid="differences">
      <thead>
        <tr>
          <td />
          <th scope="col">{before}</th>
          <th scope="col">{after}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.label}>
            <th scope="row">{row.label}</th>
            <td>{row.before}</td>
            <td>{row.after}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
