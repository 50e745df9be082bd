// A simulated agent: the real door (log-in, signed requests, subscriptions, files) before invented figures. For looking at the dashboard
// while working on it, in states that a healthy community does not show: node dev/fake-agent.ts --scene no-gateway --port 8091 [--radio wrong] [--purse local] [--hub away]
// [--map] [--helper none] [--setup radio] [--unclaimed]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BaseMap } from '@energymesh/agent/api/base-map';
import { HostCheck } from '@energymesh/agent/api/host-check';
import { Login } from '@energymesh/agent/api/login';
import { Seals } from '@energymesh/agent/api/seals';
import { ApiServer } from '@energymesh/agent/api/server';
import { Sessions } from '@energymesh/agent/api/sessions';
import { createAppRouter } from '@energymesh/agent/router';
import { villageAround } from './base-map.ts';
import { deskOf } from './desk.ts';
import { firstBootOf, type SetupStep, setupSteps } from './first-boot.ts';
import { type HubName, hubOf, hubs } from './hub.ts';
import { type HelperName, helpers, networkOf } from './network.ts';
import { type RadioName, radioOf, radios } from './radio.ts';
import { type PurseName, purses, rewardsOf } from './rewards.ts';
import { type SceneName, scenes, sourcesOf } from './sources.ts';

const { values } = parseArgs({
  options: {
    scene: { type: 'string', default: 'well' },
    port: { type: 'string', default: '8091' },
    pwa: { type: 'string', default: join(import.meta.dirname, '..', 'out') },
    passphrase: { type: 'string', default: 'kettle orbit walnut' },
    /** What carries the links: none, good, wrong, stale, unreadable. */
    radio: { type: 'string', default: 'good' },
    /** What it earns: public, local, first, none, made, off, clock, away, elsewhere, lost. */
    purse: { type: 'string', default: 'public' },
    /** Where the wizard is: way, radio, place, network, join, wallet, done. */
    setup: { type: 'string', default: 'done' },
    /** What the hub answers: here, away, no-member; own: this node made the community. */
    hub: { type: 'string', default: 'here' },
    /** Whether something changes the network: here, none; blank: here, and in no mesh yet. */
    helper: { type: 'string', default: 'here' },
    /** With an invented village as the operator's own map. */
    map: { type: 'boolean', default: false },
    unclaimed: { type: 'boolean', default: false },
    /** What the simulated node's clock shows when it starts, UTC. */
    clock: { type: 'string', default: '14:32' },
  },
});
for (const [name, all] of Object.entries({ radio: radios, purse: purses, scene: scenes, setup: setupSteps, hub: hubs, helper: helpers })) {
  const given = values[name as 'radio'];
  if (!(all as readonly string[]).includes(given)) throw new Error(`--${name} is one of ${all.join(', ')}, not ${given}`);
}

const [hours = 0, minutes = 0] = values.clock.split(':').map(Number);
const offsetMs = new Date().setUTCHours(hours, minutes, 8, 0) - Date.now();
const clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now() + offsetMs,
  after: (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
const folder = mkdtempSync(join(tmpdir(), 'energymesh-fake-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(0));

const records = new Map<string, string>();
const settings = new Map<string, string>();
const sessions = new Sessions({ store: { sessions: () => [], addSession: () => {}, useSession: () => {}, deleteSessions: () => {} }, clock });
const login = await Login.open({
  records: {
    record: (identifier) => records.get(identifier),
    setRecord: (identifier, record) => void records.set(identifier, record),
    replaceAll: (identifier, record) => {
      records.clear();
      records.set(identifier, record);
    },
  },
  settings: { get: (key) => settings.get(key), set: (key, value) => void settings.set(key, value) },
  sessions,
  clock,
  claimCodeFile: join(folder, 'claim-code'),
  onClaimed: () => {},
  onLogin: () => {},
  onRefused: (what) => console.error('refused', what),
});
if (!values.unclaimed) await claimWith(values.passphrase);

const sources = sourcesOf(values.scene as SceneName, clock.wall);
/** Every value is new at every reading: the router's own rest between two of them is the pace. */
const feed = <T>(current: () => T) => ({
  current,
  onChange: (handler: () => void) => {
    const timer = setInterval(handler, 2000);
    return () => clearInterval(timer);
  },
});
const port = () => server.port;
const helper = networkOf(values.helper as HelperName, clock, port);
const network = feed(helper.current);
const desk = deskOf(sources.status, port, clock, values.scene === 'alone');
const setup = firstBootOf(values.setup as SetupStep, clock.wall, helper.changes, helper.current, () => login.claimed);
const seals = new Seals({ clock, sessionKey: (session) => sessions.keyOf(session) });
const mapFile = join(folder, 'map.pmtiles');
if (values.map) writeFileSync(mapFile, villageAround(47.37, 8.54, values.scene === '500' ? 6 : 1.6));
const baseMap = new BaseMap({ file: mapFile });
const router = createAppRouter({
  clock,
  auth: login,
  card: () => ({ ...sources.card(), state: login.claimed ? 'claimed' : 'unclaimed', setup: setup.open() ? 'open' : 'done' }),
  status: feed(sources.status),
  topology: feed(sources.topology),
  neighbours: feed(sources.neighbours),
  radio: feed(radioOf(values.radio as RadioName, sources.neighbours, clock.wall)),
  network,
  changes: helper.changes,
  setup,
  ...hubOf(values.hub as HubName, clock.wall, sources.devices),
  nearby: sources.nearby,
  baseMap: () => baseMap.state(),
  devices: sources.devices,
  traffic: feed(sources.traffic),
  ...rewardsOf(values.purse as PurseName, clock.wall),
  seals,
  trafficOver: sources.trafficOver,
  ...desk,
  log: (limit) => sources.log(limit),
  counters: () => ({ at: clock.wall(), counters: {} }),
});
const server = await ApiServer.open({
  host: '127.0.0.1',
  port: Number(values.port),
  router,
  sessions,
  seals,
  hostCheck: new HostCheck({ nodeName: 'Mill Lane 7', allowedHosts: ['192.168.4.1'] }),
  clock,
  pwaDir: values.pwa,
  setupOpen: () => setup.open(),
  phoneCalls: desk.phones,
  tokens: desk.tokens,
  version: '0.1.0',
  baseMap,
  health: () => ({ ok: true }),
  onRefused: (what) => console.error('refused', what),
  onError: (path, error) => console.error(path, error),
});
console.log(`simulated agent, scene ${values.scene}: http://localhost:${server.port}`);
console.log(login.claimCode ? `claim code: ${login.claimCode}` : `passphrase: ${values.passphrase}`);
if (values.scene === 'unreachable') setTimeout(() => process.exit(0), 20_000);

/** Claims it as the page would, so that the log-in is the real one. */
async function claimWith(passphrase: string): Promise<void> {
  const { client, ready } = await import('@serenity-kit/opaque');
  const { keyStretching } = await import('@energymesh/agent/session-mac');
  await ready;
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password: passphrase });
  const { response } = login.registerStart(registrationRequest);
  const { registrationRecord } = client.finishRegistration({
    password: passphrase,
    registrationResponse: response,
    clientRegistrationState,
    keyStretching: keyStretching.operator,
  });
  login.registerFinish(registrationRecord);
}
