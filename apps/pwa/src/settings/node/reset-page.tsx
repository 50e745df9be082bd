'use client';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { shortAddress, stroops, xlm } from '../../earnings/money.ts';
import { useHere } from '../../live/providers.tsx';
import { proveAgain } from '../../session/prove-again.ts';
import { type Trouble, troubleOf } from '../../session/trouble.ts';
import { TextField } from '../../setup/parts.tsx';
import { loginStrings } from '../../strings/login.ts';
import { nodeSettingsStrings } from '../../strings/node-settings.ts';
import { Go } from '../../ui/go.tsx';
import { Section } from '../../ui/parts.tsx';
import { hrefOf } from '../href.ts';
import { SettingsPage } from '../settings-page.tsx';
import { PassphraseField } from './passphrase-field.tsx';

const words = nodeSettingsStrings.nodeSettings.reset;

/** What a factory reset takes; done only by who types the node's name and the passphrase, and gives up a wallet by name. */
export function ResetPage() {
  const here = useHere();
  const { trpc } = here;
  const { data: losses } = useQuery({ queryKey: ['losses'], queryFn: ({ signal }) => trpc.setup.losses.query(undefined, { signal }) });
  const [name, setName] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [abandon, setAbandon] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();
  const [state, setState] = useState<'idle' | 'busy' | 'wiped'>('idle');
  if (state === 'wiped')
    return (
      <SettingsPage say={words.done} lede={words.doneNext}>
        {null}
      </SettingsPage>
    );
  if (!losses) return <SettingsPage say={nodeSettingsStrings.nodeSettings.asking}>{null}</SettingsPage>;
  const { wallet } = losses;
  const givesUp = wallet !== undefined && !wallet.backedUp;
  const named = name.trim() === losses.name;
  const ready = named && passphrase !== '' && (!givesUp || abandon);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || state !== 'idle') return;
    setTrouble(undefined);
    setState('busy');
    try {
      await proveAgain(here, passphrase);
      await here.trpc.setup.reset.mutate({ name: name.trim(), ...(givesUp && { abandon: wallet.address }) });
      setState('wiped');
    } catch (error) {
      const found = troubleOf(error, false);
      setTrouble(found === loginStrings.login.errors.noAnswer ? { say: words.failed, next: words.noAnswer } : found);
      setState('idle');
    }
  };
  return (
    <SettingsPage say={words.say(losses.name)} lede={words.lede}>
      <Section id="lost" title={words.lost}>
        <ul className="losses" data-testid="losses">
          <li>{words.keys(losses.id)}</li>
          {losses.community && <li>{words.member(losses.community)}</li>}
          {losses.founded && (
            <li>
              <b>{words.founded(losses.founded.members)}</b> {words.foundedNext}
              <span className="block pt-2">
                <Go href={hrefOf('people')}>{words.copyKeys}</Go>
              </span>
            </li>
          )}
          {losses.waiting > 0 && <li>{words.waiting(losses.waiting)}</li>}
          <li>{words.history}</li>
          {wallet && (
            <li>
              <b>{words.wallet(wallet.balance === undefined ? undefined : xlm(stroops(wallet.balance)))}</b>{' '}
              {wallet.backedUp ? words.backedUp : words.notBackedUp}
              {!wallet.backedUp && (
                <span className="block pt-2">
                  <Go href="/earnings?do=backup">{words.backUp}</Go>
                </span>
              )}
            </li>
          )}
        </ul>
        <p className="sm pt-3">{words.stays}</p>
      </Section>
      <Section id="do" title={words.do}>
        <form onSubmit={submit} noValidate>
          {trouble && (
            <div className="note" role="alert" data-testid="reset-trouble">
              <b>{trouble.say}</b>
              {trouble.next}
            </div>
          )}
          <TextField id="reset-name" label={words.name} hint={words.nameHint(losses.name)} value={name} onChange={setName} secret />
          {givesUp && (
            <label className="check">
              <input type="checkbox" checked={abandon} onChange={(event) => setAbandon(event.target.checked)} />
              {words.abandon(shortAddress(wallet.address))}
            </label>
          )}
          <PassphraseField label={words.passphrase} value={passphrase} now wrong={trouble !== undefined} onChange={setPassphrase} />
          <button type="submit" className="btn" disabled={!ready || state !== 'idle'}>
            {words.do}
          </button>
          <p className="sm min-h-5 pt-2" role="status">
            {state === 'busy' ? words.doing : ''}
          </p>
        </form>
      </Section>
    </SettingsPage>
  );
}
