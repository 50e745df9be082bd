'use client';
import { useSearchParams } from 'next/navigation';
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { go } from '../frame/places.ts';
import { useCard } from '../live/feeds.ts';
import { useHere, useSession } from '../live/providers.tsx';
import { frameStrings } from '../strings/frame.ts';
import { loginStrings } from '../strings/login.ts';
import { Brand } from '../ui/glyph.tsx';
import { OtherLanguage } from '../ui/other-language.tsx';
import { passphraseFlaw } from './passphrase.ts';
import { type Trouble, troubleOf } from './trouble.ts';

const words = loginStrings.login;
type Step = 'passphrase' | 'claim' | 'set';

/** Claim and set the passphrase, or log in: OPAQUE and its WebAssembly are loaded here only. */
export function Login() {
  const { session } = useHere();
  const card = useCard();
  const [setting, setSetting] = useState(false);
  const step: Step | undefined = setting ? 'set' : card.data && (card.data.state === 'unclaimed' ? 'claim' : 'passphrase');
  const name = card.data?.name ?? frameStrings.app;
  useForward(setting);
  return (
    <div className="gate">
      <header>
        <Brand />
        {card.data ? (
          <span className="plate">
            <span>{name}</span>
          </span>
        ) : (
          <b>{name}</b>
        )}
        <span>{card.data?.community}</span>
        {/* A passphrase that is being chosen would be lost: the page is loaded anew. */}
        {step !== 'set' && <OtherLanguage />}
      </header>
      <main id="main" data-testid="login" data-step={step ?? 'asking'}>
        {!step && <Asking failed={card.isError} />}
        {step && session.ended && <p className="note calm">{words.ended[session.ended]}</p>}
        {step === 'passphrase' && <PassphraseForm name={name} />}
        {step === 'claim' && <ClaimForm name={name} onClaimed={() => setSetting(true)} />}
        {step === 'set' && <SetForm known={[name, card.data?.community ?? '']} onSet={() => setSetting(false)} />}
      </main>
      <footer className="tick">{typeof location === 'undefined' ? '' : location.host}</footer>
    </div>
  );
}

/** Logged in (here or in another tab): on to where one wanted to go. */
function useForward(setting: boolean) {
  const current = useSession();
  const next = useSearchParams().get('next');
  useEffect(() => {
    // Only ever a path of this page's own.
    if (current && !setting) go(next && /^\/(?!\/)[\w/?=&%-]*$/.test(next) ? next : '/', { replace: true });
  }, [current, setting, next]);
}

function Asking({ failed }: { failed: boolean }) {
  return (
    <>
      <h1 className="say">{failed ? words.errors.noAnswer.say : words.asking}</h1>
      {failed && <p className="lede">{words.errors.noAnswer.next}</p>}
    </>
  );
}

function PassphraseForm({ name }: { name: string }) {
  const { session, trpc } = useHere();
  const [stay, setStay] = useState(true);
  return (
    <SecretForm
      who={name}
      say={words.say(name)}
      lede={words.lede}
      fields={[{ label: words.passphrase, autoComplete: 'current-password' }]}
      button={words.enter}
      submit={async ([passphrase = '']) => {
        const { logIn } = await import('./login.ts');
        session.begin(await logIn(trpc, passphrase), stay);
      }}
    >
      <Stay value={stay} onChange={setStay} />
    </SecretForm>
  );
}

function ClaimForm({ name, onClaimed }: { name: string; onClaimed: () => void }) {
  const { session, trpc } = useHere();
  return (
    <SecretForm
      key="claim"
      who={name}
      say={words.claimSay(name)}
      lede={words.claimLede}
      fields={[{ label: words.claimCode, hint: words.claimHint, autoComplete: 'one-time-code', plain: true }]}
      button={words.claim}
      submit={async ([code = '']) => {
        const { claim } = await import('./login.ts');
        const claimed = await claim(trpc, code);
        onClaimed();
        session.begin(claimed, false);
      }}
    />
  );
}

