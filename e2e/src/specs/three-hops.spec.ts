import { expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { until } from '../community/until.ts';
import { broker } from '../harness/broker-kind.ts';
import { expectAllDelivered } from '../harness/expect-delivered.ts';
import { Lock } from '../harness/lock.ts';
import { World } from '../harness/world.ts';

const layout = line(
  ['a', 'b', 'c', 'd'],
  ['a'],
  [
    { id: 'meter-1', role: 'meter', at: 'd' },
    { id: 'lock-1', role: 'lock', at: 'd' },
    { id: 'lock-2', role: 'lock', at: 'd' },
  ],
);

test('three hops up, and a command down with its answer; a device that is away gets it when it comes back, or the backend is told', async () => {
  await using world = await World.open({ layout, broker });
  const { hub } = world.community;
  const meter = await world.publisher('meter-1');
  for (let i = 0; i < 50; i++) await meter.publish();
  await expectAllDelivered(world, meter);

  const lock = await Lock.open(world, 'lock-1');
  await hub.command('lock-1', { id: 'online', action: 'unlock' }, 60);
  await lock.answered(world, 'online');

  // away when the command comes, back before it expires
  const other = await Lock.open(world, 'lock-2');
  await lock.leave();
  await other.leave();
  await hub.command('lock-1', { id: 'while-away', action: 'lock' }, 60);
  await hub.command('lock-2', { id: 'never-there', action: 'unlock' }, 5);
  lock.comeBack();
  await lock.answered(world, 'while-away');
  expect(lock.commands).toEqual(['online', 'while-away']);

  // the lock that came too late: its command expired, the backend was told so, and it gets what is still in time
  await until('the expiry to be reported', 60_000, async () => (await hub.expired()).some((e) => JSON.stringify(e).includes('never-there')));
  other.comeBack();
  await hub.command('lock-2', { id: 'in-time', action: 'lock' }, 60);
  await other.answered(world, 'in-time');
  expect(other.commands).toEqual(['in-time']);
});
