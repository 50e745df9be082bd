import { decodeApplication, Incarnation, NodeId } from '@energymesh/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Attachment } from './attachment.ts';
import { Courier } from './courier.ts';
import { Roster } from './roster.ts';
import { SpoolFile } from './spool-file.ts';
import { FakeDoor } from './testing/fake-door.ts';
import { FakeMesh } from './testing/fake-mesh.ts';
import { MemoryJournal } from './testing/memory-journal.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

const gatewayA = NodeId('00000000000000a1');
const gatewayB = NodeId('00000000000000b1');

function node(incarnation = 5) {
  const mesh = new FakeMesh(NodeId('00000000000000cc'), incarnation);
  const clock = new VirtualClock();
  const courier = new Courier({ mesh, clock });
  const state = { filters: ['f/1'] as string[], own: false };
  const attachment = new Attachment({ mesh, courier, filters: () => state.filters, ownBackend: () => state.own, clock, logger: pino({ level: 'silent' }) });
  mesh.subscribe((output) => {
    if (output.type === 'event') attachment.changed();
    if (output.type === 'released' || output.type === 'expired' || output.type === 'expelled' || output.type === 'room') courier.on(output);
  });
  const said = () =>
    mesh.submitted.map(({ stream, body }) => {
      const message = decodeApplication(body);
      if (!('kind' in message) || typeof message.kind !== 'string') throw new Error('unreadable');
      return `${message.kind} ${stream}${message.kind === 'attach' ? ` ${message.filters.join(' ')}` : ''}`;
    });
  const counters = () => mesh.submitted.map(({ body }) => (decodeApplication(body) as { counter: number }).counter);
  return { mesh, clock, courier, attachment, state, said, counters };
}

describe('the lease of a node', () => {
  it('is asked of the best gateway, renewed every minute, and moved with the route', async () => {
    const { mesh, clock, said, counters } = node();
    await clock.advance(1000);
    expect(said()).toEqual([]);
    mesh.routeTo(gatewayA);
    await clock.advance(200);
    expect(said()).toEqual([`attach ${gatewayA} f/1`]);
    expect(mesh.submitted[0]).toMatchObject({ class: 0, traffic: 1, lifetimeMs: 60_000, incarnation: 5, sequence: 1 });
    mesh.release(mesh.submitted[0]!);
    await clock.advance(60_000);
    expect(said()).toHaveLength(2);
    mesh.routeTo(gatewayB);
    await clock.advance(200);
    expect(said().slice(2)).toEqual([`detach ${gatewayA}`, `attach ${gatewayB} f/1`]);
    const all = counters();
    expect(all).toEqual([...all].sort((a, b) => a - b));
    expect(all[0]).toBe(5 * 2 ** 20 + 1);
  });

  it('follows the devices, says a burst of changes once, and ends with the last of them', async () => {
    const { mesh, clock, said, state, attachment } = node();
    mesh.routeTo(gatewayA);
    for (let i = 0; i < 20; i++) attachment.changed();
    await clock.advance(200);
    state.filters = ['f/1', 'f/2'];
    attachment.changed();
    await clock.advance(200);
    state.filters = [];
    attachment.changed();
    await clock.advance(200);
    expect(said()).toEqual([`attach ${gatewayA} f/1`, `attach ${gatewayA} f/1 f/2`, `attach ${gatewayA} `, `detach ${gatewayA}`]);
    await clock.advance(300_000);
    expect(said()).toHaveLength(4);
  });

  it('is asked anew of a gateway that was restarted, and of one that did not get it', async () => {
    const { mesh, clock, said } = node();
    mesh.routeTo(gatewayA, 1);
    await clock.advance(200);
    mesh.release(mesh.submitted[0]!);
    mesh.routeTo(gatewayA, 2);
    await clock.advance(200);
    expect(said()).toHaveLength(2);
    mesh.expire(mesh.submitted[1]!);
    await clock.advance(5100);
    expect(said()).toHaveLength(3);
  });

  it('is its own while it has a backend, whatever the routes say', async () => {
    const { mesh, clock, said, state, attachment } = node();
    state.own = true;
    mesh.routeTo(gatewayA);
    await clock.advance(200);
    expect(said()).toEqual([`attach ${mesh.self} f/1`]);
    state.own = false;
    attachment.changed();
    await clock.advance(200);
    expect(said().slice(1)).toEqual([`detach ${mesh.self}`, `attach ${gatewayA} f/1`]);
  });
});

