import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { DevicePublish } from '../ports.ts';
import { fingerprint } from './intake.ts';
import type { PoliceConfig } from './police.ts';
import { Relay } from './relay.ts';
import { FakeDoor } from './testing/fake-door.ts';
import { FakeNet, type NetMesh } from './testing/fake-net.ts';
import { SmallBroker } from './testing/small-broker.ts';
import { systemClockForTests } from './testing/system-clock.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'em-relay-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
const directory = {
  authenticate: () => undefined,
  known: () => [{ id: 'lock-1', role: 'lock' as const }],
  onChange: () => () => {},
};
async function open(mesh: NetMesh, options: { url?: string; dataDir?: string; envelope?: boolean; class0?: PoliceConfig } = {}) {
  const door = new FakeDoor();
  const relay = await Relay.open({
    mesh,
    directory,
    door,
    config: {
      community: 'sun',
      spoolBytesMax: 2 * 1024 * 1024,
      backend: options.url ? { url: options.url, envelope: options.envelope ?? false } : undefined,
      class0: options.class0,
    },
    clock: systemClockForTests,
    dataDir: options.dataDir ?? folder(),
    logger: pino({ level: 'silent' }),
  });
  cleanups.push(() => relay.close());
  return { relay, door, mesh };
}
async function openBroker(): Promise<SmallBroker> {
  const broker = await SmallBroker.open();
  cleanups.push(() => broker.close());
  return broker;
}
/** Node b without a backend of its own, whose gateway a has subscribed to what comes down to b's lock. */
async function lockBehindGateway() {
  const broker = await openBroker();
  const net = new FakeNet();
  await open(net.add('a'), { url: broker.url });
  const b = await open(net.add('b'));
  b.door.connect('lock-1');
  await broker.until(() => broker.clients.get('em-000000000000000b')?.subscribes.length === 1);
  return { broker, net, b };
}
let packetId = 0;
const publish = (payload: string, over: Partial<DevicePublish> = {}): DevicePublish => ({
  device: { id: 'lock-1', role: 'lock' },
  clientId: 'lock-1',
  topic: 'em/lock-1/state',
  payload: Buffer.from(payload),
  qos: 1,
  dup: false,
  retain: false,
  packetId: ++packetId,
  properties: {},
  ...over,
});
const never = new AbortController().signal;

