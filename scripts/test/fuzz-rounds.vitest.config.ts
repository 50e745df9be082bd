import { defineConfig } from 'vitest/config';

/** For fuzz-rounds.test.ts: one property under the set-up file of the real one. */
export default defineConfig({ test: { include: ['scripts/test/fuzz-rounds.example.ts'], setupFiles: ['scripts/test/fuzz-rounds.ts'] } });
