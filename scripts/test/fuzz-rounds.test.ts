import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { fuzzFactor, stretched } from './fuzz-budget.ts';

test('the factor is the budget over the sweep’s usual one', () => {
  expect(fuzzFactor({})).toBe(1);
  expect(fuzzFactor({ SIM_BUDGET_SECONDS: '600' })).toBe(10);
  expect(fuzzFactor({ SIM_BUDGET_SECONDS: '6' })).toBe(0.1);
  for (const wrong of ['many', '0', '-1', '1e9']) expect(fuzzFactor({ SIM_BUDGET_SECONDS: wrong })).toBe(1);
  expect([stretched(300, {}), stretched(300, { SIM_BUDGET_SECONDS: '120' }), stretched(300, { SIM_BUDGET_SECONDS: '6' })]).toEqual([300, 600, 300]);
});

test.each([
  ['60', 8],
  ['150', 20],
  ['6', 1],
])('with a budget of %s s a property of 8 runs is tried %i times', (seconds, expected) => {
  const { stdout, stderr } = spawnSync('vitest', ['run', '--config', 'scripts/test/fuzz-rounds.vitest.config.ts'], {
    encoding: 'utf8',
    cwd: new URL('../..', import.meta.url),
    env: { ...process.env, SIM_BUDGET_SECONDS: seconds },
  });
  expect(stdout + stderr).toContain(`tried ${expected} times, ${expected} times`);
});
