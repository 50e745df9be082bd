import { join } from 'node:path';
import { NodeId } from '@energymesh/protocol';
import { HostCheck } from './api/host-check.ts';
import { Login } from './api/login.ts';
import type { ApiPorts, Feed } from './api/ports.ts';
import { createAppRouter } from './api/router.ts';
import type { RadioBeneath, Status, TopologyView } from './api/schema.ts';
import { Seals } from './api/seals.ts';
import { ApiServer } from './api/server.ts';
import { Sessions } from './api/sessions.ts';
import { answerPhone } from './api/signed-calls.ts';
import { Tokens } from './api/tokens.ts';
import { noRewards } from './api/views/no-rewards.ts';
import { networkChoices, networkFeed } from './api/views/radio.ts';
import { trafficOver } from './api/views/traffic-over.ts';
import { systemClock } from './clock.ts';
import { HubError } from './identity/hub-client.ts';
import { PhoneRooms } from './phone-rooms.ts';
import { type Clock, PeopleRefused } from './ports.ts';
import { Changes } from './radio/changes.ts';
import { Closing } from './setup/closing.ts';
import { Setup } from './setup/setup.ts';
import { setupPort } from './setup-views.ts';
import { Store } from './store/store.ts';

const self = NodeId('00000000000000a1');
const noRadio: RadioBeneath = {
  at: 1,
  state: 'none',
  links: [],
  peers: [],
  interfaces: [],
  clients: [],
  heard: [],
  reached: [],
  gateways: [],
  tunnels: [],
  check: { radios: [], advice: [] },
  problems: [],
};
/** What the door refused, and what the tests may change behind it. */
export const behind = {
  refused: [] as { caller: string; why: string }[],
  resets: 0,
  devicesAdded: [] as string[],
  setupOpen: false,
  linked: false,
  founded: undefined as { members: number; moved?: string } | undefined,
  app: undefined as string | undefined,
  handlers: new Set<() => void>(),
  topology: { at: 1, self, nodes: [], edges: [], path: [] } as TopologyView,
  radio: noRadio,
  changes: new Changes({ requests: '/nonexistent', status: '/nonexistent', uptime: () => 0 }),
  reset(): void {
    behind.radio = noRadio;
    behind.changes = new Changes({ requests: '/nonexistent', status: '/nonexistent', uptime: () => 0 });
    behind.refused.length = 0;
    behind.resets = 0;
    behind.devicesAdded.length = 0;
    behind.setupOpen = false;
    behind.linked = false;
    behind.founded = undefined;
    behind.app = undefined;
    behind.handlers.clear();
    behind.topology = { at: 1, self, nodes: [], edges: [], path: [] };
  },
};

const feed = <T>(current: () => T): Feed<T> => ({
  current,
  onChange: (handler) => {
    behind.handlers.add(handler);
    return () => behind.handlers.delete(handler);
  },
});
const status: Status = {
  at: 1,
  node: { id: self, name: 'Mill', fingerprint: 'abcd', community: 'village', version: '0', gateway: false },
  startedAt: 1,
  timeZone: 'UTC',
  wellness: { well: true, problems: [], clockTrusted: true },
  carrying: { packetsToday: 5, packetsLastMinute: 1, waiting: 0, lost: 0 },
  neighbours: 0,
  devices: { connected: 0, known: 0 },
  backend: { state: 'not-a-gateway', since: 1 },
};

