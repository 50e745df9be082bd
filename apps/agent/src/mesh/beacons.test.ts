import { createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { NetworkInterfaceInfo } from 'node:os';
import { beaconMacInput, type Candidate, encodeBeacon, Incarnation, NodeId } from '@energymesh/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { Beacons, candidatesMax } from './beacons.ts';
import { testGroup } from './group.fixture.ts';
import type { Interfaces, SegmentConfig } from './segments.ts';

const signal = new AbortController().signal;
const communityKey = randomBytes(32);
let opened: Beacons[] = [];
beforeEach(() => {
  opened = [];
});
afterEach(async () => {
  for (const beacons of opened) await beacons[Symbol.asyncDispose]();
});

interface SceneOptions {
  readonly keys?: readonly Uint8Array[];
  readonly lonely?: () => boolean;
  readonly incarnation?: number;
  readonly interfaces?: () => Interfaces;
}

async function beaconsOn(port: number, segments: readonly SegmentConfig[], options: SceneOptions = {}) {
  const clock = new VirtualClock();
  const candidates: Candidate[] = [];
  const lost: string[] = [];
  const counts: string[] = [];
  let told: (() => void)[] = [];
  const tell = () => {
    for (const run of told) run();
    told = [];
  };
  const beacons = new Beacons({
    segments,
    port,
    incarnation: Incarnation(options.incarnation ?? 1),
    keys: () => options.keys ?? [communityKey],
    lonely: options.lonely ?? (() => false),
    clock,
    random: { next: () => 0.5 },
    logger: pino({ level: 'silent' }),
    ...(options.interfaces ? { interfaces: options.interfaces } : {}),
    onCandidate: (candidate) => {
      candidates.push(candidate);
      tell();
    },
    onLost: (key) => lost.push(key),
    count: (name) => {
      counts.push(name);
      tell();
    },
  });
  opened.push(beacons);
  await beacons.open(signal);
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise<void>((resolve) => told.push(resolve));
  };
  return { clock, beacons, candidates, lost, counts, until };
}

/** Somebody who can send on the group what they like. */
async function sender(segment: ReturnType<typeof testGroup>) {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.setMulticastInterface('127.0.0.1');
  const send = (bytes: Uint8Array) => new Promise((resolve) => socket.send(bytes, segment.port, segment.group, resolve));
  return { send, close: () => socket.close() };
}

function beacon(port: number, nonce: Uint8Array = randomBytes(8), key: Uint8Array = communityKey): Uint8Array {
  const content = { port, incarnation: Incarnation(1), nonce };
  return encodeBeacon({ ...content, mac: createHmac('sha256', key).update(beaconMacInput(content)).digest().subarray(0, 16) });
}

test('who starts later is heard by the one already there, and hears of it at once by its answer', async () => {
  const segment = testGroup();
  const a = await beaconsOn(4001, [segment]);
  const b = await beaconsOn(4002, [segment]);
  await a.until(() => a.candidates.length === 1);
  const name = `${segment.group}:${segment.port}@127.0.0.1`;
  expect(a.candidates).toEqual([{ key: `${name} 127.0.0.1 4002`, segment: name }]);
  expect(a.beacons.target(`${name} 127.0.0.1 4002`)).toEqual({ host: '127.0.0.1', port: 4002, segment: name });
  // The answer waits until a second after the beacon before it.
  a.clock.advance(1000);
  await b.until(() => b.candidates.length === 1);
  expect(b.candidates[0]?.key).toBe(`${name} 127.0.0.1 4001`);
  await a.until(() => a.counts.filter((name) => name === 'beacon-repeated').length === 2);
  expect(new Set(a.counts)).toEqual(new Set(['beacon-repeated']));
});

test('topology is which groups one joins: on another group of the same port nothing is heard', async () => {
  const port = testGroup().port;
  const [left, right] = [testGroup({ port }), testGroup({ port })];
  const a = await beaconsOn(4001, [left]);
  const middle = await beaconsOn(4002, [left, right]);
  const b = await beaconsOn(4003, [right]);
  await a.until(() => a.candidates.length > 0);
  await middle.until(() => middle.candidates.length > 0);
  middle.clock.advance(1000);
  await b.until(() => b.candidates.length > 0);
  b.clock.advance(1000);
  a.clock.advance(1000);
  await middle.until(() => middle.candidates.length >= 2);
  expect(a.candidates.every((candidate) => candidate.key.endsWith(' 4002'))).toBe(true);
  expect(b.candidates.every((candidate) => candidate.key.endsWith(' 4002'))).toBe(true);
});

test('a beacon every 30 s; who missed three is lost, who is heard is told with its node', async () => {
  const segment = testGroup();
  const a = await beaconsOn(4001, [segment]);
  const other = await sender(segment);
  await other.send(beacon(4002));
  await a.until(() => a.candidates.length === 1);
  const key = a.candidates[0]?.key as string;
  const node = NodeId('00000000000000aa');
  a.beacons.remember(key, node);
  a.clock.advance(60_000);
  await other.send(beacon(4002));
  await a.until(() => a.candidates.length === 2);
  expect(a.candidates[1]?.node).toBe(node);
  expect(a.beacons.segmentOf('127.0.0.1', node)).toBe(a.candidates[1]?.segment);
  a.clock.advance(105_000);
  expect(a.lost).toEqual([]);
  a.clock.advance(10_000);
  expect(a.lost).toEqual([key]);
  expect(a.beacons.target(key)).toBeUndefined();
  other.close();
});

