import {
  type Ack,
  type Beacon,
  type Bundle,
  type DeviceClaim,
  type DeviceHash,
  dropCode,
  encodeClaims,
  encodeLinkState,
  type FloodRecord,
  feature,
  Incarnation,
  kind,
  type LinkState,
  type Message,
  NodeId,
  type Publish,
  recordType,
  type Transfer,
} from '../src/index.ts';

const a = NodeId('a1a2a3a4a5a6a7a8');
const b = NodeId('b1b2b3b4b5b6b7b8');
const c = NodeId('c1c2c3c4c5c6c7c8');
const relay = NodeId('00000000000000ff');
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
/** `size` bytes that differ. */
const ramp = (size: number, from = 0): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (from + i * 7) & 255);

const routed = { class: 1, hopLimit: 32, congested: false, destination: b, origin: a, incarnation: Incarnation(7), transmission: 2 ** 40 + 9 } as const;
const bundle: Bundle = {
  kind: kind.bundle,
  ...routed,
  encoding: { deflate: false, sealed: false },
  traffic: 0,
  stream: 'backend',
  entryIncarnation: Incarnation(7),
  first: 1001,
  count: 2,
  floor: { incarnation: Incarnation(6), sequence: 998 },
  payload: Uint8Array.of(5, 0, 1, 0x61, 6, 0xac, 2, 2, 0x62, 0x63),
};
const ack: Ack = {
  kind: kind.ack,
  ...routed,
  destination: a,
  origin: b,
  incarnation: Incarnation(3),
  transmission: 12,
  stream: 'backend',
  ackedClass: 1,
  sawCongestion: false,
  echoTransmission: bundle.transmission,
  runs: [
    { incarnation: Incarnation(6), first: 1000, count: 3 },
    { incarnation: Incarnation(6), first: 1003, count: 1 },
    { incarnation: Incarnation(7), first: 2 ** 33, count: 70_000 },
  ],
  mac: ramp(16, 200),
};

export const linkStates: { readonly full: LinkState; readonly bare: LinkState } = {
  full: {
    agreementKey: ramp(32),
    gateway: { backendMs: 23.5, load: 40 },
    devices: 12,
    position: { lat: 52.5200066, lon: -13.404954 },
    neighbours: [
      { node: b, cost: 12 },
      { node: c, cost: 150 },
      { node: NodeId('ffffffffffffffff'), cost: 65_535 },
    ],
  },
  bare: { agreementKey: ramp(32, 5), gateway: undefined, devices: 0, position: undefined, neighbours: [] },
};

export const claims: readonly DeviceClaim[] = [
  // Of the devices "lock-1" and "meter-1".
  { device: '3de4ec6d5e4c94cc' as DeviceHash, counter: 1 },
  { device: 'f8c994c5cd721830' as DeviceHash, counter: 0xffff_ffff },
];

const signed = { origin: a, incarnation: Incarnation(7), sequence: 3, ageSeconds: 61, signature: ramp(64, 1) };
export const records: readonly FloodRecord[] = [
  { ...signed, type: recordType.identity, body: ramp(40, 30) },
  { ...signed, type: recordType.links, body: encodeLinkState(linkStates.full) },
  { ...signed, type: recordType.tombstone, body: new Uint8Array(0) },
  { ...signed, type: recordType.devices, body: encodeClaims(claims) },
  {
    type: recordType.community,
    origin: NodeId('0000000000000000'),
    incarnation: Incarnation(0),
    sequence: 9,
    ageSeconds: 0,
    body: text('a community document'),
    signature: new Uint8Array(0),
  },
];
const keys = [
  { type: 2, origin: a, incarnation: Incarnation(7), sequence: 3 },
  { type: 250, origin: c, incarnation: Incarnation(1), sequence: 0xffff_ffff },
];

