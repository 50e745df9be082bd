'use client';
import type { MadeDevice } from '@energymesh/agent/api/devices-schema';
import { type FormEvent, useState } from 'react';
import { saveFile } from '../../earnings/save-file.ts';
import { Qr } from '../../earnings/wallet/qr.tsx';
import { Sealed } from '../../earnings/wallet/seal.ts';
import { useHere } from '../../live/providers.tsx';
import { TextField } from '../../setup/parts.tsx';
import { devicesStrings } from '../../strings/devices.ts';
import { type Refusal, toldBy } from '../../strings/said.ts';
import { Copy } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice } from '../network/parts.tsx';
import { espSnippet, scanText } from './snippet.ts';

const words = devicesStrings.deviceSettings;
type Role = MadeDevice['role'];

/** The password lives in this component alone: in no store, no address, no cache; closed, it is gone from the page. */
export function Add({ onClose }: { onClose: () => void }) {
  const { trpc, session } = useHere();
  const [id, setId] = useState('');
  const [role, setRole] = useState<Role>('meter');
  const [wrong, setWrong] = useState<string>();
  const [trouble, setTrouble] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<{ readonly device: MadeDevice; readonly password: string }>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const current = session.current();
    if (busy || !current) return;
    setTrouble(undefined);
    const bad = /^[a-z0-9-]{1,32}$/.test(id.trim()) ? undefined : words.noId;
    setWrong(bad);
    if (bad) return;
    setBusy(true);
    try {
      const sealed = await Sealed.open(trpc.rewards.wallet, current);
      const device = await trpc.devices.add.mutate({ id: id.trim(), role, channel: sealed.channel });
      setMade({ device, password: sealed.read(device.box) });
    } catch (cause) {
      const error = cause as Refusal & { data?: { reason?: string } };
      if (error.data?.reason === 'device-known') setWrong(toldBy(error));
      else setTrouble(error.data || (cause as Error).name === 'NotSealed' ? toldBy(error) : words.silent);
    } finally {
      setBusy(false);
    }
  };
  if (made) return <Made device={made.device} password={made.password} onClose={onClose} />;
  return (
    <Dialog title={words.addTitle} close={words.close} onClose={onClose}>
      <form onSubmit={submit} noValidate className="narrow">
        {trouble && (
          <p className="note" role="alert" data-testid="add-trouble">
            {trouble}
          </p>
        )}
        <TextField id="device-id" label={words.id} hint={words.idHint} value={id} onChange={setId} secret wrong={wrong} />
        <Choice
          label={words.role}
          value={role}
          options={Object.entries(words.roles).map(([value, label]) => ({ value, label }))}
          onChange={(value) => setRole(value as Role)}
        />
        <button type="submit" className="btn pri tall" disabled={busy}>
          {words.make}
        </button>
        <p className="sm min-h-5 pt-2" role="status">
          {busy ? words.making : ''}
        </p>
      </form>
    </Dialog>
  );
}

function Made({ device, password, onClose }: { device: MadeDevice; password: string; onClose: () => void }) {
  const snippet = espSnippet(device, password);
  return (
    <Dialog title={words.made(device.id)} close={words.close} onClose={onClose}>
      <p className="note">{words.once}</p>
      <dl className="pairs wide" data-testid="made-device">
        <dt>{words.address}</dt>
        <dd>
          {(device.addresses.length > 0 ? device.addresses : [location.hostname]).map((address) => (
            <span key={address} className="block">
              {address}
            </span>
          ))}
        </dd>
        <dt>{words.port}</dt>
        <dd>{device.port}, TLS</dd>
        <dt>{words.username}</dt>
        <dd>{device.id}</dd>
        <dt>{words.password}</dt>
        <dd className="keyline">
          <span data-testid="device-password">{password}</span>
          <Copy text={password} name={words.copyPassword} label={words.copy} className="more" />
        </dd>
        <dt>{words.name}</dt>
        <dd>{device.name}</dd>
        <dt>{words.fingerprint}</dt>
        <dd>{device.fingerprint}</dd>
        <Topics title={words.publishesTitle} topics={device.publishes} />
        <Topics title={words.hearsTitle} topics={device.hears} />
        <dt>{words.ca}</dt>
        <dd>
          <button type="button" className="more" onClick={() => saveFile(`${device.id}-ca.pem`, device.ca, 'application/x-pem-file')}>
            {words.saveCa}
          </button>
        </dd>
      </dl>
      <div className="pt-4">
        <Qr text={scanText(device, password)} label={words.qr(device.id)} />
        <p className="sm pb-3 text-center">{words.qrNext}</p>
      </div>
      <details className="parts">
        <summary>{words.snippet}</summary>
        <p className="sm pt-2">{words.snippetNext}</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre className="code" tabIndex={0} data-testid="snippet">
          {snippet}
        </pre>
        <Copy text={snippet} label={words.copySnippet} />
      </details>
      <button type="button" className="btn pri tall mt-4" onClick={onClose}>
        {words.done}
      </button>
    </Dialog>
  );
}

function Topics({ title, topics }: { title: string; topics: readonly string[] }) {
  if (topics.length === 0) return null;
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {topics.map((topic) => (
          <span key={topic} className="block">
            {topic}
          </span>
        ))}
      </dd>
    </>
  );
}
