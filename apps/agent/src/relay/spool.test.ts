import type { TrafficClass } from '@energymesh/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { IntakeRefused } from '../ports.ts';
import { type Lost, Spool, type SpoolLimits } from './spool.ts';
import { SpoolFile } from './spool-file.ts';
import { FakeMesh } from './testing/fake-mesh.ts';
import { MemoryJournal } from './testing/memory-journal.ts';
import { settled, VirtualClock } from './testing/virtual-clock.ts';

async function node(
  options: { journal?: MemoryJournal; clock?: VirtualClock; incarnation?: number; trusted?: boolean; room?: number; limits?: Partial<SpoolLimits> } = {},
) {
  const journal = options.journal ?? new MemoryJournal();
  const clock = options.clock ?? new VirtualClock();
  const mesh = new FakeMesh(undefined, options.incarnation);
  mesh.roomLeft = options.room ?? Number.POSITIVE_INFINITY;
  const logger = pino({ level: 'silent' });
  const file = new SpoolFile({ journal, clock, wallTrusted: () => options.trusted ?? true, logger });
  const lost: Lost[] = [];
  const spool = new Spool({ file, mesh, logger, onLost: (l) => lost.push(l), ...(options.limits ? { limits: options.limits } : {}) });
  mesh.subscribe((output) => {
    if (output.type === 'released' || output.type === 'expired' || output.type === 'expelled' || output.type === 'room') spool.on(output);
  });
  await file.start();
  return { journal, clock, mesh, file, spool, lost };
}
const message = (text: string, cls: TrafficClass = 1, lifetimeMs = 0) => ({ class: cls, traffic: 0 as const, lifetimeMs, body: Buffer.from(text) });
const texts = (mesh: FakeMesh) => mesh.submitted.map((s) => Buffer.from(s.body).toString());

/** Whether a promise has settled, and how. */
function watch(promise: Promise<void>): { state: string } {
  const seen = { state: 'pending' };
  promise.then(
    () => {
      seen.state = 'kept';
    },
    (error: unknown) => {
      seen.state = error instanceof IntakeRefused ? error.why : String(error);
    },
  );
  return seen;
}

