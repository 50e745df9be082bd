'use client';
import { type PhraseFault, parsePhrase } from '@energymesh/wallet/input';
import { type FormEvent, useId, useState } from 'react';
import { useNodeState } from '../../frame/node-state.tsx';
import { useHere } from '../../live/providers.tsx';
import { walletStrings } from '../../strings/wallet.ts';
import { Glyph } from '../../ui/glyph.tsx';
import { shortAddress } from '../money.ts';
import { type Said, Trouble, useWork } from '../work.tsx';
import { Finished, PastedText } from './sheet-parts.tsx';
import type { SheetProps } from './sheets.tsx';

const { restore: words, needsNode } = walletStrings.wallet;

function phraseSaid(fault: PhraseFault): Said {
  switch (fault.fault) {
    case 'word-count':
      return words.faults.count(fault.count);
    case 'unknown-word':
      return words.faults.unknown(fault.position);
    default:
      return words.faults.checksum;
  }
}

/** The words are judged here, go to the node sealed, and leave this page with the sheet. */
export function Restore({ wallet, open }: SheetProps) {
  const { trpc, session } = useHere();
  const { past } = useNodeState();
  const [text, setText] = useState('');
  const [known, setKnown] = useState(false);
  const [restored, setRestored] = useState(false);
  const [fault, setFault] = useState<Said>();
  const { busy, trouble, run } = useWork();
  const id = useId();
  const count = text.split(/\s+/).filter(Boolean).length;
  const over = wallet.address;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (busy) return;
    const phrase = parsePhrase(text);
    const wrong = 'fault' in phrase ? phraseSaid(phrase) : undefined;
    setFault(wrong);
    if (wrong || 'fault' in phrase) return;
    void run(async () => {
      const current = session.current();
      if (!current) return;
      const { Sealed } = await import('./seal.ts');
      const sealed = await Sealed.open(trpc.rewards.wallet, current);
      await sealed.restore(phrase.join(' '), over);
      setText('');
      setRestored(true);
    });
  };
  if (restored) {
    return (
      <Finished
        testId="restored"
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
  return (
    <form onSubmit={submit} noValidate data-testid="restore-form">
      <p className="lede">{words.lede}</p>
      <label className="label pt-0!" htmlFor={id}>
        {words.label}
      </label>
      <PastedText
        id={id}
        rows={5}
        maxLength={400}
        capitals="none"
        value={text}
        wrong={fault !== undefined}
        onText={(now) => {
          setText(now);
          setFault(undefined);
        }}
      />
      <p className="sm mt-1 mb-2" role="status">
        {words.count(count)}
      </p>
      <Trouble of={fault ?? trouble} />
      {over !== undefined && (
        <div className="note">
          {words.abandon(shortAddress(over))}
          <label className="check">
            <input type="checkbox" checked={known} onChange={(event) => setKnown(event.target.checked)} />
            {words.abandonCheck}
          </label>
        </div>
      )}
      <button type="submit" className="btn pri tall mt-2" disabled={busy || past || count === 0 || (over !== undefined && !known)}>
        {words.go}
      </button>
      {past && <p className="sm mt-2">{needsNode}</p>}
    </form>
  );
}
