import { describe, expect, test } from 'vitest';
import type { NodeId } from './ids.ts';
import { idOf, random, World } from './node.harness.ts';

const line = (a: number, b: number): number | undefined => (Math.abs(a - b) === 1 ? 2 : undefined);
const ring =
  (n: number) =>
  (a: number, b: number): number | undefined =>
    (a + 1) % n === b || (b + 1) % n === a ? 2 : undefined;
const all = (): number => 2;

const events = (w: World, kind: string, node?: number): World['log'] => w.log.filter((l) => l.event.kind === kind && (node === undefined || l.node === node));
const nextHop = (w: World, from: number, to: number): NodeId | undefined =>
  w
    .node(from)
    .topology()
    .nodes.find((n) => n.node === idOf(to))?.nextHop;
const hashes = (w: World): Set<number | undefined> => new Set(w.places.filter((p) => p.up).map((p) => p.node.counters()['database-hash']));

describe('bandwidth', () => {
  const view = (w: World, from: number, to: number) =>
    w
      .node(from)
      .neighbours()
      .find((n) => n.node === idOf(to));

  test('what a radio tells enters the cost at both ends, and the way leads round a slow link', () => {
    const w = new World({ nodes: 4, delay: ring(4) });
    w.until(() => w.whole(), 2000);
    w.run(5000);
    const by = nextHop(w, 0, 2) === idOf(1) ? 1 : 3;
    w.input(0, { type: 'bandwidth', link: idOf(by), kbps: 1000 });
    expect(w.until(() => nextHop(w, 0, 2) === idOf(4 - by), 5000)).toBeLessThan(5000);
    expect(view(w, 0, by)).toMatchObject({ bandwidthBps: 1_000_000, costMs: 14 });
    // The far end hears of it by the next hello.
    w.until(() => view(w, by, 0)?.costMs === 14, 5000);
    expect(view(w, by, 0)).toMatchObject({ bandwidthBps: undefined, costMs: 14 });
    w.input(0, { type: 'bandwidth', link: idOf(by), kbps: undefined });
    w.until(() => view(w, 0, by)?.costMs === 2, 5000);
    expect(view(w, 0, by)?.bandwidthBps).toBeUndefined();
  });

  test('of a link that is not there, or of no size that a link has, it is counted and left out', () => {
    const w = new World({ nodes: 2, delay: all });
    w.until(() => w.whole(), 2000);
    for (const kbps of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e9]) w.input(0, { type: 'bandwidth', link: idOf(1), kbps });
    w.input(0, { type: 'bandwidth', link: idOf(7), kbps: 1000 });
    expect(w.node(0).counters()['bandwidth-refused']).toBe(6);
    expect(view(w, 0, 1)?.bandwidthBps).toBeUndefined();
  });

  test('it is of the link: one that comes back may run over something else', () => {
    const w = new World({ nodes: 2, delay: all });
    w.until(() => w.whole(), 2000);
    w.input(0, { type: 'bandwidth', link: idOf(1), kbps: 1000 });
    w.run(3000);
    w.kill(1);
    w.until(() => view(w, 0, 1) === undefined, 5000);
    w.start(1);
    w.until(() => view(w, 0, 1) !== undefined, 5000);
    expect(view(w, 0, 1)?.bandwidthBps).toBeUndefined();
  });
});

