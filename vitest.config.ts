import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { stretched } from './scripts/test/fuzz-budget.ts';

export default defineConfig({
  test: {
    // Modules are loaded once per worker, not once per file, which takes as long as half of the tests. A test that mocks one loads it anew.
    isolate: false,
    // On two cores as well: some tests wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'bench/src/**/*.test.ts', 'provisioning/**/*.test.ts', 'scripts/**/*.test.ts'],
    setupFiles: ['scripts/test/fuzz-rounds.ts'],
    // For what hangs; on a busy machine what takes a second may take thirty.
    testTimeout: stretched(120_000, process.env),
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
