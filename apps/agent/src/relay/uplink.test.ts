import { type DeliveredEntry, encodeApplication, Incarnation, NodeId, type Publish, type TrafficClass } from '@energymesh/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { PublishResult } from './backend-session.ts';
import { originOf, userProperties, wrap } from './envelope.ts';
import { GatewayOffer } from './gateway-offer.ts';
import { runsOf } from './runs.ts';
import { FakeMesh } from './testing/fake-mesh.ts';
import { settled, VirtualClock } from './testing/virtual-clock.ts';
import { type Unfit, Uplink, type UplinkLimits } from './uplink.ts';

const origin = NodeId('00000000000000cc');
const publish = (over: Partial<Publish> = {}): Uint8Array =>
  encodeApplication({ kind: 'publish', topic: 't', payload: Buffer.from('{}'), qos: 1, retain: false, dup: false, client: 'm1', properties: {}, ...over });
const entry = (sequence: number, over: Partial<Publish> = {}, cls: TrafficClass = 1, more: Partial<DeliveredEntry> = {}): DeliveredEntry => ({
  id: { origin, incarnation: Incarnation(2), stream: 'backend', class: cls, sequence },
  traffic: 0,
  ageMs: 10,
  lifetimeMs: 0,
  body: publish(over),
  late: false,
  ...more,
});

function gateway(options: { version?: 4 | 5; receiveMaximum?: number; maximumPacketBytes?: number; envelope?: boolean; limits?: Partial<UplinkLimits> } = {}) {
  const mesh = new FakeMesh();
  const clock = new VirtualClock();
  const sent: { topic: string; payload: string; properties: Record<string, string> | undefined; retain: boolean; done: (result: PublishResult) => void }[] = [];
  const unfit: Unfit[] = [];
  const state = { up: true };
  const uplink = new Uplink({
    mesh,
    session: {
      get up() {
        return state.up;
      },
      publish: (topic, payload, { retain, properties }, done) =>
        sent.push({ topic, payload: payload.toString(), properties: properties?.userProperties, retain, done }),
    },
    envelope: () => options.envelope ?? false,
    clock,
    logger: pino({ level: 'silent' }),
    onRoundTrip: () => {},
    onUnfit: (u) => unfit.push(u),
    ...(options.limits ? { limits: options.limits } : {}),
  });
  const up = (): void => {
    state.up = true;
    uplink.onUp({
      version: options.version ?? 5,
      receiveMaximum: options.receiveMaximum ?? 20,
      maximumPacketBytes: options.maximumPacketBytes ?? 268_435_455,
      connackMs: 1,
    });
  };
  const down = (): void => {
    state.up = false;
    for (const s of sent.splice(0)) s.done({ is: 'lost' });
    uplink.onDown({ why: 'closed', takenOver: false, upMs: 100 });
  };
  up();
  return { mesh, clock, uplink, sent, up, down, unfit };
}
const spans = (runs: readonly { first: number; count: number }[]) => runs.map(({ first, count }) => [first, count]);

