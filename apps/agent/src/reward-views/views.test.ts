import { describe, expect, test } from 'vitest';
import * as schema from '../api/rewards-schema.ts';
import { hourMs, own, World, type WorldOptions } from '../reward-world.fixture.ts';
import { ToyChain } from '../rewards/chain.fixture.ts';
import type { Rewards } from '../rewards/rewards.ts';
import { earningsPort } from './earnings.ts';
import { governancePort } from './governance.ts';
import { walletPort } from './wallet.ts';

function shown(world: World) {
  const rewards = {
    get account() {
      return world.account;
    },
    onChange: () => () => {},
  } as unknown as Rewards;
  const wall = () => world.clock.wall();
  const earnings = earningsPort({ rewards, publicKey: world.node.raw, wall, clockTrusted: () => world.trusted, rpc: ['https://rpc.example'] });
  const wallet = walletPort({ rewards, clock: world.clock });
  const governance = governancePort({ rewards, wall, nameOf: (node) => (node === world.node.id ? 'Mill' : undefined) });
  return { earnings, wallet, governance };
}
const settings: WorldOptions['settings'] = { claims: { everyEpochs: 1, aboveStroops: 1n } };

describe('one ledger, one number', () => {
  test('from pending over proved and claimed to paid, everywhere the same', async () => {
    await using world = new World({ settings: { claims: { everyEpochs: 1000, aboveStroops: 10_000_000n } } });
    const { earnings } = shown(world);
    const hour = world.epoch;
    world.book.setNote('claimed', hour);
    world.kill();
    world.start();
    const now = () => schema.earnings.parse(earnings.earnings.current());
    const ofHour = () => schema.rewardHour.parse(earnings.hour(hour));
    world.carry(12_000);
    await world.pass(10 * 60_000);
    expect(now()).toMatchObject({
      state: 'on',
      totals: { pending: '1200000', proved: '0', paid: '0' },
      now: { stage: 'running', step: 'open', packets: { proved: 12_000 }, amount: '1200000', exact: false },
    });
    expect(now().terms).toMatchObject({ network: 'other', testHours: false, rpc: ['https://rpc.example'] });
    expect(ofHour().next).toMatchObject({ what: 'close', at: (hour + 1) * hourMs + 90_000 });

    world.hub.silent = true;
    await world.passTo(hour + 1);
    await world.pass(10 * 60_000);
    expect(ofHour()).toMatchObject({ stage: 'pending', step: 'sent', source: 'node' });
    world.hub.silent = false;
    await world.pass(40 * 60_000);
    expect(ofHour()).toMatchObject({
      ...{
        stage: 'proved',
        step: 'attested',
        source: 'ledger',
        packets: { proved: 12_000, earning: 12_000, paid: 12_000 },
        amount: '1380000',
        exact: false,
        gross: '1380000',
      },
      ...{
        uptimeBp: 10_000,
        latencyUs: 50_000,
        rule: { bp: 11_500, bonusUptimeBp: 1000, bonusLatencyBp: 500, penaltyBp: 0, shareBp: 10_000, assumed: false },
        why: [],
      },
      next: { what: 'settle', at: (hour + 3) * hourMs },
    });
    expect(ofHour().transactions.map(({ of }) => of)).toEqual(['proof', 'attestation']);
    expect(now().totals).toMatchObject({ pending: '0', proved: '1380000' });

    await world.passTo(hour + 3);
    await world.pass(10 * 60_000);
    expect(ofHour()).toMatchObject({ stage: 'proved', step: 'claimable', next: { what: 'claim' } });
    world.hub.silent = true;
    expect(earnings.claim()).toEqual({ hours: 1 });
    await world.pass(60_000);
    expect(ofHour()).toMatchObject({ stage: 'claimed', step: 'claimed' });
    expect(now().totals).toMatchObject({ proved: '0', claimed: '1380000' });
    world.hub.silent = false;
    await world.pass(10 * 60_000);
    expect(ofHour()).toMatchObject({ stage: 'paid', amount: '1380000', exact: true, payout: own });
    const { totals, periods } = now();
    expect(totals).toMatchObject({ claimed: '0', paid: '1380000' });
    for (const { amounts } of [periods.today, periods.week, periods.month]) expect(amounts).toEqual(totals);
    const series = schema.series.parse(earnings.series({ by: 'day', from: world.clock.wall() - 3 * 24 * hourMs, buckets: 4 }));
    expect(series.buckets.reduce((sum, { amounts }) => sum + BigInt(amounts?.paid ?? 0), 0n)).toBe(1_380_000n);
    expect(schema.csv.parse(earnings.csv({ from: 0, to: world.clock.wall() })).text).toMatch(
      /,paid,12000,12000,100\.00,50\.000,1380000,1380000,0\.1380000,yes,/,
    );
  });

  test('explains what pays less, and what pays nothing', async () => {
    await using world = new World({ settings, params: { probationEpochs: 1000, nodeCap: 800 } });
    const { earnings } = shown(world);
    const hour = world.epoch;
    await world.pass(10 * 60_000);
    world.carry(1000);
    world.hub.earning = 900;
    await world.passTo(hour + 2);
    expect(earnings.hour(hour)).toMatchObject({ packets: { proved: 1000, earning: 900, paid: 800 }, rule: { shareBp: 5000 } });
    expect([...earnings.hour(hour).why].sort()).toEqual(['node-cap', 'not-all-earned', 'on-probation']);
    expect(earnings.earnings.current().registration).toMatchObject({ state: 'registered', payout: own });
    expect(earnings.earnings.current().registration.probationUntil).toBe((world.contract.node!.registered + 1000) * hourMs);
    await world.passTo(hour + 3);
    expect(earnings.hour(hour + 1)).toMatchObject({ stage: 'proved', amount: '0', exact: true, why: ['no-packets'] });
    expect(() => earnings.hour(5)).toThrow(/known/);
  });

  test('tells a zero from a gap', async () => {
    await using world = new World({ settings });
    const { earnings } = shown(world);
    await world.pass(10 * 60_000);
    // Registered long ago, and the book begins now: what was before is not known until the ledger has told it.
    world.contract.node = { ...world.contract.node!, registered: world.epoch - 100 };
    world.contract.hoursAway = true;
    const first = world.epoch;
    await world.passTo();
    await world.pass(10 * 60_000);
    expect(earnings.earnings.current().ledger).toMatchObject({ gaps: [{ from: (first - 100) * hourMs, to: first * hourMs }], why: 'No hours.' });
    const paidIn = () => earnings.series({ by: 'hour', from: (first - 2) * hourMs, buckets: 6 }).buckets.map(({ amounts }) => amounts?.paid);
    expect(paidIn()).toEqual([undefined, undefined, '0', '0', undefined, undefined]);
    expect(earnings.earnings.current().periods.week.unknown).toBe(100);
    world.contract.hoursAway = false;
    await world.pass(60 * 60_000);
    expect(earnings.earnings.current().ledger.gaps).toEqual([]);
    expect(paidIn()).toEqual(['0', '0', '0', '0', '0', undefined]);
  });

  test('and of a community that pays nothing, nothing', () => {
    const rewards = { account: undefined, onChange: () => () => {} } as unknown as Rewards;
    const earnings = earningsPort({ rewards, publicKey: new Uint8Array(32), wall: () => Date.UTC(2026, 1, 1), clockTrusted: () => true });
    expect(schema.earnings.parse(earnings.earnings.current())).toMatchObject({ state: 'off', totals: { paid: '0' } });
    expect(earnings.servers()).toEqual([]);
    expect(earnings.hours({ limit: 5 }).hours).toEqual([]);
    expect(() => earnings.claim()).toThrow(/pays nothing/);
    expect(earnings.csv({ from: 0, to: 1 }).text).toMatch(/^start,end,epoch/);
  });
});

