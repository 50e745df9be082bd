'use client';
import { useNow } from '../live/clock.ts';
import { setupStrings } from '../strings/en/setup.ts';
import { TroubleNote } from './parts.tsx';
import type { Steps } from './use-setup.ts';

const words = setupStrings.setup.join;

/** The hub is asked; without its answer one may go on, and it is asked behind. */
export function JoinScreen({ steps }: { steps: Steps }) {
  const { view, busy, run } = steps;
  const now = useNow();
  const { asking, way } = view;
  return (
    <>
      <h1 className="say">{way?.community === undefined ? words.sayFile : words.say(way.community)}</h1>
      <p className="lede">{words.lede}</p>
      {asking && (
        <div className="note" role="status" data-testid="join-trouble">
          <b>{words.trouble}</b>
          {asking.words} {asking.nextAt > now ? words.next(asking.nextAt - now, asking.tries) : words.now}
        </div>
      )}
      <TroubleNote steps={steps} />
      <div className="wacts">
        <button type="button" className={asking ? 'btn pri tall' : 'btn tall'} disabled={busy} onClick={() => run((trpc) => trpc.setup.goOn.mutate())}>
          {words.goOn}
        </button>
        <p className="sm">{words.goOnNext}</p>
        <button type="button" className="btn" disabled={busy} onClick={() => run((trpc) => trpc.setup.back.mutate())}>
          {words.change}
        </button>
      </div>
    </>
  );
}
