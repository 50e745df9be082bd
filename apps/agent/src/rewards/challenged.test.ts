import { describe, expect, test } from 'vitest';
import { World } from '../reward-world.fixture.ts';
import { stateOf } from './hour.ts';

const stateIn = (world: World, epoch: number): string => stateOf(world.account.keeper.record(epoch)!, world.account.keeper.circumstances()!).at;

describe('an hour that has to be shown', () => {
  test('because it was drawn is shown at once, by the hub that says so', async () => {
    await using world = new World({ params: { auditBp: 10_000 }, ledger: false });
    const hour = world.epoch;
    world.carry(3000);
    await world.passTo(hour + 2);
    await world.pass(10 * 60_000);
    expect(world.contract.hours.get(hour)).toMatchObject({ revealed: true });
    expect(world.account.counters().shown).toBeGreaterThan(0);
    await world.passTo(hour + 30);
    expect(world.contract.hours.get(hour)?.paid).toBe(345_000n);
  });

  test('is known from the ledger alone, should the hub not say it', async () => {
    await using world = new World({ params: { auditBp: 10_000 } });
    const hour = world.epoch;
    world.carry(3000);
    await world.passTo(hour + 1);
    await world.pass(10 * 60_000);
    // The hub publishes its value, and is not heard any more.
    world.hub.silent = true;
    await world.passTo(hour + 2);
    world.contract.publish();
    await world.pass(10 * 60_000);
    expect(stateIn(world, hour)).toBe('showing');
    expect(world.hub.messages).toContainEqual(expect.objectContaining({ kind: 'openings', epoch: hour }));
  });

  test('because the hub asks, before it is paid', async () => {
    await using world = new World();
    const hour = world.epoch;
    world.carry(3000);
    await world.passTo(hour + 2);
    await world.pass(10 * 60_000);
    expect(stateIn(world, hour)).toBe('attested');
    world.contract.challenge(hour);
    await world.pass(20 * 60_000);
    expect(world.contract.hours.get(hour)).toMatchObject({ challenged: hour + 2, revealed: true });
    expect(stateIn(world, hour)).toBe('shown');
  });

  test('and whose receipts are lost is not shown, and says why; in the end it is lost', async () => {
    await using world = new World({ params: { auditBp: 10_000 } });
    const hour = world.epoch;
    world.carry(3000);
    await world.passTo(hour + 1);
    await world.pass(10 * 60_000);
    world.book.dropReceipts(hour, world.neighbour.hex);
    await world.passTo(hour + 3);
    expect(world.contract.calls).not.toContain(`reveal ${hour}`);
    expect(world.account.keeper.record(hour)?.why).toContain('receipts-missing');
    expect(world.account.counters()['not-showable']).toBeGreaterThan(0);
    world.contract.forfeit(hour);
    await world.pass(10 * 60_000);
    expect(stateIn(world, hour)).toBe('forfeited');
    expect(world.book.sums()).toContainEqual(expect.objectContaining({ stage: 'lost', packets: 3000 }));
  });

  test('is shown until the window is over, and not any more', async () => {
    await using world = new World({ params: { auditBp: 10_000, revealEpochs: 24 } });
    const hour = world.epoch;
    world.carry(3000);
    await world.passTo(hour + 1);
    await world.pass(10 * 60_000);
    // Openings get lost on their way, again and again.
    const told = world.hub.take.bind(world.hub);
    let openings = 0;
    world.hub.take = (payload) => {
      if (!Buffer.from(payload).includes('"openings"')) return told(payload);
      openings++;
    };
    await world.passTo(hour + 12);
    expect(openings).toBeGreaterThan(2);
    await world.passTo(hour + 27);
    expect(stateIn(world, hour)).toBe('to-show');
    const before = openings;
    await world.passTo(hour + 40);
    expect(openings).toBe(before);
  });

  test('as the hub never attested it: after a week, for its pay', async () => {
    await using world = new World({ settings: { submit: 'hub' } });
    const hour = world.epoch;
    world.carry(3000);
    world.contract.attest = () => undefined;
    await world.passTo(hour + 1);
    // The toy hub speaks of what it attested: here of nothing.
    world.hub.turn = () => {
      world.contract.publish();
      return [];
    };
    const { proof } = await (async () => {
      await world.pass(10 * 60_000);
      return world.account.keeper.record(hour)!;
    })();
    world.contract.submit({ epoch: hour, packetCount: proof!.packets, timestamp: hour * 3600, root: proof!.root, signature: proof!.signature });
    await world.pass(10 * 60_000);
    expect(stateIn(world, hour)).toBe('proved');
    await world.pass(100 * 3_600_000, 3_600_000);
    expect(stateIn(world, hour)).toBe('proved');
    await world.pass(69 * 3_600_000, 3_600_000);
    expect(stateIn(world, hour)).toBe('showing');
    const openings = world.hub.messages.findLast((message) => message.kind === 'openings');
    expect(
      openings?.kind === 'openings' &&
        world.contract.reveal(
          hour,
          openings.openings.map((text) => Buffer.from(text, 'base64')),
        ),
    ).toBeUndefined();
    await world.pass(20 * 60_000);
    expect(['claimable', 'claimed']).toContain(stateIn(world, hour));
    expect(world.contract.claim([hour])).toBe(300_000n);
  });
});
