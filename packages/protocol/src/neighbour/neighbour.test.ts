import { describe, expect, test } from 'vitest';
import { NodeId } from '../ids.ts';
import { Graph } from '../routing/graph.ts';
import { Millis } from '../units.ts';
import { byeCode, byeReason } from './bye.ts';
import { Candidates, candidatesMax } from './candidates.ts';
import { helloMicros, LinkCost, quantise } from './cost.ts';
import { deviationsOf, Liveness } from './liveness.ts';
import { localTree } from './lmst.ts';

const id = (n: number): NodeId => NodeId(n.toString(16).padStart(16, '0'));

describe('liveness', () => {
  const make = (): Liveness => new Liveness({ bounds: { deadMsMin: 800, deadMsMax: 4000, deadIntervalsMin: 3 }, deviations: deviationsOf(8), now: Millis(0) });

  test('phi 8 is 5.6 standard deviations', () => {
    expect(deviationsOf(8)).toBeCloseTo(5.61, 1);
    expect(deviationsOf(1)).toBeCloseTo(1.28, 1);
  });

  test('an idle link lives for three intervals at least and four seconds at most', () => {
    const l = make();
    for (let t = 1000; t <= 30_000; t += 1000) l.hello(Millis(t), 1000);
    expect(l.deadAt - 30_000).toBe(3000);
    for (let t = 34_000; t <= 90_000; t += 5000) for (const at of [t, t + 1000]) l.hello(Millis(at), 1000);
    expect(l.deadAt - l.heardAt).toBe(4000);
  });

  test('a busy link is given up sooner, but not for one late hello', () => {
    const l = make();
    for (let t = 250; t <= 10_000; t += 250) l.hello(Millis(t), 250);
    const silence = l.deadAt - 10_000;
    expect(silence).toBeGreaterThan(1200);
    expect(silence).toBeLessThan(2000);
  });

  test('any frame counts as heard, and an absurd interval does not make a link immortal', () => {
    const l = make();
    l.hello(Millis(1000), 65_535);
    expect(l.deadAt).toBe(7000);
    l.heard(Millis(5000));
    expect(l.deadAt).toBe(11_000);
  });

  test('time in which the node itself stood still is forgiven, never beyond now, and not for ever', () => {
    const l = make();
    l.hello(Millis(1000), 1000);
    l.forgive(Millis(5000), 3500);
    expect(l.deadAt).toBe(4500 + 3000);
    l.forgive(Millis(5000), 3500);
    expect(l.deadAt).toBe(5000 + 3000);
    expect(l.heardAt).toBe(1000);
    for (let t = 6000; t < 30_000; t += 1000) l.forgive(Millis(t), 1000);
    expect(l.deadAt).toBe(13_000);
  });
});

describe('cost', () => {
  const echo = (c: LinkCost, atMs: number, rttMs: number): void => c.echo(Millis(atMs), helloMicros(Millis(atMs - rttMs - 100)), 100_000);

  test('half the least round trip of the last minute; queueing does not enter', () => {
    const c = new LinkCost();
    expect(c.advertise(0.25)).toBe(0);
    echo(c, 1000, 20);
    for (let t = 2000; t < 60_000; t += 1000) echo(c, t, 200);
    expect(c.rttMs).toBeCloseTo(20, 1);
    expect(c.advertise(0.25)).toBe(1000);
    // The fast sample is a minute old.
    for (let t = 60_000; t < 75_000; t += 1000) echo(c, t, 200);
    expect(c.rttMs).toBeCloseTo(200, 1);
    expect(c.advertise(0.25)).toBe(10_000);
  });

  test('the clock may wrap, and implausible echoes are left out', () => {
    const c = new LinkCost();
    const wrap = 2 ** 32 / 1000;
    c.echo(Millis(wrap + 5), helloMicros(Millis(wrap - 5)), 2000);
    expect(c.rttMs).toBeCloseTo(8, 1);
    c.echo(Millis(wrap + 10), helloMicros(Millis(wrap + 20)), 0);
    expect(c.rttMs).toBeCloseTo(8, 1);
  });

  test('noise below a millisecond and changes below a quarter are not advertised', () => {
    const c = new LinkCost();
    echo(c, 1000, 0.6);
    expect(c.advertise(0.25)).toBe(50);
    for (const rtt of [0.45, 0.5, 0.41]) {
      echo(c, 80_000 + rtt, rtt);
      expect(c.advertise(0.25)).toBe(50);
    }
    expect(quantise(0.55, 50)).toBe(50);
    expect(quantise(2, 50)).toBe(200);
    expect(quantise(10_000)).toBe(65_535);
    expect(quantise(0)).toBe(12);
  });

  test('a slow link costs what a frame takes on it', () => {
    const c = new LinkCost();
    c.kbps = 120;
    echo(c, 1000, 2);
    expect(c.advertise(0.25)).toBe(10_000);
  });
});

