import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { CommunityAuthority, generateNodeKey, nodeKeyToPem } from '@energymesh/identity';
import { beaconMacInput, encodeBeacon, Incarnation, kind } from '@energymesh/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { until } from '../community/until.ts';
import { LinkClient, type LinkClientOptions } from '../harness/link-client.ts';
import { enrolMember, type Papers, stolenFrom, strangersPapers } from '../harness/member.ts';
import { Operator } from '../harness/operator.ts';
import { randomBytes, randomIntegers, rounds } from '../harness/random.ts';
import { Steady } from '../harness/steady.ts';
import { Tap } from '../harness/tap.ts';
import { root, World } from '../harness/world.ts';

let world: World;
let operator: Operator;
let steady: Steady;
let port: number;
/** A genuine node of this community, in hostile hands. */
let member: Papers;
const protocolError = 4;
const dayMs = 86_400_000;

beforeAll(async () => {
  world = await World.open({ layout: line(['a', 'b'], ['a'], [{ id: 'meter-1', role: 'meter', at: 'b' }]), broker: 'embedded', proxied: ['a-b'] });
  const a = world.community.agent('a');
  port = a.ports.links;
  operator = await Operator.of(a);
  member = await enrolMember(world.community.hub, 'Turncoat');
  steady = await Steady.start(world, 'meter-1');
});
afterAll(async () => {
  await steady?.end();
  await operator?.close();
  await world?.[Symbol.asyncDispose]();
});

// The link of a and b stands through everything, and all that the meter sends arrives.
let upSince: number;
beforeEach(async () => {
  upSince = await linkedSince();
});
afterEach(async () => {
  await steady.goesOn();
  expect(Math.abs((await linkedSince()) - upSince), 'the link to b has stood').toBeLessThan(100);
});

async function linkedSince(): Promise<number> {
  const b = (await world.community.agent('b').health())?.node;
  const { neighbours } = await operator.page.client.mesh.neighbours.query();
  const link = neighbours.find(({ id }) => id === b);
  if (!link) throw new Error('a has no link to b');
  return link.upSince;
}

/** The handshake may fail already, or the connection is closed after it. Nothing but a goodbye has come. */
async function expectTurnedAway(options: Omit<LinkClientOptions, 'port'>): Promise<void> {
  const client = await LinkClient.connect({ port, from: '127.0.0.3', ...options }).catch(() => undefined);
  await client?.closed;
  expect(client?.frames.map((frame) => frame.kind) ?? []).toEqual([]);
}

/** A connection on which hello was exchanged. */
async function greeted(channel: 'urgent' | 'bulk', from: string): Promise<LinkClient> {
  const client = await LinkClient.connect({ port, channel, papers: member, from });
  client.hello();
  await client.frame(kind.hello);
  return client;
}

test('what is no TLS, has no certificate or the wrong protocol is refused, and counted by what was wrong', async () => {
  const next = randomIntegers('garbage');
  await operator.grows({ 'mesh.link-refused-handshake-broken': 10 }, async () => {
    for (let i = 0; i < 10; i++) {
      const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
      socket.on('error', () => {});
      socket.write(randomBytes(next, 1 + next(2000)));
      await once(socket, 'close');
    }
  });
  await operator.grows({ 'mesh.link-refused-no-certificate': 1 }, () => expectTurnedAway({}));
  await operator.grows({ 'mesh.link-refused-handshake-broken': 1 }, () => expectTurnedAway({ papers: member, channel: 'nonsense' }));
});

test('beacons that are broken, of another community or heard before are not followed', async () => {
  const next = randomIntegers('beacons');
  const [{ group, port: groupPort }] = world.community.sides('a-b');
  const beacon = (key: Uint8Array): Uint8Array => {
    const announced = { nonce: randomBytes(next, 8), port: 1, incarnation: Incarnation(1) };
    return encodeBeacon({ ...announced, mac: createHmac('sha256', key).update(beaconMacInput(announced)).digest().subarray(0, 16) });
  };
  const genuine = beacon(world.community.beaconKey());
  const datagrams = [randomBytes(next, 31), randomBytes(next, 1400), beacon(randomBytes(next, 32)), genuine, genuine];
  const socket = createSocket('udp4');
  await operator.grows({ 'mesh.beacon-broken': 2, 'mesh.beacon-foreign': 1, 'mesh.beacon-repeated': 1 }, async () => {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.setMulticastInterface('127.0.0.1');
    for (const datagram of datagrams) await new Promise((resolve) => socket.send(datagram, groupPort, group, resolve));
  });
  socket.close();
});

