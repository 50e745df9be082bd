'use client';
import { useNow } from '../live/clock.ts';
import { told } from '../strings/said.ts';
import { setupStrings } from '../strings/setup.ts';
import { Code } from './code.tsx';
import { TroubleNote } from './parts.tsx';
import type { Steps } from './use-setup.ts';

const { join: words, ask, create } = setupStrings.setup;

/** The hub is asked; without its answer one may go on, and it is asked behind. */
export function JoinScreen({ steps }: { steps: Steps }) {
  const { view, busy, run } = steps;
  const now = useNow();
  const { asking, way } = view;
  const code = way?.by === 'ask' ? way.code : undefined;
  const making = way?.by === 'create';
  const trouble = asking && !asking.open ? asking : undefined;
  return (
    <>
      {code === undefined ? (
        <>
          <h1 className="say">{way?.community === undefined ? words.sayFile : making ? create.making(way.community) : words.say(way.community)}</h1>
          <p className="lede">{making ? create.makingLede : words.lede}</p>
        </>
      ) : (
        <>
          <h1 className="say">{ask.waiting(way?.community ?? '')}</h1>
          <p className="lede">{ask.waitingLede}</p>
          <Code code={code} />
        </>
      )}
      {trouble && (
        <div className="note" role="status" data-testid="join-trouble">
          <b>{words.trouble}</b>
          {told(trouble.words, trouble.said)} {trouble.nextAt > now ? words.next(trouble.nextAt - now, trouble.tries) : words.now}
        </div>
      )}
      <TroubleNote steps={steps} />
      <div className="wacts">
        <button type="button" className={trouble ? 'btn pri tall' : 'btn tall'} disabled={busy} onClick={() => run((trpc) => trpc.setup.goOn.mutate())}>
          {code === undefined ? words.goOn : words.goOnAsking}
        </button>
        <p className="sm">{code === undefined ? words.goOnNext : ask.goOnNext}</p>
        <button type="button" className="btn" disabled={busy} onClick={() => run((trpc) => trpc.setup.back.mutate())}>
          {words.change}
        </button>
      </div>
    </>
  );
}
