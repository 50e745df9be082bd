import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Heard, partOf, presenceOf } from './presence.ts';

const always = 2n ** 60n - 1n;
const heard = (by: string, minutes: bigint, rttUs: number | null = null, samples = rttUs === null ? 0 : 60): Heard => ({ by, minutes, rttUs, samples });

test('a node’s own word counts for nothing', () => {
  expect(presenceOf('a', [])).toEqual({ uptimeBp: 0, latencyUs: 0xffff_ffff });
  expect(presenceOf('a', [heard('a', always, 5)])).toEqual({ uptimeBp: 0, latencyUs: 0xffff_ffff });
  expect(presenceOf('a', [heard('a', always, 5), heard('hub', 7n)])).toEqual({ uptimeBp: 500, latencyUs: 0xffff_ffff });
});

test('uptime is what any of them heard, latency the mean of their means by what they measured', () => {
  expect(presenceOf('a', [heard('b', 0b0011n, 1000, 20), heard('c', 0b0110n, 4000, 40)])).toEqual({ uptimeBp: 500, latencyUs: 3000 });
  expect(presenceOf('a', [heard('b', always), heard('c', 1n)]).uptimeBp).toBe(10_000);
  // Who claims to have measured a million times weighs no more than sixty.
  expect(presenceOf('a', [heard('b', 1n, 1000, 60), heard('c', 1n, 9000, 1_000_000)]).latencyUs).toBe(5000);
});

test('are within their bounds, whatever is claimed', () => {
  const anyHeard = fc.record({
    by: fc.constantFrom('a', 'b', 'hub'),
    minutes: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    rttUs: fc.option(fc.integer({ min: 0, max: 0xffff_ffff })),
    samples: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(anyHeard), (list) => {
      const { uptimeBp, latencyUs } = presenceOf('a', list);
      expect(uptimeBp >= 0 && uptimeBp <= 10_000).toBe(true);
      expect(Number.isInteger(latencyUs) && latencyUs >= 0 && latencyUs <= 0xffff_ffff).toBe(true);
    }),
  );
});

test('an epoch has sixty parts', () => {
  expect([0, 59_999, 60_000, 3_599_999, 3_600_000].map((at) => partOf(at, 3600))).toEqual([0, 0, 1, 59, 0]);
  expect(partOf(9_999, 10)).toBe(59);
});