test("a rogue authority of the same name is refused whatever its dates, as is the hub's own kind of certificate", async () => {
  const { id } = ((await (await fetch(`${world.community.hub.statusUrl}/stats`)).json()) as { community: { id: string } }).community;
  const times = [Date.now(), Date.now() - 4000 * dayMs, Date.now() + 4000 * dayMs];
  await operator.grows({ 'mesh.link-refused-foreign-community': times.length }, async () => {
    for (const now of times) await expectTurnedAway({ papers: await strangersPapers({ now }) });
  });
  await operator.grows({ 'mesh.link-refused-bad-signature': times.length }, async () => {
    for (const now of times) await expectTurnedAway({ papers: await strangersPapers({ now, claims: id }) });
  });
  const authority = await CommunityAuthority.load(JSON.parse(readFileSync(join(world.community.hub.dir, 'authority.json'), 'utf8')), Date.now());
  const key = generateNodeKey();
  const server = await authority.issueServer({ publicKey: key.rawPublicKey, name: 'hub', names: ['localhost'], now: Date.now() });
  await operator.grows({ 'mesh.link-refused-profile': 1 }, () => expectTurnedAway({ papers: { key: nodeKeyToPem(key), cert: server.chainPem } }));
});

test('a session cannot be resumed without the certificate that began it', async () => {
  const first = await LinkClient.connect({ port, papers: member, from: '127.0.0.3' });
  const sessions: Buffer[] = [];
  first.socket.on('session', (session: Buffer) => sessions.push(session));
  first.hello();
  await first.frame(kind.hello);
  const session = sessions[0] ?? first.socket.getSession();
  expect(session).toBeDefined();
  first.close();
  const before = await operator.counters();
  await expectTurnedAway({ ...(session ? { session } : {}) });
  const refused = (counters: Readonly<Record<string, number>>): number =>
    (counters['mesh.link-refused-resumed'] ?? 0) + (counters['mesh.link-refused-no-certificate'] ?? 0);
  await until('the refusal to be counted', 5000, async () => refused(await operator.counters()) === refused(before) + 1);
});

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly result: { readonly error?: string; readonly skipped?: number };
}
const vectors = (JSON.parse(readFileSync(join(root, 'packages/protocol/vectors/frames.json'), 'utf8')) as Vector[]).map((v) => ({
  ...v,
  frame: Buffer.from(v.hex, 'hex'),
}));
/** Those that are whole as the stream sees them: wrong inside. */
const wholeAndWrong = vectors.filter(
  ({ frame, result }) => result.error && frame.length >= 8 && (frame[0] !== 1 || frame.readUInt32BE(4) === frame.length - 8),
);

test("every broken frame of a member's ends that member's connection with a reason, and is counted by its error", async () => {
  const expected: Record<string, number> = {};
  for (const { result } of wholeAndWrong) expected[`mesh.wire-${result.error}`] = (expected[`mesh.wire-${result.error}`] ?? 0) + 1;
  await operator.grows(expected, async () => {
    for (const [i, { name, frame }] of wholeAndWrong.entries()) {
      const client = await greeted('urgent', `127.0.0.${10 + (i % 5)}`);
      client.send(frame);
      await client.closed;
      expect(client.bye, name).toBe(protocolError);
    }
  });
  const { entries } = await operator.page.client.log.recent.query({ limit: 50 });
  expect(entries.filter((entry) => entry.kind === 'refused').map((entry) => entry.detail)).toContainEqual(expect.stringContaining('sent makes no sense'));
});

