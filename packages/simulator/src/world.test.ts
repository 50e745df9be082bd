import { expect, test } from 'vitest';
import { Hash } from './hash.ts';
import { gridMap, lineMap, randomMap } from './maps.ts';
import { Seeded } from './random.ts';
import { runScenario } from './scenario.ts';
import { World } from './world.ts';

test('a meter three hops away reaches the backend once', () => {
  const world = new World({ map: lineMap(4), seed: 3 });
  for (const { index } of world.nodes) world.start(index);
  world.runUntil(10_000);
  const message = world.publish(3, 1)!;
  world.runUntil(11_000);
  expect(world.ledger.messages[message]).toMatchObject({ origin: 3, deliveredAt: expect.any(Number), releasedAt: expect.any(Number) });
  expect(world.ledger.messages[message]!.ids.size).toBe(1);
});

test('what is published during a partition arrives after it, once, and nothing is lost', () => {
  const world = new World({ map: lineMap(4), seed: 4 });
  for (const { index } of world.nodes) world.start(index);
  world.runUntil(10_000);
  world.setEdge(1, false);
  for (let i = 0; i < 300; i++) world.at(10_000 + i * 100, () => world.publish(3, 1));
  world.runUntil(40_000);
  expect(world.ledger.verdict().delivered).toBe(0);
  world.setEdge(1, true);
  world.runUntil(120_000);
  expect(world.ledger.verdict()).toEqual({ submitted: 300, delivered: 300, lost: 0, duplicates: 0, releasedUndelivered: 0 });
});

test('a node that crashes keeps its backlog and its entry ids', () => {
  const world = new World({ map: lineMap(3), seed: 5 });
  for (const { index } of world.nodes) world.start(index);
  world.runUntil(10_000);
  world.setEdge(1, false);
  for (let i = 0; i < 50; i++) world.publish(2, 1);
  world.crash(2, true);
  world.setEdge(1, true);
  world.start(2);
  world.publish(2, 1);
  world.runUntil(60_000);
  expect(world.ledger.verdict()).toMatchObject({ submitted: 51, delivered: 51, lost: 0, duplicates: 0 });
  const incarnations = new Set(world.ledger.messages.flatMap((m) => [...m.ids].map((id) => id.split('.')[1])));
  expect(incarnations).toEqual(new Set(['1', '2']));
});

test('a gateway that restarts gets everything again that it had not acknowledged', () => {
  const world = new World({ map: lineMap(4), seed: 6 });
  for (const { index } of world.nodes) world.start(index);
  world.runUntil(10_000);
  for (let i = 0; i < 200; i++) world.at(10_000 + i * 50, () => world.publish(3, 1));
  world.at(15_000, () => world.crash(0, true));
  world.at(17_000, () => world.start(0));
  world.runUntil(90_000);
  expect(world.ledger.verdict()).toMatchObject({ submitted: 200, delivered: 200, lost: 0, duplicates: 0 });
});

test('the same seed gives the same trace, another seed another', () => {
  const run = (seed: number) => runScenario({ map: 'random', nodes: 12, minutes: 3, seed });
  const [first, again, other] = [run(9), run(9), run(10)];
  expect(again).toEqual(first);
  expect(other.traceHash).not.toBe(first.traceHash);
});

test.each(['line', 'grid', 'random'] as const)('a %s of 16 nodes with faults: nothing lost, nothing twice, no loop', (map) => {
  const result = runScenario({ map, nodes: 16, minutes: 4, seed: 22 });
  expect(result).toMatchObject({ deliveredRatio: 1, lost: 0, duplicates: 0, loops: 0 });
  expect(result.healsMs.killed.length + result.healsMs.silent.length).toBeGreaterThan(0);
});

test('maps are connected and of the wanted size', () => {
  expect(lineMap(5).edges).toHaveLength(4);
  expect(gridMap(9).edges).toHaveLength(12);
  const map = randomMap(200, 1);
  const reached = new Set([0]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { a, b } of map.edges) {
      if (reached.has(a) !== reached.has(b)) {
        reached.add(a).add(b);
        grew = true;
      }
    }
  }
  expect(reached.size).toBe(200);
});

test('the random source and the hash depend on every bit of their seed', () => {
  const first = (seed: number, stream: number) => new Seeded(seed, stream).next();
  expect(new Set([first(1, 0), first(2, 0), first(1, 1), first(2, 1)]).size).toBe(4);
  expect(new Hash().bytes(Uint8Array.of(1, 2, 3, 4, 5)).hex()).not.toBe(new Hash().bytes(Uint8Array.of(1, 2, 3, 4, 6)).hex());
});
