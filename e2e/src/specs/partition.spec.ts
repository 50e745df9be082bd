import { expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { until } from '../community/until.ts';
import { broker } from '../harness/broker-kind.ts';
import { expectAllDelivered } from '../harness/expect-delivered.ts';
import { reportFigure } from '../harness/report-figure.ts';
import { World } from '../harness/world.ts';

test('a partition of 90 s under load: everything acknowledged arrives after it, and so do the reports', async () => {
  await using world = await World.open({
    layout: line(['a', 'b', 'c'], ['a'], [{ id: 'meter-1', role: 'meter', at: 'c' }]),
    broker,
    proxied: ['a-b'],
    reportEveryMs: 10_000,
  });
  const meter = await world.publisher('meter-1');
  await meter.stream(50, 5);
  world.proxy('a-b').blackhole();
  await meter.stream(50, 90);
  expect(meter.acknowledged.size).toBe(50 * 95);
  const arrived = world.observer.unique('meter-1').length;
  expect(arrived).toBeLessThan(50 * 10);
  world.proxy('a-b').heal();
  const healedAt = performance.now();
  await expectAllDelivered(world, meter, 90_000);
  reportFigure({ figure: 'e2e.partition.drainMs', value: Math.round(performance.now() - healedAt), unit: 'ms' });

  // reports of the minutes without a way are not missing: windows of 10 s, without a hole
  const node = (await world.community.agent('c').health())!.node;
  await until('late reports', 60_000, async () => (await world.community.hub.reports(node)).length >= 9);
  const windows = (await world.community.hub.reports(node)).map((r) => [r.from, r.to]).sort((x, y) => x[0]! - y[0]!);
  for (let i = 1; i < windows.length; i++) expect(windows[i]![0]).toBe(windows[i - 1]![1]);
});