describe('local tree', () => {
  test('leaves out the dearest edge of a cycle, at both its ends', () => {
    const g = new Graph(id(0), 100, () => {});
    const edge = (a: number, ...to: [number, number][]): void =>
      g.replace(
        id(a),
        to.map(([n, cost]) => ({ node: id(n), cost })),
      );
    edge(1, [2, 50], [0, 100]);
    edge(2, [1, 50], [0, 60]);
    const ways = [
      { node: id(1), cost: 100 },
      { node: id(2), cost: 60 },
    ];
    expect([...localTree(id(0), ways, g)]).toEqual([id(2)]);
    // Without an edge between them both are needed.
    expect(localTree(id(0), ways, new Graph(id(0), 100, () => {})).size).toBe(2);
  });

  test('ties are broken the same way everywhere: a triangle of equal costs keeps exactly two edges', () => {
    const kept = new Set<string>();
    for (const self of [1, 2, 3]) {
      const g = new Graph(id(self), 100, () => {});
      for (const a of [1, 2, 3])
        if (a !== self)
          g.replace(
            id(a),
            [1, 2, 3].filter((b) => b !== a).map((b) => ({ node: id(b), cost: 10 })),
          );
      const core = localTree(
        id(self),
        [1, 2, 3].filter((b) => b !== self).map((b) => ({ node: id(b), cost: 10 })),
        g,
      );
      for (const other of core) kept.add([id(self), other].sort().join());
    }
    expect(kept.size).toBe(2);
  });
});

describe('candidates', () => {
  test('failed dials wait longer and longer, a beacon shortens the wait, the table is bounded', () => {
    const c = new Candidates({ next: () => 0.5 });
    c.heard(Millis(0), { key: 'a', segment: 's' });
    const [a] = [...c.all()];
    let at = 0;
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      c.dial(Millis(at), a!);
      c.failed(Millis(at), 'a');
      c.failed(Millis(at), 'a');
      const { state } = a!;
      waits.push(state.at === 'idle' ? state.notBefore - at : -1);
      at += 100_000;
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    c.heard(Millis(at - 100_000), { key: 'a', segment: 's' });
    expect(a!.state).toEqual({ at: 'idle', notBefore: at - 100_000 + 500 });
    for (let i = 0; i < candidatesMax + 10; i++) c.heard(Millis(0), { key: `k${i}`, segment: 's' });
    expect(c.size).toBe(candidatesMax);
  });

  test('a dial that never ends is given up', () => {
    const c = new Candidates({ next: () => 0.5 });
    c.heard(Millis(0), { key: 'a', segment: 's' });
    c.dial(Millis(0), [...c.all()][0]!);
    expect(c.expire(Millis(100))).toBe(15_000);
    c.expire(Millis(15_000));
    expect(c.dialling).toBe(0);
  });
});

test('reasons of a bye survive the wire', () => {
  for (const reason of ['duplicate', 'full', 'dead', 'protocol-error', 'revoked', 'copied-card', 'goodbye', 'self', 'standby'] as const) {
    expect(byeReason(byeCode(reason))).toBe(reason);
  }
  expect(byeReason(200)).toBe('goodbye');
});
