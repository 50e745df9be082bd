import { describe, expect, test } from 'vitest';
import { quiet, World } from '../reward-world.fixture.ts';
import type { RewardSettings } from './account.ts';
import { ToyChain } from './chain.fixture.ts';

/** Thrown by the step that kills. */
class Killed extends Error {}

interface Lived {
  readonly steps: readonly string[];
  /** What the contract has of the hour, and what the node knows of it. */
  readonly end: unknown;
  /** Calls of the contract that changed something. */
  readonly calls: readonly string[];
}

/**
 * One hour of 1,000 packets that has to be shown, up to its pay. The node dies at step `killAt`, before that is done, and is started again within five
 * minutes. A step is whatever lasts: a write, a message to the hub, a transaction.
 */
async function live(killAt: number, submit: RewardSettings['submit']): Promise<Lived> {
  const steps: string[] = [];
  let armed = false;
  const step = (what: string): void => {
    if (!armed) return;
    steps.push(what);
    if (steps.length === killAt) throw new Killed(what);
  };
  const settings = { claims: { everyEpochs: 1, aboveStroops: 1n }, submit, payout: 'own' };
  await using world = new World({ params: { auditBp: 10_000 }, settings, step, chain: (contract) => new ToyChain(contract, step) });
  const hour = world.epoch;
  if (submit === 'self') world.contract.admit(world.node.raw, world.account.wallet.address ?? 'nobody');
  await world.pass(10 * 60_000);
  world.carry(1000);
  // What a neighbour signed is on disk within a second; from here on nothing may be lost.
  await world.pass(2000);
  armed = true;
  for (let minutes = 0; minutes < 5 * 60; minutes += 5) {
    await world.pass(5 * 60_000, submit === 'self' ? 100_000 : 5 * 60_000);
    if (world.killed) world.start();
  }
  await quiet();
  const { paid, revealed, attested, proof } = world.contract.hours.get(hour)!;
  const record = world.account.keeper.record(hour)!;
  const ours = {
    proof: record.proof,
    proved: record.proved?.accepted,
    attested: record.attested?.gross,
    revealed: record.revealed?.by,
    paid: record.paid?.amount,
    fees: Object.fromEntries(Object.entries(record.fees ?? {}).map(([of, { fee }]) => [of, fee])),
  };
  return { steps, end: { contract: { paid, revealed, attested, proof, payouts: world.contract.payouts }, ours }, calls: world.contract.done };
}

/** Places with the same two steps before and the same after are one place; a longer budget tries each of them. */
function everyKindOf(steps: readonly string[]): number[] {
  const all = steps.map((_, i) => i + 1);
  if (Number(process.env.SIM_BUDGET_SECONDS ?? 60) > 60) return all;
  const seen = new Set<string>();
  return all.filter((at) => {
    const place = steps.slice(Math.max(0, at - 3), at).join();
    return !seen.has(place) && seen.add(place);
  });
}

describe('a node that is killed between two steps', () => {
  test.each(['hub', 'self'] as const)(
    'ends where one that lived on ends, whichever steps they are: by way of %s',
    async (submit) => {
      const whole = await live(0, submit);
      expect(whole.end).toMatchObject({ contract: { paid: 115_000n, revealed: true }, ours: { revealed: 'ledger', paid: '115000' } });
      expect(whole.end).toMatchObject({ ours: { fees: submit === 'self' ? { proof: '100', reveal: '100', claim: '100' } : {} } });
      expect(whole.calls).toEqual([...new Set(whole.calls)]);
      expect(everyKindOf(whole.steps).length).toBeGreaterThan(20);
      for (const at of everyKindOf(whole.steps)) {
        const lived = await live(at, submit);
        const where = `killed before step ${at}: ${whole.steps.slice(Math.max(0, at - 3), at).join(', ')}`;
        expect(lived.steps.length, where).toBeGreaterThanOrEqual(at);
        expect(lived.end, where).toEqual(whole.end);
        expect(
          lived.calls.filter((call, i) => lived.calls.indexOf(call) < i),
          where,
        ).toEqual([]);
      }
    },
    300_000,
  );
});
