import { goals } from '@energymesh/figures';
import { defaultParams, type Params } from '@energymesh/protocol';
import { describe, expect, test } from 'vitest';
import { caughtShare } from './caught.ts';
import { sampleCounts, shares } from './measure.ts';
import { Scene, type ToldHour } from './scene.ts';
import { honest, type Strategy, strategies } from './strategies.ts';
import { type Outcome, runWorld, type SettingName } from './world.ts';

const seed = 7;
const scene = new Scene(seed);
/** A day and a half past a probation of one, with windows of a day: the shortest that can be voted. */
const quick = { probationEpochs: 24, revealEpochs: 24 };
const epochs = 60;

const hours = new Map<Strategy, Map<number, ToldHour>>();
function hourOf(strategy: Strategy): (epoch: number) => ToldHour {
  const made = hours.get(strategy) ?? new Map<number, ToldHour>();
  hours.set(strategy, made);
  return (epoch) => {
    const hour = made.get(epoch) ?? strategy.hour(scene, epoch);
    made.set(epoch, hour);
    return hour;
  };
}
const outcomes = new Map<string, Outcome>();
/** The same again is the same: worked out once. */
function run(strategy: Strategy, setting: SettingName, params: Partial<Params> = quick): Outcome {
  const name = JSON.stringify([strategy.name, strategy.tries, setting, params]);
  const known = outcomes.get(name) ?? runWorld({ scene, setting, epochs, params, hour: hourOf(strategy), tries: strategy.tries ?? 0 });
  outcomes.set(name, known);
  return known;
}
const named = (name: string): Strategy => strategies.find((one) => one.name === name)!;
const gain = (name: string, setting: SettingName, params: Partial<Params> = quick): number =>
  Number(run(named(name), setting, params).paid.liar) / Number(run(honest, setting, params).paid.liar);

test('honest nodes lose no hour, whatever is asked of them, and get the same for the same', () => {
  for (const setting of ['product', 'silent'] as const) {
    const { paid, caught } = run(honest, setting);
    expect(caught).toEqual({ honest: 0, liar: 0, partner: 0 });
    expect(paid.liar).toBe(paid.honest);
    expect(paid.partner).toBe(5n * paid.honest);
  }
  // 2,160 packets an hour at 15 % more than the base rate, 24 hours of them at half pay.
  expect(run(honest, 'product').paid.honest).toBe(2160n * 115n * (36n + 12n));
});

describe('who lies alone', () => {
  const alone = strategies.filter(({ helped, name }) => !helped && !name.startsWith('borrowed'));
  test.each(alone.map((one) => [one.name, one] as const))('%s: gains nothing', (_, strategy) => {
    const before = run(honest, 'product');
    const { paid, caught, mostPaidOfEpoch } = run(strategy, 'product');
    expect(paid.liar).toBeLessThanOrEqual(before.paid.liar);
    expect([paid.honest, paid.partner]).toEqual([before.paid.honest, before.paid.partner]);
    expect(caught).toMatchObject({ honest: 0, partner: 0 });
    if (strategy.name !== 'inventedDevices') expect(caught.liar).toBeGreaterThan(0);
    expect(mostPaidOfEpoch).toBeLessThanOrEqual(BigInt(defaultParams.epochBudget));
  });

  test('would gain where nothing is checked: what is shown above is not for want of fraud', () => {
    expect(gain('inventedDevices', 'unchecked')).toBeCloseTo(9.33, 1);
    expect(gain('paddedToCap', 'unchecked')).toBeCloseTo(166.7, 0);
    for (const name of ['selfSigned', 'unknownSigner', 'forgedSignature', 'doubleListed']) expect(gain(name, 'unchecked')).toBeCloseTo(2, 1);
    expect(gain('claimedOthers', 'unchecked')).toBeCloseTo(6, 1);
  });

  test('needs both to be stopped: the count alone pays for what others carried, audits alone for invented devices', () => {
    expect(gain('claimedOthers', 'unaudited')).toBeCloseTo(6, 1);
    expect(gain('inventedDevices', 'uncounted')).toBeCloseTo(9.33, 1);
  });

  test('and is past probation, loses more by a hundredth of fakes than it gains, without any count', () => {
    const params = { ...quick, probationEpochs: 72 };
    const long = (name: string) => {
      const strategy = name === 'honest' ? honest : named(name);
      return Number(runWorld({ scene, setting: 'uncounted', epochs: 150, params, hour: hourOf(strategy) }).paid.liar);
    };
    expect(long('padded1')).toBeLessThan(long('honest'));
  });

  test('gets nothing for the names of devices that are where they belong, and takes nothing from whom they belong to', () => {
    const before = run(honest, 'product');
    const { paid, caught } = run(named('borrowedNames'), 'product');
    expect(paid).toEqual(before.paid);
    expect(caught).toEqual({ honest: 0, liar: 0, partner: 0 });
    expect(gain('borrowedNames', 'uncounted')).toBeGreaterThan(10);
  });

  test('gets nothing for those of which nobody knows yet where they belong, and nor does anybody else', () => {
    const before = run(honest, 'product');
    const { paid } = run(named('borrowedNew'), 'product');
    expect(paid.liar).toBe(before.paid.liar);
    // All six of the honest node's, four of thirty of the partner's.
    expect(paid.honest).toBe(0n);
    expect(paid.partner).toBe((before.paid.partner * 26n) / 30n);
  });

  test('gets for those that are silent what they used to send, and no more', () => {
    const [before, { paid }] = [run(honest, 'product'), run(named('borrowedSilent'), 'product')];
    expect([paid.honest, paid.partner]).toEqual([before.paid.honest, before.paid.partner]);
    // Ten devices for 36 hours beside six for 60, of which 24 on probation at half pay.
    expect(paid.liar).toBe(before.paid.liar + 3600n * 115n * 36n);
  });
});

