import * as z from 'zod';
import { isHostAddress, isUnicast, parseAddress, parseCidr, parseIpv4 } from './address.ts';
import { crossChecks } from './desired-checks.ts';
import { explain, type Problem } from './problems.ts';
import { countries } from './radio-rules.ts';
import { bytesOf, isPlainText, isPrintableAscii } from './text.ts';

/** Linux: at most 15 characters; ours are plainer, so that a name is also a word in every file that it lands in. */
const interfaceName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,14}$/, 'expected 1 to 15 of a-z, 0-9 and -, starting with a letter')
  .refine((name) => name !== 'lo' && name !== 'all' && name !== 'default', 'this name belongs to the kernel');
const mac = z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, 'expected a MAC address such as 00:c0:ca:12:34:56, in small letters');
const port = z.int().min(1).max(65_535);
const ssid = z
  .string()
  .max(32)
  .refine(isPlainText, 'has a control character')
  .refine((text) => bytesOf(text).length >= 1 && bytesOf(text).length <= 32, 'expected 1 to 32 bytes');
const passphrase = z
  .string()
  .min(12, 'expected at least 12 characters')
  .max(63, 'expected at most 63 characters')
  .refine(isPrintableAscii, 'expected printable ASCII characters only');
/** Of a WiFi that somebody else made. */
const othersPassphrase = z
  .string()
  .min(8, 'expected at least 8 characters')
  .max(63, 'expected at most 63 characters')
  .refine(isPrintableAscii, 'expected printable ASCII characters only');
const cidr = (families: '4' | '4 or 6') =>
  z
    .string()
    .max(43)
    .refine(
      (text) => {
        const subnet = parseCidr(text);
        return subnet !== undefined && (families !== '4' || subnet.family === 4) && isHostAddress(subnet);
      },
      `expected an IPv${families === '4' ? '4' : '4 or IPv6'} address of a host with its prefix, such as 192.168.77.1/24`,
    );
const allowed = z
  .string()
  .max(43)
  .refine((text) => {
    const subnet = parseCidr(text);
    return subnet !== undefined && subnet.value === subnet.network;
  }, 'expected a subnet such as 10.60.0.0/24 or 10.60.0.4/32, without bits of a host');
const ip = z
  .string()
  .max(39)
  .refine((text) => {
    const address = parseAddress(text);
    return address !== undefined && isUnicast(address);
  }, 'expected an IPv4 or IPv6 address of one host');
const ipv4 = z
  .string()
  .max(15)
  .refine((text) => {
    const address = parseIpv4(text);
    return address !== undefined && isUnicast(address);
  }, 'expected an IPv4 address of one host');
/** 32 bytes in base64: 43 characters, of which the last holds 4 bits, and one "=". */
const wireguardKey = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'expected a WireGuard public key: 44 characters of base64');
const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
const endpoint = z
  .string()
  .max(262)
  .refine((text) => {
    const [, six, name, number] = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):([1-9]\d{0,4})$/.exec(text) ?? [];
    if (Number(number) > 65_535 || number === undefined) return false;
    if (six !== undefined) return parseAddress(six)?.family === 6;
    return name !== undefined && (parseIpv4(name) !== undefined || (hostName.test(name) && !/(^|\.)\d+$/.test(name)));
  }, 'expected address:port, [IPv6 address]:port or name:port');

const mesh = z.strictObject({
  /** The adapter that speaks 802.11s. */
  interface: interfaceName.default('mesh0'),
  /** The mesh's name on the air, the same on all nodes. */
  id: ssid,
  /** SAE. The same on all nodes; made per community. */
  passphrase,
  channel: z.int().min(1).max(165).default(6),
  batman: z
    .strictObject({
      interface: interfaceName.default('bat0'),
      /** BATMAN_V only where all nodes have it: the two do not understand each other. */
      algorithm: z.enum(['BATMAN_IV', 'BATMAN_V']).default('BATMAN_IV'),
      originatorIntervalMs: z.int().min(100).max(10_000).default(1000),
      /** Costs 30 s before the first frame; needed only where bat0 is bridged with another backbone of the same mesh. */
      bridgeLoopAvoidance: z.boolean().default(false),
    })
    .prefault({}),
});

const ap = z.strictObject({
  interface: interfaceName.default('ap0'),
  ssid,
  passphrase,
  /** wpa2-built-in: WPA2-PSK without protected management frames, for the Pi's own radio and for ESP32s. sae-transition: WPA3 beside WPA2, for a USB adapter. */
  profile: z.enum(['wpa2-built-in', 'sae-transition']).default('wpa2-built-in'),
  channel: z.int().min(1).max(165).default(1),
  /** This node's address on its access point; its devices get theirs in the same subnet. */
  address: cidr('4').default('192.168.77.1/24'),
  hidden: z.boolean().default(false),
  /** Every name leads to this node, so that a phone offers the setup page by itself. */
  portal: z.boolean().default(true),
  /** The Pi's own radio serves about seven. */
  clientsMax: z.int().min(1).max(200).default(7),
});

const ipv4Settings = z.union([z.literal('dhcp'), z.strictObject({ address: cidr('4'), gateway: ipv4, dns: z.array(ipv4).max(3).default([]) })]);
const uplink = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('ethernet'), interface: interfaceName.default('eth0'), ipv4: ipv4Settings.default('dhcp') }),
  z.strictObject({
    kind: z.literal('wifi'),
    interface: interfaceName.default('wlan0'),
    ssid,
    passphrase: othersPassphrase,
    ipv4: ipv4Settings.default('dhcp'),
  }),
]);

