import { networkInterfaces, uptime } from 'node:os';
import { join } from 'node:path';
import { defaultConfig, MeshNode, type NodeId } from '@energymesh/protocol';
import { aboutPort } from './about-views.ts';
import { Login } from './api/login.ts';
import { Sessions } from './api/sessions.ts';
import { Tokens } from './api/tokens.ts';
import { nameOf } from './api/views/mesh.ts';
import type { Sources, Who } from './api/views/sources.ts';
import { backendOf, followBackend } from './backend.ts';
import { type Config, ConfigInvalid } from './config.ts';
import { openDashboard } from './dashboard.ts';
import { deviceDesk } from './device-views.ts';
import { configuredInvite, joiner } from './enrolling.ts';
import { Events } from './events.ts';
import { openFounding } from './founding.ts';
import { writeDurably } from './identity/files.ts';
import { openIdentity } from './identity/identity.ts';
import type { Logger } from './logger.ts';
import { DnsSd, type DnsSdOptions } from './mesh/dnssd.ts';
import { foundCommunities } from './mesh/found-communities.ts';
import type { NearbyNode } from './mesh/nearby.ts';
import { MeshService } from './mesh/service.ts';
import { Counters } from './metrics/counters.ts';
import { DeviceActivity } from './metrics/devices.ts';
import { Latency } from './metrics/latency.ts';
import { LatencyDays } from './metrics/latency-days.ts';
import { Reporter, slotMsFor } from './metrics/reporter.ts';
import { Waiting } from './metrics/waiting.ts';
import { announce, class0Of, custodyView, machineView, noLinks, waitingSources, whoIs } from './node-views.ts';
import { ownAddresses } from './own-addresses.ts';
import { peoplePort } from './people-views.ts';
import { calling, PhoneRooms } from './phone-rooms.ts';
import type { Clock } from './ports.ts';
import { Changes } from './radio/changes.ts';
import { Radio } from './radio/radio.ts';
import { DeviceBroker } from './relay/broker/broker.ts';
import { defaultTopicRules, TopicMapError } from './relay/classify.ts';
import { deviceHash } from './relay/held.ts';
import { Relay, type RelayOptions } from './relay/relay.ts';
import { reportNow } from './reporting.ts';
import { openRewards, rewardParts, vouchingOf, walletFact, walletHeld } from './rewarding.ts';
import { Closing } from './setup/closing.ts';
import { markReset, spentInvite, wipeIfMarked } from './setup/reset.ts';
import { inviteHash, Setup } from './setup/setup.ts';
import { setupPort } from './setup-views.ts';
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
    // A factory reset was asked for, now or before a power cut.
    if (wipeIfMarked(options.config.dataDir, { write: writeDurably })) options.logger.warn('factory reset: all data is wiped');
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
  const sessions = new Sessions({ store: store.credentials, clock, notes: store.settings });
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

  await using founding = await openFounding({ config, identity, clock, logger });
  const changes = new Changes({ ...config.radio, uptime });
  const invite = configuredInvite(config.invite, logger);
  const setup = new Setup({
    settings: store.settings,
    claimed: () => login.claimed,
    enrolled: () => identity.enrolment !== undefined,
    join: joiner(identity, founding, logger),
    invite,
    name: config.name,
    position: config.position,
    spentInvite: spentInvite(config.dataDir),
    changes,
    clock,
    clockTrusted,
  });
  const who = whoIs(identity, config, build.version, clock.wall(), () => setup.naming);
  const machine = machineView(identity, clock, config.dataDir);
  let dashboardPort = 0;
  const nearby: { list: () => readonly NearbyNode[] } = { list: () => [] };
  const nearbyNow = () => nearby.list().map((node) => ({ ...node, addresses: [...node.addresses] }));
  const steps = {
    setup,
    changes,
    clock,
    node: { id: identity.node, fingerprint: identity.fingerprint },
    port: () => dashboardPort,
    community: () => identity.enrolment?.community.name,
    founded: () => founding.own(),
    identity,
    found: () => foundCommunities(nearby.list()),
    sessionAgeMs: (session: string) => sessions.ageMs(session),
    reset: () => {
      events.resetAsked();
      markReset(config.dataDir, invite === undefined ? undefined : inviteHash(invite), { write: writeDurably });
      // A moment for the answer to reach whoever asked.
      clock.after(answerMs, beginAnew);
    },
  };
  const shown = (what: Pick<DnsSdOptions, 'name' | 'state' | 'community'>, { port, address }: { readonly port: number; readonly address: string }) =>
    config.mdns ? DnsSd.open({ ...what, id: identity.node, port, listening: address, clock, logger }) : undefined;
  const phones = new PhoneRooms({
    ...{ node: identity.node, store: store.phones, settings: store.settings, clock, events },
    name: () => setup.naming.name,
    community: () => identity.enrolment?.community.name,
    app: () => identity.app,
    addresses: ownAddresses,
    port: () => dashboardPort,
  });

  const people = peoplePort(identity, founding, events);
  const tokens = new Tokens({ store: store.settings, clock });
  const rooms = { config, login, sessions, tokens, log: store.log, changes, events, people, phones, logger };
  const founded = () => {
    const own = founding.own();
    return own !== undefined && own.moved === undefined;
  };
  const describing = { identity, founded, name: () => setup.naming.name, build, startedAt: who.startedAt, logger, clock };

  let announced: number | undefined;
  if (!identity.enrolment) {
    if (invite === undefined) logger.warn('not enrolled and no invite is configured: give one in the dashboard, or set "invite" and start again');
    await using radio = await Radio.open({ snapshot: config.radio.snapshot, ...noLinks, clock, uptime });
    setup.useRadio(radio);
    const lonely = waitingSources(identity, clock, who, machine, radio);
    await using waiting = await openDashboard({
      ...rooms,
      sources: lonely,
      deviceDesk: deviceDesk({
        ...{ identity, events, sources: lonely, addresses: ownAddresses, topics: [] },
        holder: () => undefined,
        nameOf: (node) => node,
        port: () => 0,
      }),
      setup: setupPort({ ...steps, name: () => setup.naming.name, holds: () => ({ waiting: 0, devices: 0 }) }),
      nearby: nearbyNow,
      about: aboutPort({
        ...describing,
        backend: () => ({ state: 'not-a-gateway', since: who.startedAt, waiting: 0 }),
        ports: () => ({ http: dashboardPort }),
      }),
    });
    dashboardPort = waiting.port;
    announce(print, config, waiting.port, login.claimCode);
    announced = waiting.port;
    await using dnsSd = shown({ name: config.name, state: 'new' }, waiting);
    nearby.list = () => dnsSd?.nearby() ?? [];
    await setup.joined(signal);
  }
  const { enrolment } = identity;
  const membership = identity.membership();
  if (!enrolment || !membership) {
    throw new Error(`The certificate in ${join(config.dataDir, 'identity')} does not verify. Remove enrolment.json there and enrol again with an invite.`);
  }
  identity.keepRenewed();
  const backend = backendOf(config, identity);

  // The mesh before what speaks over it. It asks for receipts and gives them by what rewards know of the time and the contract.
  const vouching = vouchingOf(identity, membership, { publicKey: (node) => mesh.publicKey(node) });
  await using mesh = await MeshService.open(
    {
      identity: membership,
      config: defaultConfig,
      segments: config.segments,
      fallbackBelow: config.fallbackBelow,
      listen: config.links,
      clock,
      clockTrusted,
      random: { next: Math.random },
      logger,
      createNode: (node) => new MeshNode(node),
      onIncarnationBehind: beginAnew,
      receipts: vouching,
    },
    signal,
  );
  names = (node) => nameOf(mesh, node);
  mesh.subscribe((output) => {
    if (output.type === 'event') events.mesh(output.event);
    if (output.type === 'communityDocument') identity.acceptDocument(output.document);
  });
  let acknowledgedAt: number | undefined;
  mesh.subscribe((output) => {
    if (output.type === 'released') acknowledgedAt = clock.wall();
  });
  using _placed = placing(setup, (position) => mesh.setPosition(position));

  // What lies beneath the links: on a machine without radios nothing ever does.
  await using radio = await Radio.open({ snapshot: config.radio.snapshot, mesh, places: mesh, clock, uptime });
  setup.useRadio(radio);
  using closing = new Closing({ changes, clock, linked: () => mesh.neighbours().length > 0 });

  // Counting begins before anything is carried.
  const onStoreError = (error: unknown) => events.storeRefused(error);
  using counters = Counters.open({ mesh, store: store.counters, clock, clockTrusted, onStoreError, slotMs: slotMsFor(config.reportEveryMs) });
  using latency = Latency.open(mesh);
  using latencyDays = LatencyDays.open({ mesh, store: store.settings, clock, clockTrusted, onStoreError });
  using activity = DeviceActivity.open({ store: store.devices, clock, onStoreError });

  // The spool before the door: a device's PUBACK means that its message is in there.
  await using relay = await openRelay(
    {
      mesh,
      directory: identity.devices,
      config: { community: enrolment.community.id, topics: config.topics, backend, spoolBytesMax: config.spoolBytesMax, class0: class0Of(config) },
      clock,
      wallTrusted: clockTrusted,
      gatewayAllowed: () => identity.dates === 'fresh',
      dataDir: config.dataDir,
      logger,
    },
    signal,
  );
  using _following = followBackend(relay, events, clock);
  await using devices = await DeviceBroker.open(
    {
      host: listenHost(config.devices.host),
      port: config.devices.port,
      tls: membership.door(),
      directory: identity.devices,
      intake: {
        accept: async (publish, abort) => {
          await relay.accept(publish, abort);
          activity.seen(publish.device.id, 1);
        },
      },
      clock,
      logger,
      willsFile: join(config.dataDir, 'wills.db'),
    },
    signal,
  );
  relay.useDoor(devices);
  identity.onChange(() => devices.renewTls(membership.door()));
  devices.onChange(({ device, connected }) => (connected ? events.deviceConnected(device) : events.deviceDisconnected(device)));

  const community = enrolment.community.id;
  await using rewards = await openRewards({ identity, membership, community, mesh, relay, vouching, store, config, clock, logger, onStoreError });

  await using _reporter = Reporter.open({
    who: { node: identity.node, name: membership.name, community: enrolment.community.id, version: build.version, incarnation: identity.incarnation },
    counters,
    settings: store.settings,
    clock,
    clockTrusted,
    everyMs: config.reportEveryMs,
    now: () => reportNow(mesh, radio, relay, devices, clock.wall() - who.startedAt, backend !== undefined, config.spoolBytesMax),
    publish: (topic, payload) => relay.publishReport(topic, payload),
    onReported: (report) => events.reported(report),
    onFailed: (error) => events.reportFailed(error),
  });

  // The dashboard last: what it shows is there.
  const present: Who = {
    ...who,
    // As its certificate says.
    name: membership.name,
    community: enrolment.community.name,
    gateway: backend !== undefined,
    get position() {
      return setup.naming.position;
    },
  };
  const custody = custodyView(relay);
  using waiting = Waiting.open({ backlog: custody.backlog, clock });
  const sources: Sources = {
    clock,
    who: present,
    mesh,
    places: mesh,
    radio,
    directory: identity.devices,
    door: devices,
    custody,
    counters,
    latency: { read: () => latency.read(), over: (from, to) => latencyDays.over(from, to) },
    waiting,
    activity,
    machine,
  };
  const earning = rewardParts(rewards, { identity, clock, config, nameOf: (node) => names(node) });
  const tellWallet = (): void => setup.tellWallet(walletFact(rewards, earning));
  using _wallet = disposed(rewards.onChange(tellWallet));
  tellWallet();
  await using dashboard = await openDashboard({
    ...rooms,
    sources,
    setup: setupPort({
      ...steps,
      closing,
      name: () => membership.name,
      holds: () => ({ waiting: relay.stats().waiting, devices: identity.devices.known().length, ...walletHeld(earning) }),
    }),
    counted: () => ({ mesh: mesh.counters(), devices: devices.counters(), relay: relay.stats().counters, rewards: rewards.counters() }),
    rewards: earning,
    deviceDesk: deviceDesk({
      ...{ identity, events, sources, addresses: ownAddresses, topics: config.topics ?? defaultTopicRules(community) },
      holder: (device) => mesh.holder(deviceHash(device))?.node,
      nameOf: (node) => names(node),
      port: () => devices.port,
    }),
    about: aboutPort({
      ...describing,
      name: () => membership.name,
      backend: () => ({
        ...(custody.backend() ?? { state: 'not-a-gateway', since: who.startedAt }),
        waiting: custody.backlog().waiting,
        ...(acknowledgedAt !== undefined && { acknowledgedAt }),
      }),
      ports: () => ({ http: dashboardPort, devices: devices.port, links: mesh.port }),
    }),
    nearby: nearbyNow,
  });
  dashboardPort = dashboard.port;
  const hub = founding.address() ?? enrolment.hubs[0];
  const open = hub === undefined ? undefined : { name: enrolment.community.name, hub };
  await using dnsSd = shown({ name: membership.name, state: backend ? 'gateway' : 'relay', community: open }, dashboard);
  nearby.list = () => dnsSd?.nearby() ?? [];
  using _calling = disposed(calling(phones, relay, logger));

  logger.info({ http: dashboard.port, devices: devices.port, links: mesh.port }, 'ready');
  // Told before, unless the port is another one now.
  if (announced !== dashboard.port) announce(print, config, dashboard.port, login.claimCode);

  await stopped(signal);
  events.stopping(String(signal.reason));
}

const answerMs = 300;

/** Where the node stands, from now on: the community's map has it. */
function placing(setup: Setup, place: (position: NonNullable<Setup['naming']['position']>) => void): Disposable {
  let told: string | undefined;
  const tell = (): void => {
    const { position } = setup.naming;
    if (!position || JSON.stringify(position) === told) return;
    told = JSON.stringify(position);
    place(position);
  };
  tell();
  return disposed(setup.onChange(tell));
}

const disposed = (end: () => void): Disposable => ({ [Symbol.dispose]: end });

/** A topic map that cannot be is a mistake in the configuration. */
async function openRelay(options: RelayOptions, signal: AbortSignal): Promise<Relay> {
  try {
    return await Relay.open(options, signal);
  } catch (error) {
    if (error instanceof TopicMapError) throw new ConfigInvalid([error.message]);
    throw error;
  }
}

/** "*" as an address: IPv6 and IPv4 both, where the machine has IPv6. */
function listenHost(host: string): string {
  if (host !== '*') return host;
  return Object.values(networkInterfaces()).some((list) => list?.some(({ family }) => family === 'IPv6')) ? '::' : '0.0.0.0';
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
