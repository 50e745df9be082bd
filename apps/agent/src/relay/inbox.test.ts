import { type DeliveredEntry, encodeApplication, Incarnation, NodeId } from '@energymesh/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { defaultTopicRules, TopicMap } from './classify.ts';
import { Courier } from './courier.ts';
import { Inbox, type InboxLimits } from './inbox.ts';
import type { CommandReport } from './reports.ts';
import { SpoolFile } from './spool-file.ts';
import { commandBody } from './testing/command-body.ts';
import { FakeDoor } from './testing/fake-door.ts';
import { FakeMesh } from './testing/fake-mesh.ts';
import { MemoryJournal } from './testing/memory-journal.ts';
import { settled, VirtualClock } from './testing/virtual-clock.ts';

const gatewayA = NodeId('00000000000000aa');
const gatewayB = NodeId('00000000000000bb');
const self = NodeId('00000000000000cc');
const command = (
  sequence: number,
  payload: string,
  over: { origin?: NodeId; ageMs?: number; lifetimeMs?: number; device?: string; late?: boolean } = {},
): DeliveredEntry => ({
  id: { origin: over.origin ?? gatewayA, incarnation: Incarnation(1), stream: self, class: 0, sequence },
  traffic: 0,
  ageMs: over.ageMs ?? 0,
  lifetimeMs: over.lifetimeMs ?? 60_000,
  body: commandBody(payload, over.device),
  late: over.late ?? false,
});

async function node(options: { journal?: MemoryJournal; clock?: VirtualClock; limits?: Partial<InboxLimits> } = {}) {
  const journal = options.journal ?? new MemoryJournal();
  const clock = options.clock ?? new VirtualClock();
  const mesh = new FakeMesh(self, 3);
  const logger = pino({ level: 'silent' });
  const file = new SpoolFile({ journal, clock, wallTrusted: () => true, logger });
  const door = new FakeDoor();
  const reports: CommandReport[] = [];
  const leases: unknown[] = [];
  const inbox = new Inbox({
    file,
    mesh,
    courier: new Courier({ mesh, clock }),
    door,
    topics: new TopicMap(defaultTopicRules('sun')),
    report: (report) => reports.push(report),
    onLease: (from, message) => leases.push([from, message.kind]),
    logger,
    ...(options.limits ? { limits: options.limits } : {}),
  });
  await file.start();
  await settled();
  return { journal, clock, mesh, file, door, inbox, reports, leases };
}
const sequences = (mesh: FakeMesh) => mesh.deliveredRuns.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));

