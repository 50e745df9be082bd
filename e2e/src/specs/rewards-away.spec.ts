import { expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { until } from '../community/until.ts';
import { expectAllDelivered } from '../harness/expect-delivered.ts';
import { Payday, shortHours } from '../harness/payday.ts';
import { World } from '../harness/world.ts';

const layout = line(['a', 'b'], ['a'], [{ id: 'meter-1', role: 'meter', at: 'b' }]);
const hoursAway = 4;

test('the ledger is away for hours, and comes back losing transactions and answers: nothing is lost, nothing paid twice', async () => {
  await using world = await World.open({ layout, broker: 'embedded', rewards: { ...shortHours, params: { auditBp: 5000 } } });
  const { hub } = world.community;
  const payday = await Payday.of(world);
  const { ledger } = payday;
  const meter = await world.publisher('meter-1');
  await meter.stream(50, 1);

  await ledger.setFaults({ down: true });
  const from = payday.epoch;
  for (let hour = 1; hour <= hoursAway; hour++) {
    await meter.stream(50, 1);
    await until('the next hour', 15_000, () => payday.epoch >= from + hour);
  }
  await expectAllDelivered(world, meter);
  const hindrance = async () => (await hub.reward<{ hindrance: { kind: string } | null }>()).hindrance?.kind;
  await until('the hub to say why nothing goes to the ledger', 20_000, async () => (await hindrance()) === 'ledger-away');

  await ledger.setFaults({ loseTransactions: 1, loseAnswers: 1, badSequences: 1 });
  await payday.allPaid(120_000);
  await payday.expectExact();
  expect(await hindrance()).toBeUndefined();
  const paid = (await payday.hours()).filter((hour) => hour.paid !== undefined && hour.epoch >= from);
  expect(new Set(paid.map(({ epoch }) => epoch)).size, 'hours of the outage that are paid').toBeGreaterThanOrEqual(hoursAway);
});
