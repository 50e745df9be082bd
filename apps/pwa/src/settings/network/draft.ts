import { networkStrings } from '../../strings/network.ts';

/** The desired state as the node tells it: docs/network.md. What this page does not know is passed on untouched. */
export type State = Readonly<Record<string, unknown>>;
export interface Mesh extends State {
  readonly id?: string;
  readonly passphrase?: string;
  readonly channel?: number;
}
export interface AccessPoint extends State {
  readonly ssid?: string;
  readonly passphrase?: string;
  readonly channel?: number;
  readonly hidden?: boolean;
  readonly portal?: boolean;
}
export interface FixedAddress {
  readonly address: string;
  readonly gateway: string;
  readonly dns?: readonly string[];
}
export interface Uplink extends State {
  readonly kind?: 'none' | 'ethernet' | 'wifi';
  readonly ssid?: string;
  readonly passphrase?: string;
  readonly ipv4?: 'dhcp' | FixedAddress;
}
export interface Peer extends State {
  readonly publicKey: string;
  readonly endpoint?: string;
  readonly allowedIps: readonly string[];
  readonly keepaliveSeconds?: number;
}
export interface Tunnel extends State {
  readonly name: string;
  readonly address: string;
  readonly listenPort?: number;
  readonly peers: readonly Peer[];
}
export interface Draft extends State {
  readonly country?: string;
  readonly mesh?: Mesh;
  readonly ap?: AccessPoint;
  readonly uplink?: Uplink;
  readonly wireguard?: readonly Tunnel[];
}

/** What can be sent back: a passphrase that the node shows as "set" is left out, which keeps it. */
export function draftOf(state: State | undefined): Draft {
  if (!state) return { version: 1 };
  return Object.fromEntries(
    Object.entries(state).map(([key, part]) => [key, isRecord(part) && part.passphrase === 'set' ? without(part, 'passphrase') : part]),
  );
}

/** With one part as the form has it; undefined: without it. */
export function withPart(draft: Draft, changes: Partial<Record<keyof Draft, unknown>>): Draft {
  return Object.fromEntries(Object.entries({ ...draft, ...changes }).filter(([, value]) => value !== undefined));
}

export interface Difference {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly about: 'mesh' | 'ap' | 'internet' | 'tunnels';
}

/** What is different, by the words of the form, never with a passphrase: of one it says that it is another. */
export function differences(before: State | undefined, after: State): Difference[] {
  const was = factsOf(before ?? {});
  const will = factsOf(after);
  const rows: Difference[] = [];
  for (const label of new Set([...will.keys(), ...was.keys()])) {
    const [old, fresh] = [was.get(label), will.get(label)];
    const about = (fresh ?? old)?.about ?? 'mesh';
    if (fresh?.secret || old?.secret) {
      if (fresh?.text !== undefined && fresh.text !== 'set')
        rows.push({ label, about, before: old?.text === undefined ? values.none : values.old, after: values.fresh });
      continue;
    }
    if (old?.text === fresh?.text) continue;
    rows.push({ label, about, before: old?.text ?? values.unset, after: fresh?.text ?? values.none });
  }
  return rows;
}

const { facts, values } = networkStrings.network;

interface Fact {
  readonly about: Difference['about'];
  /** Of a secret: "set", or anything else that is given. */
  readonly text: string | undefined;
  readonly secret?: boolean;
}

/** A state in the form's words, in its order. */
function factsOf(state: Draft): Map<string, Fact> {
  const { mesh, ap, uplink } = state;
  const all = new Map<string, Fact>();
  const say = (label: string, about: Fact['about'], text: string | undefined, secret = false) => {
    if (text !== undefined) all.set(label, { about, text, ...(secret && { secret }) });
  };
  say(facts.country, 'mesh', state.country);
  say(facts.mesh, 'mesh', mesh ? mesh.id : values.off);
  say(facts.meshKey, 'mesh', mesh?.passphrase, true);
  say(facts.meshChannel, 'mesh', mesh?.channel?.toString());
  say(facts.ap, 'ap', ap ? ap.ssid : values.off);
  say(facts.apKey, 'ap', ap?.passphrase, true);
  say(facts.apChannel, 'ap', ap?.channel?.toString());
  say(facts.apHidden, 'ap', ap && (ap.hidden ? values.hidden : values.shown));
  say(facts.apPortal, 'ap', ap && (ap.portal === false ? values.no : values.yes));
  const kind = uplink?.kind ?? 'none';
  say(facts.uplink, 'internet', kind === 'wifi' ? values.wifi(uplink?.ssid ?? '') : kind === 'ethernet' ? values.ethernet : values.none);
  say(facts.uplinkKey, 'internet', kind === 'wifi' ? uplink?.passphrase : undefined, true);
  if (kind !== 'none') say(facts.address, 'internet', addressWords(uplink?.ipv4));
  for (const { name, address, peers } of state.wireguard ?? [])
    say(
      facts.tunnel(name),
      'tunnels',
      values.tunnel(
        address,
        peers.map(({ endpoint, publicKey, allowedIps }) => `${endpoint ?? `${publicKey.slice(0, 8)}…`} (${allowedIps.join(' ')})`).join(', ') || values.none,
      ),
    );
  return all;
}

function addressWords(ipv4: Uplink['ipv4']): string {
  if (ipv4 === undefined || ipv4 === 'dhcp') return values.dhcp;
  return [ipv4.address, ipv4.gateway, ...(ipv4.dns ?? [])].join(', ');
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const without = (of: Record<string, unknown>, key: string): Record<string, unknown> => Object.fromEntries(Object.entries(of).filter(([name]) => name !== key));
