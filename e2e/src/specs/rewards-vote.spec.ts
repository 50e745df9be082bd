import { expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { until } from '../community/until.ts';
import { expectAllDelivered } from '../harness/expect-delivered.ts';
import { Operator } from '../harness/operator.ts';
import { Payday, shortHours } from '../harness/payday.ts';
import { World } from '../harness/world.ts';

const layout = line(['a', 'b', 'c'], ['a'], [{ id: 'meter-1', role: 'meter', at: 'c' }]);
const [before, after] = [100_000, 250_000];

test('nodes vote for another base reward: the hours after it pay by it, those before do not', async () => {
  const params = { auditBp: 0, probationEpochs: 0, votingEpochs: 3, timelockEpochs: 1 };
  const rewards = { ...shortHours, params, hub: { challenge: { probationBp: 0, surplusBp: 1000 } } };
  await using world = await World.open({ layout, broker: 'embedded', rewards });
  const payday = await Payday.of(world, { probation_epochs: 0n });
  const meter = await world.publisher('meter-1');
  await meter.stream(50, 2);

  // Proposed at one node's page, voted for at the others'.
  const [proposer, voter] = [await Operator.of(world.community.agent('a')), await Operator.of(world.community.agent('b'))];
  await proposer.page.client.rewards.governance.propose.mutate({ params: { stroopsPer1000: after } });
  const proposals = async () => (await voter.page.client.rewards.governance.proposals.query()).proposals;
  await until('the proposal to stand on another page', 30_000, async () => (await proposals()).length === 1);
  const [proposal] = await proposals();
  expect(proposal).toMatchObject({ change: { params: { stroopsPer1000: after } }, state: 'voting', eligible: 3, needed: 1, by: await payday.keyOf('a') });
  await voter.page.client.rewards.governance.vote.mutate({ proposal: proposal!.id, yes: true });
  await payday.tells('the vote', 30_000, (events) => events.some(({ name, node }) => name === 'voted' && node === payday.id('b')));

  // Nobody does anything for it to hold: the hub executes what has won.
  await payday.tells('other parameters', 90_000, (events) => events.some(({ name }) => name === 'params'));
  const from = Number((await payday.events()).find(({ name }) => name === 'params')!.data.from);
  await until('the hour from which on they hold', 30_000, () => payday.epoch >= from);
  await meter.stream(50, 2);
  await expectAllDelivered(world, meter);
  await payday.allPaid(120_000);
  await payday.expectExact();

  // By the words of the rule, without the bonuses: base reward, packets, and what the hub attested on top.
  const attested = new Map((await payday.events()).filter(({ name }) => name === 'attested').map(({ node, data }) => [`${node}.${data.epoch}`, data]));
  const paid = (await payday.hours()).filter((hour) => (hour.paid ?? 0n) > 0n);
  for (const { node, epoch, paid: amount, earning } of paid) {
    const rate = BigInt(epoch < from ? before : after);
    expect(amount).toBe((BigInt(earning!) * rate * BigInt(attested.get(`${node}.${epoch}`)!.bp as number)) / 10_000_000n);
  }
  expect(new Set(paid.map(({ epoch }) => epoch < from))).toEqual(new Set([true, false]));
  await until(
    'the page to show the rule that holds',
    20_000,
    async () => (await voter.page.client.rewards.governance.rules.query()).params.stroopsPer1000 === after,
  );
  await Promise.all([proposer.close(), voter.close()]);
});
