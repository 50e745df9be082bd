'use client';
import type { PairingCode } from '@energymesh/agent/api/phones/call-text';
import { AnswerForged } from '@energymesh/agent/session-mac';
import { type FormEvent, lazy, Suspense, useEffect, useId, useState } from 'react';
import { go } from '../frame/places.ts';
import { PhotoOfCode } from '../setup/photo-of-code.tsx';
import { phoneStrings } from '../strings/phone.ts';
import { Brand } from '../ui/glyph.tsx';
import { Go } from '../ui/go.tsx';
import { OtherLanguage } from '../ui/other-language.tsx';
import { Chevron } from '../ui/parts.tsx';
import { readCode } from './code.ts';
import { PhoneRefused } from './line.ts';
import { lineWords } from './line-words.ts';
import { NotTheNode, pairWith, phoneName } from './pairing.ts';
import { NoWay } from './ways.ts';

const words = phoneStrings.phone.pair;
const Camera = lazy(() => import('./camera.tsx').then((module) => ({ default: module.Camera })));

/** A code by camera, photo or link, then the phone's name, then it is paired. */
export function PairPage() {
  const [code, setCode] = useState<PairingCode>();
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    const given = readCode(location.hash);
    if (!given) return;
    // It is good once, and no business of the browser's history.
    history.replaceState(null, '', location.pathname);
    setCode(given);
  }, []);
  const take = (text: string | undefined): boolean => {
    const read = text === undefined ? undefined : readCode(text);
    setTrouble(read ? undefined : words.noCode);
    setCode(read);
    return read !== undefined;
  };
  return (
    <div className="wiz">
      <header className="wtop">
        <Brand />
        <Go href="/nodes">{phoneStrings.phone.nodes.back}</Go>
        <OtherLanguage />
      </header>
      <main id="main" tabIndex={-1} data-testid="pair">
        {code ? <Found key={code.s} code={code} onOther={() => setCode(undefined)} /> : <Ways trouble={trouble} take={take} />}
      </main>
    </div>
  );
}

function Ways({ trouble, take }: { trouble: string | undefined; take: (text: string | undefined) => boolean }) {
  const [camera, setCamera] = useState(false);
  const [typing, setTyping] = useState(false);
  const [text, setText] = useState('');
  const field = useId();
  return (
    <>
      <h1 className="say">{words.say.join(' ')}</h1>
      <p className="lede">{words.lede}</p>
      {trouble && (
        <div className="note" role="alert" data-testid="pair-trouble">
          {trouble}
        </div>
      )}
      {camera ? (
        <Suspense>
          <Camera onText={(found) => take(found) && setCamera(false)} onStop={() => setCamera(false)} />
        </Suspense>
      ) : (
        <button type="button" className="big" onClick={() => setCamera(true)}>
          <b>{words.camera}</b>
          <span>{words.cameraNext}</span>
          <Chevron />
        </button>
      )}
      <PhotoOfCode words={words} big="big alt" testId="pair-photo" onRead={(read) => void take(read)} />
      {typing ? (
        <form
          className="pb-4"
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            take(text);
          }}
        >
          <label className="label" htmlFor={field}>
            {words.field}
          </label>
          <textarea id={field} value={text} spellCheck={false} autoCapitalize="none" autoCorrect="off" onChange={(event) => setText(event.target.value)} />
          <button type="submit" className="btn pri mt-3 w-full" disabled={text.trim() === ''}>
            {words.check}
          </button>
        </form>
      ) : (
        <button type="button" className="big alt" onClick={() => setTyping(true)}>
          <b>{words.text}</b>
          <span>{words.textNext}</span>
          <Chevron />
        </button>
      )}
    </>
  );
}

function Found({ code, onOther }: { code: PairingCode; onOther: () => void }) {
  const [name, setName] = useState(() => phoneName(navigator.userAgent));
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<readonly string[]>();
  const field = useId();
  const pair = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setTrouble(undefined);
    try {
      await pairWith(code, name.trim());
      go('/', { replace: true });
    } catch (error) {
      setTrouble(troubleOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void pair(event)}>
      <h1 className="say">{words.found(code.m).join(' ')}</h1>
      <p className="lede">{words.foundLede}</p>
      {trouble && (
        <div className="note" role="alert" data-testid="pair-trouble">
          {trouble.map((line) => (
            <span key={line} className="block">
              {line}
            </span>
          ))}
        </div>
      )}
      <label className="label" htmlFor={field}>
        {words.name}
      </label>
      <div className="field">
        <input id={field} value={name} maxLength={40} required onChange={(event) => setName(event.target.value)} />
      </div>
      <div className="wacts">
        <button type="submit" className="btn pri" disabled={busy || name.trim() === ''}>
          {busy ? words.pairing : words.pair}
        </button>
        <button type="button" className="btn" disabled={busy} onClick={onOther}>
          {words.other}
        </button>
      </div>
    </form>
  );
}

function troubleOf(error: unknown): readonly string[] {
  if (error instanceof PhoneRefused) {
    const { refused } = words;
    return [error.why === 'wrong-code' || error.why === 'code-ended' || error.why === 'full' ? refused[error.why] : refused.other];
  }
  if (error instanceof NoWay) {
    const { say, next } = lineWords({ at: 'down', direct: error.direct, hub: error.hub }, Date.now(), navigator.onLine);
    return [words.noWay, `${say}.`, ...(next ? [next] : [])];
  }
  if (error instanceof NotTheNode || error instanceof AnswerForged) return [words.forged];
  throw error;
}