function SetForm({ known, onSet }: { known: readonly string[]; onSet: () => void }) {
  const { session, trpc } = useHere();
  const [stay, setStay] = useState(true);
  return (
    <SecretForm
      key="set"
      who={known[0] ?? ''}
      say={words.setSay}
      lede={words.setLede}
      fields={[
        { label: words.newPassphrase, hint: words.rule, autoComplete: 'new-password' },
        { label: words.again, autoComplete: 'new-password' },
      ]}
      button={words.set}
      check={([passphrase = '', again]) => {
        const flaw = passphraseFlaw(passphrase, known);
        if (flaw) return words.errors[flaw];
        return passphrase === again ? undefined : words.errors.differ;
      }}
      submit={async ([passphrase = '']) => {
        const { logIn, setPassphrase } = await import('./login.ts');
        await setPassphrase(trpc, passphrase);
        const operator = await logIn(trpc, passphrase);
        onSet();
        session.begin(operator, stay);
      }}
    >
      <Stay value={stay} onChange={setStay} />
    </SecretForm>
  );
}

function Stay({ value, onChange }: { value: boolean; onChange: (value: boolean) => void }) {
  return (
    <label className="check">
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.target.checked)} />
      {words.stay}
    </label>
  );
}

interface FieldSpec {
  readonly label: string;
  readonly hint?: string;
  readonly autoComplete: string;
  /** Shown as typed: a code from a label is no secret to whoever stands there. */
  readonly plain?: boolean;
}

interface SecretFormProps {
  readonly who: string;
  readonly say: string;
  readonly lede: string;
  readonly fields: readonly FieldSpec[];
  readonly button: string;
  readonly check?: (values: readonly string[]) => Trouble | undefined;
  readonly submit: (values: readonly string[]) => Promise<void>;
  readonly children?: ReactNode;
}

function SecretForm({ who, say, lede, fields, button, check, submit, children }: SecretFormProps) {
  const [values, setValues] = useState<readonly string[]>(fields.map(() => ''));
  const [trouble, setTrouble] = useState<Trouble>();
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useState(false);
  const troubleId = useId();
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const found = values[0] ? check?.(values) : words.errors.empty;
    setTrouble(found);
    if (found) return;
    setBusy(true);
    try {
      await submit(values);
    } catch (error) {
      setTrouble(troubleOf(error, fields[0]?.plain === true));
      setBusy(false);
      first.current?.focus();
    }
  };
  return (
    <form onSubmit={onSubmit} noValidate>
      <h1 className="say">{say}</h1>
      <p className="lede">{lede}</p>
      {/* For password managers: whose passphrase it is. */}
      <input type="text" name="username" autoComplete="username" value={who} readOnly hidden />
      {trouble && (
        <div className="note" role="alert" id={troubleId} data-testid="login-trouble">
          <b>{trouble.say}</b>
          {trouble.next}
        </div>
      )}
      {fields.map((field, i) => (
        <div key={field.label} className="pb-3">
          <label className="label" htmlFor={`field-${i}`}>
            {field.label}
          </label>
          {field.hint && <p className="sm pb-1.5">{field.hint}</p>}
          <div className="field tall">
            <input
              ref={i === 0 ? first : undefined}
              id={`field-${i}`}
              type={field.plain || shown ? 'text' : 'password'}
              autoComplete={field.autoComplete}
              autoCapitalize={field.plain ? 'characters' : 'none'}
              autoCorrect="off"
              spellCheck={false}
              value={values[i] ?? ''}
              aria-invalid={trouble !== undefined}
              aria-describedby={trouble ? troubleId : undefined}
              onChange={(event) => setValues(values.map((value, j) => (j === i ? event.target.value : value)))}
            />
            {!field.plain && i === 0 && (
              <button type="button" className="more min-h-11 px-1" aria-pressed={shown} onClick={() => setShown(!shown)}>
                {shown ? words.hide : words.show}
              </button>
            )}
          </div>
        </div>
      ))}
      {children}
      <button type="submit" className="btn pri tall mt-2" disabled={busy}>
        {button}
      </button>
      <p className="sm mt-2 min-h-5" role="status">
        {busy ? words.checking : ''}
      </p>
    </form>
  );
}
