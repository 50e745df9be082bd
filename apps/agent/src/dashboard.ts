import { join } from 'node:path';
import type { NodeId } from '@energymesh/protocol';
import type { Logger } from 'pino';
import { BaseMap } from './api/base-map.ts';
import { HostCheck } from './api/host-check.ts';
import type { Login } from './api/login.ts';
import type { AboutPort, DeviceDeskPort, PeoplePort, SetupPort } from './api/ports.ts';
import { createAppRouter } from './api/router.ts';
import type { Nearby } from './api/schema.ts';
import { Seals } from './api/seals.ts';
import { ApiServer } from './api/server.ts';
import type { Sessions } from './api/sessions.ts';
import { answerPhone } from './api/signed-calls.ts';
import type { Tokens } from './api/tokens.ts';
import { devicesView } from './api/views/devices.ts';
import { type LogSource, logView } from './api/views/log.ts';
import { nameOf, neighboursFeed, topologyFeed } from './api/views/mesh.ts';
import { noRewards, type RewardParts } from './api/views/no-rewards.ts';
import { networkChoices, networkFeed, radioFeed } from './api/views/radio.ts';
import type { Sources } from './api/views/sources.ts';
import { statusFeed } from './api/views/status.ts';
import { trafficFeed } from './api/views/traffic.ts';
import { trafficOver } from './api/views/traffic-over.ts';
import type { Config } from './config.ts';
import type { Events } from './events.ts';
import { ownAddresses } from './own-addresses.ts';
import type { PhoneRooms } from './phone-rooms.ts';
import type { NetworkChanges } from './ports.ts';

export interface DashboardOptions {
  readonly config: Pick<Config, 'http' | 'pwaDir' | 'allowedHosts' | 'baseMap' | 'dataDir'>;
  readonly sources: Sources;
  readonly login: Login;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly log: LogSource;
  readonly nearby: () => Nearby['nodes'];
  readonly changes: NetworkChanges;
  readonly events: Events;
  readonly setup: SetupPort;
  readonly people: PeoplePort;
  readonly phones: PhoneRooms;
  readonly about: AboutPort;
  readonly deviceDesk: DeviceDeskPort;
  /** By part: what else is counted since the start. */
  readonly counted?: () => Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Undefined: not a member yet, nothing is earned. */
  readonly rewards?: RewardParts | undefined;
  readonly logger: Logger;
}

/** The views, the router over them, and the door to both. Throws CannotListen. */
export async function openDashboard(options: DashboardOptions): Promise<ApiServer> {
  const { config, sources, login, sessions, tokens, log, nearby, changes, events, setup, logger } = options;
  const { clock, mesh, who, machine } = sources;
  const status = statusFeed(sources);
  const rewards = options.rewards ?? noRewards(clock);
  const baseMap = new BaseMap({ file: config.baseMap ?? join(config.dataDir, 'map.pmtiles') });
  let listening: { readonly port: number } | undefined;
  const seals = new Seals({ clock, sessionKey: (session) => sessions.keyOf(session) });
  const router = createAppRouter({
    clock,
    auth: login,
    card: () => ({
      name: who.name,
      community: who.community,
      nodeId: mesh.self,
      version: who.version,
      state: login.claimed ? 'claimed' : 'unclaimed',
      setup: setup.open() ? 'open' : 'done',
      at: clock.wall(),
    }),
    status,
    topology: topologyFeed(sources),
    neighbours: neighboursFeed(sources),
    radio: radioFeed(sources),
    network: networkFeed(changes, clock, () => ({
      name: `energymesh-${mesh.self}.local`,
      addresses: ownAddresses(),
      port: listening?.port ?? config.http.port,
    })),
    changes: {
      check: (state) => changes.check(state),
      choices: networkChoices,
      propose: (state, seconds) => {
        const id = changes.propose(state, seconds);
        events.networkAsked('apply', id);
        return id;
      },
      confirm: (id) => {
        changes.confirm(id);
        events.networkAsked('confirm', id);
      },
      revert: (id) => {
        changes.revert(id);
        events.networkAsked('revert', id);
      },
    },
    nearby: () => ({ at: clock.wall(), nodes: [...nearby()] }),
    baseMap: () => baseMap.state(),
    devices: () => devicesView(sources),
    deviceDesk: options.deviceDesk,
    traffic: trafficFeed(sources),
    trafficOver: trafficOver(sources),
    counters: () => ({ at: clock.wall(), counters: named({ events: events.counters(), ...options.counted?.() }) }),
    ...rewards,
    seals,
    setup,
    tokens,
    people: options.people,
    phones: options.phones,
    about: options.about,
    log: (limit, before) => logView(log, clock.wall(), limit, before, (node) => nameOf(mesh, node as NodeId)),
  });
  const onError = (path: string | undefined, error: Error) => logger.error({ path, err: error }, 'answering failed');
  options.phones.open((phone, request) => answerPhone(phone, request, { router, onError }));
  const server = await ApiServer.open({
    ...config.http,
    pwaDir: config.pwaDir,
    baseMap,
    // On the go: earnings come from the ledger when the node is silent.
    askable: () => rewards.rewards.servers(),
    router,
    sessions,
    seals,
    tokens,
    version: who.version,
    clock,
    // The third name is what DNS-SD announces.
    hostCheck: new HostCheck({ nodeName: who.name, allowedHosts: [...config.allowedHosts, `energymesh-${mesh.self}.local`] }),
    setupOpen: () => setup.open(),
    phoneCalls: options.phones,
    health: () => {
      const { gateway = null, path } = mesh.topology();
      return {
        ok: true,
        status: 'ok',
        node: mesh.self,
        version: who.version,
        uptimeMs: clock.wall() - who.startedAt,
        enrolled: machine.enrolled,
        neighbours: mesh.neighbours().length,
        gateway,
        nextHop: path[1] ?? null,
        waiting: sources.custody.backlog().waiting,
      };
    },
    onRefused: (what) => events.requestRefused(what),
    onError,
  });
  listening = server;
  return server;
}

function named(parts: Readonly<Record<string, Readonly<Record<string, number>>>>): Record<string, number> {
  return Object.fromEntries(Object.entries(parts).flatMap(([part, counters]) => Object.entries(counters).map(([name, count]) => [`${part}.${name}`, count])));
}
