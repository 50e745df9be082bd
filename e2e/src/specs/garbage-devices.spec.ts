import { once } from 'node:events';
import { connect } from 'node:net';
import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { until } from '../community/until.ts';
import { enrolMember, strangersPapers } from '../harness/member.ts';
import { connackCode, connectPacket, packet, publishPacket, RawMqtt, subscribePacket } from '../harness/mqtt-bytes.ts';
import { Operator } from '../harness/operator.ts';
import { randomBytes, randomIntegers, rounds } from '../harness/random.ts';
import { Steady } from '../harness/steady.ts';
import { World } from '../harness/world.ts';

let world: World;
let operator: Operator;
let steady: Steady;
/** Of b, where the meter is connected too. */
let port: number;
let own: { readonly client: string; readonly username: string; readonly password: string };

beforeAll(async () => {
  const devices = [
    { id: 'meter-1', role: 'meter', at: 'b' },
    { id: 'meter-2', role: 'meter', at: 'b' },
  ] as const;
  world = await World.open({ layout: line(['a', 'b'], ['a'], devices), broker: 'embedded' });
  const b = world.community.agent('b');
  port = b.ports.devices;
  operator = await Operator.of(b);
  own = { client: 'meter-2', username: 'meter-2', password: world.community.device('meter-2').token };
  steady = await Steady.start(world, 'meter-1');
});
afterAll(async () => {
  await steady?.end();
  await operator?.close();
  await world?.[Symbol.asyncDispose]();
});
afterEach(() => steady.goesOn());

/** Says it on a connection of its own, after logging in unless it is a stranger; the broker closes. */
async function expectCutOff(bytes: Uint8Array, options: { readonly login?: boolean; readonly from?: string } = {}): Promise<void> {
  const raw = await RawMqtt.connect({ port, from: options.from ?? '127.0.0.2' });
  if (options.login ?? true) {
    await raw.say(connectPacket(own), 4);
    expect(connackCode(raw.received)).toBe(0);
  }
  await raw.say(bytes);
  await raw.closed;
}

test('malformed MQTT ends its connection, and is counted by what was wrong', async () => {
  const wrong: readonly (readonly [why: string, bytes: Uint8Array, login: boolean])[] = [
    ['a packet of a broker', packet(0x20, Buffer.from([0, 0])), true],
    ['a length of five bytes', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x7f]), true],
    ['a reserved kind of packet', packet(0xf0, Buffer.alloc(0)), true],
    ['a topic longer than its packet', packet(0x30, Buffer.from([0xff, 0xff, 0x61])), true],
    ['QoS 3', packet(0x36, Buffer.from([0, 1, 0x61, 0, 1])), true],
    ['a SUBSCRIBE without filters', packet(0x82, Buffer.from([0, 1])), true],
    ['a second CONNECT', connectPacket(own), true],
    ['an unknown protocol', packet(0x10, Buffer.concat([Buffer.from([0, 4]), Buffer.from('HTTP'), Buffer.from([4, 2, 0, 30, 0, 0])])), false],
    ['PUBLISH before CONNECT', publishPacket('em/meter-2/telemetry', Buffer.from('{}')), false],
  ];
  const before = await operator.counters();
  for (const [, bytes, login] of wrong) await expectCutOff(bytes, { login });
  const grown = async () => {
    const now = await operator.counters();
    return Object.keys(now).filter((name) => /^devices\.(malformed packet|sent )/.test(name) && (now[name] ?? 0) > (before[name] ?? 0));
  };
  await until('all to be counted', 5000, async () => {
    const now = await operator.counters();
    return (await grown()).reduce((sum, name) => sum + (now[name] ?? 0) - (before[name] ?? 0), 0) >= wrong.length;
  });
  expect((await grown()).length, 'kinds of reasons').toBeGreaterThan(4);
});

test('packets over the bound end their connection before they are there as a whole', async () => {
  await operator.grows({ 'devices.sent a packet over the size limit': 2 }, async () => {
    await expectCutOff(publishPacket('em/meter-2/telemetry', Buffer.alloc(200_000)));
    const raw = await RawMqtt.connect({ port, from: '127.0.0.2' });
    await raw.say(connectPacket(own), 4);
    // Says 256 MB and sends less than a thousandth.
    await raw.say(packet(0x30, Buffer.concat([Buffer.from([0, 1, 0x61]), Buffer.alloc(140_000)]), 268_435_455));
    await raw.closed;
  });
});

test('random bytes, before TLS and in it', async () => {
  const next = randomIntegers('deviceGarbage');
  await operator.grows({ 'devices.failed the TLS handshake': 10 }, async () => {
    for (let i = 0; i < 10; i++) {
      const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
      socket.on('error', () => {});
      socket.resume(); // a socket that nobody reads never says that it is closed
      socket.end(randomBytes(next, 1 + next(2000)));
      await once(socket, 'close');
    }
  });
  for (let i = 0; i < rounds(40); i++) {
    const raw = await RawMqtt.connect({ port, from: '127.0.0.2' });
    if (next(2) === 0) await raw.say(connectPacket(own), 4);
    raw.socket.end(randomBytes(next, 1 + next(500)));
    await raw.closed;
  }
});