describe('custody of what goes up', () => {
  it('forwards at once and keeps its word at the durable commit', async () => {
    const { mesh, clock, spool, journal } = await node();
    const a = watch(spool.accept(message('a')));
    expect(mesh.submitted).toHaveLength(1);
    await settled();
    expect(a.state).toBe('pending');
    await clock.advance(20);
    expect(a.state).toBe('kept');
    expect(journal.rows.size).toBe(1);
    expect(spool.stats()).toMatchObject({ waiting: 1, oldestMs: 20 });
    mesh.release(mesh.submitted[0]!);
    expect(spool.stats()).toMatchObject({ waiting: 0, waitingBytes: 0, oldestMs: undefined });
    await clock.advance(600);
    expect(journal.rows.size).toBe(0);
  });

  it('writes nothing when the gateway answers before the commit', async () => {
    const { mesh, clock, spool, journal, file } = await node();
    const all = ['a', 'b', 'c'].map((text) => watch(spool.accept(message(text))));
    for (const submission of [...mesh.submitted]) mesh.release(submission);
    await settled();
    expect(all.map((w) => w.state)).toEqual(['kept', 'kept', 'kept']);
    await clock.advance(5000);
    expect(journal.batches).toHaveLength(0);
    expect(file.group.written).toEqual({ rows: 0, bytes: 0, commits: 0 });
    expect(mesh.last('backend', 1)).toEqual({ incarnation: 1, sequence: 4 });
  });

  it('counts ids per class from 1', async () => {
    const { mesh, spool } = await node({ incarnation: 7 });
    for (const cls of [0, 1, 1, 3] as const) void spool.accept(message('x', cls));
    expect(mesh.submitted.map((s) => [s.incarnation, s.class, s.sequence])).toEqual([
      [7, 0, 1],
      [7, 1, 1],
      [7, 1, 2],
      [7, 3, 1],
    ]);
  });

  it('holds what the mesh has no room for behind, in order, and submits it as room comes', async () => {
    const { mesh, clock, spool } = await node({ room: 2 });
    for (const text of ['1', '2', '3', '4', '5']) void spool.accept(message(text));
    expect(texts(mesh)).toEqual(['1', '2']);
    await clock.advance(50);
    mesh.release(mesh.submitted[0]!);
    await settled();
    expect(texts(mesh)).toEqual(['1', '2', '3']);
    void spool.accept(message('6'));
    mesh.roomLeft = 10;
    mesh.emit({ type: 'room', stream: 'backend', class: 1 });
    await clock.advance(100);
    expect(texts(mesh)).toEqual(['1', '2', '3', '4', '5', '6']);
    void spool.accept(message('7'));
    expect(texts(mesh).at(-1)).toBe('7');
    expect(mesh.last('backend', 1)).toEqual({ incarnation: 1, sequence: 2 });
    for (const submission of mesh.submitted.slice(1)) mesh.release(submission);
    expect(mesh.last('backend', 1)).toEqual({ incarnation: 1, sequence: 8 });
    expect(spool.stats().waiting).toBe(0);
  });

  it('submits again what the mesh expelled, before anything newer', async () => {
    const { mesh, spool } = await node({ room: 2 });
    void spool.accept(message('1'));
    void spool.accept(message('2'));
    mesh.emit({ type: 'expelled', run: mesh.runOf(mesh.submitted[1]!), reason: 'full' });
    void spool.accept(message('3'));
    expect(texts(mesh)).toEqual(['1', '2']);
    mesh.roomLeft = 5;
    mesh.emit({ type: 'room', stream: 'backend', class: 1 });
    await settled();
    expect(texts(mesh)).toEqual(['1', '2', '2', '3']);
  });

  it('reports what the mesh refuses for good', async () => {
    const { mesh, spool, lost } = await node();
    void spool.accept(message('1'));
    mesh.emit({ type: 'expelled', run: mesh.runOf(mesh.submitted[0]!), reason: 'too-big' });
    expect(lost).toEqual([{ class: 1, traffic: 0, why: 'too-big', count: 1 }]);
    expect(spool.stats().waiting).toBe(0);
  });

  it('takes a run far longer than what it holds', async () => {
    const { mesh, spool } = await node();
    for (const text of ['1', '2', '3']) void spool.accept(message(text));
    mesh.emit({ type: 'released', by: mesh.self, rttMs: 1, runs: [{ ...mesh.runOf(mesh.submitted[0]!), count: 1_000_000_000 }] });
    expect(spool.stats().waiting).toBe(0);
  });
});

describe('after a restart', () => {
  it('keeps old ids, gives new ones in the new incarnation, and declares the oldest unsettled as the floor', async () => {
    const journal = new MemoryJournal();
    const before = await node({ journal });
    for (const text of ['1', '2', '3']) void before.spool.accept(message(text));
    await before.clock.advance(20);
    before.mesh.release(before.mesh.submitted[0]!);
    await before.clock.advance(600);

    const after = await node({ journal, incarnation: 2 });
    expect(after.mesh.last('backend', 1)).toEqual({ incarnation: 1, sequence: 2 });
    void after.spool.accept(message('new'));
    await after.clock.advance(20);
    expect(after.mesh.submitted.map((s) => [s.incarnation, s.sequence, Buffer.from(s.body).toString()])).toEqual([
      [1, 2, '2'],
      [1, 3, '3'],
      [2, 1, 'new'],
    ]);
    for (const submission of [...after.mesh.submitted]) after.mesh.release(submission);
    expect(after.mesh.last('backend', 1)).toEqual({ incarnation: 2, sequence: 2 });
  });

  it('adds the time in between to the age only when both clocks were trusted and in order', async () => {
    const ageAfter = async (trusted: boolean, gapMs: number): Promise<number> => {
      const journal = new MemoryJournal();
      const first = await node({ journal, trusted });
      void first.spool.accept(message('x'));
      await first.clock.advance(20);
      const clock = new VirtualClock(first.clock.wall() + gapMs);
      const second = await node({ journal, clock, incarnation: 2, trusted });
      await second.clock.advance(0);
      return second.mesh.submitted[0]!.ageMs;
    };
    expect(await ageAfter(true, 60_000)).toBe(60_020);
    expect(await ageAfter(false, 60_000)).toBe(20);
    expect(await ageAfter(true, -3_600_000)).toBe(20);
    expect(await ageAfter(true, 50 * 365 * 86_400_000)).toBe(20);
  });

  it('a wall clock that jumps while running expires nothing', async () => {
    const { mesh, clock, spool, lost } = await node({ room: 0 });
    void spool.accept(message('x', 1, 60_000));
    await clock.advance(30);
    clock.jumpWall(50 * 365 * 86_400_000);
    mesh.roomLeft = 1;
    mesh.emit({ type: 'room', stream: 'backend', class: 1 });
    await settled();
    expect(mesh.submitted[0]?.ageMs).toBe(30);
    expect(lost).toEqual([]);
  });

  it('says which entries expired on the disk instead of sending them', async () => {
    const journal = new MemoryJournal();
    const first = await node({ journal });
    void first.spool.accept(message('short', 1, 1000));
    void first.spool.accept(message('long', 1, 1_000_000));
    await first.clock.advance(20);
    const second = await node({ journal, clock: new VirtualClock(first.clock.wall() + 5000), incarnation: 2 });
    await settled();
    expect(texts(second.mesh)).toEqual(['long']);
    expect(second.lost).toEqual([{ class: 1, traffic: 0, why: 'expired', count: 1 }]);
    expect(second.spool.stats()).toMatchObject({ waiting: 1, expired: 1 });
  });
});

