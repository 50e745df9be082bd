import { defineConfig } from 'vitest/config';

// Real processes on real ports: one spec at a time, each test with the time that its scenario takes.
export default defineConfig({
  test: {
    include: ['src/specs/**/*.spec.ts', 'src/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    retry: 0,
  },
});