test('forged, foreign, broken and replayed datagrams are counted and lead to nobody', async () => {
  const segment = testGroup();
  const a = await beaconsOn(4001, [segment]);
  await a.until(() => a.counts.includes('beacon-repeated'));
  a.counts.length = 0;
  const other = await sender(segment);
  const genuine = beacon(4002);
  const flipped = Buffer.from(genuine);
  flipped[3] = (flipped[3] as number) ^ 1;
  for (const bytes of [genuine, genuine, flipped, beacon(4003, randomBytes(8), randomBytes(32)), genuine.subarray(1), randomBytes(900)])
    await other.send(bytes);
  await a.until(() => a.counts.length === 5);
  expect(a.counts.sort()).toEqual(['beacon-broken', 'beacon-broken', 'beacon-foreign', 'beacon-foreign', 'beacon-repeated']);
  expect(a.candidates).toHaveLength(1);
  other.close();
});

test('candidates are bounded: further ones are counted and left out', async () => {
  const segment = testGroup();
  const a = await beaconsOn(4001, [segment]);
  const other = await sender(segment);
  for (let port = 1; port <= candidatesMax + 1; port++) {
    await other.send(beacon(port));
    await a.until(() => a.candidates.length === Math.min(port, candidatesMax));
  }
  await a.until(() => a.counts.includes('beacon-surplus'));
  expect(a.candidates).toHaveLength(candidatesMax);
  other.close();
});

test('an interface that comes later is joined then, and its candidates are lost when it goes', async () => {
  const { group, port } = testGroup();
  const loopback: NetworkInterfaceInfo = { address: '127.0.0.1', netmask: '255.0.0.0', family: 'IPv4', mac: '', internal: true, cidr: '127.0.0.1/8' };
  let interfaces: Interfaces = {};
  const segment: SegmentConfig = { type: 'multicast', group, port, interface: 'mesh0' };
  const a = await beaconsOn(4001, [segment], { interfaces: () => interfaces });
  expect(a.beacons.segments()).toEqual([{ name: `${group}:${port}@mesh0`, joined: false }]);
  interfaces = { mesh0: [loopback] };
  a.clock.advance(3000);
  await a.until(() => a.counts.includes('beacon-repeated'));
  expect(a.beacons.segments()[0]?.joined).toBe(true);
  const other = await sender({ type: 'multicast', group, port, interface: '127.0.0.1' });
  await other.send(beacon(4002));
  await a.until(() => a.candidates.length === 1);
  interfaces = {};
  a.clock.advance(3000);
  expect(a.lost).toHaveLength(1);
  expect(a.beacons.segments()[0]?.joined).toBe(false);
  other.close();
});

test('after a rotation nodes of the new and of the former key hear each other; a key that counts no more is not believed', async () => {
  const segment = testGroup();
  const [former, newest] = [randomBytes(32), randomBytes(32)];
  const keys: Uint8Array[] = [newest, former];
  const a = await beaconsOn(4001, [segment], { keys });
  const other = await sender(segment);
  await other.send(beacon(4002, undefined, former));
  await other.send(beacon(4003, undefined, newest));
  await a.until(() => a.candidates.length === 2);
  keys.pop();
  await other.send(beacon(4002, undefined, former));
  await a.until(() => a.counts.includes('beacon-foreign'));
  expect(a.candidates.length).toBe(2);
  // 108 s, and the look that follows.
  a.clock.advance(111_000);
  expect(a.lost.some((key) => key.endsWith(' 4002'))).toBe(true);
  other.close();
});

test('a node without a link for five minutes tries a stranger, one a minute, and none twice in a row; one with links never', async () => {
  const segment = testGroup();
  let lonely = false;
  const a = await beaconsOn(4001, [segment], { lonely: () => lonely });
  const other = await sender(segment);
  const foreign = (port: number) => other.send(beacon(port, undefined, randomBytes(32)));
  const counted = (name: string) => a.counts.filter((one) => one === name).length;
  const hear = async (port: number) => {
    const before = counted('beacon-foreign') + a.candidates.length;
    await foreign(port);
    await a.until(() => counted('beacon-foreign') + a.candidates.length > before);
    return a.candidates.length;
  };
  a.clock.advance(400_000);
  expect(await hear(5001)).toBe(0);
  lonely = true;
  a.clock.advance(200_000);
  expect(await hear(5001)).toBe(0);
  a.clock.advance(103_000);
  expect(await hear(5001)).toBe(1);
  expect(await hear(5002)).toBe(1);
  a.clock.advance(61_000);
  expect(await hear(5001)).toBe(1);
  expect(await hear(5002)).toBe(2);
  other.close();
});
