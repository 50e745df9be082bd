import { expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { until } from '../community/until.ts';
import { broker } from '../harness/broker-kind.ts';
import { expectAllDelivered } from '../harness/expect-delivered.ts';
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

interface Command {
  readonly id: string;
}

test('three hops up, and a command down with its answer; a device that is away gets it when it comes back, or the backend is told', async () => {
  await using world = await World.open({ layout, broker });
  const { hub } = world.community;
  const meter = await world.publisher('meter-1');
  for (let i = 0; i < 50; i++) await meter.publish();
  await expectAllDelivered(world, meter);

  const lock = await world.publisher('lock-1');
  const commands: string[] = [];
  lock.client.on('message', (_topic, payload) => {
    const { id } = JSON.parse(payload.toString()) as Command;
    commands.push(id);
    void lock.publish({ command: id, ok: true }, 'answer');
  });
  await lock.client.subscribeAsync('em/lock-1/command', { qos: 1 });
  const answered = (id: string) =>
    world.observer.sees(`the answer to ${id}`, 45_000, (o) =>
      o.unique('lock-1', 'answer').some((s) => (JSON.parse(s.payload) as { command: string }).command === id),
    );
  await hub.command('lock-1', { id: 'online', action: 'unlock' }, 60);
  await answered('online');

  // away when the command comes, back before it expires
  await lock.client.endAsync(true);
  await hub.command('lock-1', { id: 'while-away', action: 'lock' }, 60);
  await hub.command('lock-2', { id: 'never-there', action: 'unlock' }, 5);
  lock.client.reconnect();
  await answered('while-away');
  expect(commands).toEqual(['online', 'while-away']);

  // the lock that never came: expired, and the backend told so
  await until('the expiry to be reported', 60_000, async () => (await hub.expired()).some((e) => JSON.stringify(e).includes('never-there')));
  const late = await world.publisher('lock-2');
  const seen: string[] = [];
  late.client.on('message', (_topic, payload) => seen.push((JSON.parse(payload.toString()) as Command).id));
  await late.client.subscribeAsync('em/lock-2/command', { qos: 1 });
  await hub.command('lock-2', { id: 'in-time', action: 'lock' }, 60);
  await until('the command in time', 30_000, () => seen.length > 0);
  expect(seen).toEqual(['in-time']);
});
