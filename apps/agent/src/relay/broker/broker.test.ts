import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, checkServerIdentity, connect as tlsConnect } from 'node:tls';
import { CommunityAuthority, createCsr, createDoorCsr, doorName, generateNodeKey, generateP256Key, nodeKeyToPem, p256KeyToPem } from '@energymesh/identity';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { pino } from 'pino';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Clock, DeviceDirectory, DeviceIdentity, DevicePublish } from '../../ports.ts';
import { IntakeRefused } from '../../ports.ts';
import { DeviceBroker, type DeviceBrokerOptions } from './broker.ts';
import { Wills } from './wills.ts';

const clock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
let tls: { cert: string; key: string };
let ca: string;
let authority: CommunityAuthority;
const now = Date.now();
beforeAll(async () => {
  authority = await CommunityAuthority.create({ name: 'Test', now });
  tls = await doorCertificate();
  ca = authority.deviceRootPem;
});

async function doorCertificate() {
  const key = generateP256Key();
  const { pem } = await authority.issueDoor({ csrPem: await createDoorCsr(key, 'node'), node: '0123456789abcdef', name: 'node', now });
  return { cert: pem, key: p256KeyToPem(key) };
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

class Directory implements DeviceDirectory {
  devices = new Map<string, DeviceIdentity & { token: string }>([
    ['meter-1', { id: 'meter-1', role: 'meter', token: 'right' }],
    ['lock-1', { id: 'lock-1', role: 'lock', token: 'right' }],
  ]);
  changed: () => void = () => {};
  authenticate(username: string, password: Uint8Array): DeviceIdentity | undefined {
    const device = this.devices.get(username);
    return device && Buffer.from(password).toString() === device.token ? device : undefined;
  }
  known(): readonly DeviceIdentity[] {
    return [...this.devices.values()];
  }
  onChange(handler: () => void): () => void {
    this.changed = handler;
    return () => {};
  }
}

async function door(over: Partial<DeviceBrokerOptions> = {}) {
  const taken: DevicePublish[] = [];
  const directory = new Directory();
  const folder = mkdtempSync(join(tmpdir(), 'energymesh-door-'));
  closers.push(async () => rmSync(folder, { recursive: true, force: true }));
  const options: DeviceBrokerOptions = {
    host: '127.0.0.1',
    port: 0,
    tls,
    directory,
    clock,
    logger: pino({ level: 'silent' }),
    willsFile: join(folder, 'wills.db'),
    intake: { accept: async (publish) => void taken.push(publish) },
    ...over,
  };
  const broker = await DeviceBroker.open(options);
  closers.push(() => broker[Symbol.asyncDispose]());
  const connect = async (over: IClientOptions = {}): Promise<MqttClient> => {
    const settings: IClientOptions & Pick<ConnectionOptions, 'checkServerIdentity'> = {
      clientId: 'meter-1',
      username: 'meter-1',
      password: 'right',
      ca,
      checkServerIdentity: () => undefined,
      reconnectPeriod: 0,
      ...over,
    };
    const client = await mqtt.connectAsync(`mqtts://127.0.0.1:${broker.port}`, settings, false);
    closers.push(() => client.endAsync(true));
    return client;
  };
  return { broker, directory, options, taken, connect };
}

/** What the TLS stack of an ESP32 offers: P-256 and no other signature or curve. It names the door, not the node or its address. */
const microcontroller = { sigalgs: 'ecdsa_secp256r1_sha256', ecdhCurve: 'P-256', servername: doorName, checkServerIdentity };

test.each(['TLSv1.2', 'TLSv1.3'] as const)('a microcontroller without Ed25519 publishes and hears over %s', async (version) => {
  const { broker, connect, taken } = await door();
  const only = { ...microcontroller, minVersion: version, maxVersion: version };
  const client = await connect(only);
  await client.publishAsync('em/meter-1/telemetry', '{}', { qos: 1 });
  expect(taken).toHaveLength(1);

  const lock = await connect({ ...only, clientId: 'lock-1', username: 'lock-1' });
  const message = new Promise((resolve) => lock.once('message', (_t, payload) => resolve(payload.toString())));
  await lock.subscribeAsync('em/lock-1/command', { qos: 1 });
  await broker.deliver('lock-1', { topic: 'em/lock-1/command', payload: Buffer.from('open') }, new AbortController().signal);
  expect(await message).toBe('open');
});

test("such a device cannot use the node's own certificate, and believes no door of another community", async () => {
  const key = generateNodeKey();
  const issued = await authority.issueNode({ csrPem: await createCsr(key, 'node'), name: 'node', roles: { relay: true, gateway: false }, now });
  const own = await door({ tls: { cert: issued.chainPem, key: nodeKeyToPem(key) } });
  await expect(own.connect({ ...microcontroller, ca: authority.rootPem })).rejects.toThrow(/handshake failure/);
  const { connect } = await door();
  const other = await CommunityAuthority.create({ name: 'Test', now });
  await expect(connect({ ...microcontroller, ca: other.deviceRootPem })).rejects.toThrow(/certificate/);
});

test('TLS 1.1 is refused', async () => {
  const { broker, connect } = await door();
  const outdated = { ...microcontroller, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  await expect(connect(outdated)).rejects.toThrow(/protocol version/);
  expect(broker.counters()).toEqual({ 'failed the TLS handshake': 1 });
});

test('a renewed certificate is shown from then on, and who is connected stays so', async () => {
  const { broker, connect } = await door();
  const shown = async () => {
    const socket = tlsConnect({ port: broker.port, host: '127.0.0.1', ca, ...microcontroller });
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    const certificate = socket.getPeerX509Certificate()?.toString();
    socket.destroy();
    return certificate;
  };
  const client = await connect(microcontroller);
  expect(await shown()).toBe(tls.cert);
  const renewed = await doorCertificate();
  broker.renewTls(renewed);
  expect(await shown()).toBe(renewed.cert);
  await client.publishAsync('em/meter-1/telemetry', '{}', { qos: 1 });
});

/** A promise and its switch. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test.each([4, 5] as const)('MQTT %i: a PUBACK leaves only when the message is in custody', async (protocolVersion) => {
  const custody = gate();
  const asked = gate();
  const { connect } = await door({
    intake: {
      accept: () => {
        asked.open();
        return custody.opened;
      },
    },
  });
  const client = await connect({ protocolVersion });
  let acknowledged = false;
  const published = client.publishAsync('em/meter-1/telemetry', '{}', { qos: 1 }).then(() => {
    acknowledged = true;
  });
  await asked.opened;
  expect(acknowledged).toBe(false);
  custody.open();
  await published;
  expect(acknowledged).toBe(true);
});

test('PUBACKs keep the order of the PUBLISHes', async () => {
  const first = gate();
  const second = gate();
  const { connect } = await door({ intake: { accept: async (p) => (p.topic.endsWith('telemetry') ? first.opened : second.open()) } });
  const client = await connect();
  const order: string[] = [];
  const both = [
    client.publishAsync('em/meter-1/telemetry', '1', { qos: 1 }).then(() => order.push('first')),
    client.publishAsync('em/meter-1/state', '2', { qos: 1 }).then(() => order.push('second')),
  ];
  await second.opened;
  first.open();
  await Promise.all(both);
  expect(order).toEqual(['first', 'second']);
});

test('no credentials, wrong ones and a foreign client id are refused, and nobody else is disturbed', async () => {
  const { broker, connect } = await door();
  const good = await connect();
  await expect(connect({ clientId: 'lock-1', username: 'lock-1', password: 'wrong' })).rejects.toThrow(/Bad username or password/);
  await expect(connect({ clientId: 'x', username: undefined, password: undefined })).rejects.toThrow(/Not authorized/);
  await expect(connect({ clientId: 'lock-1' })).rejects.toThrow(/Identifier rejected/);
  expect(broker.counters()).toMatchObject({ 'gave wrong credentials': 1, 'gave no credentials': 1, 'has a client id that is not its own': 1 });
  await good.publishAsync('em/meter-1/telemetry', 'still here', { qos: 1 });
});

test('a device publishes and subscribes only below its own topic', async () => {
  const { broker, connect, taken } = await door();
  const five = await connect({ protocolVersion: 5 });
  await expect(five.publishAsync('em/lock-1/answer', '{}', { qos: 1 })).rejects.toThrow(/Not authorized/);
  await expect(five.publishAsync('em/meter-1/command', '{}', { qos: 1 })).rejects.toThrow(/Not authorized/);
  await expect(five.subscribeAsync('em/lock-1/command')).rejects.toThrow();
  const three = await connect({ clientId: 'meter-1:b' });
  const closed = new Promise<void>((resolve) => three.once('close', () => resolve()));
  three.publish('em/lock-1/answer', '{}', { qos: 1 });
  await closed;
  expect(taken).toEqual([]);
  expect(broker.counters()['publishes outside em/meter-1/']).toBe(2);
});

test('a command waits for the subscription, is sent at QoS 1 and ends with the PUBACK', async () => {
  const { broker, connect } = await door();
  const delivered = broker.deliver('lock-1', { topic: 'em/lock-1/command', payload: Buffer.from('open') }, new AbortController().signal);
  const lock = await connect({ clientId: 'lock-1', username: 'lock-1' });
  const message = new Promise((resolve) => lock.once('message', (_t, payload, packet) => resolve([payload.toString(), packet.qos])));
  await lock.subscribeAsync('em/lock-1/command', { qos: 1 });
  expect(await message).toEqual(['open', 1]);
  await delivered;
});

test('an unacknowledged command is sent again, as a duplicate, when the device comes back', async () => {
  const { broker } = await door();
  const socket = tlsConnect({ port: broker.port, host: '127.0.0.1', ca, checkServerIdentity: () => undefined });
  const packets = packetsOf(socket);
  const hello = {
    cmd: 'connect',
    clientId: 'lock-1',
    username: 'lock-1',
    password: Buffer.from('right'),
    clean: false,
    keepalive: 30,
    protocolVersion: 4,
    protocolId: 'MQTT',
  } as const;
  socket.write(mqttPacket.generate(hello));
  expect((await packets.next()).value).toMatchObject({ cmd: 'connack', returnCode: 0, sessionPresent: false });
  socket.write(mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'em/lock-1/command', qos: 1 }] }));
  expect((await packets.next()).value).toMatchObject({ cmd: 'suback', granted: [1] });
  const delivered = broker.deliver('lock-1', { topic: 'em/lock-1/command', payload: Buffer.from('open') }, new AbortController().signal);
  expect((await packets.next()).value).toMatchObject({ cmd: 'publish', dup: false });
  socket.destroy();
  const again = tlsConnect({ port: broker.port, host: '127.0.0.1', ca, checkServerIdentity: () => undefined });
  const more = packetsOf(again);
  again.write(mqttPacket.generate(hello));
  expect((await more.next()).value).toMatchObject({ cmd: 'connack', sessionPresent: true });
  const resent = (await more.next()).value!;
  expect(resent).toMatchObject({ cmd: 'publish', dup: true });
  again.write(mqttPacket.generate({ cmd: 'puback', messageId: resent.messageId! }));
  await delivered;
  again.destroy();
});

test('an aborted delivery is not sent when the device comes back', async () => {
  const { broker, connect } = await door();
  const given = new AbortController();
  const delivered = broker.deliver('lock-1', { topic: 'em/lock-1/command', payload: Buffer.from('late') }, given.signal);
  given.abort(new Error('expired'));
  await expect(delivered).rejects.toThrow('expired');
  const lock = await connect({ clientId: 'lock-1', username: 'lock-1' });
  const seen: string[] = [];
  lock.on('message', (_t, payload) => seen.push(payload.toString()));
  await lock.subscribeAsync('em/lock-1/command', { qos: 1 });
  await broker.deliver('lock-1', { topic: 'em/lock-1/command', payload: Buffer.from('next') }, new AbortController().signal);
  expect(seen).toEqual(['next']);
});

test('a command for a session that the device discards reaches its next one', async () => {
  const { broker, connect } = await door();
  const lock = { clientId: 'lock-1', username: 'lock-1' };
  const kept = await connect({ ...lock, clean: false });
  await kept.subscribeAsync('em/lock-1/command', { qos: 1 });
  await kept.endAsync(true);
  const delivered = broker.deliver('lock-1', { topic: 'em/lock-1/command', payload: Buffer.from('open') }, new AbortController().signal);
  const anew = await connect({ ...lock, clean: true });
  const message = new Promise((resolve) => anew.once('message', (_t, payload) => resolve(payload.toString())));
  await anew.subscribeAsync('em/lock-1/command', { qos: 1 });
  expect(await message).toBe('open');
  await delivered;
});

test('a full store that refuses is told to MQTT 5, and ends an MQTT 3.1.1 connection', async () => {
  const { connect } = await door({ intake: { accept: async () => Promise.reject(new IntakeRefused('full', 'no room')) } });
  const five = await connect({ protocolVersion: 5 });
  await expect(five.publishAsync('em/meter-1/telemetry', '{}', { qos: 1 })).rejects.toThrow(/Quota exceeded/);
  const three = await connect({ clientId: 'meter-1:b' });
  const closed = new Promise<void>((resolve) => three.once('close', () => resolve()));
  three.publish('em/meter-1/telemetry', '{}', { qos: 1 });
  await closed;
});

test('after a window full of refusals the connection is read on', async () => {
  let asked = 0;
  const { connect } = await door({
    limits: { acceptingMax: 2 },
    intake: { accept: async () => (++asked <= 2 ? Promise.reject(new IntakeRefused('full', 'no room')) : undefined) },
  });
  const client = await connect({ protocolVersion: 5 });
  const refused = [1, 2].map((n) => expect(client.publishAsync('em/meter-1/telemetry', String(n), { qos: 1 })).rejects.toThrow(/Quota exceeded/));
  await Promise.all(refused);
  await client.publishAsync('em/meter-1/telemetry', '3', { qos: 1 });
  expect(asked).toBe(3);
});

test('a QoS 2 message that still waits for custody is not answered when it is repeated', async () => {
  const custody = gate();
  const asked = gate();
  const { broker, taken } = await door({
    intake: {
      accept: (publish) => {
        asked.open();
        return custody.opened.then(() => void taken.push(publish));
      },
    },
  });
  const socket = tlsConnect({ port: broker.port, host: '127.0.0.1', ca, checkServerIdentity: () => undefined });
  const packets = packetsOf(socket);
  socket.write(
    mqttPacket.generate({
      cmd: 'connect',
      clientId: 'meter-1',
      username: 'meter-1',
      password: Buffer.from('right'),
      clean: true,
      keepalive: 30,
      protocolVersion: 4,
      protocolId: 'MQTT',
    }),
  );
  expect((await packets.next()).value).toMatchObject({ cmd: 'connack', returnCode: 0 });
  const publish = { cmd: 'publish', topic: 'em/meter-1/transaction', payload: '{}', qos: 2, retain: false, messageId: 7 } as const;
  socket.write(mqttPacket.generate({ ...publish, dup: false }));
  await asked.opened;
  socket.write(Buffer.concat([mqttPacket.generate({ ...publish, dup: true }), mqttPacket.generate({ cmd: 'pingreq' })]));
  expect((await packets.next()).value).toMatchObject({ cmd: 'pingresp' });
  custody.open();
  expect((await packets.next()).value).toMatchObject({ cmd: 'pubrec', messageId: 7 });
  expect(taken).toHaveLength(1);
  socket.destroy();
});

test('a QoS 2 message is taken once', async () => {
  const { connect, taken } = await door();
  const client = await connect();
  await client.publishAsync('em/meter-1/transaction', '{}', { qos: 2 });
  expect(taken).toHaveLength(1);
});

test('a will is published when the connection breaks, also across a restart, and not after DISCONNECT', async () => {
  const first = await door();
  const will = { topic: 'em/meter-1/state', payload: Buffer.from('gone'), qos: 1 as const, retain: false };
  const polite = await first.connect({ will });
  const left = new Promise((resolve) => first.broker.onChange((change) => !change.connected && resolve(change)));
  await polite.endAsync();
  await left;
  expect(first.taken).toEqual([]);
  await first.connect({ will });
  await first.broker[Symbol.asyncDispose]();
  // All but its folder.
  closers.splice(1);
  const published = gate();
  await door({
    willsFile: first.options.willsFile,
    intake: { accept: async (p) => (Buffer.from(p.payload).toString() === 'gone' ? published.open() : undefined) },
  });
  await published.opened;
});

test('a will that no rule carries does not wait for every start', async () => {
  const refuse = { accept: async () => Promise.reject(new IntakeRefused('no-topic', 'no rule')) };
  const { broker, connect, options } = await door({ intake: refuse });
  const client = await connect({ will: { topic: 'em/meter-1/elsewhere', payload: Buffer.from('gone'), qos: 1, retain: false } });
  const left = new Promise((resolve) => broker.onChange((change) => !change.connected && resolve(change)));
  client.stream.destroy();
  await left;
  const wills = new Wills(options.willsFile);
  await expect.poll(() => wills.left()).toEqual([]);
  wills.close();
});

test('a device that the community revoked is sent away', async () => {
  const { connect, directory, broker } = await door();
  const client = await connect();
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  directory.devices.delete('meter-1');
  directory.changed();
  await closed;
  expect(broker.connected()).toEqual([]);
});

test('a device that is at another node now is told so, and nothing of it is kept', async () => {
  const { broker, connect, taken } = await door();
  const will = { topic: 'em/meter-1/state', payload: Buffer.from('{"state":"gone"}'), qos: 1 as const };
  const five = await connect({ protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: 3600 }, will });
  await five.subscribeAsync('em/meter-1/command', { qos: 1 });
  const three = await connect({ clientId: 'meter-1:b', clean: false, will });
  const other = await connect({ clientId: 'lock-1', username: 'lock-1' });
  const told = new Promise<number | undefined>((resolve) => five.once('disconnect', (packet) => resolve(packet.reasonCode)));
  const closed = [five, three].map((client) => new Promise<void>((resolve) => client.once('close', () => resolve())));
  broker.dismiss('meter-1');
  expect(await told).toBe(0x8e);
  await Promise.all(closed);
  expect(broker.connected().map(({ device }) => device)).toEqual(['lock-1']);
  await other.publishAsync('em/lock-1/state', 'still here', { qos: 1 });
  // A device that lives has no last will.
  expect(taken.map(({ topic }) => topic)).toEqual(['em/lock-1/state']);

  const anew = await connect({ clean: false });
  const seen: string[] = [];
  anew.on('message', (_t, payload) => seen.push(payload.toString()));
  const delivered = broker.deliver('meter-1', { topic: 'em/meter-1/command', payload: Buffer.from('read') }, new AbortController().signal);
  await anew.publishAsync('em/meter-1/state', 'back', { qos: 1 });
  expect(seen).toEqual([]);
  await anew.subscribeAsync('em/meter-1/command', { qos: 1 });
  await delivered;
  expect(seen).toEqual(['read']);
});

test('garbage, oversized packets and packets before CONNECT end their connection only', async () => {
  const { broker, connect } = await door();
  const good = await connect();
  const attempts = [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.concat([Buffer.from([0x10, 0xff, 0xff, 0x3f]), Buffer.alloc(200 * 1024)]),
    mqttPacket.generate({ cmd: 'pingreq' }),
    Buffer.from([0xf0, 0x00]),
  ];
  for (const bytes of attempts) {
    const socket = tlsConnect({ port: broker.port, host: '127.0.0.1', ca, checkServerIdentity: () => undefined });
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('data', () => {});
    socket.write(bytes);
    await closed;
  }
  expect(Object.values(broker.counters()).reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(attempts.length);
  await good.publishAsync('em/meter-1/telemetry', 'still here', { qos: 1 });
});

async function* packetsOf(socket: NodeJS.ReadableStream): AsyncGenerator<mqttPacket.Packet> {
  const parser = mqttPacket.parser();
  const queue: mqttPacket.Packet[] = [];
  parser.on('packet', (packet) => queue.push(packet));
  for await (const chunk of socket) {
    parser.parse(chunk as Buffer);
    while (queue.length) yield queue.shift()!;
  }
}
