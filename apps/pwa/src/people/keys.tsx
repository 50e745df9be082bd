'use client';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { saveFile } from '../earnings/save-file.ts';
import { useHere } from '../live/providers.tsx';
import { PassphraseField } from '../settings/node/passphrase-field.tsx';
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

/** What is done seldom: folded, one form, and what became of it. Throws of `act` are said in their own words. */
function Folded({
  words,
  act,
  children,
}: {
  words: { readonly title: string; readonly next: string; readonly button: string };
  act: () => Promise<string | undefined>;
  children: ReactNode;
}) {
  const [said, setSaid] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      setSaid(await act());
    } catch (error) {
      setSaid(toldBy(error as Refusal));
    } finally {
      setBusy(false);
    }
  };
  return (
    <details className="fold">
      <summary>{words.title}</summary>
      <form onSubmit={(event) => void submit(event)}>
        <p className="sm pb-3">{words.next}</p>
        {children}
        <button type="submit" className="btn" disabled={busy}>
          {words.button}
        </button>
        <p className="sm min-h-5 pt-2" role="status">
          {said}
        </p>
      </form>
    </details>
  );
}

function Backup({ name }: { name: string }) {
  const { trpc } = useHere();
  const [first, setFirst] = useState('');
  const [again, setAgain] = useState('');
  const save = async () => {
    if (first.length < passphraseMin) return words.short(passphraseMin);
    if (first !== again) return words.differ;
    const { file } = await trpc.people.backup.mutate({ passphrase: first });
    saveFile(`energymesh-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.json`, file, 'application/json');
    setFirst('');
    setAgain('');
    return words.saved;
  };
  return (
    <Folded words={{ title: words.backup, next: words.backupNext, button: words.save }} act={save}>
      <PassphraseField label={words.passphrase} value={first} onChange={setFirst} />
      <PassphraseField label={words.again} value={again} onChange={setAgain} />
    </Folded>
  );
}

function Move() {
  const { trpc } = useHere();
  const queryClient = useQueryClient();
  const [address, setAddress] = useState('');
  const field = useId();
  const move = async () => {
    queryClient.setQueryData(['own-community'], await trpc.people.moveTo.mutate({ address: address.trim() || '-' }));
    return undefined;
  };
  return (
    <Folded words={{ title: words.move, next: words.moveNext, button: words.moveIt }} act={move}>
      <label className="label" htmlFor={field}>
        {words.hub}
      </label>
      <div className="field tall mb-3">
        <input id={field} autoCapitalize="none" autoCorrect="off" spellCheck={false} value={address} onChange={(event) => setAddress(event.target.value)} />
      </div>
    </Folded>
  );
}
