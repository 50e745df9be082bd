import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { connected, envelope, startsMsMax, TestHub } from './hub.fixture.ts';

let dataDir: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hub-main-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const free = { HUB_HTTP_PORT: '0', HUB_HTTPS_PORT: '0', HUB_BROKER_PORT: '0', HUB_TOOLS_PORT: '0', HUB_LOG_LEVEL: 'error' };
function start(environment: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, HUB_DATA_DIR: dataDir, HUB_COMMUNITY_NAME: 'Sunny Street', ...free, ...environment },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  children.push(child);
  return child;
}
/** Resolves with the address of the plain door once the hub has written it. */
async function ready(folder = dataDir): Promise<string> {
  const name = 'addresses.json';
  const ended = new AbortController();
  for await (const change of watch(folder, { signal: ended.signal })) {
    if (change.filename !== name) continue;
    try {
      return (JSON.parse(await readFile(join(folder, name), 'utf8')) as { http: string }).http;
    } catch {
      // The file of an earlier run was being removed.
    }
  }
  throw new Error('unreachable');
}

test(
  'lives through a kill -9 with everything it answered for, and ends by SIGTERM',
  async () => {
    const up = ready();
    const first = start();
    const http = await up;
    const authorization = `Bearer ${(await readFile(join(dataDir, 'admin-token'), 'utf8')).trim()}`;
    const ask = async (base: string, path: string, body?: object) =>
      (await fetch(base + path, { headers: { authorization }, ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}) })).json() as Promise<{
        rows: { detail: string }[];
      }>;
    await ask(http, '/admin/devices', { id: 'meter-1', role: 'meter' });
    first.kill('SIGKILL');
    await once(first, 'exit');

    const again = ready();
    const second = start();
    const events = await ask(await again, '/admin/events');
    expect(events.rows.map((row) => row.detail)).toEqual(['meter-1 (meter)']);

    second.kill('SIGTERM');
    second.kill('SIGINT');
    expect(await once(second, 'exit')).toEqual([0, null]);
  },
  startsMsMax,
);

test(
  'every command that was acknowledged survives a kill -9 while its node is away, and arrives',
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hub-kill-'));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const up = ready(dataDir);
    const child = start({ HUB_DATA_DIR: dataDir });
    await up;
    const hub = await TestHub.beside(dataDir);
    const [gateway, relay] = [await hub.member('gateway'), await hub.member('relay')];
    const away = await connected(hub.asNode(gateway, `em-${relay.node}`));
    await away.subscribeAsync(hub.topic('em/lock-1/command'), { qos: 1 });
    await away.endAsync(true);
    const tool = await connected(await hub.asTool());
    const acknowledged: string[] = [];
    for (let i = 0; i < 100; i++) {
      const text = `command ${i}`;
      tool.publishAsync(hub.topic('em/lock-1/command'), text, { qos: 1 }).then(
        () => {
          acknowledged.push(text);
          // In the middle of things, with some under way.
          if (acknowledged.length === 40) child.kill('SIGKILL');
        },
        () => undefined,
      );
    }
    await once(child, 'exit');
    await tool.endAsync(true);

    const again = ready(dataDir);
    const second = start({ HUB_DATA_DIR: dataDir });
    await again;
    const restarted = await TestHub.beside(dataDir);
    const session = restarted.asNode(gateway, `em-${relay.node}`);
    const heard = new Set<string>();
    const all = new Promise<void>((resolve) => {
      session.on('message', (_, payload) => {
        heard.add(payload.toString());
        if (acknowledged.every((text) => heard.has(text))) resolve();
      });
    });
    await connected(session);
    await all;
    expect(acknowledged.length).toBeGreaterThanOrEqual(40);
    // What the node acknowledged is gone from the disk.
    await vi.waitFor(async () => expect((await restarted.call('GET', '/stats')).body.broker.waiting).toBe(0), { timeout: 30_000, interval: 200 });
    await session.endAsync(true);
    second.kill('SIGTERM');
    await once(second, 'exit');
  },
  startsMsMax,
);