describe('meeting', () => {
  test('two nodes that dial each other at once end with one link each', () => {
    const w = new World({ nodes: 2, delay: all, startWithinMs: 0 });
    w.until(() => w.whole(), 2000);
    w.run(5000);
    expect(w.links(0)).toEqual([1]);
    expect(w.links(1)).toEqual([0]);
    // One pair: two connections at each end, and no link was taken down for it.
    expect(w.places.map((p) => p.pipes.size)).toEqual([2, 2]);
    expect(events(w, 'neighbour-down')).toEqual([]);
  });

  test('a line of four converges within two seconds, with the right next hop and cost', () => {
    const w = new World({ nodes: 4, delay: line });
    expect(w.until(() => w.whole(), 2000)).toBeLessThanOrEqual(2000);
    expect(nextHop(w, 0, 3)).toBe(idOf(1));
    expect(nextHop(w, 3, 0)).toBe(idOf(2));
    const far = w
      .node(0)
      .topology()
      .nodes.find((n) => n.node === idOf(3));
    expect(far).toMatchObject({ hops: 3, name: 'n3', reachable: true });
    expect(far?.costMs).toBeCloseTo(6, 0);
    expect(events(w, 'wire-error')).toEqual([]);
  });

  test('an idle link costs little and says nothing but hello', () => {
    const w = new World({ nodes: 2, delay: all });
    w.run(10_000);
    const before = w.sent.bytes;
    w.run(50_000);
    expect((w.sent.bytes - before) / 50 / 2).toBeLessThan(80);
    expect(events(w, 'neighbour-down')).toEqual([]);
  });

  test('a heartbeat a minute says what the machine believes the time is, and whether it trusts that', () => {
    const clocks = [
      { seconds: 1_780_000_000.9, trusted: true },
      { seconds: -5, trusted: false },
    ] as const;
    const w = new World({ nodes: 2, delay: all, wall: (node) => clocks[node]! });
    w.run(70_000);
    const told = (node: number) => w.heartbeats.filter((h) => h.node === node).map(({ heartbeat }) => [heartbeat.wallSeconds, heartbeat.wallTrusted]);
    expect(told(0)).toEqual([[1_780_000_000, true]]);
    expect(told(1)).toEqual([[0, false]]);
    const none = new World({ nodes: 2, delay: all });
    none.run(70_000);
    expect(none.heartbeats.map(({ heartbeat }) => [heartbeat.wallSeconds, heartbeat.wallTrusted])).toEqual([
      [0, false],
      [0, false],
    ]);
  });

  test('a node never links with itself, and a linked node is not dialled again', () => {
    const w = new World({ nodes: 3, delay: all });
    w.run(5000);
    const pipes = w.places.map((p) => p.pipes.size);
    w.input(0, { type: 'candidate', candidate: { key: '0', segment: 'air' } });
    w.input(0, { type: 'candidate', candidate: { key: '1', segment: 'air', node: idOf(1) } });
    w.run(5000);
    expect(w.places.map((p) => p.pipes.size)).toEqual(pipes);
    expect(w.links(0)).toEqual([1, 2]);
  });

  test('a connection without its twin is closed after five seconds', () => {
    const w = new World({ nodes: 2, delay: all });
    w.cut(0, 1);
    w.run(1000);
    w.dark.clear();
    w.connect(0, 1, 'urgent', '1');
    w.run(1000);
    expect(w.places[1]!.pipes.size).toBeGreaterThan(0);
    w.cut(0, 1);
    w.run(6000);
    expect(w.places.map((p) => p.pipes.size)).toEqual([0, 0]);
    expect(w.links(0)).toEqual([]);
  });

  test('the gateway is shared by all, and the path to it shown', () => {
    const w = new World({ nodes: 4, delay: line });
    w.run(2000);
    w.input(0, { type: 'gateway', offer: { backendMs: 10, load: 0 } });
    w.run(2000);
    const topology = w.node(3).topology();
    expect(topology.gateway).toBe(idOf(0));
    expect(topology.path).toEqual([3, 2, 1, 0].map(idOf));
    expect(events(w, 'route-changed', 3).length).toBeGreaterThan(0);
    w.input(0, { type: 'gateway', offer: undefined });
    w.run(2000);
    expect(w.node(3).topology().gateway).toBeUndefined();
  });
});

