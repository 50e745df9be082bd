import { type DeliveredEntry, decodeApplication, Incarnation, NodeId, type Transfer } from '@energymesh/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { defaultTopicRules, TopicMap } from './classify.ts';
import { Courier } from './courier.ts';
import { deviceHash } from './held.ts';
import { Inbox } from './inbox.ts';
import type { CommandReport } from './reports.ts';
import { Roster } from './roster.ts';
import { SpoolFile } from './spool-file.ts';
import { commandBody } from './testing/command-body.ts';
import { FakeDoor } from './testing/fake-door.ts';
import { FakeNet } from './testing/fake-net.ts';
import { MemoryJournal } from './testing/memory-journal.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

const gateway = NodeId('00000000000000aa');
const lock = deviceHash('lock-1');
const logger = pino({ level: 'silent' });
const directory = { authenticate: () => undefined, known: () => [{ id: 'lock-1', role: 'lock' as const }], onChange: () => () => {} };

class World {
  readonly net = new FakeNet();
  readonly clock = new VirtualClock();

  async node(name: string, options: { journal?: MemoryJournal; incarnation?: number } = {}) {
    const { clock, net } = this;
    const journal = options.journal ?? new MemoryJournal();
    const mesh = net.add(name, options.incarnation);
    const file = new SpoolFile({ journal, clock, wallTrusted: () => true, logger });
    const door = new FakeDoor();
    const courier = new Courier({ mesh, clock });
    const reports: CommandReport[] = [];
    const report = (r: CommandReport) => void reports.push(r);
    const inbox = new Inbox({ file, mesh, courier, door, topics: new TopicMap(defaultTopicRules('sun')), report, onLease: undefined, logger });
    const roster = new Roster({ file, directory, mesh, logger, onChange: () => {} });
    const stop = mesh.subscribe((output) => {
      if (output.type === 'deliver') inbox.deliver(output.entries);
      if (output.type === 'released' || output.type === 'expired' || output.type === 'expelled' || output.type === 'room') courier.on(output);
      if (output.type === 'claims') {
        roster.claimed(output.devices);
        inbox.claimed(output.devices);
      }
    });
    await file.start();
    roster.useDoor(door);
    await clock.advance(0);
    return {
      journal,
      mesh,
      door,
      inbox,
      roster,
      reports,
      seen: () => door.pending.map(({ payload }) => (JSON.parse(payload) as { id?: string }).id ?? payload),
      held: () => inbox.counters().held,
      counter: () => mesh.claims.find(({ device }) => device === lock)?.counter,
      crash: () => {
        stop();
        inbox.close();
        roster.close();
        courier.close();
      },
    };
  }
}
type Node = Awaited<ReturnType<World['node']>>;

function command(to: Node, sequence: number, payload: string, over: Partial<DeliveredEntry> = {}): void {
  const id = { origin: gateway, incarnation: Incarnation(1), stream: to.mesh.self, class: 0 as const, sequence };
  to.mesh.deliver([{ id, traffic: 0, ageMs: 0, lifetimeMs: 60_000, body: commandBody(payload), late: false, ...over }], gateway);
}
/** The device was at `from` and is away. */
async function wasAt(world: World, from: Node): Promise<void> {
  from.door.connect('lock-1');
  await world.clock.advance(50);
  from.door.disconnect('lock-1');
}

