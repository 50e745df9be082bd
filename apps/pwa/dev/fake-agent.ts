// A simulated agent: the real door (log-in, signed requests, subscriptions, files) before invented figures. For looking at the dashboard
// while working on it, in states that a healthy community does not show: node dev/fake-agent.ts --scene no-gateway --port 8091 [--radio wrong] [--purse local] [--unclaimed]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { HostCheck } from '@energymesh/agent/api/host-check';
import { Login } from '@energymesh/agent/api/login';
import { Seals } from '@energymesh/agent/api/seals';
import { ApiServer } from '@energymesh/agent/api/server';
import { Sessions } from '@energymesh/agent/api/sessions';
import { createAppRouter } from '@energymesh/agent/router';
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
    unclaimed: { type: 'boolean', default: false },
    /** What the simulated node's clock shows when it starts, UTC. */
    clock: { type: 'string', default: '14:32' },
  },
});
if (!radios.includes(values.radio as RadioName)) throw new Error(`--radio is one of ${radios.join(', ')}`);
if (!purses.includes(values.purse as PurseName)) throw new Error(`--purse is one of ${purses.join(', ')}`);
if (!scenes.includes(values.scene as SceneName)) throw new Error(`--scene is one of ${scenes.join(', ')}`);

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
/** Nobody calls a simulated node through the app; the page shows what pairing looks like. */
const phones = {
  list: () => ({
    at: clock.wall(),
    phones: [
      { id: '00000000000000e1', name: 'Ana’s phone', pairedAt: clock.wall() - 86_400_000, lastSeenAt: clock.wall() - 240_000, lastWay: 'hub' as const },
      {
        id: '00000000000000e2',
        name: 'Kitchen tablet',
        pairedAt: clock.wall() - 864_000_000,
        lastSeenAt: clock.wall() - 172_800_000,
        lastWay: 'direct' as const,
      },
    ],
    max: 16,
    app: 'https://app.millbrook.example',
  }),
  offer: () => ({ link: `https://app.millbrook.example/pair#${'simulated'.repeat(30)}`, endsAt: clock.wall() + 600_000 }),
  withdraw: () => {},
  revoke: () => true,
  app: () => 'https://app.millbrook.example',
  answer: async () => undefined,
};
const router = createAppRouter({
  clock,
  auth: login,
  card: () => ({ ...sources.card(), state: login.claimed ? 'claimed' : 'unclaimed', setup: 'done' }),
  status: feed(sources.status),
  topology: feed(sources.topology),
  neighbours: feed(sources.neighbours),
  radio: feed(radioOf(values.radio as RadioName, sources.neighbours, clock.wall)),
  network: feed(() => ({
    at: clock.wall(),
    available: false,
    recent: [],
    tunnels: [],
    reach: { name: 'energymesh-a1.local', addresses: ['192.168.4.1'], port: 8080 },
  })),
  changes: { check: noHelper, choices: () => ({ countries: [], channels: [] }), propose: noHelper, confirm: noHelper, revert: noHelper },
  nearby: sources.nearby,
  devices: sources.devices,
  traffic: feed(sources.traffic),
  ...rewardsOf(values.purse as PurseName, clock.wall),
  seals: new Seals({ clock, sessionKey: (session) => sessions.keyOf(session) }),
  trafficOver: sources.trafficOver,
  phones,
  log: (limit) => sources.log(limit),
  counters: () => ({ at: clock.wall(), counters: {} }),
});
const server = await ApiServer.open({
  host: '127.0.0.1',
  port: Number(values.port),
  router,
  sessions,
  hostCheck: new HostCheck({ nodeName: 'Mill Lane 7', allowedHosts: ['192.168.4.1'] }),
  clock,
  pwaDir: values.pwa,
  setupOpen: () => false,
  phoneCalls: phones,
  health: () => ({ ok: true }),
  onRefused: (what) => console.error('refused', what),
  onError: (path, error) => console.error(path, error),
});
console.log(`simulated agent, scene ${values.scene}: http://localhost:${server.port}`);
console.log(login.claimCode ? `claim code: ${login.claimCode}` : `passphrase: ${values.passphrase}`);
if (values.scene === 'unreachable') setTimeout(() => process.exit(0), 20_000);

function noHelper(): never {
  throw new Error('a simulated node has no network of its own');
}

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
