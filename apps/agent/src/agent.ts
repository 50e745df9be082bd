import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { defaultConfig, MeshNode, type NodeId } from '@energymesh/protocol';
import { Login } from './api/login.ts';
import { Sessions } from './api/sessions.ts';
import { nameOf } from './api/views/mesh.ts';
import type { MachineView, Sources, Who } from './api/views/sources.ts';
import type { Config } from './config.ts';
import { openDashboard } from './dashboard.ts';
import { enrol } from './enrolling.ts';
import { Events } from './events.ts';
import { Machine } from './health/machine.ts';
import { type NodeIdentity, openIdentity } from './identity/identity.ts';
import type { Logger } from './logger.ts';
import { MeshService } from './mesh/service.ts';
import { Counters } from './metrics/counters.ts';
import { DeviceActivity } from './metrics/devices.ts';
import { Latency } from './metrics/latency.ts';
import type { Clock } from './ports.ts';
import { Store } from './store/store.ts';

export interface AgentOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly build: { readonly version: string; readonly date: number };
  /** For whoever stands at the console. */
  readonly print: (line: string) => void;
}

/** One agent, from start to stop. Resolves when `signal` aborts and everything is closed; rejects when it cannot start. */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // The network knew this node by a higher incarnation (its card was restored from a backup): live again as a newer one.
    const outdated = new AbortController();
    try {
      await live(options, AbortSignal.any([signal, outdated.signal]), () => outdated.abort());
    } catch (error) {
      if (!signal.aborted && !outdated.signal.aborted) throw error;
    }
  }
}

async function live({ config, logger, clock, build, print }: AgentOptions, signal: AbortSignal, beginAnew: () => void): Promise<void> {
  // Who we are comes first: the incarnation is counted up durably before anything is sent or written under it.
  await using identity = openIdentity({ dataDir: config.dataDir, clock, buildDate: build.date, logger }, signal);
  const clockTrusted = () => identity.time.reading().trusted;

  using store = Store.open(join(config.dataDir, 'state.db'));
  let names = (node: NodeId): string => node;
  const events = new Events({ logger, clock, feed: store.log, incarnation: () => identity.incarnation, clockTrusted, nameOf: (node) => names(node) });
  events.started({ version: build.version, node: identity.node });

  // Whoever stands at the console may claim the node, before it has joined anything.
  const sessions = new Sessions({ store: store.credentials, clock });
  const login = await Login.open({
    records: store.credentials,
    settings: store.settings,
    sessions,
    clock,
    claimCodeFile: join(config.dataDir, 'claim-code'),
    onClaimed: () => events.claimed(),
    onLogin: (who) => events.login(who),
    onRefused: (what) => events.loginRefused(what),
  });

  const who = whoIs(identity, config, build.version, clock.wall());
  const machine = machineView(identity, clock, config.dataDir);
  const door = { config, login, sessions, log: store.log, events, logger };

  if (!identity.enrolment) {
    await using waiting = await openDashboard({ ...door, sources: waitingSources(identity, clock, who, machine), nearby: () => [] });
    announce(print, config, waiting.port, login.claimCode);
    await enrol({ identity, invite: config.invite, name: config.name, logger, signal });
  }
  const membership = identity.membership();
  if (!identity.enrolment || !membership)
    throw new Error(`The certificate in ${join(config.dataDir, 'identity')} does not verify. Remove enrolment.json there and enrol again with an invite.`);
  identity.keepRenewed();
  const { community } = identity.enrolment;
  const name = membership.name;

  // The mesh before what speaks over it.
  await using mesh = await MeshService.open(
    {
      identity: membership,
      config: defaultConfig,
      segments: config.segments,
      listen: config.links,
      clock,
      random: { next: () => randomInt(2 ** 32) / 2 ** 32 },
      logger,
      createNode: (node) => new MeshNode(node),
      onIncarnationBehind: beginAnew,
    },
    signal,
  );
  names = (node) => nameOf(mesh, node);
  mesh.subscribe((output) => {
    if (output.type === 'event') events.mesh(output.event);
    if (output.type === 'communityDocument') identity.acceptDocument(output.document);
  });
  if (config.position) mesh.setPosition(config.position);

  // Counting begins before anything is carried.
  const onStoreError = (error: unknown) => events.storeRefused(error);
  using counters = Counters.open({ mesh, store: store.counters, clock, clockTrusted, onStoreError });
  using latency = Latency.open(mesh);
  using activity = DeviceActivity.open({ store: store.devices, clock, onStoreError });

  const sources: Sources = {
    clock,
    who: { ...who, name },
    mesh,
    directory: identity.devices,
    door: noDoor,
    custody: noCustody,
    counters,
    latency,
    activity,
    machine,
  };
  await using dashboard = await openDashboard({ ...door, sources, nearby: () => [] });
  announce(print, config, dashboard.port, login.claimCode);

  await stopped(signal);
  events.stopping(String(signal.reason));
}

