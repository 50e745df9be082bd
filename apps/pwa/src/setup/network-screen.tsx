'use client';
import { useEffect, useState } from 'react';
import { useBrowserNow } from '../live/clock.ts';
import { setupStrings } from '../strings/en/setup.ts';
import { Primary, TroubleNote } from './parts.tsx';
import type { Steps } from './use-setup.ts';

const words = setupStrings.setup.network;
const standardSeconds = 120;

/** The change of the network: asked for, in force with a countdown, kept or gone back. */
export function NetworkScreen({ steps }: { steps: Steps }) {
  const { view, busy, run } = steps;
  const change = view.change;
  const waiting = change?.waiting;
  if (change?.at === 'asked' && waiting)
    return <Waiting key={waiting.id} steps={steps} id={waiting.id} secondsLeft={waiting.secondsLeft} ofSeconds={waiting.ofSeconds} at={view.at} />;
  if (change?.at === 'asked') {
    return (
      <>
        <h1 className="say">{words.applying}</h1>
        <p className="lede" role="status">
          {words.applyingLede}
        </p>
        <TroubleNote steps={steps} />
      </>
    );
  }
  const undone = change?.at === 'undone';
  return (
    <>
      <h1 className="say">{undone ? words.undone : words.say}</h1>
      {undone ? (
        <p className="note" role="alert">
          {change.why}
        </p>
      ) : (
        <p className="lede">{words.lede(standardSeconds)}</p>
      )}
      <TroubleNote steps={steps} />
      <div className="wacts">
        <Primary busy={busy} onClick={() => run((trpc) => trpc.setup.change.mutate())}>
          {undone ? words.again : words.start}
        </Primary>
        <button type="button" className="btn" disabled={busy} onClick={() => run((trpc) => trpc.setup.back.mutate())}>
          {words.change}
        </button>
        <button type="button" className="btn" disabled={busy} onClick={() => run((trpc) => trpc.setup.keepNetwork.mutate())}>
          {words.skip}
        </button>
      </div>
    </>
  );
}

function Waiting({ steps, id, secondsLeft, ofSeconds, at }: { steps: Steps; id: string; secondsLeft: number; ofSeconds: number; at: number }) {
  const now = useBrowserNow();
  const { busy, run, silent } = steps;
  // Counted on by this browser while the node is silent, from when it last said so.
  const [heard, setHeard] = useState({ at, by: now });
  useEffect(() => {
    setHeard((before) => (before.at === at ? before : { at, by: Date.now() }));
  }, [at]);
  const left = Math.max(0, secondsLeft - Math.max(0, Math.floor((now - heard.by) / 1000)));
  const shown = Math.ceil((left / ofSeconds) * 60);
  return (
    <div data-testid="commit-confirm">
      <h1 className="say">{silent ? words.reconnecting : words.confirm}</h1>
      {silent && (
        <p className="lede" role="status">
          {words.reconnectingLede}
        </p>
      )}
      <div className="cc">
        <p className="count" role="timer">
          <span data-testid="seconds-left">{left}</span> <small>{words.left}</small>
        </p>
        <svg viewBox="0 0 300 12" width="100%" height="12" aria-hidden="true" preserveAspectRatio="none">
          <path d={ticks(0, shown, 0)} stroke="var(--ink)" strokeWidth="2" />
          <path d={ticks(shown, 60, 7)} stroke="var(--edge)" strokeWidth="2" />
        </svg>
      </div>
      <TroubleNote steps={silent ? { ...steps, silent: false } : steps} />
      <div className="wacts">
        <Primary busy={busy || silent} onClick={() => run((trpc) => trpc.network.confirm.mutate({ id }))}>
          {words.keep}
        </Primary>
        <button type="button" className="btn" disabled={busy || silent} onClick={() => run((trpc) => trpc.network.revert.mutate({ id }))}>
          {words.revert}
        </button>
      </div>
    </div>
  );
}

/** Of a ruler with sixty of them. */
const ticks = (from: number, to: number, top: number): string =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => `M${(from + i) * 5 + 2} ${top}V12`).join('');
