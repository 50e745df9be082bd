/**
 * `npm start`: a whole community on this machine. Hub, seven agents and simulated devices as processes of their own.
 * `--dev`: agents and hub run from source and restart on save, the page comes from the development server.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { DevicesFile } from '../devices/main.ts';
import { Child } from './child.ts';
import { Community } from './community.ts';
import { village } from './layout.ts';
import { Leftovers, startOf } from './leftovers.ts';
import { portTaken } from './ports.ts';
import { built, fromSource } from './program.ts';
import { until } from './until.ts';

const { values } = parseArgs({
  options: {
    dev: { type: 'boolean', default: false },
    dir: { type: 'string' },
    port: { type: 'string', default: '8080' },
    'hub-port': { type: 'string', default: '8090' },
  },
});
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const dir = values.dir ? resolve(values.dir) : join(root, '.energymesh', 'community');
const started = performance.now();
const say = (line: string): void => console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);

const children: Child[] = [];
let ending = false;
let community: Community | undefined;
const leftovers = new Leftovers(join(dir, 'running.json'));

async function end(status: number): Promise<never> {
  if (!ending) {
    ending = true;
    const hard = setTimeout(() => process.exit(1), 4500);
    await Promise.all([community?.stop(), ...children.map((c) => c.stop(2500))]);
    clearTimeout(hard);
    leftovers.clear();
    process.exit(status);
  }
  return new Promise(() => {});
}
// A second signal finds the end under way already.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));

try {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const ended = await leftovers.end((pid) => until(`process ${pid} of the last run to be gone`, 5000, () => startOf(pid) === undefined));
  if (ended) say(`ended ${ended} processes that the last run had left behind`);
  for (const port of [values.port, values['hub-port']]) {
    if (await portTaken(Number(port)))
      throw new Error(`port ${port} is taken by another program; end it, or choose others: npm start -- --port 8180 --hub-port 8190`);
  }
  if (!values.dev) {
    say('building what changed (the first time takes a minute or two)');
    const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.ts')], { cwd: root, stdio: 'inherit' });
    if (status !== 0) throw new Error('the build failed; its messages are above');
  }
  community = await Community.prepare({
    layout: village,
    dir,
    program: values.dev ? fromSource(root) : built(root),
    ports: { A: Number(values.port), hub: Number(values['hub-port']) },
    ...(values.dev ? {} : { pwaDir: join(root, 'apps/pwa/out') }),
    mdns: true,
    progress: say,
  });
  const running = (): number[] => [
    process.pid,
    ...[community!.hub.pid, ...[...community!.agents.values()].map((a) => (a.running ? a.child.pid : undefined)), ...children.map((c) => c.pid)].filter(
      (pid) => pid !== undefined,
    ),
  ];
  const watch = setInterval(() => leftovers.write(running().slice(1)), 500);
  watch.unref();
  await community.start();
  leftovers.write(running().slice(1));

  say('devices: starting (simulated ESP32s)');
  const devices: DevicesFile = {
    ca: community.hub.rootPem(),
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
        argv: [join(root, 'apps/pwa/node_modules/next/dist/bin/next'), 'dev', join(root, 'apps/pwa'), '--port', '3000'],
        logFile: join(dir, 'logs', 'page.log'),
      }),
    );

  say('waiting until every node has a way to the gateway');
  for (const agent of community.agents.values())
    await until(`node ${agent.node.key} to find the gateway`, 60_000, async () => (await agent.health())?.gateway != null);
  leftovers.write(running().slice(1));

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
      ...(values.dev ? ['  page, live     http://localhost:3000   (reloads on save)'] : []),
      '',
      ...rows,
      '',
      `Data and logs: ${dir}`,
      'Simulated here: the devices, and the network between the nodes (loopback). Ctrl-C ends everything.',
      '',
    ].join('\n'),
  );
} catch (error) {
  console.error(`\nnpm start: ${error instanceof Error ? error.message : error}`);
  await end(1);
}