describe('when the spool is full', () => {
  const small = async () => {
    const journal = new MemoryJournal();
    journal.capacityBytes = 3000;
    return node({ journal, limits: { waitersMax: 2 } });
  };
  const big = 'x'.repeat(500);

  it('QoS 1 waits for room, a bounded number of them, and QoS 0 is dropped and counted', async () => {
    const { mesh, spool, clock } = await small();
    const taken = Array.from({ length: 4 }, () => watch(spool.accept(message(big))));
    expect(mesh.submitted).toHaveLength(4);
    const fifth = watch(spool.accept(message('fifth'.padEnd(500))));
    const sixth = watch(spool.accept(message('sixth'.padEnd(500))));
    const refused = watch(spool.accept(message(big)));
    await clock.advance(20);
    expect(taken.map((w) => w.state)).toEqual(['kept', 'kept', 'kept', 'kept']);
    expect([fifth.state, sixth.state, refused.state]).toEqual(['pending', 'pending', 'full']);
    expect(spool.offer(message('q0'))).toBe(false);
    expect(spool.stats().dropped).toBe(1);
    mesh.release(mesh.submitted[0]!);
    await clock.advance(20);
    expect([fifth.state, sixth.state]).toEqual(['kept', 'pending']);
    mesh.release(mesh.submitted[1]!);
    await clock.advance(20);
    expect(sixth.state).toBe('kept');
    expect(
      texts(mesh)
        .slice(4)
        .map((t) => t.trim()),
    ).toEqual(['fifth', 'sixth']);
  });

  it('leaves class 0 its own tenth, and what comes down its own', async () => {
    const journal = new MemoryJournal();
    journal.capacityBytes = 10_000;
    const { mesh, spool, file } = await node({ journal });
    while (mesh.submitted.length < 100 && spool.offer(message('y'.repeat(400)))) {}
    expect(file.quota.usedBytes).toBeGreaterThan(7500);
    expect(file.quota.usedBytes).toBeLessThanOrEqual(8000);
    expect(spool.offer(message('y'.repeat(400), 0))).toBe(true);
    expect(file.quota.fits('down', 1000)).toBe(true);
    expect(file.quota.fits('down', 1600)).toBe(false);
  });

  it('lets go of a publisher who leaves, and of all when it closes', async () => {
    const { spool } = await small();
    for (let i = 0; i < 4; i++) void spool.accept(message(big));
    const gone = new AbortController();
    const leaver = watch(spool.accept(message(big), gone.signal));
    const stayer = watch(spool.accept(message(big)));
    gone.abort(new Error('left'));
    await settled();
    expect(leaver.state).toBe('Error: left');
    spool.close();
    await settled();
    expect(stayer.state).toBe('closing');
    expect(watch(spool.accept(message('late')))).toBeDefined();
    await expect(spool.accept(message('late'))).rejects.toThrow('stopping');
  });

  it('refuses what can never be carried', async () => {
    const { spool } = await node();
    await expect(spool.accept(message('x'.repeat(200_000)))).rejects.toMatchObject({ why: 'too-big' });
  });

  it('finds what expired in the backlog when somebody waits', async () => {
    const journal = new MemoryJournal();
    journal.capacityBytes = 3000;
    const { spool, clock, lost, mesh } = await node({ journal, room: 0 });
    for (let i = 0; i < 4; i++) void spool.accept(message(big, 1, 15_000));
    await clock.advance(16_000);
    const waiting = watch(spool.accept(message(big)));
    await clock.advance(20);
    expect(lost.reduce((sum, l) => sum + l.count, 0)).toBe(4);
    await clock.advance(20);
    expect(waiting.state).toBe('kept');
    expect(mesh.last('backend', 1)).toEqual({ incarnation: 1, sequence: 5 });
  });
});

