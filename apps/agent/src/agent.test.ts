import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, uptime } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openBackend, type Running, startAgent } from './agent.fixture.ts';
import { Page } from './api/page.fixture.ts';
import { testCommunity } from './community.fixture.ts';
import { snapshot, write } from './radio/snapshot.fixture.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-agent-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = (name: string, dataDir: string, extra: Record<string, string> = {}): Promise<Running> => startAgent({ name, dataDir, folder }, extra);

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
  // A report of this node's own may be on its way at any one moment.
  await expect.poll(async () => (await page.client.status.get.query()).carrying.waiting, { timeout: 30_000 }).toBe(0);
  const status = await page.client.status.get.query();
  expect(status.carrying.lost).toBe(0);
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
