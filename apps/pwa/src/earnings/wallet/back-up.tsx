'use client';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useNodeState } from '../../frame/node-state.tsx';
import { useHere } from '../../live/providers.tsx';
import { walletStrings } from '../../strings/wallet.ts';
import { Glyph } from '../../ui/glyph.tsx';
import { shortAddress } from '../money.ts';
import { Trouble, useWork } from '../work.tsx';
import type { Sealed } from './seal.ts';
import { Finished } from './sheet-parts.tsx';
import type { SheetProps } from './sheets.tsx';

const { backup: words, needsNode } = walletStrings.wallet;

/** The words live in this component alone: in no store, no address, no cache; closed, they are gone from the page. */
type Step =
  | { readonly at: 'before' }
  | { readonly at: 'words'; readonly phrase: readonly string[] }
  | { readonly at: 'asked'; readonly phrase: readonly string[] }
  | { readonly at: 'done' };

/** Shown once, to this page, and confirmed by words from the paper. */
export function BackUp({ wallet, open }: SheetProps) {
  const { trpc, session } = useHere();
  const { past } = useNodeState();
  const [step, setStep] = useState<Step>({ at: 'before' });
  const [elsewhere, setElsewhere] = useState(false);
  const sealed = useRef<Sealed>(undefined);
  const { busy, trouble, run, setTrouble } = useWork();
  // Which words are asked for is drawn with the phrase; the state of before says it until the next one comes.
  const ask = wallet.ask ?? [];

  const show = (): Promise<void> =>
    run(async () => {
      const current = session.current();
      if (!current) return;
      const { Sealed } = await import('./seal.ts');
      sealed.current = await Sealed.open(trpc.rewards.wallet, current);
      try {
        setStep({ at: 'words', phrase: await sealed.current.phrase() });
      } catch (error) {
        if (!(error as Error).message.startsWith('shown-elsewhere')) throw error;
        setElsewhere(true);
      }
    });
  const confirm = (given: readonly string[]): Promise<void> =>
    run(async () => {
      if (await sealed.current?.confirm(given)) setStep({ at: 'done' });
      else setTrouble(words.wrong);
    });

  if (step.at === 'done' || (wallet.state === 'confirmed' && step.at === 'before')) {
    return (
      <Finished
        testId="backed-up"
        said={
          <>
            <Glyph name="well" /> {words.done}
          </>
        }
        next={words.doneNext}
        close={() => open(undefined)}
      />
    );
  }
  if (elsewhere) return <StartOver address={wallet.address ?? ''} onOver={() => setElsewhere(false)} />;
  if (step.at === 'words') {
    return (
      <>
        <p className="lede">{words.wordsLede}</p>
        <ol className="phrase" data-testid="phrase">
          {step.phrase.map((word, i) => (
            // The words of a phrase have no identity but their place.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <li key={i}>{word}</li>
          ))}
        </ol>
        <button type="button" className="btn pri tall mt-4" onClick={() => setStep({ ...step, at: 'asked' })}>
          {words.written}
        </button>
      </>
    );
  }
  if (step.at === 'asked') {
    return <Asked ask={ask} busy={busy} trouble={<Trouble of={trouble} />} onConfirm={confirm} onBack={() => setStep({ ...step, at: 'words' })} />;
  }
  return (
    <>
      <p className="lede">{words.lede}</p>
      <ul className="bullets">
        {words.rules.map((rule) => (
          <li key={rule}>{rule}</li>
        ))}
      </ul>
      <Trouble of={trouble} />
      <button type="button" className="btn pri tall" disabled={busy || past} onClick={show}>
        {words.show}
      </button>
      <p className="sm mt-2 min-h-5" role="status">
        {busy ? words.showing : past ? needsNode : ''}
      </p>
    </>
  );
}

function Asked({
  ask,
  busy,
  trouble,
  onConfirm,
  onBack,
}: {
  ask: readonly number[];
  busy: boolean;
  trouble: React.ReactNode;
  onConfirm: (given: readonly string[]) => void;
  onBack: () => void;
}) {
  const [given, setGiven] = useState<readonly string[]>(ask.map(() => ''));
  const id = useId();
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (!busy) onConfirm(given);
  };
  return (
    <form onSubmit={onSubmit} noValidate data-testid="asked-words">
      <p className="lede">{words.askLede}</p>
      {trouble}
      {ask.map((position, i) => (
        <div key={position} className="pb-2">
          <label className="label" htmlFor={`${id}-${position}`}>
            {words.word(position)}
          </label>
          <div className="field tall">
            <input
              ref={i === 0 ? first : undefined}
              id={`${id}-${position}`}
              data-position={position}
              autoComplete="off"
              autoCapitalize="none"
              autoCorrect="off"
              spellCheck={false}
              maxLength={20}
              value={given[i] ?? ''}
              onChange={(event) => setGiven(given.map((word, j) => (j === i ? event.target.value : word)))}
            />
          </div>
        </div>
      ))}
      <button type="submit" className="btn pri tall mt-3" disabled={busy || given.some((word) => word.trim() === '')}>
        {words.confirm}
      </button>
      <button type="button" className="btn tall mt-3" disabled={busy} onClick={onBack}>
        {words.again}
      </button>
    </form>
  );
}

/** Another page has the words. Whoever cannot finish there gives this wallet up, knowing what that means. */
function StartOver({ address, onOver }: { address: string; onOver: () => void }) {
  const { trpc } = useHere();
  const { busy, trouble, run } = useWork();
  const [sure, setSure] = useState(false);
  return (
    <>
      <div className="note">
        <b>{words.elsewhere.say}</b>
        {words.elsewhere.next}
      </div>
      <Trouble of={trouble} />
      {sure ? (
        <>
          <p className="lede">{words.startOverLede(shortAddress(address))}</p>
          <button
            type="button"
            className="btn tall"
            disabled={busy}
            onClick={() =>
              run(async () => {
                await trpc.rewards.wallet.startOver.mutate({ abandon: address });
                onOver();
              })
            }
          >
            {words.startOverConfirm}
          </button>
        </>
      ) : (
        <button type="button" className="btn tall" onClick={() => setSure(true)}>
          {words.startOver}
        </button>
      )}
    </>
  );
}
