import { expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { until } from '../community/until.ts';
import { broker } from '../harness/broker-kind.ts';
import { Lock } from '../harness/lock.ts';
import { Operator } from '../harness/operator.ts';
import { World } from '../harness/world.ts';

test('a lock that moves to another node gets there, once, the command that waited for it; its former node forgets it', async () => {
  await using world = await World.open({ layout: line(['a', 'b', 'c'], ['a'], [{ id: 'lock-1', role: 'lock', at: 'b' }]), broker });
  const { hub } = world.community;
  const operators: Record<string, Operator> = {};
  for (const key of ['a', 'b', 'c']) operators[key] = await Operator.of(world.community.agent(key));
  const counted = async (node: string, what: string): Promise<number> => {
    const found = Object.entries(await operators[node]!.counters()).find(([name]) => name.endsWith(what));
    return found?.[1] ?? 0;
  };
  try {
    const before = await Lock.open(world, 'lock-1');
    await before.leave();
    await hub.command('lock-1', { id: 'waiting', action: 'unlock' }, 60);
    await until('the command to wait at b', 20_000, async () => (await counted('b', 'inbox.held')) > 0);

    const after = await Lock.open(world, 'lock-1', 'c');
    await after.answered(world, 'waiting');
    await until('b to have forgotten the lock', 10_000, async () => (await counted('b', 'roster.served')) + (await counted('b', 'inbox.held')) === 0);
    expect(await counted('b', 'roster.moved')).toBe(1);
    expect(await counted('c', 'roster.served')).toBe(1);

    // The gateway holds the session of c alone now, so the next one goes straight there.
    await until('the lease of b to end', 10_000, async () => (await counted('a', 'downlink.leases')) === 1);
    const taken = await counted('b', 'inbox.taken');
    await hub.command('lock-1', { id: 'next', action: 'lock' }, 60);
    await after.answered(world, 'next');
    expect(await counted('b', 'inbox.taken')).toBe(taken);
    expect([before.commands, after.commands]).toEqual([[], ['waiting', 'next']]);
    expect((await hub.expired()).filter((e) => /waiting|next/.test(JSON.stringify(e)))).toEqual([]);

    // Back at b, which knows it no more than any other node does.
    await after.leave();
    await hub.command('lock-1', { id: 'back', action: 'unlock' }, 60);
    await until('the command to wait at c', 20_000, async () => (await counted('c', 'inbox.held')) > 0);
    before.comeBack();
    await before.answered(world, 'back');
    expect([before.commands, after.commands]).toEqual([['back'], ['waiting', 'next']]);
  } finally {
    for (const operator of Object.values(operators)) await operator.close();
  }
});
