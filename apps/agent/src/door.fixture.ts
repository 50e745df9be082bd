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
import { Tokens } from './api/tokens.ts';
import { noRewards } from './api/views/no-rewards.ts';
import { networkFeed } from './api/views/radio.ts';
import { trafficOver } from './api/views/traffic-over.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './ports.ts';
import { Changes } from './radio/changes.ts';
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
  setupOpen: false,
  handlers: new Set<() => void>(),
  topology: { at: 1, self, nodes: [], edges: [], path: [] } as TopologyView,
  radio: noRadio,
  changes: new Changes({ requests: '/nonexistent', status: '/nonexistent', uptime: () => 0 }),
  reset(): void {
    behind.radio = noRadio;
    behind.changes = new Changes({ requests: '/nonexistent', status: '/nonexistent', uptime: () => 0 });
    behind.refused.length = 0;
    behind.resets = 0;
    behind.setupOpen = false;
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
}
export async function openDoor(folder: string, extra: { loginMs?: number; clock?: Clock; socketsMax?: number } = {}): Promise<Door> {
  const stack = new AsyncDisposableStack();
  const store = stack.use(Store.open(join(folder, 'state.db')));
  const clock = extra.clock ?? systemClock;
  const sessions = new Sessions({ store: store.credentials, clock });
  const tokens = new Tokens({ store: store.settings, clock });
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
  const zeros = { devices: 0, betweenNodes: 0, reports: 0 };
  const ports: ApiPorts = {
    clock,
    auth: login,
    card: () => ({ name: 'Mill', community: 'village', nodeId: self, version: '0', state: login.claimed ? 'claimed' : 'unclaimed', setup: 'done', at: 1 }),
    status: feed(() => status),
    topology: feed(() => behind.topology),
    neighbours: feed(() => ({ at: 1, neighbours: [] })),
    radio: feed(() => behind.radio),
    network: networkFeed(behind.changes, clock),
    changes: behind.changes,
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
    trafficOver: trafficOver({ clock, counters: { sums: () => [], runs: () => [], onChange: () => () => {} } }),
    ...noRewards(clock),
    seals: new Seals({ clock, sessionKey: (session) => sessions.keyOf(session) }),
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
      clock,
      node: { id: self, fingerprint: 'abcd' },
      port: () => 0,
      name: () => 'Mill',
      community: () => 'village',
      holds: () => ({ waiting: 0, devices: 0 }),
      sessionAgeMs: (session) => sessions.ageMs(session),
      reset: () => behind.resets++,
    }),
    log: () => ({ at: 1, entries: [] }),
    counters: () => ({ at: 1, counters: {} }),
    tokens,
  };
  const server = stack.use(
    await ApiServer.open({
      host: '127.0.0.1',
      port: 0,
      router: createAppRouter(ports),
      sessions,
      tokens,
      version: '0.1.0',
      hostCheck: new HostCheck({ nodeName: 'Mill Lane', allowedHosts: ['mill.lan'] }),
      clock,
      pwaDir: undefined,
      setupOpen: () => behind.setupOpen,
      health: () => ({ ok: true }),
      onRefused: (what) => behind.refused.push(what),
      onError: (path, error) => {
        throw new Error(`${path}`, { cause: error });
      },
      ...extra,
    }),
  );
  const kept = stack.move();
  return { base: `http://127.0.0.1:${server.port}`, port: server.port, login, store, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
