'use client';
import { useState } from 'react';
import { TextField } from '../../setup/parts.tsx';
import { countryName } from '../../strings/format.ts';
import { networkStrings } from '../../strings/network.ts';
import { channelOptions, useChoices } from './choices.ts';
import { type Draft, type State, withPart } from './draft.ts';
import { Check, Choice, NetworkForm, NetworkPage, SecretField } from './parts.tsx';
import type { Editing } from './use-editing.ts';

const words = networkStrings.network.mesh;
const channelFirst = 6;

export function MeshPage() {
  return (
    <NetworkPage saying={({ mesh }) => ({ say: words.say(mesh?.id), lede: words.lede })} fields={['country', 'mesh.id', 'mesh.passphrase', 'mesh.channel']}>
      {(form) => <MeshForm {...form} />}
    </NetworkPage>
  );
}

function MeshForm({ draft, editing, look }: { draft: Draft; editing: Editing; look: (next: State) => void }) {
  const was = draft.mesh;
  const [on, setOn] = useState(was !== undefined);
  const [country, setCountry] = useState(draft.country ?? '');
  const [id, setId] = useState(was?.id ?? '');
  const [key, setKey] = useState<string>();
  const [channel, setChannel] = useState(was?.channel ?? channelFirst);
  const choices = useChoices(country);
  const kept = was?.id !== undefined && was.id === id;
  const submit = () => {
    const passphrase = kept ? key : (key ?? '');
    const mesh = on ? { ...was, id, channel, ...(passphrase !== undefined && { passphrase }) } : undefined;
    look(withPart(draft, { mesh, ...(country !== '' && { country }) }));
  };
  const countries = [...new Set([...(choices?.countries ?? []), ...(country === '' ? [] : [country])])]
    .map((code) => ({ value: code, label: `${countryName(code)} (${code})` }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (
    <NetworkForm editing={editing} onSubmit={submit}>
      <Choice
        label={words.country}
        hint={words.countryHint}
        value={country}
        options={[...(country === '' ? [{ value: '', label: words.choose }] : []), ...countries]}
        wrong={editing.problem('country')}
        onChange={setCountry}
      />
      <Check label={words.on} on={on} onChange={setOn} />
      {on && (
        <>
          <TextField id="mesh-id" label={words.id} value={id} onChange={setId} secret wrong={editing.problem('mesh.id')} />
          <SecretField label={words.key} kept={kept} value={key} onChange={setKey} wrong={editing.problem('mesh.passphrase')} />
          <Choice
            label={words.channel}
            value={String(channel)}
            options={channelOptions(choices?.channels, channel)}
            wrong={editing.problem('mesh.channel')}
            onChange={(value) => setChannel(Number(value))}
          />
        </>
      )}
    </NetworkForm>
  );
}
