import { decodeApplication, type NodeId as Id, NodeId } from '@energymesh/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { BackendMessage, Subscription } from './backend-session.ts';
import { defaultTopicRules, TopicMap } from './classify.ts';
import { commandHead, commandLifetimeMs } from './command.ts';
import { Courier } from './courier.ts';
import { Downlink, type SessionHandlers } from './downlink.ts';
import { LeaseTable } from './lease.ts';
import type { CommandReport } from './reports.ts';
import { FakeMesh } from './testing/fake-mesh.ts';
import { settled, VirtualClock } from './testing/virtual-clock.ts';
import { ToldTopics } from './told.ts';

const node = NodeId('00000000000000cc');
const topic = 'energymesh/sun/em/lock-1/command';
const attach = (counter: number, filters = [topic], leaseSeconds = 180) => ({ kind: 'attach' as const, counter, leaseSeconds, filters });
const message = (payload: string, over: Partial<BackendMessage> = {}): BackendMessage => ({
  topic,
  payload: Buffer.from(payload),
  packetId: 1,
  qos: 1,
  dup: false,
  retain: false,
  expirySeconds: undefined,
  properties: {},
  ...over,
});

function gateway(options: { trusted?: boolean } = {}) {
  const mesh = new FakeMesh();
  const clock = new VirtualClock();
  const courier = new Courier({ mesh, clock });
  mesh.subscribe((output) => {
    if (output.type === 'released' || output.type === 'expired' || output.type === 'expelled' || output.type === 'room') courier.on(output);
  });
  const reports: CommandReport[] = [];
  const documents: string[] = [];
  const own: string[] = [];
  const sessions = new Map<Id, { handlers: SessionHandlers; wanted: readonly Subscription[]; unsubscribed: string[]; closed: boolean; started: boolean }>();
  const downlink = new Downlink({
    self: mesh.self,
    own: { subscribe: (wanted) => void own.splice(0, own.length, ...wanted.map((w) => `${w.filter}${w.retained ? ' retained' : ''}`)), unsubscribe: () => {} },
    openSession: (of, handlers) => {
      const session = { handlers, wanted: [] as readonly Subscription[], unsubscribed: [] as string[], closed: false, started: false };
      sessions.set(of, session);
      return {
        start: () => {
          session.started = true;
        },
        subscribe: (wanted) => {
          session.wanted = wanted;
        },
        unsubscribe: (filter) => session.unsubscribed.push(filter),
        close: async () => {
          session.closed = true;
        },
      };
    },
    courier,
    topics: new TopicMap(defaultTopicRules('sun')),
    told: new ToldTopics('sun'),
    documentTopic: 'energymesh/sun/document',
    onDocument: (document) => documents.push(Buffer.from(document).toString()),
    report: (report) => reports.push(report),
    clock,
    wallTrusted: () => options.trusted ?? true,
    logger: pino({ level: 'silent' }),
    entryBytesMax: 1000,
  });
  const acknowledged: string[] = [];
  const receive = (payload: string, over: Partial<BackendMessage> = {}): void =>
    sessions.get(node)!.handlers.onMessage(message(payload, over), () => acknowledged.push(payload));
  return { mesh, clock, downlink, reports, documents, own, sessions, acknowledged, receive, courier };
}

