'use client';
import { useState } from 'react';
import { useNetworkFeed } from '../../live/feeds.ts';
import { TextField } from '../../setup/parts.tsx';
import { networkStrings } from '../../strings/network.ts';
import { Copy } from '../../ui/copy.tsx';
import { type Draft, type State, type Tunnel, withPart } from './draft.ts';
import { NetworkForm, NetworkPage } from './parts.tsx';
import type { Editing } from './use-editing.ts';

const words = networkStrings.network.tunnels;
const tunnelsMax = 4;
const endsMax = 64;

/** As typed: numbers and lists are texts until they are sent. */
interface End {
  readonly key: string;
  readonly endpoint: string;
  readonly allowed: string;
  readonly keepalive: string;
}
interface Typed {
  readonly was: Tunnel | undefined;
  readonly name: string;
  readonly address: string;
  readonly port: string;
  readonly ends: readonly End[];
}

export function TunnelsPage() {
  const say = ({ wireguard }: Draft) => ({ say: words.say(wireguard?.length ?? 0), lede: words.lede });
  return (
    <NetworkPage saying={say} fields={['wireguard.']}>
      {(form) => <TunnelsForm {...form} />}
    </NetworkPage>
  );
}

const newEnd: End = { key: '', endpoint: '', allowed: '', keepalive: '' };
const typed = (was: Tunnel): Typed => ({
  was,
  name: was.name,
  address: was.address,
  port: was.listenPort?.toString() ?? '',
  ends: was.peers.map(({ publicKey, endpoint, allowedIps, keepaliveSeconds }) => ({
    key: publicKey,
    endpoint: endpoint ?? '',
    allowed: allowedIps.join(' '),
    keepalive: keepaliveSeconds?.toString() ?? '',
  })),
});
const numbered = (text: string): number | string => (/^\d+$/.test(text.trim()) ? Number(text) : text.trim());
const sent = ({ was, name, address, port, ends }: Typed): State => {
  const { listenPort: _, ...rest } = was ?? {};
  return {
    ...rest,
    name: name.trim(),
    address: address.trim(),
    ...(port.trim() !== '' && { listenPort: numbered(port) }),
    peers: ends.map(({ key, endpoint, allowed, keepalive }) => ({
      publicKey: key.trim(),
      ...(endpoint.trim() !== '' && { endpoint: endpoint.trim() }),
      allowedIps: allowed.split(/[\s,]+/).filter(Boolean),
      ...(keepalive.trim() !== '' && { keepaliveSeconds: numbered(keepalive) }),
    })),
  };
};

function TunnelsForm({ draft, editing, look }: { draft: Draft; editing: Editing; look: (next: State) => void }) {
  const [tunnels, setTunnels] = useState<readonly Typed[]>((draft.wireguard ?? []).map(typed));
  const change = (at: number, part: Partial<Typed>) => setTunnels(tunnels.map((one, i) => (i === at ? { ...one, ...part } : one)));
  const add = () => setTunnels([...tunnels, { was: undefined, name: tunnels.length === 0 ? 'wg-up' : 'wg-mesh', address: '', port: '', ends: [newEnd] }]);
  return (
    <NetworkForm editing={editing} onSubmit={() => look(withPart(draft, { wireguard: tunnels.map(sent) }))}>
      {tunnels.map((tunnel, i) => (
        <TunnelFields
          // Tunnels have no identity but their place while their names are typed.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          key={i}
          at={i}
          tunnel={tunnel}
          editing={editing}
          onChange={(part) => change(i, part)}
          onRemove={() => setTunnels(tunnels.filter((_, j) => j !== i))}
        />
      ))}
      {tunnels.length < tunnelsMax && (
        <button type="button" className="btn" onClick={add}>
          {words.add}
        </button>
      )}
    </NetworkForm>
  );
}

function TunnelFields({
  at,
  tunnel,
  editing,
  onChange,
  onRemove,
}: {
  at: number;
  tunnel: Typed;
  editing: Editing;
  onChange: (part: Partial<Typed>) => void;
  onRemove: () => void;
}) {
  const own = useNetworkFeed()?.tunnels.find(({ name }) => name === tunnel.was?.name)?.publicKey;
  const field = (name: string) => `wireguard.${at}.${name}`;
  const id = (name: string) => `tunnel-${at}-${name}`;
  const end = (j: number, part: Partial<End>) => onChange({ ends: tunnel.ends.map((one, k) => (k === j ? { ...one, ...part } : one)) });
  return (
    <section aria-label={tunnel.name || words.name}>
      <p className="label pt-0!">{words.ownKey}</p>
      {own ? (
        <div className="keyline">
          <code>{own}</code>
          <Copy text={own} name={`${words.ownKey}, ${tunnel.name}`} />
        </div>
      ) : (
        <p className="sm">{words.noKey}</p>
      )}
      <TextField
        id={id('name')}
        label={words.name}
        hint={words.nameHint}
        value={tunnel.name}
        onChange={(name) => onChange({ name })}
        secret
        wrong={editing.problem(field('name'))}
      />
      <TextField
        id={id('address')}
        label={words.address}
        hint={words.addressHint}
        value={tunnel.address}
        onChange={(address) => onChange({ address })}
        secret
        wrong={editing.problem(field('address'))}
      />
      <TextField
        id={id('port')}
        label={words.port}
        hint={words.portHint}
        value={tunnel.port}
        onChange={(port) => onChange({ port })}
        secret
        wrong={editing.problem(field('listenPort'))}
      />
      {tunnel.ends.map((one, j) => (
        // As above.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <fieldset key={j} className="end">
          <legend className="label">{words.other(j + 1)}</legend>
          <TextField
            id={id(`key-${j}`)}
            label={words.key}
            value={one.key}
            onChange={(key) => end(j, { key })}
            secret
            wrong={editing.problem(field(`peers.${j}.publicKey`))}
          />
          <TextField
            id={id(`endpoint-${j}`)}
            label={words.endpoint}
            hint={words.endpointHint}
            value={one.endpoint}
            onChange={(endpoint) => end(j, { endpoint })}
            secret
            wrong={editing.problem(field(`peers.${j}.endpoint`))}
          />
          <TextField
            id={id(`allowed-${j}`)}
            label={words.allowed}
            hint={words.allowedHint}
            value={one.allowed}
            onChange={(allowed) => end(j, { allowed })}
            secret
            wrong={editing.problem(field(`peers.${j}.allowedIps.`))}
          />
          <TextField
            id={id(`keepalive-${j}`)}
            label={words.keepalive}
            hint={words.keepaliveHint}
            value={one.keepalive}
            onChange={(keepalive) => end(j, { keepalive })}
            secret
            wrong={editing.problem(field(`peers.${j}.keepaliveSeconds`))}
          />
          {tunnel.ends.length > 1 && (
            <button type="button" className="btn" onClick={() => onChange({ ends: tunnel.ends.filter((_, k) => k !== j) })}>
              {words.removeEnd(j + 1)}
            </button>
          )}
        </fieldset>
      ))}
      <div className="row">
        {tunnel.ends.length < endsMax && (
          <button type="button" className="btn" onClick={() => onChange({ ends: [...tunnel.ends, newEnd] })}>
            {words.addEnd}
          </button>
        )}
        <button type="button" className="btn" onClick={onRemove}>
          {words.remove(tunnel.name)}
        </button>
      </div>
    </section>
  );
}