describe('a device that moves', () => {
  it('gets what waited for it at its former node, in order and once; that node forgets it', async () => {
    const world = new World();
    const [x, y] = [await world.node('1'), await world.node('2')];
    await wasAt(world, x);
    for (const n of [1, 2, 3]) command(x, n, `{"id":"c${n}"}`);
    await world.clock.advance(100);
    y.door.connect('lock-1');
    await world.clock.advance(499);
    expect(y.seen()).toEqual([]);
    await world.clock.advance(200);
    expect(y.seen()).toEqual(['c1', 'c2', 'c3']);
    expect([x.seen(), x.held(), x.roster.devices(), y.roster.devices()]).toEqual([[], 0, [], ['lock-1']]);
    expect([x.counter(), y.counter()]).toEqual([undefined, 2]);
    await world.clock.advance(1000);
    expect([...x.journal.rows.keys(), ...x.journal.notes.keys()]).toEqual(['clock']);
    for (const _ of [1, 2, 3]) y.door.acknowledge(0);
    command(y, 1, '{"id":"c4"}');
    await world.clock.advance(10);
    expect(y.seen()).toEqual(['c4']);
    expect(x.inbox.counters()).toMatchObject({ sentOn: 3, expired: 0 });
    expect([x.reports, y.reports]).toEqual([[], []]);
  });

  it('is sent away by its former node, half-open as it may be, and what was under way to it there goes on', async () => {
    const world = new World();
    const [x, y] = [await world.node('1'), await world.node('2')];
    x.door.connect('lock-1');
    await world.clock.advance(50);
    command(x, 1, '{"id":"c1"}');
    await world.clock.advance(50);
    expect(x.seen()).toEqual(['c1']);
    y.door.connect('lock-1');
    await world.clock.advance(100);
    expect([x.door.dismissed, x.seen()]).toEqual([['lock-1'], []]);
    await world.clock.advance(600);
    expect(y.seen()).toEqual(['c1']);
  });

  it('makes no claims by coming and going where it is held, also after a restart', async () => {
    const world = new World();
    const x = await world.node('1');
    for (let i = 0; i < 5; i++) await wasAt(world, x);
    expect(x.counter()).toBe(1);
    x.crash();
    const again = await world.node('1', { journal: x.journal, incarnation: 2 });
    expect(again.counter()).toBe(1);
    await wasAt(world, again);
    expect(again.counter()).toBe(1);
  });

  it('is claimed only once the counter is durable', async () => {
    const world = new World();
    const x = await world.node('1');
    x.journal.hold();
    x.door.connect('lock-1');
    await world.clock.advance(100);
    expect(x.counter()).toBeUndefined();
    x.journal.go();
    await world.clock.advance(0);
    expect(x.counter()).toBe(1);
  });

  it('is not claimed beyond the last counter, and stays where it is', async () => {
    const world = new World();
    const x = await world.node('1');
    x.mesh.claimedBy(lock, { node: NodeId('00000000000000ee'), counter: 0xffff_ffff });
    x.door.connect('lock-1');
    await world.clock.advance(100);
    expect([x.counter(), x.roster.devices(), x.roster.connected, x.door.dismissed]).toEqual([undefined, [], 1, []]);
  });

  it('that is at its node again before that has started is claimed with more than anybody else', async () => {
    const world = new World();
    const [x, y] = [await world.node('1'), await world.node('2')];
    await wasAt(world, x);
    await wasAt(world, y);
    x.crash();
    const journal = new MemoryJournal();
    journal.notes.set('device:lock-1', '0 1');
    journal.failWith = 'SQLITE_IOERR';
    const again = await world.node('1', { journal, incarnation: 2 });
    world.net.changed();
    again.door.connect('lock-1');
    journal.failWith = undefined;
    await world.clock.advance(2000);
    expect([again.counter(), again.door.dismissed, y.roster.devices()]).toEqual([3, [], []]);
  });

  it('comes back before it was delivered anywhere: delivered where it is', async () => {
    const world = new World();
    const [x, y] = [await world.node('1'), await world.node('2')];
    await wasAt(world, x);
    command(x, 1, '{"id":"c1"}');
    command(x, 2, '{"id":"c2"}');
    await wasAt(world, y);
    await world.clock.advance(1000);
    expect([x.held(), y.held()]).toEqual([0, 2]);
    x.door.connect('lock-1');
    await world.clock.advance(1000);
    expect([x.seen(), y.seen(), y.held()]).toEqual([['c1', 'c2'], [], 0]);
    expect([x.reports, y.reports]).toEqual([[], []]);
  });

  it('on and on: the entry keeps its first id, and its age', async () => {
    const world = new World();
    const [x, y, z] = [await world.node('1'), await world.node('2'), await world.node('3')];
    await wasAt(world, x);
    command(x, 7, 'on', { ageMs: 10_000 });
    await wasAt(world, y);
    await world.clock.advance(1000);
    await wasAt(world, z);
    await world.clock.advance(1000);
    const [first, second] = [...x.mesh.submitted, ...y.mesh.submitted];
    const of = { origin: gateway, incarnation: 1, stream: x.mesh.self, class: 0, sequence: 7 };
    for (const submission of [first!, second!]) expect(decodeApplication(submission.body) as Transfer).toMatchObject({ kind: 'transfer', of });
    expect(first).toMatchObject({ stream: y.mesh.self, class: 0, traffic: 0 });
    expect(first).toMatchObject({ lifetimeMs: 60_000, ageMs: 10_520 });
    await world.clock.advance(60_000);
    expect(z.reports).toMatchObject([{ device: 'lock-1', why: 'expired' }]);
    expect([...x.reports, ...y.reports]).toEqual([]);
  });
});

