'use client';
import { useState } from 'react';
import { TextField } from '../../setup/parts.tsx';
import { networkStrings } from '../../strings/network.ts';
import { channelOptions, useChoices } from './choices.ts';
import { type Draft, type State, withPart } from './draft.ts';
import { Check, Choice, NetworkForm, NetworkPage, SecretField } from './parts.tsx';
import type { Editing } from './use-editing.ts';

const words = networkStrings.network.ap;
const channelFirst = 1;

export function AccessPointPage() {
  return (
    <NetworkPage saying={({ ap }) => ({ say: words.say(ap?.ssid), lede: words.lede })} fields={['ap.ssid', 'ap.passphrase', 'ap.channel']}>
      {(form) => <AccessPointForm {...form} />}
    </NetworkPage>
  );
}

function AccessPointForm({ draft, editing, look }: { draft: Draft; editing: Editing; look: (next: State) => void }) {
  const was = draft.ap;
  const [on, setOn] = useState(was !== undefined);
  const [ssid, setSsid] = useState(was?.ssid ?? '');
  const [key, setKey] = useState<string>();
  const [channel, setChannel] = useState(was?.channel ?? channelFirst);
  const [hidden, setHidden] = useState(was?.hidden ?? false);
  const [portal, setPortal] = useState(was?.portal ?? true);
  const choices = useChoices(draft.country ?? '');
  const kept = was?.ssid !== undefined && was.ssid === ssid;
  const submit = () => {
    const passphrase = kept ? key : (key ?? '');
    const ap = on ? { ...was, ssid, channel, hidden, portal, ...(passphrase !== undefined && { passphrase }) } : undefined;
    look(withPart(draft, { ap }));
  };
  return (
    <NetworkForm editing={editing} onSubmit={submit}>
      <Check label={words.on} on={on} onChange={setOn} />
      {on && (
        <>
          <TextField id="ap-ssid" label={words.ssid} value={ssid} onChange={setSsid} secret wrong={editing.problem('ap.ssid')} />
          <SecretField label={words.key} kept={kept} value={key} onChange={setKey} wrong={editing.problem('ap.passphrase')} />
          <Choice
            label={words.channel}
            hint={words.channelHint}
            value={String(channel)}
            options={channelOptions(choices?.channels, channel)}
            wrong={editing.problem('ap.channel')}
            onChange={(value) => setChannel(Number(value))}
          />
          <Check label={words.hidden} on={hidden} onChange={setHidden} />
          <Check label={words.portal} on={portal} onChange={setPortal} />
        </>
      )}
    </NetworkForm>
  );
}
