import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256, text } from '../../vectors/keys.ts';
import { latencyUnknownUs } from '../proof/messages.ts';
import { type EpochAccount, payInTime, payLate } from './budget.ts';
import { chainFault, chainValue } from './chain.ts';
import { isAudited, sampleIndexes } from './draws.ts';
import { epochOf, epochStart } from './epoch.ts';
import { defaultParams, type ParamName, type Params, paramNames, paramRules, unfitParams } from './params.ts';
import { type Hour, rewardOf } from './rule.ts';

const anyParams = fc
  .record(
    Object.fromEntries(paramNames.map((name) => [name, fc.integer({ min: paramRules[name].min, max: paramRules[name].max })])) as Record<
      ParamName,
      fc.Arbitrary<number>
    >,
  )
  .filter((params) => params.uptimeLowBp < params.uptimeHighBp);
const anyHour: fc.Arbitrary<Hour> = fc.record({
  packetCount: fc.maxSafeNat(),
  attested: fc.option(
    fc.record({
      uptimeBp: fc.integer({ min: 0, max: 10_000 }),
      latencyUs: fc.oneof(fc.constant(latencyUnknownUs), fc.nat(20_000_000)),
      earning: fc.maxSafeNat(),
    }),
    { nil: undefined },
  ),
  onProbation: fc.boolean(),
});

describe('the reward of an hour', () => {
  const xlm = 10_000_000n;
  const of = (packetCount: number, uptimeBp: number, latencyUs: number, params: Params = defaultParams): bigint =>
    rewardOf(params, { packetCount, attested: { uptimeBp, latencyUs, earning: packetCount }, onProbation: false }).gross;

  test('is 0.01 XLM for 1,000 packets, and more or less as agreed', () => {
    const base = xlm / 100n;
    expect(of(1000, 9000, 150_000)).toBe(base);
    expect(of(1000, 9501, 150_000)).toBe((base * 110n) / 100n);
    expect(of(1000, 9000, 99_999)).toBe((base * 105n) / 100n);
    expect(of(1000, 7999, 150_000)).toBe((base * 80n) / 100n);
    expect(of(1000, 9501, 99_999)).toBe((base * 115n) / 100n);
  });

  test('is the exact amount rounded down, never negative, never above the most that a cap allows', () => {
    fc.assert(
      fc.property(anyParams, anyHour, (params, hour) => {
        const { gross, packets, bp, shareBp } = rewardOf(params, hour);
        const exact = BigInt(packets) * BigInt(params.stroopsPer1000) * BigInt(bp) * BigInt(shareBp);
        expect(gross * 10n ** 11n).toBeLessThanOrEqual(exact);
        expect((gross + 1n) * 10n ** 11n).toBeGreaterThan(exact);
        expect(gross).toBeGreaterThanOrEqual(0n);
        expect(gross).toBeLessThanOrEqual(72_000_000_000n);
        expect(packets).toBeLessThanOrEqual(Math.min(hour.packetCount, params.nodeCap));
      }),
    );
  });

  test('never falls with another packet', () => {
    fc.assert(
      fc.property(anyParams, anyHour, (params, hour) => {
        const more = { ...hour, packetCount: Math.min(hour.packetCount + 1, Number.MAX_SAFE_INTEGER) };
        expect(rewardOf(params, more).gross).toBeGreaterThanOrEqual(rewardOf(params, hour).gross);
      }),
    );
  });
});

describe("an epoch's budget", () => {
  test('is never exceeded, whatever comes in time and whatever late', () => {
    const amounts = fc.array(fc.bigInt({ min: 0n, max: 72_000_000_000n }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 13n }), amounts, amounts, (budget, inTime, late) => {
        const total = inTime.reduce((sum, gross) => sum + gross, 0n);
        let account: EpochAccount = { budget, total, latePaid: 0n };
        let paid = 0n;
        for (const gross of inTime) {
          const share = payInTime(account, gross);
          expect(share).toBeLessThanOrEqual(gross);
          paid += share;
        }
        for (const gross of late) {
          const part = payLate(account, gross);
          expect(part).toBeGreaterThanOrEqual(0n);
          expect(part).toBeLessThanOrEqual(gross);
          paid += part;
          account = { ...account, latePaid: account.latePaid + part };
        }
        expect(paid).toBeLessThanOrEqual(budget);
        // Rounding leaves less than a stroop per node.
        if (total >= budget) expect(paid + BigInt(inTime.length)).toBeGreaterThanOrEqual(inTime.length ? budget : 0n);
      }),
    );
  });
});

describe('parameters', () => {
  test('as they begin are within their bounds', () => expect(unfitParams(defaultParams)).toEqual([]));

  test('that are no whole numbers are unfit', () => {
    for (const name of paramNames) {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1.5, -1]) expect(unfitParams({ ...defaultParams, [name]: value })).toContain(name);
    }
  });

  test('within their bounds are fit', () => {
    fc.assert(
      fc.property(anyParams, (params) => {
        expect(unfitParams(params)).toEqual([]);
      }),
    );
  });
});

describe('draws', () => {
  test('fall evenly over the packets, and on as many epochs as are to be audited', () => {
    const buckets = new Array<number>(10).fill(0);
    let audited = 0;
    for (let i = 0; i < 2000; i++) {
      const seed = sha256(text(`seed ${i}`));
      for (const index of sampleIndexes(sha256, seed, 8, 1000)) buckets[Math.floor(index / 100)]!++;
      if (isAudited(sha256, seed, 2500)) audited++;
    }
    // 16,000 in ten buckets: 1,600 each, standard deviation 38.
    for (const count of buckets) expect(Math.abs(count - 1600)).toBeLessThan(4 * 38);
    expect(Math.abs(audited - 500)).toBeLessThan(4 * 20);
  });

  test('of no packets ask for nothing', () => expect(sampleIndexes(sha256, sha256(text('seed')), 8, 0)).toEqual([]));
});

describe("the hub's chain", () => {
  test('goes on with what hashes back, and with nothing else', () => {
    const tip = { epoch: 1000, value: sha256(text('tip')) };
    const at = (epoch: number) => ({ epoch, value: chainValue(sha256, tip, epoch) });
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 999 }), fc.integer({ min: 1, max: 32 }), fc.nat(31), (epoch, steps, byte) => {
        const next = at(Math.min(1000, epoch + steps));
        expect(chainFault(sha256, at(epoch), next, 1000)).toBeUndefined();
        const altered = next.value.slice();
        altered[byte]! ^= 1;
        expect(chainFault(sha256, at(epoch), { ...next, value: altered }, 1000)).toBe('value');
      }),
      { numRuns: 30 },
    );
    expect(() => chainValue(sha256, tip, 1001)).toThrow(RangeError);
  });
});

test('an epoch begins with its first second', () => {
  expect(epochOf(epochStart(487_000))).toBe(487_000);
  expect(epochOf(epochStart(487_000) - 1)).toBe(486_999);
  expect(epochOf(epochStart(487_000) + 3599)).toBe(487_000);
  expect(epochOf(59, 10)).toBe(5);
});
