/**
 * `npm start`: a whole community on this machine. Hub, seven agents and simulated devices as processes of their own.
 * `--dev`: agents and hub run from source and restart on save, the page comes from the development server.
 * `--no-build`: what was built before is run as it is. `--no-rewards`: without a ledger, nothing is paid.
 * COMMUNITY_EPOCH_SECONDS: how long this community's hours are (300; 10 to 3600), fixed at its first start.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { DevicesFile } from '../devices/main.ts';
import { build } from './building.ts';
import { Child } from './child.ts';
import { Community } from './community.ts';
import { village } from './layout.ts';
import { alive, Leftovers, launchersOf } from './leftovers.ts';
import { portTaken } from './ports.ts';
import { built, fromSource } from './program.ts';
import { epochSecondsOf } from './rewards.ts';
import { until } from './until.ts';

const { values } = parseArgs({
  options: {
    dev: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
    'no-rewards': { type: 'boolean', default: false },
    dir: { type: 'string' },
    port: { type: 'string', default: '8080' },
    'hub-port': { type: 'string', default: '8090' },
  },
});
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const dir = values.dir ? resolve(values.dir) : join(root, '.energymesh', 'community');
const started = performance.now();
const say = (line: string): void => console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
const others = 'npm start -- --port 8180 --hub-port 8190';

const children: Child[] = [];
const ending = new AbortController();
let community: Community | undefined;
let building: number | undefined;
const leftovers = new Leftovers(join(dir, 'running.json'));
/** Not somebody else's community in the same folder. */
let own = false;

/** A process that was just killed may hold its port for a moment after it is no longer listed. */
async function comesFree(port: number, msMax: number): Promise<boolean> {
  return until(`port ${port} to be free`, msMax, async () => !(await portTaken(port))).then(
    () => true,
    () => false,
  );
}

const lengthOf = (seconds: number): string => (seconds === 60 ? 'a minute' : seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`);

async function end(status: number): Promise<never> {
  if (!ending.signal.aborted) {
    say('ending: every process of this community');
    const hard = setTimeout(() => process.exit(1), 4500);
    ending.abort(new Error('ended before it was up'));
    await Promise.all([community?.stop(), ...children.map((c) => c.stop(2500))]);
    clearTimeout(hard);
    if (own) leftovers.clear();
    process.exit(status);
  }
  return new Promise(() => {});
}
// A second signal finds the end under way already.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
// Whoever reads this output may go before we do.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  const epochSeconds = epochSecondsOf(process.env.COMMUNITY_EPOCH_SECONDS);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const running = leftovers.running;
  if (running !== undefined)
    throw new Error(
      `the community in ${dir} is running already (process ${running}). Use it, or end it: kill ${running}. A second one: ${others} --dir <folder>`,
    );
  const ended = await leftovers.end();
  if (ended) say(`ended ${ended} processes that the last run had left behind`);
  for (const port of [values.port, values['hub-port']])
    if (!(await comesFree(Number(port), ended ? 3000 : 0))) throw new Error(`port ${port} is taken by another program; end it, or choose others: ${others}`);

  own = true;
  const above = launchersOf(process.pid);
  const note = (): void => {
    const agents = [...(community?.agents.values() ?? [])].map((a) => (a.running ? a.child.pid : undefined));
    leftovers.write(
      above,
      [building, community?.rewards?.ledger.pid, community?.hub.pid, ...agents, ...children.map((c) => c.pid)].filter((pid) => pid !== undefined),
    );
    // npm was killed and could not say so.
    if (!above.every(alive)) void end(0);
  };
  note();
  setInterval(note, 500).unref();

  if (!values.dev && !values['no-build']) {
    say('building what changed (the first time takes a minute or two)');
    await build(root, ending.signal, (pid) => {
      building = pid;
      note();
    });
    building = undefined;
  }
  community = await Community.prepare({
    layout: village,
    dir,
    program: values.dev ? fromSource(root) : built(root),
    ports: { A: Number(values.port), hub: Number(values['hub-port']) },
    ...(values.dev ? {} : { pwaDir: join(root, 'apps/pwa/out') }),
    mdns: true,
    // Seven nodes make their wallets at once.
    readyMsMax: 120_000,
    ...(values['no-rewards'] ? {} : { rewards: epochSeconds === undefined ? {} : { epochSeconds } }),
    progress: say,
  });
  ending.signal.throwIfAborted();
  await community.start();
  ending.signal.throwIfAborted();

  say('devices: starting (simulated ESP32s)');
  const devices: DevicesFile = {
    ca: community.hub.deviceRootPem(),
    telemetryEveryMs: 5000,
    devices: village.devices.map(({ id, role }) => ({ id, role, token: community!.device(id).token, url: community!.device(id).url })),
  };
  const file = join(dir, 'devices.json');
  writeFileSync(file, JSON.stringify(devices), { mode: 0o600 });
  children.push(new Child({ name: 'devices', argv: [join(root, 'e2e/src/devices/main.ts'), file], logFile: join(dir, 'logs', 'devices.log') }));
  if (values.dev)
    children.push(
      new Child({
        name: 'page',
        // An agent answers pages of its own origin only: the page's development server passes its calls on.
        argv: [join(root, 'apps/pwa/dev/serve.ts'), '--port', '3000', '--agent', new URL([...community.agents.values()][0]!.url).host],
        logFile: join(dir, 'logs', 'page.log'),
      }),
    );
  note();

  say('waiting until every node has a way to the gateway');
  for (const agent of community.agents.values())
    await until(`node ${agent.node.key} to find the gateway`, 60_000, async () => (await agent.health())?.gateway != null);

  const { rewards } = community;
  const rows = [...community.agents.values()].map(
    (a) => `  node ${a.node.key}  ${a.node.name.padEnd(14)} ${a.url.padEnd(24)}${a.claimCode() ? `  claim code ${a.claimCode()}` : ''}`,
  );
  console.log(
    [
      '',
      'The community is up.',
      '',
      `  dashboard      http://localhost:${values.port}   (node A, ${village.nodes[0]?.name}; a gateway)`,
      `  hub            ${community.hub.statusUrl}`,
      ...(values.dev ? [] : [`  app            ${community.hub.appUrl}   (its certificate signs itself: the browser warns)`]),
      ...(rewards
        ? [
            `  ledger         ${rewards.ledger.url}   (SIMULATED: a local Stellar network on this machine, its XLM are worth nothing)`,
            `  earnings       hours of ${lengthOf(rewards.epochSeconds)} in place of real ones; the first pay comes after about four of them`,
          ]
        : []),
      ...(values.dev ? ['  page, live     http://localhost:3000   (reloads on save)'] : []),
      '',
      ...rows,
      '',
      `Data and logs: ${dir}`,
      `Simulated here: the devices, ${rewards ? 'the ledger, ' : ''}and the network between the nodes (loopback). Ctrl-C ends everything.`,
      '',
    ].join('\n'),
  );
} catch (error) {
  if (!ending.signal.aborted) console.error(`\nnpm start: ${error instanceof Error ? error.message : error}`);
  await end(1);
}