describe('commands at their node', () => {
  it('are acknowledged when durable, then go to the device, and are gone when it has them', async () => {
    const { inbox, journal, mesh, door, clock } = await node();
    journal.hold();
    inbox.deliver([command(1, '{"id":"c1"}')]);
    await clock.advance(0);
    expect(mesh.deliveredRuns).toEqual([]);
    expect(door.pending).toEqual([]);
    journal.go();
    await settled();
    expect(sequences(mesh)).toEqual([1]);
    expect(door.pending).toMatchObject([{ device: 'lock-1', topic: 'em/lock-1/command', payload: '{"id":"c1"}' }]);
    door.acknowledge(0);
    await clock.advance(1000);
    expect([...journal.rows.values()]).toEqual([]);
    expect(inbox.counters()).toMatchObject({ delivered: 1, held: 0 });
  });

  it('outlive a restart, with their age', async () => {
    const first = await node();
    first.inbox.deliver([command(1, '{"id":"c1"}', { ageMs: 10_000 }), command(2, '{"id":"c2"}', { lifetimeMs: 30_000 })]);
    await first.clock.advance(5000);
    const second = await node({ journal: first.journal, clock: new VirtualClock(first.clock.wall() + 30_000) });
    expect(second.door.pending.map((p) => p.payload)).toEqual(['{"id":"c1"}', '{"id":"c2"}']);
    await second.clock.advance(1);
    expect(second.reports).toMatchObject([{ id: 'c2', why: 'expired' }]);
    await second.clock.advance(16_000);
    expect(second.reports).toMatchObject([{ id: 'c2' }, { id: 'c1', device: 'lock-1', node: self, topic: 'energymesh/sun/em/lock-1/command' }]);
    expect(second.door.pending).toEqual([]);
  });

  it('are delivered once in 24 h by their id, also after a restart', async () => {
    const first = await node();
    first.inbox.deliver([command(1, '{"id":"c1"}')]);
    first.inbox.deliver([command(1, '{"id":"c1"}', { origin: gatewayB })]);
    await first.clock.advance(10);
    expect(first.mesh.deliveredRuns.map((r) => r.origin).sort()).toEqual([gatewayA, gatewayB]);
    expect(first.door.pending).toHaveLength(1);
    first.door.acknowledge(0);
    await first.clock.advance(1000);
    const second = await node({ journal: first.journal, clock: new VirtualClock(first.clock.wall() + 3_600_000) });
    second.inbox.deliver([command(9, '{"id":"c1"}', { origin: gatewayB })]);
    await second.clock.advance(10);
    expect(sequences(second.mesh)).toEqual([9]);
    expect(second.door.pending).toEqual([]);
    await second.clock.advance(24 * 3_600_000);
    second.inbox.deliver([command(10, '{"id":"c1"}', { origin: gatewayB })]);
    await second.clock.advance(10);
    expect(second.door.pending).toHaveLength(1);
  });

  it('without an id are told apart by their entry', async () => {
    const { inbox, door, clock } = await node();
    inbox.deliver([command(1, 'on'), command(2, 'on'), command(2, 'on')]);
    await clock.advance(10);
    expect(door.pending).toHaveLength(2);
  });

  it('expire while the device is away, are reported, and may then be sent again', async () => {
    const { inbox, door, clock, reports } = await node();
    inbox.deliver([command(1, '{"id":"c1"}')]);
    await clock.advance(60_000);
    expect(door.pending).toEqual([]);
    expect(reports).toMatchObject([{ kind: 'command', id: 'c1', why: 'expired' }]);
    inbox.deliver([command(2, '{"id":"c1"}')]);
    await clock.advance(10);
    expect(door.pending).toHaveLength(1);
  });

  it('older than the last taken on their topic are reported, not delivered', async () => {
    const { inbox, door, clock, reports, mesh } = await node();
    inbox.deliver([command(1, '{"id":"c1"}'), command(3, '{"id":"c3"}')]);
    inbox.deliver([command(2, '{"id":"c2"}', { late: true }), command(2, '{"id":"other"}', { device: 'lock-2' })]);
    await clock.advance(10);
    expect(reports).toMatchObject([{ id: 'c2', why: 'older-than-delivered' }]);
    expect(door.pending.map((p) => p.payload)).toEqual(['{"id":"c1"}', '{"id":"c3"}', '{"id":"other"}']);
    expect(sequences(mesh).sort()).toEqual([1, 2, 2, 3]);
  });

  it('stay with their gateway when there is no room here', async () => {
    const { inbox, mesh, clock } = await node({ limits: { heldPerDeviceMax: 2 } });
    inbox.deliver([command(1, 'a'), command(2, 'b'), command(3, 'c'), command(4, 'd', { device: 'lock-2' })]);
    await clock.advance(10);
    expect(sequences(mesh).sort()).toEqual([1, 2, 4]);
    expect(mesh.undeliveredRuns).toMatchObject([{ runs: [{ first: 3 }], reason: 'full' }]);
    const closed = new MemoryJournal();
    closed.failWith = 'SQLITE_IOERR';
    const opening = await node({ journal: closed, limits: { heldPerDeviceMax: 1 } });
    opening.inbox.deliver([command(1, 'a'), command(2, 'b')]);
    expect(opening.mesh.undeliveredRuns).toMatchObject([{ runs: [{ first: 2 }], reason: 'full' }]);
    closed.failWith = undefined;
    await opening.clock.advance(2000);
    expect(sequences(opening.mesh)).toEqual([1]);
  });

  it('are tried again when the door refuses', async () => {
    const { inbox, door, clock } = await node();
    door.refuse = true;
    inbox.deliver([command(1, '{"id":"c1"}')]);
    await clock.advance(100);
    expect(door.pending).toEqual([]);
    door.refuse = false;
    await clock.advance(5000);
    expect(door.pending).toHaveLength(1);
  });

  it('settles and counts what cannot be used, and passes leases on', async () => {
    const { inbox, mesh, leases } = await node();
    const other = (sequence: number, body: Uint8Array): DeliveredEntry => ({ ...command(sequence, ''), body });
    inbox.deliver([
      other(1, Buffer.from('garbage')),
      other(2, encodeApplication({ kind: 'attach', counter: 1, leaseSeconds: 180, filters: [] })),
      command(3, 'x', { device: 'not/a-device' }),
    ]);
    expect(sequences(mesh)).toEqual([1, 2, 3]);
    expect(leases).toEqual([[gatewayA, 'attach']]);
    expect(inbox.counters().malformed).toBe(2);
  });
});