describe('the wallet and the rule', () => {
  test('are shown as they are', async () => {
    await using world = new World({ settings: { payout: 'own', submit: 'hub' }, chain: (contract) => new ToyChain(contract) });
    const { wallet, governance, earnings } = shown(world);
    await world.pass(10 * 60_000);
    expect(schema.walletState.parse(wallet.state.current())).toMatchObject({
      ...{ state: 'unconfirmed', address: own, shown: false, words: 24, ask: [1, 5, 9], network: 'other' },
      ...{ account: { exists: true, balance: '100000000', spendable: '90000000' }, payout: { address: own, own: true } },
    });
    const plan = schema.withdrawPlan.parse(await wallet.prepareWithdraw({ to: own, amount: 'all' }));
    if (!plan.ok) throw new Error(plan.refused);
    expect(plan).toMatchObject({ amount: '89999900', feeMax: '100', memo: { kind: 'none' } });
    expect(schema.withdrawal.parse(await wallet.withdraw(plan.id))).toMatchObject({ state: 'sending', amount: '89999900' });
    await world.pass(60_000);
    expect(schema.withdrawals.parse(wallet.withdrawals()).withdrawals).toMatchObject([{ state: 'confirmed', fee: '100' }]);
    await expect(wallet.withdraw(plan.id)).rejects.toThrow(/already/);
    expect(await wallet.confirm(['a', 'b', 'c'])).toBe(true);
    expect(wallet.state.current().state).toBe('confirmed');
    expect(schema.payoutAnswer.parse(await wallet.setPayout('own'))).toEqual({ ok: true });
    expect(schema.movements.parse(wallet.history())).toMatchObject({ movements: [] });

    expect(schema.rules.parse(governance.rules())).toMatchObject({
      source: 'ledger',
      params: { samples: 8 },
      bounds: { samples: { min: 1, max: 16, initial: 8 } },
    });
    expect(schema.proposals.parse(governance.proposals())).toMatchObject({ proposals: [] });
    expect(governance.vote(3, true)).toEqual({ id: 'vote:3' });
    expect(schema.errands.parse(earnings.errands()).errands.map(({ id }) => id)).toContain('vote:3');
  });
});