describe('the way down at a gateway', () => {
  it('holds a session for each node that asks, and lets it go when the node leaves or falls silent', async () => {
    const { downlink, sessions, clock } = gateway();
    downlink.onLease(node, attach(1));
    expect(sessions.get(node)).toMatchObject({ started: true, wanted: [{ filter: topic, retained: false }] });
    downlink.onLease(node, { kind: 'detach', counter: 0 });
    expect(sessions.get(node)?.closed).toBe(false);
    downlink.onLease(node, { kind: 'detach', counter: 2 });
    expect(sessions.get(node)?.closed).toBe(true);
    downlink.onLease(node, attach(1));
    expect(sessions.get(node)?.closed).toBe(true);
    downlink.onLease(node, attach(3));
    await clock.advance(120_000);
    downlink.onLease(node, attach(4));
    await clock.advance(120_000);
    expect(sessions.get(node)?.closed).toBe(false);
    await clock.advance(65_000);
    expect(sessions.get(node)?.closed).toBe(true);
    expect(downlink.counters()).toMatchObject({ lapsed: 1, staleAttaches: 1, leases: 0 });
  });

  it('lets no node listen to more than its kind may', () => {
    const { downlink, sessions } = gateway();
    downlink.onLease(node, attach(1, ['#', 'energymesh/sun/#', topic, 'energymesh/sun/em/+/telemetry']));
    expect(sessions.get(node)?.wanted.map((w) => w.filter)).toEqual([topic]);
    expect(downlink.counters().refusedFilters).toBe(3);
  });

  it('brings a node what is told to itself, and nobody what is told to another', async () => {
    const { downlink, receive, mesh, acknowledged, sessions, reports, clock } = gateway();
    const told = `energymesh/sun/node/${node}/told`;
    downlink.onLease(node, attach(1, [told, 'energymesh/sun/node/00000000000000dd/told', 'energymesh/sun/node/+/told']));
    expect(sessions.get(node)?.wanted.map((w) => w.filter)).toEqual([told]);
    receive('{"kind":"hour"}', { topic: told });
    await settled();
    expect(mesh.submitted[0]).toMatchObject({ stream: node, class: 2, traffic: 2, lifetimeMs: 7 * 24 * 3_600_000 });
    expect(acknowledged).toEqual([]);
    mesh.release(mesh.submitted[0]!);
    await settled();
    expect(acknowledged).toEqual(['{"kind":"hour"}']);
    receive('{"kind":"claim"}', { topic: 'energymesh/sun/node/00000000000000dd/told' });
    expect(mesh.submitted).toHaveLength(1);
    expect(downlink.counters()).toMatchObject({ unmapped: 1, refusedFilters: 2 });
    receive('{"kind":"late","expiresAt":1}', { topic: told, expirySeconds: 0 });
    await clock.advance(1);
    expect(reports).toEqual([]);
  });

  it('acknowledges the broker only when the node has the command', async () => {
    const { downlink, receive, mesh, acknowledged } = gateway();
    downlink.onLease(node, attach(1));
    receive('{"id":"c1"}', { properties: { 'correlation-data': 'aa' } });
    await settled();
    expect(acknowledged).toEqual([]);
    expect(mesh.submitted[0]).toMatchObject({ stream: node, class: 0, traffic: 0, incarnation: 1, sequence: 1, lifetimeMs: 60_000 });
    expect(decodeApplication(mesh.submitted[0]!.body)).toMatchObject({ kind: 'publish', topic, properties: { 'correlation-data': 'aa' } });
    mesh.release(mesh.submitted[0]!);
    await settled();
    expect(acknowledged).toEqual(['{"id":"c1"}']);
    expect(mesh.last(node, 0)).toEqual({ incarnation: 1, sequence: 2 });
  });

  it('takes a redelivery for what it is while the first is still on its way', async () => {
    const { downlink, receive, mesh, acknowledged, sessions } = gateway();
    downlink.onLease(node, attach(1));
    receive('{"id":"c1"}', { packetId: 7 });
    sessions.get(node)!.handlers.onMessage(message('{"id":"c1"}', { packetId: 7, dup: true }), () => acknowledged.push('again'));
    expect(mesh.submitted).toHaveLength(1);
    mesh.release(mesh.submitted[0]!);
    await settled();
    expect(acknowledged).toEqual(['again']);
  });

  it('reports what expired on the way, and acknowledges it', async () => {
    const { downlink, receive, mesh, acknowledged, reports } = gateway();
    downlink.onLease(node, attach(1));
    receive('{"id":"c1"}');
    mesh.expire(mesh.submitted[0]!);
    await settled();
    expect(acknowledged).toHaveLength(1);
    expect(reports).toMatchObject([{ kind: 'command', id: 'c1', device: 'lock-1', topic, node, why: 'expired' }]);
  });

  it('never passes on a retained command, nor one past its deadline, nor one too large', () => {
    const { downlink, receive, mesh, acknowledged, reports, clock } = gateway();
    downlink.onLease(node, attach(1));
    receive('{"id":"old"}', { retain: true });
    receive(JSON.stringify({ id: 'late', expiresAt: clock.wall() - 1 }));
    receive(`{"id":"big","x":"${'y'.repeat(1000)}"}`);
    expect(mesh.submitted).toEqual([]);
    expect(reports.map((r) => [r.id, r.why])).toEqual([
      ['old', 'retained'],
      ['late', 'expired'],
      ['big', 'too-big'],
    ]);
    expect(acknowledged).toHaveLength(3);
  });

  it('drops an echo of what went up, and what no rule takes down', () => {
    const { downlink, receive, mesh, acknowledged } = gateway();
    downlink.onLease(node, attach(1));
    receive('x', { properties: { 'em-node': node } });
    receive('x', { topic: 'elsewhere' });
    expect(mesh.submitted).toEqual([]);
    expect(acknowledged).toHaveLength(2);
    expect(downlink.counters()).toMatchObject({ echoes: 1, unmapped: 1 });
  });

  it('ends a subscription of an earlier time, but carries what it brought', () => {
    const { downlink, receive, mesh, sessions } = gateway();
    downlink.onLease(node, attach(1));
    receive('x', { topic: 'energymesh/sun/em/gone-1/command' });
    expect(mesh.submitted).toHaveLength(1);
    expect(sessions.get(node)?.unsubscribed).toEqual(['energymesh/sun/em/gone-1/command']);
  });

  it('gives a session up that another gateway took over, until the node asks again', () => {
    const { downlink, sessions } = gateway();
    downlink.onLease(node, attach(1));
    sessions.get(node)!.handlers.onDown({ why: '0x8e', takenOver: true, upMs: 60_000 });
    expect(sessions.get(node)?.closed).toBe(true);
    downlink.onLease(node, attach(2));
    expect(sessions.get(node)?.closed).toBe(false);
    for (let i = 0; i < 2; i++) sessions.get(node)!.handlers.onDown({ why: 'closed', takenOver: false, upMs: 100 });
    expect(sessions.get(node)?.closed).toBe(false);
    sessions.get(node)!.handlers.onDown({ why: 'closed', takenOver: false, upMs: 100 });
    expect(sessions.get(node)?.closed).toBe(true);
    expect(downlink.counters().takenOver).toBe(2);
  });

  it('waits with a command while there is no room, and lets it expire', async () => {
    const { downlink, receive, mesh, clock, reports, acknowledged } = gateway();
    mesh.roomLeft = 0;
    downlink.onLease(node, attach(1));
    receive('{"id":"c1"}', { expirySeconds: 5 });
    await clock.advance(4000);
    expect(acknowledged).toEqual([]);
    await clock.advance(3000);
    expect(reports).toMatchObject([{ id: 'c1', why: 'expired' }]);
    expect(acknowledged).toHaveLength(1);
  });

  it('listens for itself and for the community document on its own session', () => {
    const { downlink, own, documents, mesh } = gateway();
    expect(own).toEqual(['energymesh/sun/document retained']);
    downlink.onLease(mesh.self, attach(1));
    expect(own).toEqual(['energymesh/sun/document retained', topic]);
    const acknowledged: string[] = [];
    downlink.onOwnMessage(message('doc 7', { topic: 'energymesh/sun/document', retain: true }), () => acknowledged.push('doc'));
    expect(documents).toEqual(['doc 7']);
    expect(acknowledged).toEqual(['doc']);
    downlink.onOwnMessage(message('{"id":"mine"}'), () => {});
    expect(mesh.submitted[0]).toMatchObject({ stream: mesh.self });
  });
});