describe('a node and its gateway', () => {
  it('carry a message up to a broker, acknowledged when the broker has it', async () => {
    const broker = await openBroker();
    const net = new FakeNet();
    const a = await open(net.add('a'), { url: broker.url });
    const b = await open(net.add('b'));
    await b.relay.accept(publish('locked'), never);
    await broker.until(() => broker.publishes.length === 1);
    const { packet, client } = broker.publishes[0]!;
    expect(client.id).toBe('em-000000000000000a');
    expect(packet.topic).toBe('energymesh/sun/em/lock-1/state');
    expect(packet.payload.toString()).toBe('locked');
    expect(packet.properties?.userProperties).toMatchObject({ 'em-id': '000000000000000b.1.1.1', 'em-node': '000000000000000b' });
    await expect.poll(() => b.relay.stats().waiting).toBe(0);
    expect(a.relay.stats().backend).toMatchObject({ state: 'connected', version: 5 });
    await b.relay.publishReport('energymesh/sun/node/000000000000000b/report', Buffer.from('{}'));
    await broker.until(() => broker.publishes.length === 2);
  });

  it('keep it through a restart of the node while no gateway is there, under the same id', async () => {
    const broker = await openBroker();
    const dataDir = folder();
    const before = await open(new FakeNet().add('b', 1), { dataDir });
    await before.relay.accept(publish('one'), never);
    await before.relay.accept(publish('two'), never);
    expect(before.relay.stats()).toMatchObject({ waiting: 2, backend: { state: 'not-a-gateway' } });
    await before.relay.close();

    const net = new FakeNet();
    const after = await open(net.add('b', 2), { dataDir });
    await open(net.add('a'), { url: broker.url });
    await after.relay.accept(publish('three'), never);
    await broker.until(() => broker.publishes.length >= 3);
    const seen = broker.publishes.map(({ packet }) => [packet.properties?.userProperties?.['em-id'], packet.payload.toString()]);
    expect(seen).toEqual([
      ['000000000000000b.1.1.1', 'one'],
      ['000000000000000b.1.1.2', 'two'],
      ['000000000000000b.2.1.1', 'three'],
    ]);
    await expect.poll(() => after.relay.stats().waiting).toBe(0);
  });

  it('bring a node what the backend tells it, the broker acknowledged once whoever listens has it', async () => {
    const broker = await openBroker();
    const net = new FakeNet();
    await open(net.add('a'), { url: broker.url });
    const b = await open(net.add('b'));
    const topic = 'energymesh/sun/node/000000000000000b/told';
    b.relay.wantTold(true);
    const heard: string[] = [];
    const durable = Promise.withResolvers<void>();
    b.relay.listen(async (payload) => {
      heard.push(Buffer.from(payload).toString());
      await durable.promise;
    });
    await broker.until(() => broker.clients.get('em-000000000000000b')?.subscribes.length === 1);
    const session = broker.clients.get('em-000000000000000b')!;
    expect(session.subscribes[0]?.subscriptions).toMatchObject([{ topic }]);
    const id = broker.send('em-000000000000000b', topic, '{"kind":"challenge"}');
    await expect.poll(() => heard).toEqual(['{"kind":"challenge"}']);
    expect(session.acknowledged).toEqual([]);
    durable.resolve();
    await broker.until(() => session.acknowledged.length === 1);
    expect(session.acknowledged).toEqual([id]);
    expect(b.relay.stats().counters).toMatchObject({ 'inbox.told': 1, 'inbox.toldByOthers': 0 });
  });

  it('bring a command down to the device, the broker acknowledged by the node only', async () => {
    const { broker, net, b } = await lockBehindGateway();
    const session = broker.clients.get('em-000000000000000b')!;
    expect(session.subscribes[0]?.subscriptions).toMatchObject([{ topic: 'energymesh/sun/em/lock-1/command', rh: 2 }]);
    net.cut.add(b.mesh.self);
    const id = broker.send('em-000000000000000b', 'energymesh/sun/em/lock-1/command', '{"id":"c1","action":"unlock"}');
    await expect.poll(() => net.nodes.get(net.gateway()!)!.submitted.some((s) => s.stream === b.mesh.self && s.class === 0)).toBe(true);
    expect(session.acknowledged).toEqual([]);
    net.cut.delete(b.mesh.self);
    net.changed();
    await broker.until(() => session.acknowledged.length === 1);
    expect(session.acknowledged).toEqual([id]);
    await expect.poll(() => b.door.pending.map((p) => p.payload)).toEqual(['{"id":"c1","action":"unlock"}']);
    b.door.acknowledge(0);
    await b.relay.accept(publish('{"id":"c1","ok":true}', { topic: 'em/lock-1/answer' }), never);
    await broker.until(() => broker.publishes.some(({ packet }) => packet.topic === 'energymesh/sun/em/lock-1/answer'));
  });

  it('move to another gateway when theirs loses its backend, and the session with them', async () => {
    const first = await SmallBroker.open();
    const second = await openBroker();
    const net = new FakeNet();
    await open(net.add('a'), { url: first.url });
    await expect.poll(() => net.gateway()).toBe('000000000000000a');
    await open(net.add('d'), { url: second.url });
    const b = await open(net.add('b'));
    b.door.connect('lock-1');
    await first.until(() => first.clients.has('em-000000000000000b'));
    await first.close();
    await second.until(() => second.clients.has('em-000000000000000b'));
    await b.relay.accept(publish('still here'), never);
    await second.until(() => second.publishes.length === 1);
    expect(b.relay.stats().attachedTo).toBe('000000000000000d');
  });

  it('with one backend session for both ways at the gateway itself', async () => {
    const broker = await openBroker();
    const net = new FakeNet();
    const a = await open(net.add('a'), { url: broker.url });
    a.door.connect('lock-1');
    const own = () => broker.clients.get('em-000000000000000a');
    await broker.until(() => (own()?.subscribes.length ?? 0) >= 2);
    broker.send('em-000000000000000a', 'energymesh/sun/em/lock-1/command', '{"id":"c2"}');
    await broker.until(() => own()?.acknowledged.length === 1);
    broker.send('em-000000000000000a', 'energymesh/sun/document', 'doc', { retain: true });
    await broker.until(() => own()?.acknowledged.length === 2);
    expect(a.mesh.documents.map((d) => Buffer.from(d).toString())).toEqual(['doc']);
    expect(broker.connects.map((c) => c.clientId)).toEqual(['em-000000000000000a']);
    await a.relay.accept(publish('up'), never);
    await broker.until(() => broker.publishes.length === 1);
  });

  it('report a command that never reached its device', async () => {
    const { broker, b } = await lockBehindGateway();
    b.door.disconnect('lock-1');
    broker.send('em-000000000000000b', 'energymesh/sun/em/lock-1/command', '{"id":"c3","ttlSeconds":0.2}');
    await broker.until(() => broker.publishes.length === 1);
    expect(broker.publishes[0]?.packet.topic).toBe('energymesh/sun/node/000000000000000b/expired');
    expect(JSON.parse(broker.publishes[0]!.packet.payload.toString())).toMatchObject({ kind: 'command', id: 'c3', device: 'lock-1', why: 'expired' });
  });

  it('speak 3.1.1 to aedes: the id in an envelope, and commands all the same', async () => {
    const aedes = await Aedes.createBroker();
    const server = createServer(aedes.handle);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => new Promise((resolve) => aedes.close(() => server.close(() => resolve()))));
    const got: Record<string, unknown>[] = [];
    aedes.on('publish', (packet, client) => client && got.push(JSON.parse(packet.payload.toString())));
    const subscribed = new Promise<void>((resolve) => aedes.on('subscribe', (_, client) => client?.id === 'em-000000000000000b' && resolve()));
    const address = server.address();
    const net = new FakeNet();
    await open(net.add('a'), { url: `mqtt://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, envelope: true });
    const b = await open(net.add('b'));
    b.door.connect('lock-1');
    const state = publish('locked');
    await b.relay.accept(state, never);
    await expect
      .poll(() => got)
      .toEqual([expect.objectContaining({ em: 1, id: '000000000000000b.1.1.1', node: '000000000000000b', payload: 'locked', fp: fingerprint(state) })]);
    await subscribed;
    aedes.publish(
      { cmd: 'publish', topic: 'energymesh/sun/em/lock-1/command', payload: Buffer.from('{"id":"c1"}'), qos: 1, dup: false, retain: false },
      () => undefined,
    );
    await expect.poll(() => b.door.pending.map((p) => p.payload)).toEqual(['{"id":"c1"}']);
  });

  it('carry what is above the rate of class 0 as class 1, in order, also after a restart, and say so', async () => {
    const broker = await openBroker();
    const net = new FakeNet();
    await open(net.add('a'), { url: broker.url });
    const dataDir = folder();
    const class0 = { device: { perSecond: 0.001, burst: 5 }, node: { perSecond: 100, burst: 100 } };
    const send = (relay: Relay, from: number, to: number) =>
      Promise.all(Array.from({ length: to - from }, (_, i) => relay.accept(publish(`${from + i}`, { topic: 'em/lock-1/transaction' }), never)));
    const before = await open(net.add('b'), { dataDir, class0 });
    await send(before.relay, 0, 20);
    expect(before.relay.stats()).toMatchObject({ demoted: 15, demotedTopics: 1, counters: { 'class0.demoted': 15 } });
    await before.relay.accept(publish('20', { topic: 'em/lock-1/transaction', qos: 0 }), never);
    await broker.until(() => broker.publishes.length === 21);
    net.cut.add(before.mesh.self);
    await send(before.relay, 21, 25);
    await before.relay.close();
    net.cut.delete(before.mesh.self);

    const after = await open(net.add('b', 2), { dataDir, class0 });
    await send(after.relay, 25, 30);
    await broker.until(() => broker.publishes.length === 30);
    const seen = broker.publishes.map(({ packet }) => `${packet.payload} ${String(packet.properties?.userProperties?.['em-id']).split('.').slice(1, 3)}`);
    expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => `${i} ${i < 25 ? 1 : 2},${i < 5 ? 0 : 1}`));
  });

  it('take a message that comes again with DUP once while the first is known', async () => {
    const net = new FakeNet();
    const b = await open(net.add('b'));
    const first = publish('x');
    await b.relay.accept(first, never);
    await b.relay.accept({ ...first, dup: true }, never);
    await b.relay.accept({ ...first, packetId: 60_000, dup: true }, never);
    await b.relay.accept(first, never);
    expect(b.relay.stats()).toMatchObject({ waiting: 3, counters: { 'intake.resent': 1 } });
    await expect(b.relay.accept(publish('x', { topic: 'em/lock-1/command' }), never)).rejects.toMatchObject({ why: 'no-topic' });
    await expect(b.relay.accept(publish('x', { topic: `em/${'y'.repeat(2000)}/state` }), never)).rejects.toMatchObject({ why: 'no-topic' });
  });
});