test('a device reaches nothing but its own topics', async () => {
  const foreign = ['em/meter-1/telemetry', 'em/meter-2/command', 'node/x/report', 'em/meter-2/#', '$SYS/x'];
  for (const topic of foreign) await expectCutOff(publishPacket(topic, Buffer.from('{"n":1}')));
  const raw = await RawMqtt.connect({ port, from: '127.0.0.2' });
  await raw.say(connectPacket(own), 4);
  for (const [i, filter] of ['#', 'em/+/command', 'em/meter-1/command'].entries()) {
    await raw.say(subscribePacket(filter), 4 + 5 * (i + 1));
    expect(raw.received.at(-1), filter).toBe(0x80);
  }
  raw.close();
  expect(world.observer.seen.filter((s) => s.device === 'meter-2')).toEqual([]);
});

test('wrong passwords are refused, and after a score of them their sender is not heard for a while; others are', async () => {
  await operator.grows({ 'devices.gave wrong credentials': 20, 'devices.failed to log in too often': 1 }, async () => {
    const answers: (number | undefined)[] = [];
    // The score is counted by the minute, and one may turn meanwhile.
    while (answers.length < 45 && !(answers.length > 0 && answers.at(-1) === undefined)) {
      const raw = await RawMqtt.connect({ port, from: '127.0.0.9' }).catch(() => undefined);
      await raw?.say(connectPacket({ ...own, password: `guess-${answers.length}` }), 4);
      answers.push(connackCode(raw?.received ?? Buffer.alloc(0)));
      await raw?.closed;
    }
    expect(answers.at(-1), 'the last one got no answer').toBeUndefined();
    expect(new Set(answers.slice(0, -1))).toEqual(new Set([4]));
  });
  await operator.grows({ 'devices.gave no credentials': 1, 'devices.has a client id that is not its own': 1 }, async () => {
    const nobody = await RawMqtt.connect({ port, from: '127.0.0.10' });
    await nobody.say(connectPacket({ client: 'meter-2' }), 4);
    expect(connackCode(nobody.received)).toBe(5);
    const thief = await RawMqtt.connect({ port, from: '127.0.0.10' });
    await thief.say(connectPacket({ ...own, client: 'meter-1' }), 4);
    expect(connackCode(thief.received)).toBe(2);
  });
});

interface HubStats {
  readonly broker: { readonly refused: Readonly<Record<string, number>> };
}
const refused = async (): Promise<Readonly<Record<string, number>>> =>
  ((await (await fetch(`${world.community.hub.statusUrl}/stats`)).json()) as HubStats).broker.refused;

test("the hub's broker takes members only, in their own session, and on topics of theirs", async () => {
  const { hub } = world.community;
  const from = '127.0.0.11';
  const member = await enrolMember(hub, 'Turncoat');
  const before = await refused();
  const at = async (papers?: { readonly key: string; readonly cert: string }, session?: Buffer) =>
    RawMqtt.connect({ port: hub.ports.broker, from, ...(papers ? { papers } : {}), ...(session ? { session } : {}) });

  await (await at()).closed;
  await (await at(await strangersPapers({ now: Date.now() }))).closed;
  await (await at(await strangersPapers({ now: Date.now() - 4000 * 86_400_000 }))).closed;

  const other = (await world.community.agent('a').health())?.node;
  const impostor = await at(member);
  await impostor.say(connectPacket({ client: `em-${other}` }), 4);
  expect(connackCode(impostor.received)).toBe(2);

  const own = await at(member);
  const tickets: Buffer[] = [];
  own.socket.on('session', (ticket: Buffer) => tickets.push(ticket));
  await own.say(connectPacket({ client: `em-${member.node}` }), 4);
  expect(connackCode(own.received)).toBe(0);
  await until('a session ticket', 5000, () => tickets.length > 0);
  await own.say(publishPacket(`energymesh/${await communityId()}/em/meter-1/telemetry`, Buffer.from('{"n":0}')));
  await own.closed;
  await (await at(undefined, tickets[0])).closed;

  for (const bytes of [Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x7f]), packet(0xf0, Buffer.alloc(0))]) {
    const noise = await at(member);
    await noise.say(bytes);
    await noise.closed;
  }

  await expect(mqtt.connectAsync(hub.tools.url, { username: 'backend', password: 'guess', reconnectPeriod: 0 })).rejects.toThrow('Bad username or password');
  const after = await refused();
  for (const reason of ['no-certificate', 'foreign-community', 'session', 'topic', 'resumed-session', 'packet-too-big', 'malformed', 'bad-password'])
    expect.soft(after[reason] ?? 0, reason).toBeGreaterThan(before[reason] ?? 0);
  expect(world.observer.seen.some((s) => s.payload === '{"n":0}')).toBe(false);
});

async function communityId(): Promise<string> {
  return ((await (await fetch(`${world.community.hub.statusUrl}/stats`)).json()) as { community: { id: string } }).community.id;
}
