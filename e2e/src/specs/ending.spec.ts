import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { village } from '../community/layout.ts';
import { alive } from '../community/leftovers.ts';
import { freePorts, portTaken } from '../community/ports.ts';
import { until } from '../community/until.ts';
import { Launch } from '../harness/launch.ts';
import { reportFigure } from '../harness/report-figure.ts';
import { discard, scratch } from '../harness/scratch.ts';

const endingMsMax = 5000;
const upMsMax = 120_000;
let dir: string;
let port: number;
let hubPort: number;
let running: Launch | undefined;

beforeAll(async () => {
  dir = scratch('ending');
  [port, hubPort] = (await freePorts(2)) as [number, number];
});
afterEach(() => {
  for (const { pid } of running?.all() ?? []) process.kill(pid, 'SIGKILL');
});
afterAll(() => discard(dir));

function start(npm = false): Launch {
  running = new Launch({ dir, port, hubPort, npm });
  return running;
}

interface State {
  readonly ports: Record<string, { readonly http: number; readonly devices: number; readonly links: number }>;
  readonly hub: { readonly http: number; readonly https: number; readonly broker: number; readonly tools: number };
  readonly rewards: { readonly port: number };
}
const ports = (): number[] => {
  const state = JSON.parse(readFileSync(join(dir, 'community.json'), 'utf8')) as State;
  return [...Object.values(state.ports).flatMap(({ http, devices, links }) => [http, devices, links]), ...Object.values(state.hub), state.rewards.port];
};

/** Everything that belonged to the launch is gone within five seconds, and its ports are free. */
async function expectGone(launch: Launch, name: string, end: () => unknown): Promise<void> {
  const before = launch.all();
  expect(before.length, 'launcher, ledger, hub, agents and devices').toBeGreaterThanOrEqual(1 + 1 + 1 + village.nodes.length + 1);
  const from = performance.now();
  await end();
  await until(`${before.length} processes to be gone (${name})`, 2 * endingMsMax, () => !before.some(alive));
  const ms = Math.round(performance.now() - from);
  expect(launch.all(), 'descendants that came meanwhile').toEqual([]);
  reportFigure({ figure: `e2e.end.${name}Ms`, value: ms, unit: 'ms' });
  expect(ms).toBeLessThan(endingMsMax);
  for (const taken of ports()) expect(await portTaken(taken), `port ${taken}`).toBe(false);
}

async function identities(): Promise<Record<string, string>> {
  const state = JSON.parse(readFileSync(join(dir, 'community.json'), 'utf8')) as State;
  const nodes = Object.entries(state.ports).map(async ([key, { http }]) => {
    const health = (await (await fetch(`http://localhost:${http}/healthz`)).json()) as { node: string };
    return [key, health.node] as const;
  });
  return Object.fromEntries(await Promise.all(nodes));
}
const stats = async () => (await (await fetch(`http://localhost:${hubPort}/stats`)).json()) as { unique: number; community: { id: string } };

test('Ctrl-C twice, SIGTERM to npm, kill -9 of npm and of the launcher: everything ends, and each next start is the same community', async () => {
  const first = start(true);
  reportFigure({ figure: 'e2e.start.upMs', value: Math.round(await first.up(upMsMax)), unit: 'ms' });
  for (const address of [`http://localhost:${port}`, `http://localhost:${hubPort}`]) {
    expect(first.text).toContain(address);
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
  }
  const nodes = await identities();
  expect(new Set(Object.values(nodes)).size).toBe(village.nodes.length);
  await until('telemetry of every device at the hub', 60_000, async () => (await stats()).unique >= village.devices.length);
  const { community } = await stats();

  // a second start in the same folder, and one that wants the same ports
  const same = new Launch({ dir, port, hubPort });
  expect(await same.exited).toBe(1);
  expect(same.text).toMatch(/is running already \(process \d+\)/);
  expect(same.text).toContain('--port');
  const elsewhere = scratch('ending');
  const second = new Launch({ dir: elsewhere, port, hubPort });
  expect(await second.exited).toBe(1);
  discard(elsewhere);
  expect(second.text).toContain(`port ${port} is taken by another program; end it, or choose others: npm start -- --port`);
  expect(first.all().length, 'the first one is untouched').toBeGreaterThan(village.nodes.length);

  await expectGone(first, 'interruptTwice', async () => {
    first.signalGroup('SIGINT');
    await first.printed('ending: ');
    first.signalGroup('SIGINT');
  });
  const again = start(true);
  reportFigure({ figure: 'e2e.start.againMs', value: Math.round(await again.up(upMsMax)), unit: 'ms' });
  expect(await identities()).toEqual(nodes);
  await expectGone(again, 'terminateLeader', () => process.kill(again.pid, 'SIGTERM'));

  const third = start(true);
  await third.up(upMsMax);
  const before = await stats();
  const left = third.all();
  process.kill(third.pid, 'SIGKILL');
  const fourth = start();
  reportFigure({ figure: 'e2e.start.afterKillMs', value: Math.round(await fourth.up(upMsMax)), unit: 'ms' });
  expect(left.filter(alive), 'processes of the killed run').toEqual([]);
  expect(fourth.text).toContain(`http://localhost:${port}`);
  expect(await identities()).toEqual(nodes);
  const after = await stats();
  expect(after.community.id).toBe(community.id);
  expect(after.unique).toBeGreaterThanOrEqual(before.unique);

  // npm is not there this time: the launcher itself is killed, which cannot end anything any more
  const children = fourth.all();
  process.kill(fourth.pid, 'SIGKILL');
  const fifth = start();
  await fifth.up(upMsMax);
  expect(children.filter(alive), 'processes of the killed run').toEqual([]);
  expect(await identities()).toEqual(nodes);
  await expectGone(fifth, 'terminateLauncher', () => process.kill(fifth.pid, 'SIGTERM'));
  expect(await fifth.exited).toBe(0);
}, 600_000);

test('a start that is ended before it is up leaves nothing behind', async () => {
  const launch = start();
  await until('some agents to have been started', upMsMax, () => launch.text.includes('node C'));
  const before = launch.all();
  const from = performance.now();
  process.kill(launch.pid, 'SIGTERM');
  await until('everything to be gone', 2 * endingMsMax, () => !before.some(alive) && launch.all().length === 0);
  expect(performance.now() - from).toBeLessThan(endingMsMax);
  expect(await launch.exited).toBe(0);
  expect(launch.text).not.toContain('npm start:');
});

test('a port that another program holds: said by its number, with what to do', async () => {
  const taken = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const launch = start();
  expect(await launch.exited).toBe(1);
  expect(launch.text).toContain(`port ${port} is taken by another program; end it, or choose others: npm start -- --port 8180 --hub-port 8190`);
  await new Promise((resolve) => taken.close(resolve));
});
