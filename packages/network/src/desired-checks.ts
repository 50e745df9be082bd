import { contains, overlap, parseAddress, parseCidr, type Subnet } from './address.ts';
import type { NetworkState } from './desired.ts';
import { channelsOf, frequencyOf } from './radio-rules.ts';

interface Check {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What no field can know alone. Each message says what to do. */
export function crossChecks(state: NetworkState): readonly Check[] {
  return [...channels(state), ...interfaces(state), ...subnets(state), ...wireguardPeers(state), ...gateways(state), ...lanAddresses(state)];
}

function* channels(state: NetworkState): Generator<Check> {
  const allowed = channelsOf(state.country);
  for (const part of ['mesh', 'ap'] as const) {
    const channel = state[part]?.channel;
    if (channel !== undefined && !allowed.includes(channel))
      yield { path: [part, 'channel'], message: `channel ${channel} is not open to this in ${state.country}. Use one of ${allowed.join(', ')}` };
  }
  const { mesh, ap } = state;
  // 20 MHz wide and 5 MHz apart: channels less than four apart disturb each other. The same channel shares the air by turns.
  if (mesh && ap && mesh.channel <= 13 && ap.channel <= 13) {
    const apart = Math.abs(frequencyOf(mesh.channel) - frequencyOf(ap.channel));
    if (apart > 0 && apart < 20)
      yield { path: ['ap', 'channel'], message: `overlaps with the mesh on channel ${mesh.channel}. Keep four channels between them, such as 1, 6, 11` };
  }
}

function* interfaces(state: NetworkState): Generator<Check> {
  const taken = new Map<string, string>();
  const uses: { name: string; what: string; path: (string | number)[] }[] = [
    ...(state.mesh ? [{ name: state.mesh.interface, what: 'the mesh', path: ['mesh', 'interface'] }] : []),
    ...(state.mesh ? [{ name: state.mesh.batman.interface, what: 'batman', path: ['mesh', 'batman', 'interface'] }] : []),
    ...(state.ap ? [{ name: state.ap.interface, what: 'the access point', path: ['ap', 'interface'] }] : []),
    ...(state.uplink.kind === 'none' ? [] : [{ name: state.uplink.interface, what: 'the uplink', path: ['uplink', 'interface'] }]),
    ...state.wireguard.map(({ name }, i) => ({ name, what: `wireguard ${i}`, path: ['wireguard', i, 'name'] })),
  ];
  for (const { name, what, path } of uses) {
    const before = taken.get(name);
    if (before !== undefined) yield { path, message: `${name} is used for ${before} already. Give ${what} an interface of its own` };
    taken.set(name, what);
  }
  for (const [i, name] of state.lan.entries()) {
    const use = taken.get(name);
    if (use !== undefined && use !== 'the uplink') yield { path: ['lan', i], message: `${name} is used for ${use}. Leave it out of the LAN` };
  }
  yield* unique(state.lan, ['lan'], 'name each interface once');
  yield* unique(
    state.names.map(({ name }) => name),
    ['names'],
    'give each name once',
    'name',
  );
  yield* unique(
    state.names.map(({ mac }) => mac),
    ['names'],
    'give each adapter one name',
    'mac',
  );
}

function* unique(values: readonly string[], path: readonly string[], message: string, key?: string): Generator<Check> {
  for (const [i, value] of values.entries())
    if (values.indexOf(value) < i) yield { path: [...path, i, ...(key ? [key] : [])], message: `${value} is there twice. Please ${message}` };
}

function* subnets(state: NetworkState): Generator<Check> {
  const { ap, uplink, gateway } = state;
  const list: { path: (string | number)[]; what: string; subnet: Subnet | undefined }[] = [
    ...(ap ? [{ path: ['ap', 'address'], what: 'the access point', subnet: parseCidr(ap.address) }] : []),
    ...(uplink.kind !== 'none' && uplink.ipv4 !== 'dhcp'
      ? [{ path: ['uplink', 'ipv4', 'address'], what: 'the uplink', subnet: parseCidr(uplink.ipv4.address) }]
      : []),
    ...(gateway.mode === 'server' ? [{ path: ['gateway', 'address'], what: 'the gateway', subnet: parseCidr(gateway.address) }] : []),
    ...state.wireguard.map(({ address }, i) => ({ path: ['wireguard', i, 'address'], what: `wireguard ${i}`, subnet: parseCidr(address) })),
  ];
  for (const [i, one] of list.entries()) {
    const other = list.slice(0, i).find(({ subnet }) => subnet && one.subnet && overlap(subnet, one.subnet));
    if (other) yield { path: one.path, message: `overlaps with the subnet of ${other.what}. Give each its own` };
  }
  const apSubnet = ap && parseCidr(ap.address);
  if (apSubnet && (apSubnet.prefix > 29 || apSubnet.prefix < 16))
    yield { path: ['ap', 'address'], message: 'leaves no good room for devices. Use a prefix from /16 to /29, such as 192.168.77.1/24' };
  const batSubnet = parseCidr(gateway.address);
  if (gateway.mode === 'server' && batSubnet && (batSubnet.prefix > 29 || batSubnet.prefix < 8))
    yield { path: ['gateway', 'address'], message: 'leaves no good room for nodes. Use a prefix from /8 to /29, such as 10.77.0.1/20' };
  if (uplink.kind !== 'none' && uplink.ipv4 !== 'dhcp') {
    const own = parseCidr(uplink.ipv4.address);
    const router = parseAddress(uplink.ipv4.gateway);
    if (own && router && (!contains(own, router) || router.value === own.value))
      yield { path: ['uplink', 'ipv4', 'gateway'], message: 'is not another host of the same subnet. Give the address of the router' };
  }
}

function* wireguardPeers(state: NetworkState): Generator<Check> {
  const { names, ports } = { names: state.wireguard.map(({ name }) => name), ports: state.wireguard.map(({ listenPort }) => listenPort) };
  for (const [i, name] of names.entries())
    if (names.indexOf(name) < i) yield { path: ['wireguard', i, 'name'], message: `${name} is there twice. Give each its own name` };
  for (const [i, port] of ports.entries())
    if (port !== undefined && ports.indexOf(port) < i)
      yield { path: ['wireguard', i, 'listenPort'], message: `port ${port} is there twice. Give each its own port` };
  for (const [i, { peers }] of state.wireguard.entries()) {
    const allowed: Subnet[] = [];
    for (const [j, { publicKey, allowedIps }] of peers.entries()) {
      if (peers.findIndex((peer) => peer.publicKey === publicKey) < j)
        yield { path: ['wireguard', i, 'peers', j, 'publicKey'], message: 'is there twice. Name each peer once' };
      for (const [k, text] of allowedIps.entries()) {
        const subnet = parseCidr(text);
        if (!subnet) continue;
        // The kernel would silently take it from the first and give it to the second.
        if (allowed.some((other) => other.network === subnet.network && other.prefix === subnet.prefix && other.family === subnet.family))
          yield { path: ['wireguard', i, 'peers', j, 'allowedIps', k], message: `${text} belongs to two peers. Give it to one` };
        allowed.push(subnet);
      }
    }
  }
}

function* gateways(state: NetworkState): Generator<Check> {
  const { mode, hubs } = state.gateway;
  if (mode !== 'off' && !state.mesh) yield { path: ['gateway', 'mode'], message: 'needs a mesh. Use "off", or describe the mesh' };
  if (mode === 'server' && state.uplink.kind === 'none')
    yield { path: ['gateway', 'mode'], message: 'needs an uplink. Use "off" or "client", or describe the uplink' };
  if (mode === 'server' && hubs.length === 0)
    yield { path: ['gateway', 'hubs'], message: 'is empty, so nothing could be reached. Give the address and port of the hub' };
  if (mode === 'server' && hubs.some(({ address }) => parseAddress(address)?.family === 6))
    yield { path: ['gateway', 'hubs'], message: 'has an IPv6 address; a gateway leads to IPv4 addresses only. Give the IPv4 address of the hub' };
}

function* lanAddresses(state: NetworkState): Generator<Check> {
  if (state.ssh && lanEmpty(state)) yield { path: ['ssh'], message: 'is on, but there is no LAN to come from. Name an interface in lan, or use false' };
}
const lanEmpty = (state: NetworkState): boolean => state.lan.length === 0 && state.uplink.kind === 'none';
