import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, uptime } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runAgent } from './agent.ts';
import { Page } from './api/page.fixture.ts';
import { systemClock } from './clock.ts';
import { testCommunity } from './community.fixture.ts';
import { loadConfig } from './config.ts';
import { snapshot, write } from './radio/snapshot.fixture.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-agent-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A multicast group per test run, so that runs side by side do not hear each other. */
const group = `239.77.${(process.pid >> 8) & 255}.${process.pid & 255}`;

interface Running extends AsyncDisposable {
  readonly base: string;
  readonly claimCode: string;
  /** Port of the device door. */
  readonly devices: number;
}
async function start(name: string, dataDir: string, extra: Record<string, string> = {}): Promise<Running> {
  const { config } = loadConfig({
    environment: {
      EM_NAME: name,
      EM_DATA_DIR: dataDir,
      EM_HTTP_HOST: '127.0.0.1',
      EM_HTTP_PORT: '0',
      EM_DEVICES_HOST: '127.0.0.1',
      EM_DEVICES_PORT: '0',
      EM_LINKS_HOST: '127.0.0.1',
      EM_MDNS: 'false',
      EM_SPOOL_BYTES_MAX: '8388608',
      ...extra,
      EM_SEGMENTS: JSON.stringify([{ type: 'multicast', group, port: 17_900, interface: '127.0.0.1' }]),
    },
    folder,
  });
  const stop = new AbortController();
  const printed: string[] = [];
  const logged = new PassThrough();
  const ready = new Promise<{ devices: number }>((resolve) => {
    createInterface(logged).on('line', (line) => {
      if (process.env.EM_TEST_LOG) process.stderr.write(`${line}\n`);
      const entry = JSON.parse(line) as { msg: string; devices: number };
      if (entry.msg === 'ready') resolve(entry);
    });
  });
  let told = () => {};
  const ran = runAgent(
    {
      config,
      logger: pino({ level: process.env.EM_TEST_LOG ?? 'info', base: { name } }, logged),
      clock: systemClock,
      build: { version: 'test', date: 0 },
      print: (line) => {
        printed.push(line);
        told();
      },
    },
    stop.signal,
  );
  await Promise.race([
    ran,
    new Promise<void>((resolve) => {
      told = () => printed.length >= 2 && resolve();
    }),
  ]);
  const { devices } = await ready;
  return {
    devices,
    base: /http:\S+/.exec(printed[0] ?? '')?.[0] ?? '',
    claimCode: printed[1]?.split(' ').pop() ?? '',
    async [Symbol.asyncDispose]() {
      stop.abort('test over');
      await ran;
    },
  };
}

test('two agents of a community find each other and show it', async () => {
  const community = await testCommunity();
  const mill = await community.enrol(join(folder, 'mill'), 'Mill', { gateway: false });
  const barn = await community.enrol(join(folder, 'barn'), 'Barn', { gateway: false });
  await using first = await start('Mill', join(folder, 'mill'));
  await using _second = await start('Barn', join(folder, 'barn'));
  const page = new Page(first.base);
  await page.claim(first.claimCode, 'a long enough passphrase');
  const linked = Promise.withResolvers<void>();
  const subscription = page.client.mesh.live.subscribe(undefined, {
    onData: ({ self, nodes, edges }) => {
      expect(self).toBe(mill);
      const both = edges.find(({ stale }) => !stale);
      if (both && nodes.some(({ id, name, online }) => id === barn && name === 'Barn' && online)) linked.resolve();
    },
    onError: linked.reject,
  });
  await linked.promise;
  subscription.unsubscribe();
  const { neighbours } = await page.client.mesh.neighbours.query();
  expect(neighbours).toMatchObject([{ id: barn, name: 'Barn' }]);
  const { entries } = await page.client.log.recent.query();
  expect(entries.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['started', 'claimed', 'login', 'neighbour-up']));
  expect((await page.client.status.get.query()).node).toMatchObject({ id: mill, name: 'Mill', community: 'Sunny Street', gateway: false });
  await page.close();
});

