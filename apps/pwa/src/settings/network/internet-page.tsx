'use client';
import { useState } from 'react';
import { TextField } from '../../setup/parts.tsx';
import { networkStrings } from '../../strings/network.ts';
import { type Draft, type State, type Uplink, withPart } from './draft.ts';
import { NetworkForm, NetworkPage, SecretField } from './parts.tsx';
import type { Editing } from './use-editing.ts';

const words = networkStrings.network.internet;
type Kind = NonNullable<Uplink['kind']>;
const fields = ['uplink.ssid', 'uplink.passphrase', 'uplink.ipv4', 'uplink.ipv4.address', 'uplink.ipv4.gateway', 'uplink.ipv4.dns.'];

export function InternetPage() {
  const say = ({ uplink }: Draft) => {
    const kind = uplink?.kind ?? 'none';
    return { say: kind === 'wifi' ? words.say.wifi(uplink?.ssid ?? '') : words.say[kind], lede: words.lede };
  };
  return (
    <NetworkPage saying={say} fields={fields}>
      {(form) => <InternetForm {...form} />}
    </NetworkPage>
  );
}

function InternetForm({ draft, editing, look }: { draft: Draft; editing: Editing; look: (next: State) => void }) {
  const was = draft.uplink;
  const given = typeof was?.ipv4 === 'object' ? was.ipv4 : undefined;
  const [kind, setKind] = useState<Kind>(was?.kind ?? 'none');
  const [ssid, setSsid] = useState(was?.ssid ?? '');
  const [key, setKey] = useState<string>();
  const [fixed, setFixed] = useState(given !== undefined);
  const [address, setAddress] = useState(given?.address ?? '');
  const [router, setRouter] = useState(given?.gateway ?? '');
  const [dns, setDns] = useState(given?.dns?.join(' ') ?? '');
  const kept = was?.kind === 'wifi' && was.ssid === ssid;
  const submit = () => {
    const same = was?.kind === kind ? was : {};
    const ipv4 = fixed ? { address: address.trim(), gateway: router.trim(), dns: dns.split(/[\s,]+/).filter(Boolean) } : 'dhcp';
    const passphrase = kept ? key : (key ?? '');
    const uplink =
      kind === 'none'
        ? { kind }
        : kind === 'ethernet'
          ? { ...same, kind, ipv4 }
          : { ...same, kind, ssid, ipv4, ...(passphrase !== undefined && { passphrase }) };
    look(withPart(draft, { uplink }));
  };
  return (
    <NetworkForm editing={editing} onSubmit={submit}>
      <fieldset>
        <legend className="label">{words.kind}</legend>
        <div className="pick">
          {(['none', 'ethernet', 'wifi'] as const).map((each) => (
            <label key={each}>
              <input type="radio" name="uplink" checked={kind === each} onChange={() => setKind(each)} />
              <span>
                <b>{words[each]}</b>
                <span className="sm">{words[`${each}Next`]}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {kind === 'wifi' && (
        <>
          <TextField id="wifi-ssid" label={words.ssid} value={ssid} onChange={setSsid} secret wrong={editing.problem('uplink.ssid')} />
          <SecretField label={words.key} kept={kept} value={key} onChange={setKey} wrong={editing.problem('uplink.passphrase')} />
        </>
      )}
      {kind !== 'none' && (
        <fieldset>
          <legend className="label">{words.address}</legend>
          <div className="pick">
            {[false, true].map((each) => (
              <label key={String(each)}>
                <input type="radio" name="ipv4" checked={fixed === each} onChange={() => setFixed(each)} />
                <b>{each ? words.fixed : words.dhcp}</b>
              </label>
            ))}
          </div>
          {fixed && (
            <>
              <TextField
                id="ipv4-address"
                label={words.fixedAddress}
                hint={words.fixedAddressHint}
                value={address}
                onChange={setAddress}
                secret
                wrong={editing.problem('uplink.ipv4.address') ?? editing.problem('uplink.ipv4')}
              />
              <TextField id="ipv4-router" label={words.router} value={router} onChange={setRouter} secret wrong={editing.problem('uplink.ipv4.gateway')} />
              <TextField
                id="ipv4-dns"
                label={words.dns}
                hint={words.dnsHint}
                value={dns}
                onChange={setDns}
                secret
                wrong={editing.problem('uplink.ipv4.dns.')}
              />
            </>
          )}
        </fieldset>
      )}
    </NetworkForm>
  );
}
