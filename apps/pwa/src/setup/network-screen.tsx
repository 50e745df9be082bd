'use client';
import { told } from '../strings/said.ts';
import { setupStrings } from '../strings/setup.ts';
import { TimeRuler, useSecondsLeft } from '../ui/countdown.tsx';
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
          {told(change.why ?? '', change.whySaid)}
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
  const { busy, run, silent } = steps;
  const left = useSecondsLeft({ secondsLeft, at });
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
        <TimeRuler left={left} of={ofSeconds} />
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
