import { expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { until } from '../community/until.ts';
import { expectAllDelivered } from '../harness/expect-delivered.ts';
import { type HourOnDisk, hourOnDisk } from '../harness/hour-on-disk.ts';
import { Payday, shortHours } from '../harness/payday.ts';
import { World } from '../harness/world.ts';

const layout = line(['a', 'b'], ['a'], [{ id: 'meter-1', role: 'meter', at: 'b' }]);
const packets = 60;

interface Job {
  readonly kind: string;
  readonly hours?: readonly { readonly node: string; readonly epoch: number }[];
  readonly node?: string;
  readonly epoch?: number;
  readonly key?: string;
}

test('a node killed between every two steps of an hour, and the hub with each of its transactions under way: paid once, to the stroop', async () => {
  // Nothing is drawn, and the hub wants to see every hour: so each takes all the steps there are.
  const params = { auditBp: 0, settleEpochs: 1 };
  const rewards = { ...shortHours, params, hub: { challenge: { probationBp: 10_000, surplusBp: 10_000 } } };
  await using world = await World.open({ layout, broker: 'embedded', rewards });
  const { hub } = world.community;
  const payday = await Payday.of(world, { settle_epochs: 1n });
  const { ledger } = payday;
  const agent = world.community.agent('b');
  const node = payday.id('b');
  const killed: string[] = [];

  /** Killed with exactly that on its disk, and started again. */
  const killNode = async (step: string, epoch: number, at: (hour: HourOnDisk) => boolean, settings: object = {}): Promise<void> => {
    await until(`node b to be at "${step}"`, 60_000, () => at(hourOnDisk(agent, epoch)), 20);
    await agent.child.kill();
    expect(at(hourOnDisk(agent, epoch)), `"${step}" after the kill`).toBe(true);
    killed.push(step);
    agent.rewards = { claimEveryEpochs: 1, ...settings };
    agent.start(hub);
  };
  const openJobs = async (): Promise<readonly Job[]> =>
    (await hub.reward<{ rows: readonly { state: string; job: Job }[] }>('/transactions?limit=5')).rows
      .filter(({ state }) => state === 'open')
      .map(({ job }) => job);
  /** Ledgers close until the hub has brought that job, which waits for the next one. */
  const brings = (what: string, wanted: (job: Job) => boolean): Promise<void> =>
    until(
      `the hub to bring ${what}`,
      60_000,
      async () => {
        // The hub has one transaction under way at a time: what waits is that job's, or has to make way for it.
        if ((await ledger.closeIdle()).pending === 0) return false;
        if ((await openJobs()).some(wanted)) return true;
        await ledger.close();
        return false;
      },
      250,
    );
  /** With a transaction that the ledger takes while the hub is gone. */
  const killHub = async (step: string): Promise<void> => {
    await hub.kill();
    killed.push(`hub: ${step}`);
    await ledger.close();
  };

  await ledger.setFaults({ halted: true });
  const epoch = payday.epoch + 1;
  await until('an hour to begin', 15_000, async () => {
    await ledger.close();
    return payday.epoch >= epoch;
  });
  const meter = await world.publisher('meter-1');
  for (let i = 0; i < packets; i++) await meter.publish();
  const hour = Math.floor(Date.now() / 1000 / payday.epochSeconds);
  expect(hour).toBe(epoch);
  await expectAllDelivered(world, meter);

  // With no money of its own and nobody to bring it, the proof stays where it was made.
  await killNode('open', epoch, ({ receipted, facts }) => receipted === packets && !facts.has('proof'), { submit: 'self' });
  await killNode('built', epoch, ({ facts }) => facts.has('proof') && !facts.has('sentProof'), { submit: 'self' });
  await hub.kill();
  killed.push('hub: before the proof');
  await agent.child.kill();
  agent.rewards = { claimEveryEpochs: 1 };
  agent.start(hub);
  await killNode('sent', epoch, ({ facts }) => facts.has('sentProof') && !facts.has('proved'));
  await hub.start();

  const ofHour = (kind: string) => (job: Job) => job.kind === kind && (job.hours ?? [job]).some((one) => one.node === node && one.epoch === epoch);
  const asked = (kind: string) => (job: Job) => job.kind === 'ask' && new RegExp(`^${kind}:${node}:.*${epoch}`).test(job.key ?? '');
  await brings('the proof', ofHour('submit'));
  await killHub('submit');
  await Promise.all([hub.start(), killNode('accepted', epoch, ({ facts }) => facts.has('proved') && !facts.has('attested'))]);
  await brings('the attestation', ofHour('attest'));
  await killHub('attest');
  await Promise.all([hub.start(), killNode('attested', epoch, ({ facts }) => facts.has('attested') && !facts.has('challenged'))]);
  await brings('the challenge', ofHour('challenge'));
  await killHub('challenge');
  await Promise.all([hub.start(), killNode('challenged', epoch, ({ facts }) => facts.has('challenged') && !facts.has('revealed'))]);
  await brings('what was to be shown', asked('openings'));
  await killHub('reveal');
  await Promise.all([hub.start(), killNode('revealed', epoch, ({ facts }) => facts.has('revealed') && !facts.has('paid'))]);
  await brings('the claim', asked('claim'));
  await killNode('claimed', epoch, ({ facts }) => facts.has('sentClaim') && !facts.has('paid'));
  await killHub('claim');
  await Promise.all([hub.start(), killNode('paid', epoch, ({ facts }) => facts.has('paid'))]);
  await ledger.setFaults({});

  await payday.allPaid(120_000);
  await payday.expectExact();
  expect((await payday.events()).filter(({ name, node: of, data }) => name === 'paid' && of === node && Number(data.epoch) === epoch)).toHaveLength(1);
  expect(killed.filter((step) => !step.startsWith('hub'))).toEqual([
    'open',
    'built',
    'sent',
    'accepted',
    'attested',
    'challenged',
    'revealed',
    'claimed',
    'paid',
  ]);
}, 600_000);
