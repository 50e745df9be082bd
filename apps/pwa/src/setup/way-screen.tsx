'use client';
import { type FormEvent, useId, useState } from 'react';
import type { CheckedInviteView } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';
import { dayAndMinute } from '../strings/format.ts';
import { told } from '../strings/said.ts';
import { setupStrings } from '../strings/setup.ts';
import { Chevron } from '../ui/parts.tsx';
import { AskScreen } from './ask-screen.tsx';
import { NewScreen } from './new-screen.tsx';
import { Primary, TroubleNote } from './parts.tsx';
import { PhotoOfCode } from './photo-of-code.tsx';
import type { Steps, Trouble } from './use-setup.ts';

const words = setupStrings.setup.way;
type Good = Extract<CheckedInviteView, { ok: true }>;
/** An invite's file is a few hundred letters. */
const fileBytesMax = 20_000;

/** How to get in: an invite by photo, file or text; asking; a new mesh; or none yet. */
export function WayScreen({ steps }: { steps: Steps }) {
  const { trpc } = useHere();
  const [text, setText] = useState<string>();
  const [typing, setTyping] = useState(false);
  const [other, setOther] = useState<'ask' | 'create'>();
  const [good, setGood] = useState<Good>();
  const [trouble, setTrouble] = useState<Trouble>();
  const [busy, setBusy] = useState(false);

  const check = async (given: string) => {
    setText(given);
    try {
      const checked = await trpc.setup.checkInvite.mutate({ text: given.slice(0, fileBytesMax) });
      setGood(checked.ok ? checked : undefined);
      setTrouble(checked.ok ? undefined : { say: words.wrong, next: checked.problems.map((one) => told(one.text, one.said)) });
      if (!checked.ok) setTyping(true);
    } catch {
      setTrouble({ say: setupStrings.setup.silent, next: [setupStrings.setup.silentNext] });
    }
  };
  const reading = async (work: () => Promise<void>) => {
    setBusy(true);
    setTrouble(undefined);
    await work().finally(() => setBusy(false));
  };
  const onPhoto = (text: string | undefined, why?: 'no-picture') => {
    setTrouble(undefined);
    if (text !== undefined) return check(text);
    setTrouble(why ? { say: words.noPicture, next: [words.noPictureNext] } : { say: words.noCode, next: [words.noCodeNext] });
  };

  if (other === 'ask') return <AskScreen steps={steps} onOther={() => setOther(undefined)} />;
  if (other === 'create') return <NewScreen steps={steps} onOther={() => setOther(undefined)} />;
  if (good && text !== undefined)
    return <Checked good={good} steps={steps} onOther={() => setGood(undefined)} accept={() => steps.run((to) => to.setup.invite.mutate({ text }))} />;
  return (
    <>
      <h1 className="say">{words.say}</h1>
      <p className="lede">{words.lede}</p>
      {steps.view.refused && !trouble && (
        <div className="note" role="alert" data-testid="invite-refused">
          <b>{words.refused}</b>
          {told(steps.view.refused, steps.view.refusedSaid)}
        </div>
      )}
      {trouble && (
        <div className="note" role="alert" data-testid="invite-trouble">
          <b>{trouble.say}</b>
          {trouble.next.map((line) => (
            <span key={line} className="block">
              {line}
            </span>
          ))}
        </div>
      )}
      <TroubleNote steps={steps} />
      <PhotoOfCode words={words} testId="invite-photo" fromCamera onRead={onPhoto} />
      {typing ? (
        <ByText text={text ?? ''} busy={busy} onText={setText} onCheck={(given) => void reading(() => check(given))} />
      ) : (
        <button type="button" className="big alt" onClick={() => setTyping(true)}>
          <b>{words.text}</b>
          <span>{words.textNext}</span>
          <Chevron />
        </button>
      )}
      <button type="button" className="big alt" onClick={() => setOther('ask')}>
        <b>{setupStrings.setup.ask.open}</b>
        <span>{setupStrings.setup.ask.openNext}</span>
        <Chevron />
      </button>
      <button type="button" className="big alt" onClick={() => setOther('create')}>
        <b>{setupStrings.setup.create.open}</b>
        <span>{setupStrings.setup.create.openNext}</span>
        <Chevron />
      </button>
      <button type="button" className="big alt" disabled={steps.busy} onClick={() => steps.run((to) => to.setup.later.mutate())}>
        <b>{words.later}</b>
        <span>{words.laterNext}</span>
        <Chevron />
      </button>
    </>
  );
}

function ByText({ text, busy, onText, onCheck }: { text: string; busy: boolean; onText: (text: string) => void; onCheck: (text: string) => void }) {
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onCheck(text);
  };
  return (
    <form onSubmit={submit} className="pb-4">
      <label className="label" htmlFor={id}>
        {words.field}
      </label>
      <textarea
        id={id}
        value={text}
        spellCheck={false}
        autoCapitalize="none"
        autoCorrect="off"
        placeholder="EM1-"
        onChange={(event) => onText(event.target.value)}
      />
      <div className="wacts">
        <Primary busy={busy}>{words.check}</Primary>
        <label className="btn">
          {words.file}
          <input
            type="file"
            className="vh"
            accept=".txt,.json,text/plain,application/json"
            data-testid="invite-file"
            onChange={(event) => {
              const file = event.target.files?.[0];
              event.target.value = '';
              void file?.slice(0, fileBytesMax).text().then(onCheck);
            }}
          />
        </label>
      </div>
    </form>
  );
}

function Checked({ good, steps, onOther, accept }: { good: Good; steps: Steps; onOther: () => void; accept: () => void }) {
  const carried = [good.name, good.country, good.meshId].filter((part) => part !== undefined);
  return (
    <>
      <h1 className="say">{words.checked(good.community)}</h1>
      <p className="lede">{words.checkedLede(good.role, dayAndMinute(good.expiresAt))}</p>
      <TroubleNote steps={steps} />
      <dl className="pairs mb-4">
        <dt>{words.hub}</dt>
        <dd>{good.hubs.map((hub) => hub.replace(/^https:\/\//, '')).join(', ')}</dd>
        {carried.length > 0 && (
          <>
            <dt>{words.carried}</dt>
            <dd>{carried.join(', ')}</dd>
          </>
        )}
      </dl>
      <div className="wacts">
        <Primary busy={steps.busy} onClick={accept}>
          {words.join(good.community)}
        </Primary>
        <button type="button" className="btn" onClick={onOther}>
          {words.other}
        </button>
      </div>
    </>
  );
}
