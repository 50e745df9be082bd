import { expect, test } from 'vitest';
import { readArguments } from './arguments.ts';
import type { Scenario } from './scenarios/scenario.ts';

const scenario = (name: string, short: boolean, more: Partial<Scenario> = {}): Scenario => ({
  name,
  short,
  what: name,
  secondsMax: 1,
  run: async () => {},
  ...more,
});
const known = [scenario('line', true), scenario('diamond', true), scenario('foreign', false)];
const names = (...argv: string[]): unknown => {
  const order = readArguments(argv, known);
  return 'wrong' in order ? order.wrong : order.do === 'run' ? order.boots.flatMap(({ scenarios }) => scenarios.map((s) => s.name)) : order.do;
};

test('scenarios run in the order of the list, each once', () => {
  expect(names('diamond', 'line', 'diamond')).toEqual(['line', 'diamond']);
  expect(names('short')).toEqual(['line', 'diamond']);
  expect(names('foreign', 'all')).toEqual(['line', 'diamond', 'foreign']);
});

test('figures as JSON and the clock are options, wherever they stand', () => {
  expect(readArguments(['--json', 'line'], known)).toMatchObject({ do: 'run', json: true, boots: [{ clock: 'virtual' }] });
  expect(readArguments(['line', '--clock', 'real'], known)).toMatchObject({ json: false, boots: [{ clock: 'real' }] });
});

test('one boot for each clock that is needed; a clock that is asked for is that of all', () => {
  const more = [scenario('round-trip', false, { clock: 'real' }), ...known];
  const boots = (...argv: string[]): unknown => {
    const order = readArguments(argv, more);
    return 'boots' in order ? order.boots.map(({ clock, scenarios }) => [clock, ...scenarios.map((s) => s.name)]) : order;
  };
  expect(boots('all')).toEqual([
    ['virtual', 'line', 'diamond', 'foreign'],
    ['real', 'round-trip'],
  ]);
  expect(boots('all', '--clock', 'real')).toEqual([['real', 'round-trip', 'line', 'diamond', 'foreign']]);
});

test('what means nothing is named', () => {
  expect(names()).toBe('which scenario?');
  expect(names('lime')).toBe('no scenario lime; there are: line, diamond, foreign');
  expect(names('line', '--jsn')).toMatch(/jsn/);
  expect(names('line', '--clock', 'fast')).toMatch(/virtual, real/);
  expect(names('list', 'line')).toMatch(/no scenario list/);
});

test('list and build stand alone', () => {
  expect([names('list'), names('build')]).toEqual(['list', 'build']);
});
