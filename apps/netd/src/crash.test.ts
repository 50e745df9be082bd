import { describe, expect, it } from 'vitest';
import { apply, Ended, FakeMachine, newState, oldState } from './machine.fixture.ts';

/** How long a scenario is; a scenario that never ends would be a bug of the test. */
const stepsMax = 400;

interface Scenario {
  readonly name: string;
  readonly prepare: (pi: FakeMachine) => void;
  readonly act: (pi: FakeMachine) => void;
  /** Which of the two may be in force after a boot. */
  readonly allowed: 'old' | 'either';
}
const confirm = { version: 1, kind: 'confirm', id: 'change-1' } as const;
const scenarios: readonly Scenario[] = [
  { name: 'applying', prepare: () => {}, act: (pi) => pi.helper().handle(apply(newState)), allowed: 'old' },
  { name: 'confirming', prepare: (pi) => pi.helper().handle(apply(newState)), act: (pi) => pi.helper().handle(confirm), allowed: 'either' },
  {
    name: 'going back in time',
    prepare: (pi) => {
      pi.helper().handle(apply(newState));
      pi.clock += 1000;
    },
    act: (pi) => pi.helper().revertIfDue(),
    allowed: 'old',
  },
  {
    name: 'a boot that goes back',
    prepare: (pi) => {
      pi.helper().handle(apply(newState));
      pi.powerCut();
    },
    act: (pi) => pi.helper().boot(),
    allowed: 'old',
  },
  {
    name: 'applying what does not work',
    prepare: (pi) => pi.broken.add('systemctl restart energymesh-mesh@mesh7.service'),
    act: (pi) => pi.helper().handle(apply(newState)),
    allowed: 'old',
  },
];

const whole = { old: hostOf(oldState), new: hostOf(newState) };

function hostOf(state: unknown): unknown {
  using pi = machineWith(state);
  return pi.host();
}

function machineWith(state: unknown): FakeMachine {
  const pi = new FakeMachine();
  pi.helper().adopt(state);
  return pi;
}

/** Runs the scenario until step `k`. False: it was over before. */
function endedAt(pi: FakeMachine, k: number, act: () => void): boolean {
  pi.beginSteps(k);
  try {
    act();
    return false;
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return true;
  } finally {
    pi.beginSteps();
  }
}

describe.each(scenarios)('$name, ended at any step', ({ prepare, act, allowed }) => {
  it.each([
    ['the power is cut, then a boot', (pi: FakeMachine) => pi.powerCut(), (pi: FakeMachine) => pi.helper().boot()],
    ['the process is killed, then a boot without a new start of the units', () => {}, (pi: FakeMachine) => pi.helper().boot()],
    [
      'the process is killed, then the timer, long after',
      (pi: FakeMachine) => {
        pi.clock += 10_000;
      },
      (pi: FakeMachine) => pi.helper().revertIfDue(),
    ],
  ])('%s: wholly old or wholly new', (_, between, restore) => {
    let ends = 0;
    const found = { old: 0, new: 0 };
    for (let k = 1; k <= stepsMax; k++) {
      using pi = machineWith(oldState);
      prepare(pi);
      const early = endedAt(pi, k, () => act(pi));
      if (!early) break;
      ends++;
      between(pi);
      restore(pi);
      const host = JSON.stringify(pi.host());
      const is = host === JSON.stringify(whole.old) ? 'old' : host === JSON.stringify(whole.new) ? 'new' : undefined;
      if (is === undefined) expect({ k, host: pi.host() }).toEqual({ k, host: whole.old });
      else found[is]++;
      // Nothing is left to do: doing it again changes nothing.
      pi.changes.length = 0;
      pi.helper().revertIfDue();
      expect(pi.changes.filter((line) => !line.endsWith('energymesh-netd-revert.timer'))).toEqual([]);
    }
    expect(ends).toBeGreaterThan(5);
    expect(ends).toBeLessThan(stepsMax);
    if (allowed === 'old') expect(found.new).toBe(0);
    else expect(Math.min(found.old, found.new)).toBeGreaterThan(0);
  });
});

it('a boot that is itself cut at any step is made good by the next one', () => {
  for (let k = 1; k <= stepsMax; k++) {
    using pi = machineWith(oldState);
    pi.helper().handle(apply(newState));
    pi.powerCut();
    const early = endedAt(pi, k, () => pi.helper().boot());
    pi.powerCut();
    pi.helper().boot();
    expect(pi.host()).toEqual(whole.old);
    if (!early) return;
  }
  expect.unreachable();
});
