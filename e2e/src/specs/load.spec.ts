import { percentile } from '@energymesh/figures';
import { expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { until } from '../community/until.ts';
import { broker } from '../harness/broker-kind.ts';
import { reportFigure } from '../harness/report-figure.ts';
import { World } from '../harness/world.ts';

test('1,000 messages a second for 60 s over three hops: all arrive once, the backlog is empty again', async () => {
  await using world = await World.open({ layout: line(['a', 'b', 'c', 'd'], ['a'], [{ id: 'meter-1', role: 'meter', at: 'd' }]), broker });
  const { hub } = world.community;
  const meter = await world.publisher('meter-1');
  await meter.stream(1000, 60, { pad: 'x'.repeat(200) });
  expect(meter.acknowledged.size).toBe(60_000);
  await until('the backlog to be empty', 60_000, async () => (await world.community.agent('d').health())?.waiting === 0);
  await until('the hub to have all', 60_000, async () => (await hub.stats()).unique >= 60_000);
  // the hub counts, each entry id once; the observer is one more subscriber, for whom the embedded broker drops what it does not read in time
  const stats = await hub.stats();
  expect(stats.unique).toBe(60_000);
  const wall = Date.now() - performance.now();
  const latencies = world.observer.unique('meter-1').map((s) => wall + s.at - (JSON.parse(s.payload) as { t: number }).t);
  expect(latencies.length).toBeGreaterThan(1000);
  reportFigure({ figure: 'e2e.threeHops.latencyMsP50', value: percentile(latencies, 0.5), unit: 'ms' });
  reportFigure({ figure: 'e2e.threeHops.latencyMsP99', value: percentile(latencies, 0.99), unit: 'ms' });
  reportFigure({ figure: 'e2e.threeHops.lost', value: 60_000 - stats.unique, unit: 'messages' });
  reportFigure({ figure: 'e2e.threeHops.rawDuplicates', value: stats.duplicates, unit: 'messages' });
});