describe('loss', () => {
  test('a closed socket is a dead link at once, and the ring is used the other way round', () => {
    const w = new World({ nodes: 6, delay: ring(6) });
    w.until(() => w.whole(), 3000);
    w.run(3000);
    expect(nextHop(w, 0, 1)).toBe(idOf(1));
    const at = w.now;
    w.kill(1);
    w.until(() => !w.reaches(0, 1), 100);
    w.until(() => nextHop(w, 0, 2) === idOf(5), 500);
    expect(w.now - at).toBeLessThanOrEqual(500);
    // Stale data stays on the map, as unreachable.
    expect(
      w
        .node(0)
        .topology()
        .nodes.find((n) => n.node === idOf(1)),
    ).toMatchObject({ reachable: false, hops: undefined });
  });

  test('a silent death is noticed within four seconds, never before three hellos are missing', () => {
    const w = new World({ nodes: 6, delay: ring(6) });
    w.until(() => w.whole(), 3000);
    w.run(20_000);
    const at = w.now;
    w.kill(1, true);
    w.until(() => nextHop(w, 0, 2) === idOf(5), 5000);
    expect(w.now - at).toBeLessThanOrEqual(4200);
    const down = events(w, 'neighbour-down', 0)[0]!;
    expect(down.event).toMatchObject({ node: idOf(1), reason: 'dead' });
    expect(down.at - at).toBeGreaterThanOrEqual(1900);
  });

  test('a node that stood still does not blame its neighbours', () => {
    const w = new World({ nodes: 2, delay: all });
    w.run(10_000);
    w.stall(0, 2500);
    w.run(10_000);
    expect(events(w, 'neighbour-down')).toEqual([]);
  });

  test('a stopped node says goodbye', () => {
    const w = new World({ nodes: 3, delay: all });
    w.run(3000);
    w.input(0, { type: 'stop' });
    w.run(100);
    expect(w.links(1)).toEqual([2]);
    expect(events(w, 'neighbour-down', 1)[0]!.event).toMatchObject({ reason: 'goodbye' });
    expect(w.node(0).handle(w.now as never, { type: 'wake' })).toEqual([]);
    expect(w.node(0).wakeAt).toBe(Number.POSITIVE_INFINITY);
  });

  test('restarted with a higher incarnation, a node replaces its former life', () => {
    const w = new World({ nodes: 3, delay: line });
    w.run(5000);
    w.kill(1, true);
    w.start(1, 2);
    w.until(
      () =>
        w.whole() &&
        w
          .node(2)
          .topology()
          .nodes.find((n) => n.node === idOf(1))?.incarnation === 2,
      3000,
    );
    w.run(6000);
    expect(w.links(0)).toEqual([1]);
    expect(w.whole()).toBe(true);
  });

  test('started with a spent incarnation, it is told so once', () => {
    const w = new World({ nodes: 3, delay: line });
    w.run(5000);
    w.kill(1);
    w.run(100);
    w.start(1, 1);
    w.run(3000);
    const told = w.outputs.filter((o) => o.node === 1 && o.output.type === 'incarnationBehind');
    expect(told.map((o) => o.output)).toEqual([{ type: 'incarnationBehind', seen: 1 }]);
  });
});

describe('partition', () => {
  test('both parts know what they lost, and agree again after healing; the dead do not come back', () => {
    // Two rings of four, joined by 3-4.
    const w = new World({
      nodes: 8,
      delay: (a, b) => (Math.floor(a / 4) === Math.floor(b / 4) || (a === 3 && b === 4) || (a === 4 && b === 3) ? 2 : undefined),
    });
    w.until(() => w.whole(), 4000);
    w.run(5000);
    w.cut(3, 4);
    w.run(6000);
    expect(w.reaches(0, 7)).toBe(false);
    // Meanwhile 7 lives on anew, and 0 dies in the other part.
    w.kill(7);
    w.start(7, 2);
    w.kill(0);
    w.run(5000);
    w.mend(3, 4);
    w.until(() => w.reaches(1, 7) && w.reaches(6, 2), 5000);
    w.until(() => hashes(w).size === 1, 5000);
    expect(
      w
        .node(1)
        .topology()
        .nodes.find((n) => n.node === idOf(7)),
    ).toMatchObject({ incarnation: 2, reachable: true });
    expect(
      w
        .node(6)
        .topology()
        .nodes.find((n) => n.node === idOf(0)),
    ).toMatchObject({ reachable: false });
    expect(events(w, 'healed', 1).length).toBeGreaterThan(0);
  });

  test('revoked nodes are cut off and their records dropped, everywhere', () => {
    const w = new World({ nodes: 5, delay: all });
    w.until(() => w.whole(), 4000);
    w.run(3000);
    for (let i = 0; i < 4; i++) w.input(i, { type: 'revoked', nodes: [idOf(4)] });
    w.run(10_000);
    for (let i = 0; i < 4; i++) {
      expect(w.links(i)).not.toContain(4);
      expect(
        w
          .node(i)
          .topology()
          .nodes.map((n) => n.node),
      ).not.toContain(idOf(4));
    }
    expect(w.links(4)).toEqual([]);
  });

  test('a community document reaches everybody, and only a newer one does', () => {
    const w = new World({ nodes: 4, delay: line });
    w.run(3000);
    w.input(0, { type: 'community', document: new Uint8Array([0, 7]) });
    w.run(500);
    w.input(3, { type: 'community', document: new Uint8Array([0, 6]) });
    w.run(3000);
    const told = w.outputs
      .filter((o) => o.output.type === 'communityDocument')
      .map((o) => [o.node, o.output.type === 'communityDocument' ? o.output.number : 0]);
    expect(told.sort()).toEqual([
      [0, 7],
      [1, 7],
      [2, 7],
      [3, 7],
    ]);
  });
});

