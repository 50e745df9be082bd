'use client';
import { trafficStrings } from '../strings/traffic.ts';
import { type Step, stepped, type View, type Window } from './view.ts';

const words = trafficStrings.traffic;
const marks: Readonly<Record<Step, string>> = { earlier: 'M10 3 5 8l5 5', later: 'M6 3l5 5-5 5', closer: 'M8 2v12M2 8h12', wider: 'M2 8h12' };

/** What a brush does, by buttons: closer, wider, earlier, later. The way back is Today, Week or Month above. */
export function Zoom({ window, now, onShow, onCsv }: { window: Window | undefined; now: number; onShow: (view: View) => void; onCsv: () => void }) {
  return (
    <div className="zoom">
      {(['earlier', 'later', 'closer', 'wider'] as const).map((step) => {
        const next = window && stepped(window, step, now);
        return (
          <button key={step} type="button" aria-label={words.steps[step]} disabled={!next} onClick={() => next && onShow(next)}>
            <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
              <path d={marks[step]} />
            </svg>
          </button>
        );
      })}
      <button type="button" className="words ml-auto" onClick={onCsv}>
        {words.csv}
      </button>
    </div>
  );
}
