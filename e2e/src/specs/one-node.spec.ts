import { expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { until } from '../community/until.ts';
import { broker } from '../harness/broker-kind.ts';
import { expectAllDelivered } from '../harness/expect-delivered.ts';
import { Lock } from '../harness/lock.ts';
import { World } from '../harness/world.ts';

test('one node between a device and the backend: up, and down with the answer', async () => {
  await using world = await World.open({
    layout: line(
      ['a'],
      ['a'],
      [
        { id: 'meter-1', role: 'meter', at: 'a' },
        { id: 'lock-1', role: 'lock', at: 'a' },
      ],
    ),
    broker,
  });
  const meter = await world.publisher('meter-1');
  for (let i = 0; i < 20; i++) await meter.publish({ powerW: i });
  await expectAllDelivered(world, meter);

  const lock = await Lock.open(world, 'lock-1');
  await world.community.hub.command('lock-1', { id: 'c-1', action: 'unlock' }, 30);
  await lock.answered(world, 'c-1');

  // the hub has each once, by entry id
  await until('the hub to have all', 10_000, async () => (await world.community.hub.stats()).unique >= 21);
  expect((await world.community.hub.stats()).unique).toBe(21);
});
