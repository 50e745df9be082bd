import { expect, test } from 'vitest';
import { figure, judge } from './figure.ts';
import { percentile } from './percentile.ts';
import { render } from './report.ts';

test('a figure carries its goal and the verdict', () => {
  const known = { 'a.ms': { atMost: 10 }, 'a.ratio': { atLeast: 1 } };
  expect(figure({ figure: 'a.ms', value: 11, unit: 'ms' }, known)).toEqual({ figure: 'a.ms', value: 11, unit: 'ms', goal: '<= 10', met: false });
  expect(figure({ figure: 'a.ratio', value: 1, unit: '' }, known).met).toBe(true);
  expect(figure({ figure: 'b', value: 1, unit: '' }, known)).toEqual({ figure: 'b', value: 1, unit: '' });
});

test('what is no number meets no goal', () => {
  expect(judge(Number.NaN, { atMost: 1 })).toBe(false);
  expect(judge('0', { atMost: 1 })).toBe(false);
});

test('JSON output is one object a line and nothing else', () => {
  const out = render([figure({ figure: 'sim.lost', value: 0, unit: 'entries', seed: 7 }), figure({ figure: 'x', value: 'abc', unit: 'hash' })], true);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l).figure),
  ).toEqual(['sim.lost', 'x']);
  expect(out.endsWith('\n')).toBe(true);
});

test('the table names a missed goal', () => {
  expect(render([figure({ figure: 'sim.lost', value: 3, unit: 'entries' })], false)).toMatch(/sim\.lost\s+3\s+entries\s+<= 0\s+MISSED/);
});

test('percentiles are nearest rank', () => {
  expect(percentile([5, 1, 3], 0.5)).toBe(3);
  expect(percentile([1, 2, 3, 4], 0.99)).toBe(4);
  expect(percentile([], 0.5)).toBeNaN();
});
