import { describe, expect, test } from 'vitest';
import { hourMs, World } from '../reward-world.fixture.ts';

/** The same node with an empty card. */
async function restored(world: World, work: (world: World) => Promise<void>): Promise<void> {
  await using again = new World();
  const clock = world.clock.wall() - again.clock.wall();
  again.clock.advance(clock);
  again.kill();
  again.contract.hours.clear();
  Object.assign(again, { contract: world.contract, hub: world.hub });
  again.start();
  await work(again);
}

describe('what the ledger says', () => {
  test('is read page by page, and only once', async () => {
    await using world = new World();
    const hour = world.epoch;
    for (let i = 0; i < 4; i++) {
      world.carry(100);
      await world.passTo();
    }
    await world.pass(10 * 60_000);
    const { positions } = world.book.note<{ positions: Record<string, { cursor: string }> }>('ledger')!;
    world.kill();
    world.start();
    await world.pass(60_000);
    const after = world.book.note<{ positions: Record<string, { cursor: string }> }>('ledger')!;
    expect(Number(after.positions.own!.cursor)).toBeGreaterThanOrEqual(Number(positions.own!.cursor));
    expect(world.account.keeper.record(hour)).toMatchObject({ proved: { by: 'ledger' }, attested: { by: 'ledger' } });
    expect(world.account.reader.now).toMatchObject({ upToDate: true, differs: false, why: undefined });
  });

  test('stands above what the hub said: a pay that never was is taken back', async () => {
    await using world = new World();
    const hour = world.epoch;
    world.book.setNote('claimed', hour);
    world.carry(1000);
    await world.passTo(hour + 1);
    await world.pass(10 * 60_000);
    await world.tell({ kind: 'hour', epoch: hour, state: 'paid', accepted: hour + 1, amount: '5' });
    expect(world.book.sums()).toContainEqual(expect.objectContaining({ stage: 'paid', amount: 5 }));
    await world.tell({ kind: 'hour', epoch: hour, state: 'revealed', accepted: hour + 1 });
    expect(world.account.keeper.record(hour)).toMatchObject({ revealed: { by: 'hub' } });
    world.hub.messages.length = 0;
    await world.passTo(hour + 4);
    expect(world.account.keeper.record(hour)?.revealed).toBeUndefined();
    expect(world.account.keeper.record(hour)?.paid).toBeUndefined();
    expect(world.account.keeper.record(hour)).toMatchObject({ proved: { by: 'ledger' } });
  });

  test('that a server has forgotten is asked for hour by hour', async () => {
    await using world = new World({ settings: { claims: { everyEpochs: 1, aboveStroops: 1n } } });
    const hour = world.epoch;
    world.carry(1000);
    await world.pass(5000);
    // The node goes on without the ledger and the hub's word, as if the broker lost what was told.
    world.contract.away = true;
    const turn = world.hub.turn.bind(world.hub);
    world.hub.turn = () => {
      turn();
      return [];
    };
    await world.passTo(hour + 6);
    world.contract.forget();
    expect(world.account.keeper.record(hour)?.proved).toBeUndefined();
    world.contract.away = false;
    await world.pass(15 * 60_000);
    expect(world.account.keeper.record(hour)).toMatchObject({ proved: { by: 'ledger', accepted: hour + 1 }, attested: { by: 'ledger', gross: '115000' } });
    await world.passTo(hour + 8);
    expect(world.contract.hours.get(hour)?.paid).toBe(115_000n);
  });

  test('brings back the hours of a lost card', async () => {
    await using world = new World({ settings: { claims: { everyEpochs: 1, aboveStroops: 1n } } });
    const hour = world.epoch;
    for (let i = 0; i < 6; i++) {
      world.carry(1000);
      await world.passTo();
    }
    await world.pass(10 * 60_000);
    const before = world.book.sums().find(({ stage }) => stage === 'paid')!;
    expect(before.hours).toBeGreaterThan(1);
    await restored(world, async (again) => {
      await again.pass(15 * 60_000);
      expect(again.book.sums().find(({ stage }) => stage === 'paid')).toEqual(before);
      expect(again.account.reader.now.knownFrom).toBe(hour);
      expect(again.account.keeper.record(hour)).toMatchObject({ paid: { by: 'ledger', amount: '115000' } });
    });
  });

  test('brings them back also when the server has forgotten them', async () => {
    await using world = new World({ settings: { claims: { everyEpochs: 1, aboveStroops: 1n } } });
    const hour = world.epoch;
    // Registered, and then one hour.
    await world.pass(10 * 60_000);
    for (let i = 0; i < 6; i++) {
      world.carry(1000);
      await world.passTo();
    }
    await world.pass(10 * 60_000);
    world.contract.forget();
    await restored(world, async (again) => {
      await again.pass(30 * 60_000);
      expect(again.account.reader.now).toMatchObject({ knownFrom: hour, differs: false });
      expect(again.account.keeper.record(hour)).toMatchObject({ paid: { by: 'ledger', amount: '115000' } });
    });
  });

  test('is not believed when it is another ledger', async () => {
    await using world = new World();
    await world.passTo();
    await world.pass(10 * 60_000);
    const ledger = world.contract.ledger();
    expect(await ledger.read('own', { cursor: '0' }, AbortSignal.abort())).toMatchObject({ kind: 'page' });
    world.account.reader.stale();
    world.contract.restart();
    await world.pass(10 * 60_000);
    expect(world.account.reader.now).toMatchObject({ upToDate: false, why: expect.stringContaining('behind, or of another network') });
  });
});

describe('while the hub is silent', () => {
  test('and the wallet can pay, the node brings its hours itself; in batches', async () => {
    const { ToyChain } = await import('./chain.fixture.ts');
    await using world = new World({
      settings: { submit: 'auto', payout: 'own', claims: { everyEpochs: 1, aboveStroops: 1n } },
      chain: (contract) => new ToyChain(contract),
    });
    const hour = world.epoch;
    await world.pass(10 * 60_000);
    world.hub.silent = true;
    for (let i = 0; i < 12; i++) {
      world.carry(1000);
      await world.passTo();
      world.contract.publish();
    }
    expect(world.contract.hours.size).toBeGreaterThanOrEqual(5);
    expect(world.contract.hours.get(hour)).toBeDefined();
    const submits = world.contract.calls.filter((call) => call.startsWith('submit'));
    expect(new Set(submits).size).toBe(submits.length);
    expect(world.book.submissions('call', 100).filter(({ state }) => state !== 'confirmed' && state !== 'open')).toEqual([]);
    await world.pass(3 * hourMs, 60_000);
    expect(world.contract.hours.get(hour)?.paid).toBe(115_000n);
    // Once the hub speaks again, the rest is its business.
    world.hub.silent = false;
    await world.pass(60_000);
    const own = world.book.submissions('call', 100).length;
    await world.pass(3 * hourMs, 60_000);
    expect(world.book.submissions('call', 100)).toHaveLength(own);
  });

  test('and there is no money, everything waits', async () => {
    await using world = new World({ settings: { submit: 'auto' } });
    await world.pass(10 * 60_000);
    world.hub.silent = true;
    world.carry(1000);
    await world.passTo(world.epoch + 12);
    expect(world.contract.hours.size).toBe(0);
  });
});
