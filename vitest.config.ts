import { defineConfig } from 'vitest/config';
import { stretched } from './scripts/test/fuzz-budget.ts';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'bench/src/**/*.test.ts', 'provisioning/**/*.test.ts', 'scripts/**/*.test.ts'],
    setupFiles: ['scripts/test/fuzz-rounds.ts'],
    testTimeout: stretched(30_000, process.env),
    hookTimeout: 30_000,
    passWithNoTests: false,
  },
});
