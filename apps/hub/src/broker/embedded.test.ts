import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { CommunityAuthority, createCsr, generateNodeKey, nodeKeyToPem } from '@energymesh/identity';
import type { MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { connected, envelope, type Member, startsMsMax, TestHub } from '../hub.fixture.ts';

/** How the store behaves for the moment. */
let store: { gate?: Promise<void>; fail?: boolean; called?: () => void } = {};
let hub: TestHub;
let gateway: Member;
let relay: Member;
const clients: MqttClient[] = [];
/** mqtt.js's typed events are unknown to node:events. */
const closing = (client: MqttClient) => new Promise<void>((resolve) => void client.once('close', () => resolve()));
const use = async (client: MqttClient) => {
  clients.push(client);
  return connected(client);
};

beforeAll(async () => {
  hub = await TestHub.open({
    commit: async (writes, commit) => {
      store.called?.();
      await store.gate;
      if (store.fail) throw new Error('disk full');
      await commit(writes);
    },
  });
  gateway = await hub.member('gateway');
  relay = await hub.member('relay');
  await hub.admin('POST', '/devices', { id: 'meter-1', role: 'meter' });
}, startsMsMax);
afterEach(async () => {
  store = {};
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
});
afterAll(() => hub.destroy());

const id = (sequence: number, node = relay.node) => `${node}.7.1.${sequence}`;
const telemetry = () => hub.topic('em/meter-1/telemetry');
const stats = async () => (await hub.call('GET', '/stats')).body;
const refused = async (reason: string) => (await stats()).broker.refused[reason] ?? 0;

test('each entry id is kept once, over reconnects; equal payloads with ids of their own are kept apart', async () => {
  const before = await stats();
  const first = await use(hub.asNode(gateway));
  await Promise.all([1, 2, 3].map((n) => first.publishAsync(telemetry(), envelope(id(n), `{"n":${n}}`), { qos: 1 })));
  await first.endAsync(true);
  const second = await use(hub.asNode(gateway));
  await Promise.all([2, 3, 4].map((n) => second.publishAsync(telemetry(), envelope(id(n), `{"n":${n}}`), { qos: 1 })));
  await second.publishAsync(telemetry(), envelope(id(5), '{"n":4}'), { qos: 1 });
  const after = await stats();
  expect(after.received - before.received).toBe(7);
  expect(after.unique - before.unique).toBe(5);
  expect(after.duplicates - before.duplicates).toBe(2);
  expect(after.devices).toEqual([expect.objectContaining({ device: 'meter-1', received: 7, unique: 5, duplicates: 2, lastNode: relay.node })]);
  const { rows } = (await hub.admin('GET', '/telemetry?device=meter-1')).body;
  expect(rows.map((row: { payload: string }) => row.payload)).toEqual(['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}', '{"n":4}']);
  expect(rows[0]).toMatchObject({ entryId: id(1), node: relay.node, ageMs: 12, kind: 'telemetry', enrolled: true });
});

test('the PUBACK comes after the commit', async () => {
  const [gate, called] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  store = { called: called.resolve, gate: gate.promise };
  const client = await use(hub.asNode(gateway));
  let acknowledged = false;
  const publish = client.publishAsync(telemetry(), envelope(id(20), 'x'), { qos: 1 }).then(() => (acknowledged = true));
  await called.promise;
  // A whole exchange with the hub meanwhile: an early PUBACK would be here by now.
  await (await use(await hub.asTool())).subscribeAsync('probe', { qos: 1 });
  expect(acknowledged).toBe(false);
  gate.resolve();
  await publish;
});

test('whoever is here hears a message while it is being written, in order; who sends without waiting is not taken beyond a bound', async () => {
  const [gate, called] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const program = await use(await hub.asTool());
  await program.subscribeAsync(telemetry(), { qos: 1 });
  const heard: string[] = [];
  const bound = Promise.withResolvers<void>();
  program.on('message', (_, payload) => {
    heard.push(payload.toString());
    if (heard.length === 1000) bound.resolve();
  });
  store = { called: called.resolve, gate: gate.promise };
  const client = await use(hub.asNode(gateway));
  const sent = Array.from({ length: 1200 }, (_, i) => envelope(id(10_000 + i), `${'x'.repeat(1000)}${i}`));
  let acknowledged = 0;
  const publishes = sent.map((text) => client.publishAsync(telemetry(), text, { qos: 1 }).then(() => acknowledged++));
  await Promise.all([called.promise, bound.promise]);
  // Whole exchanges with the hub meanwhile: more would have come by now than one read of the socket beyond the bound.
  for (let i = 0; i < 5; i++) await hub.call('GET', '/healthz');
  expect([acknowledged, heard.length < 1150]).toEqual([0, true]);
  gate.resolve();
  await Promise.all(publishes);
  await vi.waitFor(() => expect(heard.length).toBe(1200), { timeout: 10_000 });
  expect(heard).toEqual(sent);
});

test('a program that falls too far behind loses messages, which is counted, and not its connection', async () => {
  const program = await use(await hub.asTool({ clientId: 'slow', clean: false }));
  await program.subscribeAsync(telemetry(), { qos: 1 });
  let closed = false;
  program.on('close', () => (closed = true));
  // It acknowledges nothing for the moment.
  const acknowledgements: (() => void)[] = [];
  program.handleMessage = (_, done) => acknowledgements.push(done);
  const client = await use(hub.asNode(gateway));
  const before = await refused('queue-full');
  await Promise.all(Array.from({ length: 1100 }, (_, i) => client.publishAsync(telemetry(), envelope(id(20_000 + i), 'x'), { qos: 1 })));
  expect(await refused('queue-full')).toBe(before + 100);
  expect([closed, (await stats()).broker.waiting]).toEqual([false, 1000]);
  program.handleMessage = (_, done) => done();
  for (const done of acknowledgements) done();
  await vi.waitFor(async () => expect((await stats()).broker.waiting).toBe(0), { timeout: 10_000 });
  await client.publishAsync(telemetry(), envelope(id(30_000), 'x'), { qos: 1 });
});

test('what could not be committed is not acknowledged, and comes again', async () => {
  store = { fail: true };
  const before = await stats();
  const client = await use(hub.asNode(gateway, undefined, { reconnectPeriod: 50 }));
  let acknowledged = false;
  const publish = client.publishAsync(telemetry(), envelope(id(30), 'x'), { qos: 1 }).then(() => (acknowledged = true));
  await closing(client);
  expect(acknowledged).toBe(false);
  store = {};
  await publish;
  const after = await stats();
  expect([after.received, after.unique]).toEqual([before.received + 1, before.unique + 1]);
});

test("a rogue CA, another community's node and a node without a certificate are refused before MQTT begins", async () => {
  const rogue = await CommunityAuthority.create({ name: 'Sunny Street', now: Date.now() });
  const foreignKey = generateNodeKey();
  const foreign = await rogue.issueNode({ csrPem: await createCsr(foreignKey, 'x'), name: 'x', roles: { relay: true, gateway: true }, now: Date.now() });
  Object.defineProperty(rogue, 'id', { value: hub.community });
  await rogue.renewIssuing(0);
  const key = generateNodeKey();
  const issued = await rogue.issueNode({ csrPem: await createCsr(key, 'x'), name: 'x', roles: { relay: true, gateway: true }, now: 0 });
  await expect(use(hub.asNode({ key, chain: issued.chainPem, node: key.nodeId }))).rejects.toThrow();
  await expect(use(hub.asNode({ key: foreignKey, chain: foreign.chainPem, node: foreignKey.nodeId }))).rejects.toThrow();
  const nobody = connect({ port: Number(new URL(hub.hub.addresses.mqtt!).port), host: '127.0.0.1', ca: hub.hub.authority.rootPem });
  nobody.on('error', () => undefined);
  await once(nobody, 'close');
  expect([await refused('bad-signature'), await refused('foreign-community'), await refused('no-certificate')]).toEqual([1, 1, 1]);
});

test('a resumed session is refused', async () => {
  const port = Number(new URL(hub.hub.addresses.mqtt!).port);
  const identity = { key: nodeKeyToPem(gateway.key), cert: gateway.chain, ca: hub.hub.authority.rootPem };
  const first: TLSSocket = connect({ port, host: '127.0.0.1', ...identity });
  const [session] = (await once(first, 'session')) as [Buffer];
  first.destroy();
  const second = connect({ port, host: '127.0.0.1', ...identity, session });
  second.on('error', () => undefined);
  const closed = once(second.resume(), 'close');
  await once(second, 'secureConnect');
  expect(second.isSessionReused()).toBe(true);
  await closed;
  expect(await refused('resumed-session')).toBe(1);
});

test('client ids: a gateway opens the session of any member, a relay its own only, nobody that of a stranger', async () => {
  await use(hub.asNode(gateway, `em-${relay.node}`));
  await use(hub.asNode(relay));
  await expect(use(hub.asNode(relay, `em-${gateway.node}`))).rejects.toThrow('Identifier rejected');
  await expect(use(hub.asNode(gateway, 'em-0000000000000000'))).rejects.toThrow('Identifier rejected');
  await expect(use(hub.asNode(gateway, 'something'))).rejects.toThrow('Identifier rejected');
});

test('tools need the password, and stay out of the sessions and topics of nodes', async () => {
  await expect(use(await hub.asTool({ password: 'wrong' }))).rejects.toThrow('Bad username or password');
  await expect(use(await hub.asTool({ username: undefined, password: undefined } as object))).rejects.toThrow('Bad username or password');
  await expect(use(await hub.asTool({ clientId: `em-${relay.node}` }))).rejects.toThrow('Identifier rejected');
  const tool = await use(await hub.asTool());
  const closed = closing(tool);
  tool.publish(telemetry(), 'forged', { qos: 1 });
  await closed;
});

test('a relay publishes for itself only, and nodes do not hear what others send up', async () => {
  const own = await use(hub.asNode(relay));
  await own.publishAsync(hub.topic(`node/${relay.node}/report`), envelope(`${relay.node}.7.2.1`, '{"packets":1}'), { qos: 1 });
  expect((await hub.admin('GET', `/reports?node=${relay.node}`)).body.rows).toMatchObject([{ subject: relay.node, payload: '{"packets":1}' }]);
  await expect(own.subscribeAsync(hub.topic('em/+/telemetry'), { qos: 1 })).rejects.toThrow();
  await expect(own.subscribeAsync(hub.topic('#'), { qos: 1 })).rejects.toThrow();
  const closed = closing(own);
  own.publish(telemetry(), envelope(id(40), 'x'), { qos: 1 });
  await closed;
});

test('a command waits for a node that is away, and is not retained', async () => {
  const session = await use(hub.asNode(gateway, `em-${relay.node}`));
  await session.subscribeAsync(hub.topic('em/meter-1/command'), { qos: 1 });
  await session.endAsync(true);
  const tool = await use(await hub.asTool());
  await tool.publishAsync(hub.topic('em/meter-1/command'), 'by tool', { qos: 1, retain: true });
  const { body } = await hub.admin('POST', '/commands', { device: 'meter-1', payload: { do: 'unlock' }, ttlSeconds: 30 });
  expect(JSON.parse(body.payload)).toMatchObject({ do: 'unlock', id: expect.any(String), expiresAt: expect.any(Number) });
  const again = hub.asNode(gateway, `em-${relay.node}`);
  const heard: string[] = [];
  const both = new Promise<void>((resolve) =>
    again.on('message', (_, payload, packet) => {
      heard.push(`${payload.toString()}${packet.retain ? ' retained' : ''}`);
      if (heard.length === 2) resolve();
    }),
  );
  await use(again);
  await both;
  expect(heard).toEqual(['by tool', body.payload]);
  expect((await hub.admin('POST', '/commands', { device: 'meter-9', payload: 'x' })).status).toBe(404);
});

test('the community document is retained, and replaced when a node is revoked, whose connections close', async () => {
  const victim = await hub.member('gateway');
  const reader = hub.asNode(gateway);
  const documents: Buffer[] = [];
  let next: () => void = () => undefined;
  const arrival = () =>
    new Promise<void>((resolve) => {
      next = resolve;
    });
  reader.on('message', (_, payload) => {
    documents.push(payload);
    next();
  });
  await use(reader);
  const retained = arrival();
  await reader.subscribeAsync(hub.topic('document'), { qos: 1 });
  await retained;
  const client = await use(hub.asNode(victim));
  const [closed, replaced] = [closing(client), arrival()];
  await hub.admin('POST', '/revoke', { node: victim.node });
  await Promise.all([closed, replaced]);
  expect(documents[1]).not.toEqual(documents[0]);
  expect(documents[1]!.includes(victim.node)).toBe(true);
  await expect(use(hub.asNode(victim))).rejects.toThrow();
  expect(await refused('revoked')).toBe(1);
});

test('an oversized and a malformed packet close the connection and nothing else', async () => {
  const client = await use(hub.asNode(gateway));
  const closed = closing(client);
  client.stream.write(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]));
  await closed;
  expect(await refused('packet-too-big')).toBe(1);
  const other = await use(hub.asNode(gateway));
  const gone = closing(other);
  other.stream.write(Buffer.from([0x00, 0x01, 0xff, 0xff]));
  await gone;
  expect((await stats()).broker.connected).toBe(true);
});
