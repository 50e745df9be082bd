import { defineConfig } from 'vitest/config';
import { stretched } from '../scripts/test/fuzz-budget.ts';

// Real processes on real ports: one spec at a time, each test with the time that its scenario takes.
// What has nothing to do with the backend's broker runs once, beside the embedded one.
const once = ['src/specs/ending.spec.ts', 'src/specs/garbage-*.spec.ts', 'src/specs/relay-faults.spec.ts', 'src/specs/rewards.spec.ts', 'src/**/*.test.ts'];
/** Minutes each, since hours have to pass: a suite of their own, by command. */
const pay = 'src/specs/rewards-*.spec.ts';
const payOnly = process.env.E2E_PAY === '1';

export default defineConfig({
  test: {
    include: payOnly ? [pay] : ['src/specs/**/*.spec.ts', 'src/**/*.test.ts'],
    exclude: payOnly ? [] : [pay, ...(process.env.E2E_BROKER === 'mosquitto' ? once : [])],
    fileParallelism: false,
    setupFiles: ['src/harness/verdicts.ts'],
    testTimeout: stretched(300_000, process.env),
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    retry: 0,
  },
});
