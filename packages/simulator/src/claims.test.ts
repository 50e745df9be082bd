import type { DeviceClaim, DeviceHash } from '@energymesh/protocol';
import { expect, test } from 'vitest';
import { gridMap } from './maps.ts';
import { Seeded } from './random.ts';
import { World } from './world.ts';

const devices = Array.from({ length: 20 }, (_, i) => (i + 1).toString(16).padStart(16, '0') as DeviceHash);

/** What a node's roster does with claims: docs/protocol.md §5.9, rules 1 and 2. */
class Rosters {
  readonly #world: World;
  readonly #own: Map<DeviceHash, number>[];

  constructor(world: World) {
    this.#world = world;
    this.#own = world.nodes.map(() => new Map());
  }

  connect(index: number, device: DeviceHash): void {
    const sim = this.#world.nodes[index]!;
    const holder = sim.mesh?.holder(device);
    if (!sim.mesh || holder?.node === sim.identity.node) return;
    this.#own[index]!.set(device, (holder?.counter ?? 0) + 1);
    this.#say(index);
  }
  /** Drops what others claim with more. */
  look(): void {
    for (const { index, mesh, identity } of this.#world.nodes) {
      const own = this.#own[index]!;
      const lost = [...own.keys()].filter((device) => mesh && mesh.holder(device)?.node !== identity.node);
      for (const device of lost) own.delete(device);
      if (lost.length > 0) this.#say(index);
    }
  }
  /** Nodes that claim it. */
  claim(device: DeviceHash): number[] {
    return this.#world.nodes.filter(({ index }) => this.#own[index]!.has(device)).map(({ index }) => index);
  }
  #say(index: number): void {
    const claims: DeviceClaim[] = [...this.#own[index]!].map(([device, counter]) => ({ device, counter })).sort((a, b) => (a.device < b.device ? -1 : 1));
    this.#world.input(this.#world.nodes[index]!, { type: 'claims', claims });
  }
}

test('devices that move while a community is in two parts: afterwards every node knows one holder of each, and nobody else claims it', () => {
  const map = gridMap(16);
  const world = new World({ map, seed: 31 });
  for (const { index } of world.nodes) world.start(index);
  world.runUntil(15_000);
  const rosters = new Rosters(world);
  const random = new Seeded(31, 5);
  for (let at = 15_000; at < 120_000; at += 500) world.at(at, () => rosters.look());
  const left = (index: number): boolean => index % 4 < 2;
  const across = map.edges.flatMap(({ a, b }, i) => (left(a) === left(b) ? [] : [i]));
  expect(across.length).toBe(4);
  for (const edge of across) {
    world.at(20_000, () => world.setEdge(edge, false));
    world.at(60_000, () => world.setEdge(edge, true));
  }
  for (let i = 0; i < 120; i++) world.at(16_000 + i * 350, () => rosters.connect(random.below(16), devices[random.below(devices.length)]!));
  world.runUntil(59_000);
  const views = (device: DeviceHash) => new Set(world.nodes.map(({ mesh }) => mesh?.holder(device)?.node));
  expect(devices.filter((device) => views(device).size > 1).length).toBeGreaterThan(5);
  world.runUntil(120_000);
  for (const device of devices) {
    const holder = world.nodes[0]!.mesh!.holder(device)!;
    expect(views(device)).toEqual(new Set([holder.node]));
    expect(rosters.claim(device)).toEqual([world.byId(holder.node)!.index]);
  }
});