export const messages = {
  hello: {
    kind: kind.hello,
    incarnation: Incarnation(7),
    features: feature.deflate | feature.sealed,
    sequence: 41,
    sentMicros: 0xffff_fff0,
    echoMicros: 123_456,
    echoAgeMicros: 789,
    intervalMs: 1000,
    cost: 150,
    yourIncarnation: Incarnation(3),
    database: '0123456789abcdef',
    community: 9,
  },
  'hello, the first': {
    kind: kind.hello,
    incarnation: Incarnation(1),
    features: 0,
    sequence: 0,
    sentMicros: 1,
    echoMicros: 0,
    echoAgeMicros: 0,
    intervalMs: 250,
    cost: 0,
    yourIncarnation: Incarnation(0),
    database: '0000000000000000',
    community: 0,
  },
  'records of each type': { kind: kind.records, records },
  'records, none': { kind: kind.records, records: [] },
  digest: { kind: kind.digest, buckets: Array.from({ length: 64 }, (_, i) => (i === 33 ? 'fedcba9876543210' : i.toString(16).padStart(16, '0'))) },
  summary: { kind: kind.summary, mask: '8000000000000001', keys },
  request: { kind: kind.request, keys: keys.slice(0, 1) },
  'bundle, plain': bundle,
  'bundle, sealed': {
    ...bundle,
    class: 0,
    encoding: { deflate: true, sealed: true },
    traffic: 1,
    stream: 'node',
    entryIncarnation: Incarnation(5),
    first: 1,
    count: 512,
    floor: { incarnation: Incarnation(0), sequence: 0 },
    payload: ramp(48, 77),
  },
  'bundle, on its way': {
    ...bundle,
    class: 3,
    hopLimit: 29,
    congested: true,
    traffic: 2,
    first: 2 ** 48 - 3,
    floor: { incarnation: Incarnation(7), sequence: 2 ** 48 - 10 },
  },
  'ack of three runs': ack,
  'ack without runs': { ...ack, class: 0, stream: 'node', ackedClass: 3, sawCongestion: true, congested: true, hopLimit: 1, echoTransmission: 0, runs: [] },
  drop: {
    kind: kind.drop,
    ...routed,
    destination: a,
    origin: relay,
    incarnation: Incarnation(2),
    transmission: 1,
    reason: dropCode.queueFull,
    droppedTransmission: bundle.transmission,
  },
  credit: { kind: kind.credit, channel: 'bulk', grantedBytes: 2 ** 36 + 1, receivedBundles: 77 },
  'credit of the urgent connection': { kind: kind.credit, channel: 'urgent', grantedBytes: 65_536, receivedBundles: 0 },
  heartbeat: {
    kind: kind.heartbeat,
    uptimeSeconds: 86_400,
    wallSeconds: 1_800_000_000,
    wallTrusted: true,
    carried: 2 ** 34,
    queuedBytes: 4096,
    version: 'energymesh 0.1.0 äöü',
  },
  bye: { kind: kind.bye, reason: 1 },
  'vouch request': {
    kind: kind.vouchRequest,
    epoch: 500_000,
    seq: 2_049,
    ranges: [
      { origin: a, incarnation: Incarnation(2), class: 0, first: 7, count: 1 },
      { origin: a, incarnation: Incarnation(2), class: 1, first: 2 ** 33, count: 200 },
      { origin: a, incarnation: Incarnation(2), class: 1, first: 2 ** 33 + 201, count: 55 },
    ],
  },
  voucher: { kind: kind.voucher, epoch: 500_000, seq: 2_049, signature: new Uint8Array(64).fill(0x5a) },
  'voucher refused': { kind: kind.voucher, epoch: 500_000, seq: 2_049, signature: undefined },
} as const satisfies Record<string, Message>;

export const publishes: { readonly full: Publish; readonly bare: Publish } = {
  full: {
    kind: 'publish',
    topic: 'em/zähler-1/telemetry',
    payload: text('{"w":420}'),
    qos: 1,
    retain: true,
    dup: true,
    client: 'zähler-1',
    fingerprint: 'f00dfeedcafe0001',
    properties: { unit: 'W', ['__proto__']: 'a name like any other', '': 'empty' },
  },
  bare: { kind: 'publish', topic: 't', payload: new Uint8Array(0), qos: 0, retain: false, dup: false, client: '', properties: {} },
};

export const transfer: Transfer = {
  ...publishes.full,
  kind: 'transfer',
  of: { origin: c, incarnation: Incarnation(9), stream: b, class: 0, sequence: 2 ** 40 + 1 },
};

export const beacon: Beacon = { nonce: ramp(8, 3), port: 7601, incarnation: Incarnation(7), mac: ramp(16, 9) };
