'use client';
import { SealEnd } from '@energymesh/agent/sealed';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { saveFile } from '../earnings/save-file.ts';
import { type Here, useHere } from '../live/providers.tsx';
import { peopleStrings } from '../strings/people.ts';
import { type Refusal, toldBy } from '../strings/said.ts';
import { Section } from '../ui/parts.tsx';
import { useOwnCommunity } from './use-own-community.ts';

const words = peopleStrings.people.keys;
/** As the node has it. */
const passphraseMin = 10;

/** Of the node that made the community: its keys, a copy of them, and the hub that takes over. */
export function Keys() {
  const own = useOwnCommunity();
  if (!own) return null;
  return (
    <Section id="keys" title={words.title}>
      <p className="sm pb-3" data-testid="own-community">
        {own.moved === undefined ? words.here(own.name, own.members, own.membersMax) : words.moved(own.moved)}
      </p>
      {own.moved === undefined && (
        <dl className="pairs mb-4">
          <dt>{words.address}</dt>
          <dd>{own.address.replace(/^https:\/\//, '')}</dd>
        </dl>
      )}
      <Backup name={own.name} />
      {own.moved === undefined && <Move />}
    </Section>
  );
}

/** The passphrase goes sealed: the page came over plain HTTP. */
async function backupBy({ trpc, session }: Pick<Here, 'trpc' | 'session'>, passphrase: string): Promise<string> {
  const key = session.current()?.key;
  const end = new SealEnd('page', (bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
  const begun = await trpc.people.seal.mutate({ key: end.key });
  const channel = key === undefined ? undefined : end.join(begun.key, key);
  if (!channel) throw new Error(words.noSeal);
  return (await trpc.people.backup.mutate({ channel: begun.channel, box: channel.seal(passphrase) })).file;
}

function Backup({ name }: { name: string }) {
  const here = useHere();
  const [first, setFirst] = useState('');
  const [again, setAgain] = useState('');
  const [said, setSaid] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [one, two] = [useId(), useId()];
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (first.length < passphraseMin) return setSaid(words.short(passphraseMin));
    if (first !== again) return setSaid(words.differ);
    setBusy(true);
    try {
      saveFile(`energymesh-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.json`, await backupBy(here, first), 'application/json');
      setFirst('');
      setAgain('');
      setSaid(words.saved);
    } catch (error) {
      setSaid(toldBy(error as Refusal));
    } finally {
      setBusy(false);
    }
  };
  return (
    <details className="fold">
      <summary>{words.backup}</summary>
      <form onSubmit={(event) => void submit(event)}>
        <p className="sm pb-3">{words.backupNext}</p>
        {(
          [
            [one, words.passphrase, first, setFirst],
            [two, words.again, again, setAgain],
          ] as const
        ).map(([id, label, value, set]) => (
          <div key={id} className="pb-3">
            <label className="label" htmlFor={id}>
              {label}
            </label>
            <div className="field tall">
              <input id={id} type="password" autoComplete="off" value={value} onChange={(event) => set(event.target.value)} />
            </div>
          </div>
        ))}
        <button type="submit" className="btn" disabled={busy}>
          {words.save}
        </button>
        <p className="sm min-h-5 pt-2" role="status">
          {said}
        </p>
      </form>
    </details>
  );
}

function Move() {
  const { trpc } = useHere();
  const queryClient = useQueryClient();
  const [address, setAddress] = useState('');
  const [said, setSaid] = useState<string>();
  const [busy, setBusy] = useState(false);
  const field = useId();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      queryClient.setQueryData(['own-community'], await trpc.people.moveTo.mutate({ address: address.trim() || '-' }));
    } catch (error) {
      setSaid(toldBy(error as Refusal));
    } finally {
      setBusy(false);
    }
  };
  return (
    <details className="fold">
      <summary>{words.move}</summary>
      <form onSubmit={(event) => void submit(event)}>
        <p className="sm pb-3">{words.moveNext}</p>
        <label className="label" htmlFor={field}>
          {words.hub}
        </label>
        <div className="field tall mb-3">
          <input id={field} autoCapitalize="none" autoCorrect="off" spellCheck={false} value={address} onChange={(event) => setAddress(event.target.value)} />
        </div>
        <button type="submit" className="btn" disabled={busy}>
          {words.moveIt}
        </button>
        <p className="sm min-h-5 pt-2" role="status">
          {said}
        </p>
      </form>
    </details>
  );
}
