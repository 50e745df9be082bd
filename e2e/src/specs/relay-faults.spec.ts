import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Layout } from '../community/layout.ts';
import { broker } from '../harness/broker-kind.ts';
import { expectAllDelivered } from '../harness/expect-delivered.ts';
import type { Publisher } from '../harness/publisher.ts';
import { reportFigure } from '../harness/report-figure.ts';
import { World } from '../harness/world.ts';

/** a is the gateway; d reaches it through b or c. */
const diamond: Layout = {
  nodes: ['a', 'b', 'c', 'd'].map((key) => ({ key, name: `Node ${key}`, gateway: key === 'a' })),
  edges: [
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'd'],
    ['c', 'd'],
  ],
  devices: [{ id: 'meter-1', role: 'meter', at: 'd' }],
};

let world: World;
let meter: Publisher;
beforeEach(async () => {
  world = await World.open({ layout: diamond, broker, proxied: ['a-b', 'a-c'] });
  meter = await world.publisher('meter-1');
});
afterEach(() => world[Symbol.asyncDispose]());

/** The relay on the way from d: the other one has carried nothing. */
async function relayInUse(): Promise<'b' | 'c'> {
  const next = (await world.community.agent('d').health())?.nextHop;
  const b = (await world.community.agent('b').health())?.node;
  return next === b ? 'b' : 'c';
}

/** Streams over the fault; the time from it to the next delivery of something that was published after it. */
async function overFault(name: string, fault: () => Promise<void> | void): Promise<void> {
  const streaming = meter.stream(50, 25);
  await world.observer.sees('traffic to flow', 20_000, (o) => o.unique('meter-1').length > 100);
  const faultAt = Date.now();
  const seenAt = performance.now();
  await fault();
  await world.observer.sees('a delivery after the fault', 30_000, (o) =>
    o.seen.some((s) => s.at > seenAt && (JSON.parse(s.payload) as { t: number }).t > faultAt),
  );
  const first = world.observer.seen.find((s) => s.at > seenAt && (JSON.parse(s.payload) as { t: number }).t > faultAt)!;
  reportFigure({ figure: `e2e.heal.${name}Ms`, value: Math.round(first.at - seenAt), unit: 'ms' });
  await streaming;
  await expectAllDelivered(world, meter);
  expect(meter.acknowledged.size).toBe(50 * 25);
  reportFigure({ figure: `e2e.heal.${name}.rawDuplicates`, value: world.observer.seen.length - world.observer.unique().length, unit: 'messages' });
}

test('a relay is killed with -9 under traffic: it heals, nothing acknowledged is lost', async () => {
  const relay = await relayInUse();
  await overFault('killedRelay', () => world.community.agent(relay).child.kill());
});

test('a relay is frozen with -STOP under traffic', async () => {
  const relay = await relayInUse();
  await overFault('frozenRelay', () => world.community.agent(relay).child.signal('SIGSTOP'));
});

test('a link swallows everything under traffic', async () => {
  const relay = await relayInUse();
  await overFault('blackhole', () => world.proxy(`a-${relay}`).blackhole());
});