function whoIs(identity: NodeIdentity, config: Config, version: string, startedAt: number): Who {
  return {
    name: config.name,
    fingerprint: identity.fingerprint,
    community: identity.enrolment?.community.name ?? '',
    version,
    gateway: config.backend !== undefined,
    position: config.position,
    startedAt,
  };
}

function machineView(identity: NodeIdentity, clock: Clock, folder: string): MachineView {
  const machine = new Machine({ folder, monotonic: () => clock.monotonic() });
  return {
    get enrolled() {
      return identity.enrolment !== undefined;
    },
    clockTrusted: () => identity.time.reading().trusted,
    certificateStale: () => identity.dates === 'stale' || identity.dates === 'expired',
    diskUsedShare: () => machine.diskUsedShare(),
    temperatureC: () => machine.temperatureC(),
  };
}

const none = () => () => {};

/** What the dashboard of a node that has not joined shows: itself, alone. */
function waitingSources(identity: NodeIdentity, clock: Clock, who: Who, machine: MachineView): Sources {
  const { node, incarnation, devices } = identity;
  const alone = {
    node,
    name: who.name,
    self: true,
    gateway: undefined,
    devices: 0,
    position: who.position,
    reachable: true,
    hops: 0,
    costMs: 0,
    nextHop: undefined,
    incarnation,
  };
  return {
    clock,
    who,
    machine,
    mesh: { self: node, neighbours: () => [], topology: () => ({ nodes: [alone], edges: [], gateway: undefined, path: [] }), subscribe: none },
    directory: devices,
    door: { connected: () => [], onChange: none },
    custody: { backlog: () => ({ waiting: 0, bytes: 0, oldestMs: undefined, expired: 0, dropped: 0, full: false, diskFull: false }), backend: () => undefined },
    counters: { sums: () => [], runs: () => [], onChange: none },
    latency: { read: () => undefined },
    activity: { read: () => ({ lastSeen: undefined, packetsToday: 0 }) },
  };
}
const noDoor = { connected: () => [], onChange: none };
const noCustody = {
  backlog: () => ({ waiting: 0, bytes: 0, oldestMs: undefined, expired: 0, dropped: 0, full: false, diskFull: false }),
  backend: () => undefined,
};

/** Where to go with a browser, and the code to claim the node with. */
function announce(print: (line: string) => void, { http, name }: Config, port: number, claimCode: string | undefined): void {
  const own = Object.values(networkInterfaces()).flatMap(
    (list) => list?.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address) ?? [],
  );
  const hosts = http.host === '*' || http.host === '0.0.0.0' || http.host === '::' ? [...own, 'localhost'] : [http.host];
  print(`${name}: ${hosts.map((host) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`).join('  ')}`);
  if (claimCode !== undefined) print(`Claim code: ${claimCode}`);
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