describe('what is sent on', () => {
  it('is delivered once though the former node crashes before it hears so', async () => {
    const world = new World();
    const [x, y] = [await world.node('1'), await world.node('2')];
    await wasAt(world, x);
    command(x, 1, '{"id":"c1"}');
    command(x, 2, 'without an id');
    y.door.connect('lock-1');
    await world.clock.advance(400);
    y.journal.hold();
    await world.clock.advance(200);
    x.crash();
    y.journal.go();
    await world.clock.advance(100);
    expect(y.door.pending).toHaveLength(2);
    y.door.acknowledge(0);
    const again = await world.node('1', { journal: x.journal, incarnation: 2 });
    expect(again.held()).toBe(2);
    world.net.changed();
    await world.clock.advance(1000);
    expect([again.held(), again.roster.devices()]).toEqual([0, []]);
    expect(y.door.pending.map(({ payload }) => payload)).toEqual(['without an id']);
    expect(y.inbox.counters()).toMatchObject({ taken: 2, repeated: 2, delivered: 1 });
  });

  it('and older than what its topic was given there meanwhile is reported, not delivered', async () => {
    const world = new World();
    const [x, y] = [await world.node('1'), await world.node('2')];
    await wasAt(world, x);
    command(x, 900, '{"id":"unlock"}');
    await world.clock.advance(300);
    y.door.connect('lock-1');
    await world.clock.advance(100);
    // Of another stream: its lower sequence means nothing.
    command(y, 1, '{"id":"lock"}');
    await world.clock.advance(1000);
    expect(y.seen()).toEqual(['lock']);
    expect(y.reports).toMatchObject([{ id: 'unlock', why: 'older-than-delivered' }]);
    expect(x.held()).toBe(0);
    // What follows directly is not older than what was sent on, whatever number that had.
    const [u, v] = [await world.node('4'), await world.node('5')];
    await wasAt(world, y);
    await wasAt(world, u);
    command(u, 900, '{"id":"first"}');
    await world.clock.advance(100);
    v.door.connect('lock-1');
    await world.clock.advance(1000);
    command(v, 1, '{"id":"second"}');
    await world.clock.advance(100);
    expect(v.seen().slice(-2)).toEqual(['first', 'second']);
  });

  it('includes what newly comes for a device that is elsewhere', async () => {
    const world = new World();
    const [x, y] = [await world.node('1'), await world.node('2')];
    y.door.connect('lock-1');
    await world.clock.advance(100);
    command(x, 1, '{"id":"c1"}');
    await world.clock.advance(10);
    expect([x.held(), [...x.journal.rows.keys()].length, x.seen()]).toEqual([1, 1, []]);
    await world.clock.advance(600);
    expect([x.held(), y.seen()]).toEqual([0, ['c1']]);
  });

  it('waits for a holder that cannot be reached until it expires, and is reported once', async () => {
    const world = new World();
    const [x, y] = [await world.node('1'), await world.node('2')];
    await wasAt(world, x);
    command(x, 1, '{"id":"c1"}');
    await wasAt(world, y);
    world.net.cut.add(y.mesh.self);
    await world.clock.advance(30_000);
    expect([x.held(), x.reports]).toEqual([1, []]);
    await world.clock.advance(31_000);
    expect([x.held(), x.reports.length]).toEqual([0, 1]);
    expect(x.reports).toMatchObject([{ id: 'c1', why: 'expired' }]);
  });

  it('is passed on once a second at most between two nodes that take each other for the holder, until it expires', async () => {
    const world = new World();
    const [x, y] = [await world.node('1'), await world.node('2')];
    x.mesh.claimedBy(lock, { node: y.mesh.self, counter: 1 });
    y.mesh.claimedBy(lock, { node: x.mesh.self, counter: 1 });
    command(x, 1, '{"id":"c1"}');
    await world.clock.advance(10_000);
    const sendings = x.mesh.submitted.length + y.mesh.submitted.length;
    expect(sendings).toBeGreaterThan(10);
    expect(sendings).toBeLessThanOrEqual(20);
    y.mesh.claimedBy(lock, undefined);
    x.mesh.claimedBy(lock, undefined);
    y.mesh.claimedBy(lock, { node: NodeId('00000000000000ee'), counter: 2 });
    await world.clock.advance(60_000);
    expect([...x.reports, ...y.reports]).toMatchObject([{ id: 'c1', why: 'expired' }]);
    expect([x.held(), y.held()]).toEqual([0, 0]);
  });

  it('is tried again when there is no room on its way', async () => {
    const world = new World();
    const [x, y] = [await world.node('1'), await world.node('2')];
    await wasAt(world, x);
    command(x, 1, '{"id":"c1"}');
    y.door.connect('lock-1');
    await world.clock.advance(100);
    const submit = x.mesh.submit.bind(x.mesh);
    let refusals = 0;
    x.mesh.submit = (submission) => {
      refusals++;
      x.mesh.emit({ type: 'expelled', run: x.mesh.runOf(submission), reason: 'too-big' });
    };
    await world.clock.advance(2100);
    expect(refusals).toBe(4);
    expect(x.held()).toBe(1);
    x.mesh.submit = submit;
    await world.clock.advance(600);
    expect([x.held(), y.seen()]).toEqual([0, ['c1']]);
  });
});