describe('the way up at a gateway', () => {
  it('acknowledges end to end only after the PUBACK, in runs', async () => {
    const { mesh, uplink, sent } = gateway();
    uplink.deliver([1, 2, 3, 5].map((n) => entry(n)));
    await settled();
    expect(sent).toHaveLength(4);
    expect(mesh.deliveredRuns).toEqual([]);
    for (const s of sent) s.done({ is: 'done' });
    await settled();
    expect(mesh.deliveredRuns).toEqual([
      { origin, incarnation: 2, stream: 'backend', class: 1, first: 1, count: 3 },
      { origin, incarnation: 2, stream: 'backend', class: 1, first: 5, count: 1 },
    ]);
  });

  it('keeps to the receive maximum, the order within a class, and class 0 first', () => {
    const { uplink, sent } = gateway({ receiveMaximum: 2 });
    uplink.deliver([entry(1, { topic: 'a1' }), entry(2, { topic: 'a2' }), entry(3, { topic: 'a3' }), entry(1, { topic: 'urgent' }, 0)]);
    expect(sent.map((s) => s.topic)).toEqual(['urgent', 'a1']);
    sent[0]!.done({ is: 'done' });
    sent[1]!.done({ is: 'done' });
    expect(sent.map((s) => s.topic)).toEqual(['urgent', 'a1', 'a2', 'a3']);
  });

  it('carries id, age, fingerprint and what else is known as user properties, which a device cannot forge', async () => {
    const { uplink, sent, clock } = gateway({ receiveMaximum: 1 });
    const properties = { 'em-id': 'forged', 'EM-NODE': 'forged', unit: 'kWh' };
    uplink.deliver([entry(1), entry(9, { properties, fingerprint: '00112233445566ff', dup: true, retain: true }, 1, { late: true })]);
    await clock.advance(25);
    sent[0]!.done({ is: 'done' });
    expect(sent[1]).toMatchObject({ retain: true, payload: '{}' });
    expect(sent[1]?.properties).toEqual({
      unit: 'kWh',
      'em-id': '00000000000000cc.2.1.9',
      'em-node': '00000000000000cc',
      'em-age': '35',
      'em-fp': '00112233445566ff',
      'em-dup': '1',
      'em-late': '1',
    });
  });

  it('wraps for 3.1.1 where asked to, text and bytes', () => {
    const { uplink, sent } = gateway({ version: 4, envelope: true });
    uplink.deliver([entry(1, { payload: Buffer.from('é'), fingerprint: '00112233445566ff' }), entry(2, { payload: Buffer.from([0xff, 0x00]) })]);
    expect(sent.map((s) => JSON.parse(s.payload))).toEqual([
      { em: 1, id: '00000000000000cc.2.1.1', node: '00000000000000cc', age: 10, fp: '00112233445566ff', payload: 'é' },
      { em: 1, id: '00000000000000cc.2.1.2', node: '00000000000000cc', age: 10, payload64: '/wA=' },
    ]);
    expect(sent[0]?.properties).toBeUndefined();
    const plain = gateway({ version: 4 });
    plain.uplink.deliver([entry(1)]);
    expect(plain.sent[0]?.payload).toBe('{}');
  });

  it('gives everything back when the backend goes away, and what comes while it is', async () => {
    const { mesh, uplink, sent, down, up } = gateway({ receiveMaximum: 2 });
    uplink.deliver([1, 2, 3].map((n) => entry(n)));
    down();
    uplink.deliver([entry(4)]);
    await settled();
    expect(mesh.deliveredRuns).toEqual([]);
    expect(mesh.undeliveredRuns.map(({ runs, reason }) => [spans(runs), reason])).toEqual([[[[1, 4]], 'backend-away']]);
    up();
    uplink.deliver([entry(1)]);
    expect(sent).toHaveLength(1);
  });

  it('never counts what the broker refuses as delivered: the topic rests, its entries go back, others flow', async () => {
    const { mesh, uplink, sent, clock } = gateway();
    uplink.deliver([entry(1, { topic: 'secret' }), entry(2, { topic: 'fine' })]);
    sent[0]!.done({ is: 'refused', code: 0x87 });
    sent[1]!.done({ is: 'done' });
    uplink.deliver([entry(1, { topic: 'secret' })]);
    await settled();
    expect(spans(mesh.deliveredRuns)).toEqual([[2, 1]]);
    expect(mesh.undeliveredRuns).toMatchObject([{ reason: 'refused' }]);
    expect(uplink.refused()).toEqual([{ topic: 'secret', code: 0x87, count: 1 }]);
    expect(sent).toHaveLength(2);
    await clock.advance(1000);
    uplink.deliver([entry(1, { topic: 'secret' })]);
    expect(sent).toHaveLength(3);
    sent[2]!.done({ is: 'refused', code: 0x87 });
    await clock.advance(1999);
    uplink.deliver([entry(1, { topic: 'secret' })]);
    expect(sent).toHaveLength(3);
    await clock.advance(1);
    uplink.deliver([entry(1, { topic: 'secret' })]);
    sent[3]!.done({ is: 'done' });
    expect(uplink.refused()).toEqual([]);
  });

  it('settles and reports what is unfit in itself: larger than the broker takes, or refused for its topic or form', async () => {
    const { mesh, uplink, sent, unfit } = gateway({ maximumPacketBytes: 600 });
    uplink.deliver([entry(1, { payload: Buffer.alloc(150) }), entry(2, { payload: Buffer.alloc(590), topic: 'big' }), entry(3, { topic: 'odd' })]);
    expect(sent).toHaveLength(2);
    sent[0]!.done({ is: 'done' });
    sent[1]!.done({ is: 'refused', code: 0x90 });
    await settled();
    expect(spans(mesh.deliveredRuns)).toEqual([[1, 3]]);
    expect(uplink.refused()).toEqual([]);
    expect(unfit).toEqual([
      { id: '00000000000000cc.2.1.2', topic: 'big', code: 0x95, bytes: 590 },
      { id: '00000000000000cc.2.1.3', topic: 'odd', code: 0x90, bytes: 2 },
    ]);
  });

  it('finds the publish on which a 3.1.1 broker hangs up, and lets the others pass', async () => {
    const { mesh, uplink, sent, down, up } = gateway({ version: 4 });
    let tries = 0;
    while (uplink.refused().length === 0 && tries++ < 10) {
      uplink.deliver([entry(1, { topic: 'poison' }), entry(2, { topic: 'fine' })]);
      expect(sent.some((s) => s.topic === 'poison')).toBe(true);
      down();
      up();
    }
    expect(uplink.refused()).toEqual([{ topic: 'poison', code: 0x80, count: 1 }]);
    uplink.deliver([entry(1, { topic: 'poison' }), entry(2, { topic: 'fine' })]);
    expect(sent.map((s) => s.topic)).toEqual(['fine']);
    sent[0]!.done({ is: 'done' });
    await settled();
    expect(spans(mesh.deliveredRuns)).toEqual([[2, 1]]);
  });

  it('settles and counts what nobody could publish', async () => {
    const { mesh, uplink, sent } = gateway();
    uplink.deliver([entry(1, {}, 1, { body: Buffer.from('garbage') }), entry(2, {}, 1, { body: encodeApplication({ kind: 'detach', counter: 1 }) })]);
    await settled();
    expect(sent).toEqual([]);
    expect(spans(mesh.deliveredRuns)).toEqual([[1, 2]]);
    expect(uplink.counters().malformed).toBe(2);
  });

  it('bounds what it holds', async () => {
    const { mesh, uplink } = gateway({ limits: { heldMax: 3 } });
    uplink.deliver([1, 2, 3, 4, 5].map((n) => entry(n)));
    await settled();
    expect(spans(mesh.undeliveredRuns[0]!.runs)).toEqual([[4, 2]]);
    expect(uplink.load).toBe(255);
  });
});

