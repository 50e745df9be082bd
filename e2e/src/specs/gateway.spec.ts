import { expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { broker } from '../harness/broker-kind.ts';
import { expectAllDelivered } from '../harness/expect-delivered.ts';
import { Lock } from '../harness/lock.ts';
import { World } from '../harness/world.ts';

test('the only gateway is killed and started again under traffic', async () => {
  await using world = await World.open({ layout: line(['a', 'b', 'c'], ['a'], [{ id: 'meter-1', role: 'meter', at: 'c' }]), broker });
  const meter = await world.publisher('meter-1');
  const streaming = meter.stream(50, 20);
  await world.observer.sees('traffic to flow', 20_000, (o) => o.unique('meter-1').length > 100);
  const gateway = world.community.agent('a');
  await gateway.child.kill();
  gateway.start(world.community.hub);
  await gateway.ready();
  await streaming;
  await expectAllDelivered(world, meter);
  expect(meter.acknowledged.size).toBe(1000);
});

test('a gateway dies for good: the other one takes over, up and down', async () => {
  const layout = line(
    ['a', 'b', 'c'],
    ['a', 'c'],
    [
      { id: 'meter-1', role: 'meter', at: 'b' },
      { id: 'lock-1', role: 'lock', at: 'b' },
    ],
  );
  await using world = await World.open({ layout, broker });
  const meter = await world.publisher('meter-1');
  const lock = await Lock.open(world, 'lock-1');
  await world.community.hub.command('lock-1', { id: 'before', action: 'lock' }, 60);
  await lock.gets('before');

  const streaming = meter.stream(50, 20);
  await world.observer.sees('traffic to flow', 20_000, (o) => o.unique('meter-1').length > 100);
  const used = (await world.community.agent('b').health())!.gateway;
  const dying = (await world.community.agent('a').health())!.node === used ? 'a' : 'c';
  await world.community.agent(dying).child.kill();
  await streaming;
  await expectAllDelivered(world, meter);

  await world.community.hub.command('lock-1', { id: 'after', action: 'unlock' }, 60);
  await lock.gets('after', 60_000);
  expect(lock.commands).toEqual(['before', 'after']);
});