describe('when the disk fails', () => {
  it('still forwards, and keeps its word by the end-to-end acknowledgement alone', async () => {
    const { mesh, clock, spool, journal, file } = await node();
    journal.failWith = 'SQLITE_FULL';
    const a = watch(spool.accept(message('a')));
    const b = watch(spool.accept(message('b')));
    await clock.advance(100);
    expect(file.state).toMatchObject({ at: 'full', code: 'SQLITE_FULL' });
    expect([a.state, b.state]).toEqual(['pending', 'pending']);
    mesh.release(mesh.submitted[0]!);
    await settled();
    expect([a.state, b.state]).toEqual(['kept', 'pending']);
    journal.failWith = undefined;
    await clock.advance(5000);
    expect(b.state).toBe('kept');
    expect(file.state).toEqual({ at: 'well' });
    expect([...journal.rows.values()].map((row) => Buffer.from(row.body).toString())).toEqual(['b']);
  });

  it('submits what is behind although it never became durable', async () => {
    const { mesh, clock, spool, journal } = await node({ room: 1 });
    journal.failWith = 'SQLITE_IOERR_WRITE';
    const all = ['1', '2', '3'].map((text) => watch(spool.accept(message(text))));
    await clock.advance(100);
    expect(texts(mesh)).toEqual(['1']);
    mesh.roomLeft = 10;
    mesh.emit({ type: 'room', stream: 'backend', class: 1 });
    await settled();
    expect(texts(mesh)).toEqual(['1', '2', '3']);
    for (const submission of [...mesh.submitted]) mesh.release(submission);
    await settled();
    expect(all.map((w) => w.state)).toEqual(['kept', 'kept', 'kept']);
  });

  it('does not bring back a row that was released while its failed commit was on its way', async () => {
    const { mesh, clock, spool, journal } = await node();
    journal.hold();
    void spool.accept(message('a'));
    await clock.advance(20);
    mesh.release(mesh.submitted[0]!);
    journal.failWith = 'ENOSPC';
    journal.go();
    await settled();
    journal.failWith = undefined;
    await clock.advance(5000);
    expect(journal.rows.size).toBe(0);
  });

  it('opens when the disk lets it, and takes nothing before', async () => {
    const journal = new MemoryJournal();
    journal.failWith = 'SQLITE_CANTOPEN';
    const { spool, clock, file } = await node({ journal });
    const a = watch(spool.accept(message('a')));
    expect(spool.offer(message('q0'))).toBe(false);
    await clock.advance(1500);
    expect(file.state).toMatchObject({ at: 'full', code: 'SQLITE_CANTOPEN' });
    expect(a.state).toBe('pending');
    journal.failWith = undefined;
    await clock.advance(5000);
    expect(a.state).toBe('kept');
  });

  it('bounds what is accepted and not durable', async () => {
    const { spool, journal, mesh } = await node({ limits: { pendingBytesMax: 1000 } });
    journal.failWith = 'SQLITE_FULL';
    for (let i = 0; i < 10; i++) void spool.accept(message('z'.repeat(400))).catch(() => undefined);
    expect(mesh.submitted).toHaveLength(3);
  });
});
