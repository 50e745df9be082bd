import { expect, test } from 'vitest';
import { RateLimit } from './rate-limit.ts';

const limit = (now: () => number, callersMax = 100, everybodyFactor = 10) => {
  const limited = new RateLimit({ burst: 2, refillMs: 1000, everybodyFactor, callersMax });
  return { take: (caller: string) => limited.take(caller, now()), giveBack: (caller: string) => limited.giveBack(caller) };
};

test('a caller may try so often, then waits as long as told', () => {
  let now = 0;
  const limited = limit(() => now);
  expect([limited.take('10.0.0.1'), limited.take('10.0.0.1'), limited.take('10.0.0.1')]).toEqual([0, 0, 1000]);
  expect(limited.take('10.0.0.2')).toBe(0);
  now = 1000;
  expect(limited.take('10.0.0.1')).toBe(0);
});

test('an IPv6 caller is its /64, and an IPv4 caller the same however it is written', () => {
  const limited = limit(() => 0);
  expect([limited.take('fd00:1::1'), limited.take('fd00:1:0:0:5::1'), limited.take('fd00:1::99')]).toEqual([0, 0, 1000]);
  expect([limited.take('10.0.0.1'), limited.take('::ffff:10.0.0.1'), limited.take('10.0.0.1')]).toEqual([0, 0, 1000]);
});

test('with ever new addresses the bound over all holds', () => {
  const limited = limit(() => 0, 5);
  const taken = Array.from({ length: 100 }, (_, i) => limited.take(`10.0.0.${i}`)).filter((wait) => wait === 0);
  expect(taken).toHaveLength(20);
});

test('without a bound over all each caller has its own, and the one not seen for longest is forgotten', () => {
  const limited = limit(() => 0, 5, Number.POSITIVE_INFINITY);
  const taken = Array.from({ length: 100 }, (_, i) => limited.take(`10.0.0.${i}`)).filter((wait) => wait === 0);
  expect(taken).toHaveLength(100);
  expect([limited.take('10.0.0.99'), limited.take('10.0.0.99'), limited.take('10.0.0.1')]).toEqual([0, 1000, 0]);
});

test('a good try does not count, and a clock that is set back gives nothing', () => {
  let now = 5000;
  const limited = limit(() => now);
  limited.take('hub');
  limited.take('hub');
  limited.giveBack('hub');
  expect([limited.take('hub'), limited.take('hub')]).toEqual([0, 1000]);
  now = 0;
  expect(limited.take('hub')).toBe(1000);
});
