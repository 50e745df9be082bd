import { describe, expect, test } from 'vitest';
import { World } from '../reward-world.fixture.ts';
import { ToyChain } from './chain.fixture.ts';

const claims = (world: World): string[] => world.contract.calls.filter((call) => call.startsWith('claim'));

describe('claims', () => {
  test('are sent once a day, of all that has come due', async () => {
    await using world = new World({ settings: { claims: { everyEpochs: 24, aboveStroops: 10_000_000n } } });
    const hour = world.epoch;
    for (let i = 0; i < 50; i++) {
      world.carry(100);
      await world.passTo();
    }
    expect(claims(world).length).toBeGreaterThanOrEqual(2);
    expect(claims(world).length).toBeLessThanOrEqual(3);
    const paid = [...world.contract.hours].filter(([, { paid: amount }]) => amount === 11_500n).map(([epoch]) => epoch);
    expect(paid).toContain(hour);
    expect(paid.length).toBeGreaterThan(20);
  });

  test('are sent earlier when enough waits', async () => {
    await using world = new World({ settings: { claims: { everyEpochs: 1000, aboveStroops: 300_000n } } });
    const hour = world.epoch;
    // The first claim of all is not waited for: nothing was claimed yet. From then on it is the sum.
    await world.passTo(hour + 1);
    world.book.setNote('claimed', hour);
    world.kill();
    world.start();
    for (let i = 0; i < 9; i++) {
      world.carry(1000);
      await world.passTo();
    }
    // 115,000 an hour: three of them.
    expect(claims(world)[0]?.split(' ')).toHaveLength(4);
  });

  test('are sent when the operator says so', async () => {
    await using world = new World({ settings: { claims: { everyEpochs: 1000, aboveStroops: 10_000_000n } } });
    const hour = world.epoch;
    world.book.setNote('claimed', hour);
    world.kill();
    world.start();
    world.carry(1000);
    await world.passTo(hour + 5);
    expect(claims(world)).toEqual([]);
    expect(world.account.claimNow()).toBe(1);
    await world.pass(60_000);
    expect(claims(world)).toEqual([`claim ${hour}`]);
    expect(world.account.claimNow()).toBe(0);
  });

  test('that are refused are shown, and tried again later', async () => {
    await using world = new World({ ledger: false });
    const hour = world.epoch;
    world.carry(1000);
    const claim = world.contract.claim.bind(world.contract);
    world.contract.claim = () => 'NoFunds';
    await world.passTo(hour + 26);
    expect(world.account.keeper.record(hour)?.why).toEqual(['NoFunds']);
    expect(world.account.keeper.record(hour)?.paid).toBeUndefined();
    world.contract.claim = claim;
    await world.passTo(hour + 60);
    expect(world.contract.hours.get(hour)?.paid).toBe(115_000n);
  });

  test('of more hours than a call takes are several', async () => {
    await using world = new World({ settings: { claims: { everyEpochs: 1000, aboveStroops: 10_000_000n } } });
    const hour = world.epoch;
    world.book.setNote('claimed', hour);
    world.kill();
    world.start();
    for (let i = 0; i < 40; i++) {
      world.carry(10);
      await world.pass(3_600_000, 300_000);
    }
    await world.passTo(hour + 44);
    expect(world.account.claimNow()).toBe(40);
    await world.pass(10 * 60_000);
    expect(claims(world).map((call) => call.split(' ').length - 1)).toEqual([32, 8]);
  });

  test('that the contract refuses for one hour are brought one by one, and the others paid', async () => {
    await using world = new World({
      settings: { claims: { everyEpochs: 1000, aboveStroops: 10_000_000n }, submit: 'self', payout: 'own' },
      chain: (contract) => new ToyChain(contract),
    });
    world.contract.admit(world.node.raw, 'nobody');
    const hour = world.epoch;
    const allowed = world.contract.try.bind(world.contract);
    world.contract.try = (call) => (call.name === 'claim' && call.epochs.includes(hour) ? 'NoFunds' : allowed(call));
    world.book.setNote('claimed', hour);
    for (let i = 0; i < 9; i++) {
      world.carry(10);
      await world.passTo();
    }
    expect(claims(world)).toEqual([]);
    expect(world.account.claimNow()).toBeGreaterThan(5);
    await world.passTo(hour + 30);
    expect(world.contract.hours.get(hour)?.paid).toBeUndefined();
    expect(world.account.keeper.record(hour)?.why).toEqual(['NoFunds']);
    for (let epoch = hour + 1; epoch < hour + 6; epoch++) expect(world.contract.hours.get(epoch)?.paid, `${epoch - hour}`).toBe(1150n);
  });
});