describe('runs', () => {
  it('join neighbours of one kind only, whatever their order, counting a repeated one once', () => {
    const ids = [3, 1, 2, 2, 7].map((n) => entry(n).id);
    expect(spans(runsOf([...ids, entry(4, {}, 0).id]))).toEqual([
      [1, 3],
      [7, 1],
      [4, 1],
    ]);
    expect(runsOf([])).toEqual([]);
  });
});

describe('the envelope', () => {
  it('tells our own messages by their id', () => {
    const of = { id: 'i', node: '00000000000000cc', ageMs: 1, fingerprint: undefined, dup: false, late: false };
    expect(originOf(userProperties(of, {}), Buffer.from('x'))).toBe('00000000000000cc');
    expect(originOf({}, wrap(of, Buffer.from('x')))).toBe('00000000000000cc');
    expect(originOf({}, Buffer.from('{"em":1'))).toBeUndefined();
    expect(originOf({}, Buffer.from('{"action":"unlock"}'))).toBeUndefined();
  });
});

describe('the offer of a gateway', () => {
  it('is the least round trip of the last minute, told again when it changed, and withdrawn after 3 s away', async () => {
    const mesh = new FakeMesh();
    const clock = new VirtualClock();
    let load = 0;
    const offer = new GatewayOffer({ mesh, clock, load: () => load, allowed: () => true });
    offer.up(12);
    expect(mesh.offers).toEqual([{ backendMs: 12, load: 0 }]);
    offer.sample(4);
    offer.sample(9);
    await clock.advance(5000);
    expect(mesh.offers.at(-1)).toEqual({ backendMs: 4, load: 0 });
    offer.sample(3.8);
    await clock.advance(10_000);
    expect(mesh.offers).toHaveLength(2);
    load = 200;
    await clock.advance(5000);
    expect(mesh.offers.at(-1)).toEqual({ backendMs: 3.8, load: 192 });
    load = 0;
    offer.down();
    await clock.advance(2000);
    offer.up(3);
    await clock.advance(2000);
    expect(mesh.offers.at(-1)).toEqual({ backendMs: 3.8, load: 0 });
    offer.down();
    await clock.advance(3000);
    expect(mesh.offers.at(-1)).toBeUndefined();
    offer.down();
    offer.close();
    expect(mesh.offers.filter((o) => o === undefined)).toHaveLength(1);
  });

  it('is not made while the certificate or the clock forbids it', async () => {
    const mesh = new FakeMesh();
    const clock = new VirtualClock();
    let allowed = false;
    const offer = new GatewayOffer({ mesh, clock, load: () => 0, allowed: () => allowed });
    offer.up(12);
    await clock.advance(20_000);
    expect(mesh.offers).toEqual([]);
    allowed = true;
    await clock.advance(5000);
    expect(mesh.offers).toEqual([{ backendMs: 12, load: 0 }]);
    allowed = false;
    await clock.advance(10_000);
    expect(mesh.offers).toEqual([{ backendMs: 12, load: 0 }, undefined]);
  });
});