test('a length beyond the bound ends the connection before its bytes come; a first frame that is no hello does; an unknown kind is skipped', async () => {
  await operator.grows({ 'mesh.wire-too-long': 1, 'mesh.wire-order': 1, 'mesh.frame-skipped': 1, 'mesh.wire-trailing': 1 }, async () => {
    const long = await greeted('urgent', '127.0.0.20');
    long.send(Buffer.from('0106000000040000', 'hex'));
    await long.closed;
    expect(long.bye).toBe(protocolError);

    const rude = await LinkClient.connect({ port, papers: member, from: '127.0.0.20' });
    rude.send(vectors.find(({ name }) => name === 'heartbeat')?.frame ?? Buffer.alloc(0));
    await rude.closed;
    expect(rude.bye).toBe(protocolError);

    const modern = await greeted('urgent', '127.0.0.20');
    modern.send(Buffer.concat([Buffer.from('01c8000000000004', 'hex'), Buffer.from('abcd')]));
    modern.send(vectors.find(({ name }) => name === 'bye with more')?.frame ?? Buffer.alloc(0));
    await modern.closed;
    expect(modern.bye).toBe(protocolError);
  });
});

test('a neighbour that sends random bytes and frames with flipped bits harms nobody but itself', async () => {
  const next = randomIntegers('fuzz');
  const corpus = vectors.filter(({ result }) => !result.error).map(({ frame }) => frame);
  const before = await operator.counters();
  for (let round = 0; round < rounds(30); round++) {
    // Handshakes are limited per address.
    const from = `127.0.${Math.floor(round / 30) % 256}.${30 + (round % 10)}`;
    const urgent = await greeted('urgent', from);
    const bulk = await greeted('bulk', from);
    for (let i = 0; i < 40; i++) {
      const frame = Buffer.from(corpus[next(corpus.length)] ?? []);
      if (next(10) === 0) frame.set(randomBytes(next, Math.min(frame.length, 1 + next(40))), 0);
      // Mostly behind the header, so that most of it is read as a frame of its kind.
      for (let flips = 1 + next(4); flips > 0; flips--) {
        const at = next(8) === 0 || frame.length === 8 ? next(8) : 8 + next(frame.length - 8);
        frame[at] = (frame[at] ?? 0) ^ (1 << next(8));
      }
      (next(2) === 0 ? urgent : bulk).send(frame);
    }
    urgent.socket.end();
    bulk.socket.end();
    await Promise.all([urgent.closed, bulk.closed]);
  }
  const after = await operator.counters();
  const errors = Object.keys(after).filter((name) => name.startsWith('mesh.wire-') && (after[name] ?? 0) > (before[name] ?? 0));
  expect(errors.length, 'kinds of errors met').toBeGreaterThan(3);
});

test('bundles that were recorded and are sent again, changed or not, arrive once', async () => {
  const { community } = world;
  const tap = await Tap.open([stolenFrom(community.agent('a')), stolenFrom(community.agent('b'))]);
  const bundles = () => tap.towards[0].filter((frame) => frame[1] === kind.bundle);
  try {
    world.proxy('a-b').lead(tap.detour);
    await until('bundles to pass the tap', 60_000, () => bundles().length >= 20);
    upSince = await linkedSince();
    const recorded = bundles().slice(0, 20);

    const urgent = await greeted('urgent', '127.0.0.50');
    const bulk = await greeted('bulk', '127.0.0.50');
    await until('the member to be a neighbour', 10_000, async () => ((await community.agent('a').health())?.neighbours ?? 0) >= 2);
    await operator.grows({ 'mesh.repeated': 2 * recorded.length, 'mesh.acked-again': recorded.length }, async () => {
      for (const frame of [...recorded, ...recorded]) bulk.send(frame);
    });
    await operator.grows({ 'mesh.forged': recorded.length }, async () => {
      for (const frame of recorded) bulk.send(frame.with(frame.length - 1, (frame.at(-1) ?? 0) ^ 1));
    });
    expect(urgent.bye).toBeUndefined();
    urgent.close();
    bulk.close();
  } finally {
    world.proxy('a-b').lead((_, own) => own);
    tap.close();
  }
  await until('the link to be back', 30_000, async () => (await community.agent('b').health())?.gateway != null);
  upSince = await linkedSince();
});

test('a node that the community revoked is turned away', async () => {
  await world.community.hub.revoke(member.node);
  await until('the community document to have come', 30_000, async () => {
    const client = await LinkClient.connect({ port, papers: member, from: '127.0.0.60' });
    const welcome = await Promise.race([client.frame(kind.hello).then(() => true), client.closed.then(() => false)]).catch(() => false);
    client.close();
    return !welcome;
  });
  expect((await operator.counters())['mesh.link-refused-revoked']).toBeGreaterThan(0);
});