describe('leases', () => {
  it('are bounded, and remember counters of who left', () => {
    const table = new LeaseTable(new VirtualClock());
    const id = (n: number) => NodeId(n.toString(16).padStart(16, '0'));
    for (let n = 0; n < 1024; n++) expect(table.attach(id(n), 5, 180, [])).toBe('held');
    expect(table.attach(id(5000), 5, 180, [])).toBe('full');
    expect(table.detach(id(1), 6)).toBe(true);
    expect(table.attach(id(5000), 5, 180, [])).toBe('held');
    expect(table.attach(id(1), 6, 180, [])).toBe('stale');
  });
});

describe('what is read of a command', () => {
  const head = (value: unknown, properties = {}) => commandHead(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), properties);

  it('is its id and its deadline, in either form', () => {
    expect(head({ id: 'a', expiresAt: 5000 })).toEqual({ id: 'a', expiresAt: 5000, ttlSeconds: undefined });
    expect(head({ id: 'a', expiresAt: '1970-01-01T00:00:07Z' }).expiresAt).toBe(7000);
    expect(head({ issuedAt: 1000, ttlSeconds: 30 })).toEqual({ id: undefined, expiresAt: 31_000, ttlSeconds: undefined });
    expect(head({ ttlSeconds: 30 }, { 'correlation-data': 'c0' })).toEqual({ id: 'c0', expiresAt: undefined, ttlSeconds: 30 });
    for (const odd of ['', 'on', '[1]', '{"id":7,"expiresAt":"soon","ttlSeconds":-1}', '{'.repeat(100), 'null'])
      expect(head(odd)).toEqual({ id: undefined, expiresAt: undefined, ttlSeconds: undefined });
  });

  it('lives for the shortest of what limits it, an instant counting only by a trusted clock', () => {
    const of = { id: undefined, expiresAt: 10_000, ttlSeconds: undefined };
    expect(commandLifetimeMs(of, 60_000, undefined, 4000, true)).toBe(6000);
    expect(commandLifetimeMs(of, 60_000, undefined, 4000, false)).toBe(60_000);
    expect(commandLifetimeMs(of, 60_000, 2, 4000, true)).toBe(2000);
    expect(commandLifetimeMs({ ...of, expiresAt: undefined, ttlSeconds: 3 }, 60_000, 20, 0, true)).toBe(3000);
    expect(commandLifetimeMs(of, 60_000, undefined, 12_000, true)).toBeLessThanOrEqual(0);
  });
});
