import { expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { until } from '../community/until.ts';
import { broker } from '../harness/broker-kind.ts';
import { expectAllDelivered } from '../harness/expect-delivered.ts';
import { Operator } from '../harness/operator.ts';
import { Payday, shortHours } from '../harness/payday.ts';
import { World } from '../harness/world.ts';

const layout = line(
  ['a', 'b', 'c'],
  ['a'],
  [
    { id: 'meter-1', role: 'meter', at: 'c' },
    { id: 'meter-2', role: 'meter', at: 'b' },
  ],
);

test('what nodes carry becomes receipts, proofs, attestations, claims and XLM in their own wallets, to the stroop', async () => {
  // Every second hour is drawn, and has to be shown; three hours of probation, so that both shares are paid.
  const params = { auditBp: 5000, probationEpochs: 3 };
  await using world = await World.open({ layout, broker, rewards: { ...shortHours, params } });
  const payday = await Payday.of(world, { probation_epochs: 3n });
  const [far, near] = [await world.publisher('meter-1'), await world.publisher('meter-2')];
  for (let batch = 0; batch < 3; batch++) {
    const epoch = payday.epoch;
    await Promise.all([far.stream(50, 2), near.stream(20, 2)]);
    await until('the next hour', 15_000, () => payday.epoch > epoch);
  }
  await expectAllDelivered(world, far);
  await expectAllDelivered(world, near);
  expect([...payday.carried().values()]).toEqual([420, 420, 300]);
  await payday.allPaid(120_000);
  await payday.expectExact();

  // The node's own page says the same.
  const operator = await Operator.of(world.community.agent('c'));
  const [hours, { address }] = [await payday.hours(), await operator.page.client.rewards.wallet.state.query()];
  const own = hours.filter(({ node, paid }) => node === payday.id('c') && paid !== undefined);
  expect(new Set(own.map(({ payout }) => payout))).toEqual(new Set([address]));
  const paid = own.reduce((sum, hour) => sum + hour.paid!, 0n);
  await until('the page to know of all pay', 20_000, async () => BigInt((await operator.page.client.rewards.earnings.query()).totals.paid) === paid);
  await operator.close();
});