describe('where the hub is silent', () => {
  test('whoever wraps the draw gets fakes through that would have been seen', () => {
    expect(gain('retriedDraw', 'silent')).toBeCloseTo(4 / 3, 1);
    const untried = { ...named('retriedDraw'), tries: 0 };
    expect(Number(run(untried, 'silent').paid.liar)).toBeLessThan(0.5 * Number(run(honest, 'silent').paid.liar));
  });

  test('it gains nothing by forged receipts, and what it likes by a partner', () => {
    expect(gain('selfSigned', 'silent')).toBeLessThan(0.1);
    expect(gain('colludedInvented', 'silent')).toBeCloseTo(6, 1);
  });
});

describe('two who agree', () => {
  test('get nothing for what never arrived, and everything that did', () => {
    expect(gain('colludedInvented', 'product')).toBe(1);
    expect(gain('colludedOthers', 'product')).toBeCloseTo(6, 1);
    expect(gain('enrolledDevices', 'product')).toBeCloseTo(1 + (10 * defaultParams.deviceQuota) / 2160, 1);
  });

  test('no more than the caps per partner and node, and all together no more than the budget', () => {
    // Of the gateway as much as of the partner.
    expect(gain('colludedOthers', 'product', { ...quick, pairCap: 1500 })).toBe(2);
    expect(gain('colludedOthers', 'product', { ...quick, nodeCap: 3240 })).toBeCloseTo(1.5, 5);
    const epochBudget = 500_000;
    const { paid, mostPaidOfEpoch } = run(named('enrolledDevices'), 'product', { ...quick, epochBudget });
    expect(mostPaidOfEpoch).toBeLessThanOrEqual(BigInt(epochBudget));
    expect(paid.honest + paid.liar + paid.partner).toBeLessThanOrEqual(BigInt(epochs * epochBudget));
  });
});

test('fakes are seen as often as 1 - (1 - f)^k says', () => {
  for (const share of shares) {
    for (const { samples, formula, low, high } of caughtShare({ seed, share, samples: sampleCounts, rounds: 400 })) {
      expect(formula).toBeCloseTo(1 - (1 - share) ** samples, 10);
      expect(low).toBeLessThanOrEqual(formula);
      expect(high).toBeGreaterThanOrEqual(formula);
    }
  }
});

test('every goal is held against a liar that there is', () => {
  const held = Object.keys(goals).flatMap((name) => /^liars\.(\w+)\.gain$/.exec(name)?.[1] ?? []);
  expect(held.sort()).toEqual(strategies.flatMap(({ name, helped }) => (helped ? [] : [name])).sort());
});
