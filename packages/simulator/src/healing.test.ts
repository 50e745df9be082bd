import { describe, expect, test } from 'vitest';
import type { SimMap } from './maps.ts';
import { World } from './world.ts';

/** Node 0 reaches the gateway 3 by 1 or by 2. */
const diamond: SimMap = {
  nodes: 4,
  edges: [
    [0, 1],
    [1, 3],
    [0, 2],
    [2, 3],
  ].map(([a, b]) => ({ a: a!, b: b!, delayMs: 2, loss: 0 })),
  gateways: [3],
};
const offMs = 20_000;
const probeEveryMs = 50;

/** Nodes whose radios go off and on, and a meter at node 0. */
class Village {
  readonly world: World;

  constructor(seed: number) {
    this.world = new World({ map: diamond, seed });
    for (const { index } of this.world.nodes) this.world.start(index);
    this.world.runUntil(10_000);
  }

  /** Of the relay in use: 1 or 2. */
  get middle(): number {
    const { world } = this;
    return world.byId(world.nodes[0]!.mesh!.path()[1]!)!.index;
  }

  radio(index: number, on: boolean): void {
    for (const edge of this.world.air.at[index]!) this.world.setEdge(edge, on);
  }

  /** Until every node has both of its links again, and a little longer: hellos tell the costs. */
  linked(): void {
    const { world } = this;
    const until = world.now + 60_000;
    while (!world.nodes.every(({ mesh }) => mesh?.neighbours().length === 2)) {
      if (world.now > until) throw new Error('links are missing');
      world.runUntil(world.now + 10);
    }
    world.runUntil(world.now + 100);
  }

  /** From now until something arrives that was published from now on. */
  outageMs(): number {
    const { world } = this;
    const from = world.now;
    let at = Number.POSITIVE_INFINITY;
    world.onDelivered = (_origin, submittedAt) => {
      if (submittedAt >= from) at = Math.min(at, world.now);
    };
    while (at === Number.POSITIVE_INFINITY && world.now < from + offMs) {
      world.publish(0, 1);
      world.runUntil(world.now + probeEveryMs);
    }
    return at - from;
  }

  /** Six times: the relay in use breaks, and the next time as soon as its links are there again. */
  outages(breaks: (world: World, middle: number) => void, mends: (world: World, middle: number) => void): number[] {
    const { world } = this;
    return Array.from({ length: 6 }, () => {
      const { middle } = this;
      breaks(world, middle);
      const ms = this.outageMs();
      world.runUntil(world.now + offMs);
      mends(world, middle);
      this.linked();
      return ms;
    });
  }
}

/** Every fault and every return of a link is news, and a node that had much news to tell tells the next later, up to a minute. */
describe('a way that has just come back serves from its first moment', () => {
  test.each([1, 2, 3, 4])('when the other one falls silent (seed %i)', (seed) => {
    const village = new Village(seed);
    const outages = village.outages(
      (_world, middle) => village.radio(middle, false),
      (_world, middle) => village.radio(middle, true),
    );
    // 2.85 s until the links to a silent node count as dead; the rest is telling of it and sending again.
    expect(outages.filter((ms) => ms > 3000)).toEqual([]);
  });

  test.each([1, 2, 3, 4])('when the process on the other one ends (seed %i)', (seed) => {
    const outages = new Village(seed).outages(
      (world, middle) => world.crash(middle, false),
      (world, middle) => world.start(middle),
    );
    expect(outages.filter((ms) => ms > 300)).toEqual([]);
  });
});