/** The API with its login and a real store behind it, the rest made up. */
export interface Door extends AsyncDisposable {
  readonly base: string;
  readonly port: number;
  readonly login: Login;
  readonly store: Store;
  readonly phones: PhoneRooms;
}
export async function openDoor(folder: string, extra: { loginMs?: number; clock?: Clock; socketsMax?: number } = {}): Promise<Door> {
  const stack = new AsyncDisposableStack();
  const store = stack.use(Store.open(join(folder, 'state.db')));
  const clock = extra.clock ?? systemClock;
  const tokens = new Tokens({ store: store.settings, clock });
  const sessions = new Sessions({ store: store.credentials, clock, notes: store.settings });
  const login = await Login.open({
    records: store.credentials,
    settings: store.settings,
    sessions,
    clock,
    claimCodeFile: join(folder, 'claim-code'),
    onClaimed: () => {},
    onLogin: () => {},
    onRefused: (what) => behind.refused.push(what),
  });
  const phones = new PhoneRooms({
    ...{ node: self, store: store.phones, settings: store.settings, clock },
    events: { phonePaired: () => {}, phoneRemoved: () => {}, requestRefused: (what) => behind.refused.push(what) },
    name: () => 'Mill',
    community: () => 'village',
    app: () => behind.app,
    addresses: () => ['fe80::1', '127.0.0.1'],
    port: () => 8080,
  });
  const seals = new Seals({ clock, sessionKey: (session) => sessions.keyOf(session) });
  const zeros = { devices: 0, betweenNodes: 0, reports: 0 };
  const ports: ApiPorts = {
    people: noPeople,
    clock,
    auth: login,
    card: () => ({ name: 'Mill', community: 'village', nodeId: self, version: '0', state: login.claimed ? 'claimed' : 'unclaimed', setup: 'done', at: 1 }),
    status: feed(() => status),
    topology: feed(() => behind.topology),
    neighbours: feed(() => ({ at: 1, neighbours: [] })),
    radio: feed(() => behind.radio),
    network: networkFeed(behind.changes, clock, () => ({ name: 'energymesh-a1.local', addresses: ['192.168.4.1'], port: 8080 })),
    changes: {
      check: (state) => behind.changes.check(state),
      choices: networkChoices,
      propose: (state, seconds) => behind.changes.propose(state, seconds),
      confirm: (id) => behind.changes.confirm(id),
      revert: (id) => behind.changes.revert(id),
    },
    nearby: () => ({ at: 1, nodes: [] }),
    devices: () => ({ at: 1, devices: [] }),
    traffic: feed(() => ({
      at: 1,
      dayStart: 0,
      timeZone: 'UTC',
      buckets: [],
      totals: { packets: zeros, bytes: zeros, up: 0, down: 0, between: 0, byClass: [] },
      backlog: { waiting: 0, bytes: 0, expired: 0, dropped: 0 },
      waited: [],
    })),
    trafficOver: trafficOver({ clock, counters: { sums: () => [], runs: () => [], onChange: () => () => {} }, latency: { over: () => undefined } }),
    ...noRewards(clock),
    seals,
    setup: setupPort({
      setup: new Setup({
        settings: store.settings,
        claimed: () => login.claimed,
        enrolled: () => true,
        join: async () => {},
        invite: undefined,
        name: 'Mill',
        position: undefined,
        spentInvite: undefined,
        changes: behind.changes,
        clock,
        clockTrusted: () => true,
      }),
      changes: behind.changes,
      closing: stack.use(new Closing({ changes: behind.changes, clock, linked: () => behind.linked })),
      clock,
      node: { id: self, fingerprint: 'abcd' },
      port: () => 0,
      name: () => 'Mill',
      community: () => 'village',
      founded: () => behind.founded,
      found: () => [],
      identity: { lookAt: () => Promise.reject(new HubError('unreachable', 'https://hub.invalid: nobody')), joinCode: () => 'abcd' },
      holds: () => ({ waiting: 0, devices: 0 }),
      sessionAgeMs: (session) => sessions.ageMs(session),
      reset: () => behind.resets++,
    }),
    phones,
    deviceDesk: {
      all: () => ({ at: 1, devices: [] }),
      owners: async () => ({ at: 1, devicesMax: 64, devices: [] }),
      add: async ({ id, role }) => {
        behind.devicesAdded.push(id);
        const about = { ca: 'PEM', fingerprint: 'AB:CD', name: 'energymesh.local', addresses: ['192.168.4.1'], port: 8883, publishes: [], hears: [] };
        return { id, role, token: 'x'.repeat(22), ...about };
      },
      remove: async () => ({ at: 1, devicesMax: 64, devices: [] }),
    },
    about: {
      current: () => ({
        at: 1,
        node: { id: self, name: 'Mill', fingerprint: 'abcd', incarnation: 1, version: '0', builtAt: 1, startedAt: 1, runtime: 'v24' },
        backend: { state: 'not-a-gateway', since: 1, waiting: 0 },
        ports: { http: 8080 },
        logLevel: 'info',
        updates: { packaged: false, security: false },
      }),
      setLogLevel: () => {},
      setHub: async () => {},
    },
    log: () => ({ at: 1, entries: [] }),
    counters: () => ({ at: 1, counters: {} }),
    tokens,
  };
  const router = createAppRouter(ports);
  const onError = (path: string | undefined, error: Error) => {
    throw new Error(`${path}`, { cause: error });
  };
  phones.open((phone, request) => answerPhone(phone, request, { router, onError }));
  const server = stack.use(
    await ApiServer.open({
      host: '127.0.0.1',
      port: 0,
      router,
      sessions,
      seals,
      tokens,
      version: '0.1.0',
      hostCheck: new HostCheck({ nodeName: 'Mill Lane', allowedHosts: ['mill.lan'] }),
      clock,
      pwaDir: undefined,
      setupOpen: () => behind.setupOpen,
      phoneCalls: phones,
      health: () => ({ ok: true }),
      onRefused: (what) => behind.refused.push(what),
      onError,
      ...extra,
    }),
  );
  const kept = stack.move();
  return { base: `http://127.0.0.1:${server.port}`, port: server.port, login, store, phones, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

const alone = () => Promise.reject(new PeopleRefused('no-member', 'This node is no member of a community yet.'));
const noPeople: ApiPorts['people'] = {
  own: () => ({}),
  backup: alone,
  revoke: () => Promise.reject(new Error('not here')),
  moveTo: alone,
  get: alone,
  invite: alone,
  withdraw: alone,
  approve: alone,
  refuse: alone,
};