describe('letters between nodes', () => {
  const letter = (to: NodeId, lifetimeMs = 10_000) => ({ to, class: 0 as const, traffic: 1 as const, lifetimeMs, body: Buffer.from('x') });

  it('wait for room and expire waiting; what is expelled goes again; the floor follows', async () => {
    const { mesh, clock, courier } = node();
    mesh.roomLeft = 1;
    const first = courier.send(letter(gatewayA));
    const second = courier.send(letter(gatewayA));
    const third = courier.send(letter(gatewayA, 1500));
    expect(mesh.submitted.map((s) => s.sequence)).toEqual([1]);
    mesh.emit({ type: 'expelled', run: mesh.runOf(mesh.submitted[0]!), reason: 'full' });
    await clock.advance(3000);
    expect(await third).toBe('expired');
    mesh.roomLeft = 5;
    mesh.emit({ type: 'room', stream: gatewayA, class: 0 });
    expect(mesh.submitted.map((s) => [s.sequence, s.ageMs])).toEqual([
      [1, 0],
      [1, 3000],
      [2, 3000],
    ]);
    mesh.release(mesh.submitted[1]!);
    mesh.expire(mesh.submitted[2]!);
    expect(await Promise.all([first, second])).toEqual(['released', 'expired']);
    expect(mesh.last(gatewayA, 0)).toEqual({ incarnation: 5, sequence: 4 });
  });

  it('are counted per node, bounded, and must end', async () => {
    const { mesh, courier } = node();
    void courier.send(letter(gatewayA));
    void courier.send(letter(gatewayB));
    expect(mesh.submitted.map((s) => s.sequence)).toEqual([1, 1]);
    expect(await courier.send(letter(gatewayA, 0))).toBe('refused');
    for (let i = 0; i < 5000; i++) void courier.send(letter(gatewayA));
    expect(mesh.submitted).toHaveLength(4096);
    expect(await courier.send(letter(gatewayA))).toBe('refused');
    mesh.emit({ type: 'released', by: gatewayA, rttMs: 1, runs: [{ ...mesh.runOf(mesh.submitted[0]!), incarnation: Incarnation(4) }] });
    expect(await courier.send(letter(gatewayA))).toBe('refused');
  });
});

describe('devices of a node', () => {
  const setup = async (journal = new MemoryJournal(), known = ['lock-1', 'meter-1']) => {
    const clock = new VirtualClock();
    const file = new SpoolFile({ journal, clock, wallTrusted: () => false, logger: pino({ level: 'silent' }) });
    const door = new FakeDoor();
    let changes = 0;
    const directory = { authenticate: () => undefined, known: () => known.map((id) => ({ id, role: 'lock' as const })), onChange: () => () => {} };
    const roster = new Roster({ file, directory, mesh: new FakeMesh(), logger: pino({ level: 'silent' }), onChange: () => changes++ });
    await file.start();
    roster.useDoor(door);
    return { clock, file, door, roster, journal, known, changes: () => changes };
  };

  it('stay listed while they are away, over a restart, for a week', async () => {
    const first = await setup();
    first.door.connect('meter-1');
    first.door.connect('lock-1');
    first.door.disconnect('lock-1');
    expect(first.roster.devices()).toEqual(['lock-1', 'meter-1']);
    expect(first.roster.connected).toBe(1);
    await first.clock.advance(100);
    const second = await setup(first.journal);
    expect(second.roster.devices()).toEqual(['lock-1', 'meter-1']);
    second.door.connect('lock-1');
    await second.clock.advance(8 * 24 * 3_600_000);
    expect(second.roster.devices()).toEqual(['lock-1']);
    await second.clock.advance(100);
    expect([...first.journal.notes.keys()].filter((k) => k.startsWith('device:'))).toEqual(['device:lock-1']);
  });

  it('are gone when the community knows them no more', async () => {
    const { door, roster, known } = await setup();
    door.connect('lock-1');
    door.disconnect('lock-1');
    known.shift();
    expect(roster.devices()).toEqual([]);
  });
});