test(
  'what was acknowledged to a gateway is kept after a kill -9, and comes to a program that was here and had not acknowledged it',
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hub-kill-'));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const up = ready(dataDir);
    const child = start({ HUB_DATA_DIR: dataDir });
    await up;
    const hub = await TestHub.beside(dataDir);
    const gateway = await hub.member('gateway');
    const topic = hub.topic('em/meter-1/telemetry');
    const program = { clientId: 'program', clean: false };
    const mute = await connected(await hub.asTool(program));
    // Messages arrive, and their acknowledgements never leave.
    mute.handleMessage = () => undefined;
    await mute.subscribeAsync(topic, { qos: 1 });
    const sender = await connected(hub.asNode(gateway));
    const acknowledged: string[] = [];
    for (let i = 0; i < 300; i++) {
      const text = envelope(`${gateway.node}.1.1.${i}`, `message ${i}`);
      sender.publishAsync(topic, text, { qos: 1 }).then(
        () => {
          acknowledged.push(text);
          if (acknowledged.length === 100) child.kill('SIGKILL');
        },
        () => undefined,
      );
    }
    await once(child, 'exit');
    await Promise.all([sender.endAsync(true), mute.endAsync(true)]);

    const again = ready(dataDir);
    const second = start({ HUB_DATA_DIR: dataDir });
    await again;
    const restarted = await TestHub.beside(dataDir);
    const { rows } = (await restarted.admin('GET', '/telemetry?limit=1000')).body as { rows: { entryId: string }[] };
    const kept = new Set(rows.map((row) => row.entryId));
    expect(acknowledged.length).toBeGreaterThanOrEqual(100);
    expect(acknowledged.filter((text) => !kept.has(JSON.parse(text).id))).toEqual([]);
    const heard: string[] = [];
    const resumed = await restarted.asTool(program);
    resumed.on('message', (_, payload) => heard.push(payload.toString()));
    await connected(resumed);
    await vi.waitFor(() => expect(acknowledged.filter((text) => !heard.includes(text))).toEqual([]), { timeout: 30_000 });
    // In the order in which they were sent.
    expect(heard.map((text) => Number(JSON.parse(text).id.split('.')[3]))).toEqual(heard.map((_, i) => i));
    await resumed.endAsync(true);
    second.kill('SIGTERM');
    await once(second, 'exit');
  },
  startsMsMax,
);

test(
  'ends with 1 when its database has no place for its log, and what it acknowledged is there afterwards',
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hub-panic-'));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const up = ready(dataDir);
    const child = start({ HUB_DATA_DIR: dataDir });
    await up;
    const ended = once(child, 'exit');
    const hub = await TestHub.beside(dataDir);
    const gateway = await hub.member('gateway');
    const sender = await connected(hub.asNode(gateway));
    const log = join(dataDir, 'db', 'pg_wal');
    await rename(log, `${log}.elsewhere`);
    const acknowledged: string[] = [];
    // The log is in segments of 16 MiB.
    for (let i = 0; i < 100; i++) {
      const id = `${gateway.node}.1.1.${i}`;
      const text = envelope(id, randomBytes(150_000).toString('base64'));
      sender.publishAsync(hub.topic('em/meter-1/telemetry'), text, { qos: 1 }).then(
        () => acknowledged.push(id),
        () => undefined,
      );
    }
    expect(await ended).toEqual([1, null]);
    await sender.endAsync(true);
    await rename(`${log}.elsewhere`, log);

    const again = ready(dataDir);
    const second = start({ HUB_DATA_DIR: dataDir });
    await again;
    const { rows } = (await (await TestHub.beside(dataDir)).admin('GET', '/telemetry?limit=1000')).body as { rows: { entryId: string }[] };
    const kept = new Set(rows.map((row) => row.entryId));
    expect([acknowledged.length > 0, acknowledged.filter((id) => !kept.has(id))]).toEqual([true, []]);
    second.kill('SIGTERM');
    await once(second, 'exit');
  },
  startsMsMax,
);

test('a wrong configuration ends with 2 and names the key', async () => {
  const child = start({ HUB_HTTP_PORT: '99999' });
  const said: Buffer[] = [];
  child.stderr!.on('data', (bytes: Buffer) => said.push(bytes));
  expect(await once(child, 'exit')).toEqual([2, null]);
  expect(Buffer.concat(said).toString()).toContain('http.port (HUB_HTTP_PORT): ');
});