test('what the radios say is shown beside the links and goes into the report, apart from what is relayed', async () => {
  const community = await testCommunity();
  await community.enrol(join(folder, 'mill'), 'Mill', { gateway: true });
  const barn = await community.enrol(join(folder, 'barn'), 'Barn', { gateway: false });
  const reported = Promise.withResolvers<{ now: { radio?: unknown } }>();
  await using backend = await openBackend((topic, payload) => {
    if (!topic.endsWith(`${barn}/report`)) return;
    const report = JSON.parse(JSON.parse(payload.toString()).payload);
    // One that is made late says nothing of now.
    if (report.now) reported.resolve(report);
  });
  const snapshotFile = join(folder, 'radio.json');
  write(snapshotFile, snapshot(uptime()));
  await using gateway = await start('Mill', join(folder, 'mill'), {
    EM_BACKEND_URL: backend.url,
    EM_BACKEND_ENVELOPE: 'true',
    EM_RADIO_SNAPSHOT: join(folder, 'none.json'),
    EM_RADIO_REQUESTS: join(folder, 'none'),
  });
  await using node = await start('Barn', join(folder, 'barn'), { EM_REPORT_EVERY_MS: '1000', EM_RADIO_SNAPSHOT: snapshotFile });
  const page = new Page(node.base);
  await page.claim(node.claimCode, 'a long enough passphrase');
  const view = await page.client.radio.get.query();
  expect(view).toMatchObject({
    state: 'fresh',
    country: 'DE',
    peers: [{ mac: '02:00:00:00:01:00', signalDbm: -30, expectedMbit: 9.704, wayQuality: 226 / 255, alive: true }],
    clients: [{ mac: '02:00:00:00:06:00', key: 'SAE' }],
    tunnels: [{ interface: 'wg-mesh' }],
    forwarded: { frames: 41, bytes: 5021, dropped: 27 },
    check: { advice: [] },
  });
  expect(view.interfaces.map(({ name, use }) => [name, use])).toEqual([
    ['wlan0', 'mesh'],
    ['wlan5', 'access point'],
    ['bat0', 'batman'],
    ['eth0', 'wired'],
    ['wg-mesh', 'wireguard'],
  ]);
  expect(view.reached).toHaveLength(4);
  const { now } = await reported.promise;
  expect(now.radio).toMatchObject({ stale: false, peers: 1, alive: 1, clients: 1, reached: 4, forwarded: { frames: 41 } });
  await page.close();

  const plain = new Page(gateway.base);
  await plain.claim(gateway.claimCode, 'a long enough passphrase');
  expect(await plain.client.radio.get.query()).toMatchObject({ state: 'none', links: [], interfaces: [] });
  expect(await plain.client.network.status.query()).toMatchObject({ available: false, recent: [] });
  await plain.close();
});

/** Any MQTT broker is a backend; this one speaks 3.1.1. */
async function openBackend(take: (topic: string, payload: Buffer) => void) {
  const broker = await Aedes.createBroker();
  broker.on('publish', ({ topic, payload }, client) => {
    if (client) take(topic, Buffer.from(payload));
  });
  const server = createServer(broker.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    publish: (topic: string, payload: string) =>
      broker.publish({ cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: false, dup: false }, () => {}),
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => broker.close(resolve));
      server.close();
    },
  };
}

test('fifty messages of a device reach the backend over another node, move the counter by fifty, and are in the report', async () => {
  const community = await testCommunity();
  const token = community.addDevice('meter-1', 'meter');
  await community.enrol(join(folder, 'mill'), 'Mill', { gateway: true });
  const barn = await community.enrol(join(folder, 'barn'), 'Barn', { gateway: false });
  const received: string[] = [];
  const reported: { node: string; counters: { traffic: string; packets: number }[] }[] = [];
  const [all, report] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using backend = await openBackend((topic, payload) => {
    if (topic === `energymesh/${community.id}/em/meter-1/telemetry`) received.push(JSON.parse(payload.toString()).payload);
    if (new Set(received).size === 50) all.resolve();
    if (!topic.endsWith(`${barn}/report`)) return;
    reported.push(JSON.parse(JSON.parse(payload.toString()).payload ?? payload.toString()));
    const counted = reported.flatMap(({ counters }) => counters).reduce((sum, { traffic, packets }) => sum + (traffic === 'device' ? packets : 0), 0);
    if (counted === 50) report.resolve();
  });
  await using _gateway = await start('Mill', join(folder, 'mill'), { EM_BACKEND_URL: backend.url, EM_BACKEND_ENVELOPE: 'true' });
  await using node = await start('Barn', join(folder, 'barn'), { EM_REPORT_EVERY_MS: '1000' });
  const page = new Page(node.base);
  await page.claim(node.claimCode, 'a long enough passphrase');
  const before = (await page.client.status.get.query()).carrying.packetsToday;

  const device = await mqtt.connectAsync(`mqtts://127.0.0.1:${node.devices}`, {
    clientId: 'meter-1',
    username: 'meter-1',
    password: token,
    ca: community.deviceRootPem,
    checkServerIdentity: () => undefined,
  } as mqtt.IClientOptions);
  await Promise.all(Array.from({ length: 50 }, (_, i) => device.publishAsync('em/meter-1/telemetry', `reading ${i}`, { qos: 1 })));
  await all.promise;
  await report.promise;
  const status = await page.client.status.get.query();
  expect(status.carrying).toMatchObject({ waiting: 0, lost: 0 });
  // The node's own reports count too.
  expect(status.carrying.packetsToday).toBeGreaterThanOrEqual(before + 50);
  expect(status).toMatchObject({ devices: { connected: 1, known: 1 }, gateway: { name: 'Mill', hops: 1 }, wellness: { well: true } });
  expect((await page.client.devices.list.query()).devices).toMatchObject([{ id: 'meter-1', role: 'meter', connected: true, packetsToday: 50 }]);
  const today = await page.client.traffic.today.query();
  expect(today.totals.packets.devices).toBe(50);
  expect(today.latency?.samples).toBeGreaterThan(0);

  // And down: the command crosses the node in between and is kept until the device has it.
  const command = new Promise<[string, Buffer]>((resolve) => device.once('message', (topic, payload) => resolve([topic, payload])));
  await device.subscribeAsync('em/meter-1/command', { qos: 1 });
  backend.publish(`energymesh/${community.id}/em/meter-1/command`, JSON.stringify({ id: 'c-1', action: 'read' }));
  const [topic, payload] = await command;
  expect([topic, JSON.parse(payload.toString())]).toEqual(['em/meter-1/command', { id: 'c-1', action: 'read' }]);
  await device.endAsync();
  await page.close();
});
