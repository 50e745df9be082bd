'use client';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNodeState } from '../../frame/node-state.tsx';
import { useHere } from '../../live/providers.tsx';
import { passphraseFlaw } from '../../session/passphrase.ts';
import { changePassphrase } from '../../session/prove-again.ts';
import { type Trouble, troubleOf } from '../../session/trouble.ts';
import { loginStrings } from '../../strings/login.ts';
import { nodeSettingsStrings } from '../../strings/node-settings.ts';
import { PassphraseField } from './passphrase-field.tsx';

const words = nodeSettingsStrings.nodeSettings.sessions;
const { login } = loginStrings;

export function PassphraseForm() {
  const here = useHere();
  const queryClient = useQueryClient();
  const { status } = useNodeState();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [trouble, setTrouble] = useState<Trouble>();
  const [state, setState] = useState<'idle' | 'busy' | 'changed'>('idle');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (state === 'busy') return;
    const flaw = old === '' ? 'empty' : passphraseFlaw(next, [status?.node.name ?? '', status?.node.community ?? '']);
    const found = flaw ? login.errors[flaw] : next === again ? undefined : login.errors.differ;
    setTrouble(found);
    setState('idle');
    if (found) return;
    setState('busy');
    try {
      await changePassphrase(here, old, next);
      setOld('');
      setNext('');
      setAgain('');
      setState('changed');
      await queryClient.refetchQueries({ queryKey: ['sessions'] });
    } catch (error) {
      setTrouble(troubleOf(error, false));
      setState('idle');
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <p className="sm pb-3">{words.changeNext}</p>
      {trouble && (
        <div className="note" role="alert" data-testid="passphrase-trouble">
          <b>{trouble.say}</b>
          {trouble.next}
        </div>
      )}
      {/* For password managers: whose passphrase it is. */}
      <input type="text" name="username" autoComplete="username" value={status?.node.name ?? ''} readOnly hidden />
      <PassphraseField label={words.old} value={old} now wrong={trouble !== undefined} onChange={setOld} />
      <PassphraseField label={login.newPassphrase} hint={login.rule} value={next} wrong={trouble !== undefined} onChange={setNext} />
      <PassphraseField label={login.again} value={again} wrong={trouble !== undefined} onChange={setAgain} />
      <button type="submit" className="btn" disabled={state === 'busy'}>
        {words.set}
      </button>
      <p className="sm min-h-5 pt-2" role="status" data-testid="passphrase-said">
        {state === 'busy' ? login.checking : state === 'changed' ? words.changed : ''}
      </p>
    </form>
  );
}