const wireguard = z.strictObject({
  /** wg-up towards the hub, wg-mesh for links with other nodes. Its private key is made on this node and never leaves it. */
  name: z.string().regex(/^wg-[a-z0-9]{1,8}$/, 'expected wg- and 1 to 8 of a-z, 0-9'),
  listenPort: port.optional(),
  address: cidr('4 or 6'),
  peers: z
    .array(
      z.strictObject({
        publicKey: wireguardKey,
        endpoint: endpoint.optional(),
        allowedIps: z.array(allowed).min(1).max(16),
        keepaliveSeconds: z.int().min(1).max(65_535).optional(),
      }),
    )
    .max(64),
});

const gateway = z.strictObject({
  /** server: this node lets others of the mesh reach the hubs through its uplink. client: it uses such a node. */
  mode: z.enum(['off', 'client', 'server']).default('off'),
  /** Of bat0, as server. */
  address: cidr('4').default('10.77.0.1/20'),
  downKbit: z.int().min(100).max(10_000_000).default(10_000),
  upKbit: z.int().min(100).max(10_000_000).default(2_000),
  /** As server: where nodes of the mesh may connect to. Addresses, not names: the firewall stands before names can be looked up. */
  hubs: z
    .array(z.strictObject({ address: ip, port }))
    .max(16)
    .default([]),
});

const shape = z.strictObject({
  version: z.literal(1),
  /** Without it the kernel keeps to what all countries allow, where no mesh point may start. */
  country: z.string().refine((code) => countries.has(code), 'expected a country as two capital letters (ISO 3166), such as DE'),
  /** Which adapter gets which name, by its own address. Others keep theirs. */
  names: z
    .array(z.strictObject({ name: interfaceName, mac }))
    .max(8)
    .default([]),
  mesh: mesh.optional(),
  ap: ap.optional(),
  uplink: uplink.default({ kind: 'none' }),
  /** Wired interfaces on which the dashboard, devices and neighbours are welcome; the uplink's is one of them by itself. */
  lan: z.array(interfaceName).max(8).default(['eth0']),
  wireguard: z.array(wireguard).max(4).default([]),
  gateway: gateway.prefault({}),
  /** SSH from the LAN; never from the access point or the mesh. */
  ssh: z.boolean().default(false),
});

type Deep<T> = T extends (infer U)[] ? readonly Deep<U>[] : T extends object ? { readonly [K in keyof T]: Deep<T[K]> } : T;

/** What a node's radios and network shall be. docs/network.md */
export type NetworkState = Deep<z.output<typeof shape>>;
/** As it is written: what has a default may be left out. */
export type NetworkStateInput = Deep<z.input<typeof shape>>;
export type Mesh = NonNullable<NetworkState['mesh']>;
export type AccessPoint = NonNullable<NetworkState['ap']>;
export type Wireguard = NetworkState['wireguard'][number];
export type Gateway = NetworkState['gateway'];

const schema = shape.superRefine((state, context) => {
  for (const { path, message } of crossChecks(state)) context.addIssue({ code: 'custom', path: [...path], message });
});

export type ParsedState = { readonly ok: true; readonly state: NetworkState } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Never throws; problems name the field and the fix, and never hold a passphrase. At most 32 of them. */
export function parseNetworkState(value: unknown): ParsedState {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, state: parsed.data };
  return { ok: false, problems: parsed.error.issues.slice(0, problemsMax).flatMap(explain).slice(0, problemsMax) };
}
const problemsMax = 32;

/** Interfaces behind which are people and machines of the house: wired ones and the uplink's. */
export function lanInterfaces(state: NetworkState): readonly string[] {
  return [...new Set([...state.lan, ...(state.uplink.kind === 'none' ? [] : [state.uplink.interface])])];
}

/** Interfaces that no network manager may touch. */
export function ownInterfaces(state: NetworkState): readonly string[] {
  return [...(state.mesh ? [state.mesh.interface] : []), ...(state.ap ? [state.ap.interface] : []), ...state.wireguard.map(({ name }) => name)];
}

/** For status files and logs: which passphrases there are is not told, only that there is one. */
export function withoutSecrets(state: NetworkState): NetworkState {
  const hidden = '(not shown)';
  return {
    ...state,
    ...(state.mesh && { mesh: { ...state.mesh, passphrase: hidden } }),
    ...(state.ap && { ap: { ...state.ap, passphrase: hidden } }),
    uplink: state.uplink.kind === 'wifi' ? { ...state.uplink, passphrase: hidden } : state.uplink,
  };
}

/**
 * A passphrase that is left out is kept from the state before, if the mesh, access point or WiFi has the same name as before.
 * So the dashboard can change a channel without ever having seen a passphrase. What is no object is returned as it is, for `parseNetworkState` to refuse.
 */
export function withKeptSecrets(value: unknown, before: NetworkState | undefined): unknown {
  if (!isRecord(value) || !before) return value;
  const wifi = before.uplink.kind === 'wifi' ? before.uplink : undefined;
  return {
    ...value,
    ...kept('mesh', value.mesh, 'id', before.mesh?.id, before.mesh?.passphrase),
    ...kept('ap', value.ap, 'ssid', before.ap?.ssid, before.ap?.passphrase),
    ...kept('uplink', value.uplink, 'ssid', wifi?.ssid, wifi?.passphrase),
  };
}

function kept(part: string, value: unknown, key: 'id' | 'ssid', name: string | undefined, secret: string | undefined): Record<string, unknown> {
  if (!isRecord(value) || secret === undefined || Object.hasOwn(value, 'passphrase') || value[key] !== name) return {};
  return { [part]: { ...value, passphrase: secret } };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