describe('hostile and broken', () => {
  test('garbage ends its connection, is told, and the link comes back', () => {
    const w = new World({ nodes: 3, delay: line });
    w.run(5000);
    const [conn] = [...w.places[1]!.pipes.keys()];
    w.input(1, { type: 'data', conn: conn!, bytes: new Uint8Array([9, 9, 9, 9, 9, 9, 9, 9]) });
    expect(events(w, 'wire-error', 1)).toHaveLength(1);
    w.until(() => w.whole(), 5000);
  });

  test('records with a wrong signature are refused and counted', () => {
    const w = new World({ nodes: 2, delay: all });
    w.corrupt = true;
    w.run(10_000);
    expect(w.node(0).counters()['record-forged']).toBeGreaterThan(0);
    expect(w.links(0)).toEqual([1]);
    expect(
      w
        .node(0)
        .topology()
        .nodes.map((n) => n.node),
    ).toEqual([idOf(0)]);
  });

  test('this card was copied: the third foreign incarnation silences both', () => {
    const w = new World({ nodes: 3, delay: all });
    w.run(3000);
    for (let i = 0; i < 3; i++) w.impostor(0, 99);
    expect(events(w, 'copied-card', 0)).toHaveLength(1);
    w.run(3000);
    expect(w.links(0)).toEqual([]);
    expect(w.links(1)).toEqual([2]);
  });
});

describe('many', () => {
  const map = (n: number, seed: number, clusters = 0): ((a: number, b: number) => number | undefined) => {
    const r = random(seed);
    const centres = Array.from({ length: Math.max(1, clusters) }, () => [r.next(), r.next()] as const);
    const points = Array.from({ length: n }, (_, i) => {
      const [x, y] = centres[i % centres.length]!;
      return clusters > 0 ? ([x + (r.next() - 0.5) * 0.2, y + (r.next() - 0.5) * 0.2] as const) : ([r.next(), r.next()] as const);
    });
    const far = (a: number, b: number): number => Math.hypot(points[a]![0] - points[b]![0], points[a]![1] - points[b]![1]);
    // The smallest range at which everybody is joined to everybody over others: the longest edge of the spanning tree.
    const inside = new Set([0]);
    let range = Math.sqrt(8 / (Math.PI * n)) * (clusters > 0 ? 0 : 1);
    while (inside.size < n) {
      let [best, next] = [Number.POSITIVE_INFINITY, -1];
      for (const a of inside) for (let b = 0; b < n; b++) if (!inside.has(b) && far(a, b) < best) [best, next] = [far(a, b), b];
      range = Math.max(range, best);
      inside.add(next);
    }
    return (a, b) => (far(a, b) <= range ? 0.5 + (8 * far(a, b)) / range : undefined);
  };

  test('thirty nodes at random agree on one database, within the flood bound', () => {
    const w = new World({ nodes: 30, delay: map(30, 11), hints: true, seed: 11 });
    w.until(() => w.whole() && hashes(w).size === 1, 8000);
    // News is flooded on the core: every node gets it, hardly more than once.
    w.run(30_000);
    w.watched = idOf(7);
    w.input(7, { type: 'devices', count: 3 });
    w.run(10_000);
    expect(w.watchedRecords).toBeGreaterThanOrEqual(29);
    expect(w.watchedRecords).toBeLessThan(2 * 30);
    expect(hashes(w).size).toBe(1);
    expect(
      w
        .node(20)
        .topology()
        .nodes.find((n) => n.node === idOf(7))?.devices,
    ).toBe(3);
  });

  test('no map is split, whether at random or in clusters, and the number of links stays bounded', () => {
    const split: string[] = [];
    for (let seed = 1; seed <= 12; seed++) {
      for (const clusters of [0, 4]) {
        const w = new World({ nodes: 30, delay: map(30, seed, clusters), hints: seed % 3 !== 0, seed });
        w.run(15_000);
        if (w.parts().length !== 1) split.push(`seed ${seed} clusters ${clusters}: ${w.parts()}`);
        expect(Math.max(...w.places.map((p) => w.links(p.index).length))).toBeLessThanOrEqual(16);
      }
    }
    expect(split).toEqual([]);
  }, 90_000);

  test('the same seed gives the same bytes', () => {
    const run = (seed: number): unknown => {
      const w = new World({ nodes: 12, delay: map(12, 3), seed });
      w.run(5000);
      return [w.sent, w.log];
    };
    expect(run(5)).toEqual(run(5));
    expect(run(5)).not.toEqual(run(6));
  });
});
