import assert from 'node:assert';
import { createRequire } from 'node:module';
import { test } from 'vitest';
import type { SessionChange } from '../store/sessions.ts';
import { DurableSessions } from './durable-sessions.ts';

const abstract = createRequire(import.meta.url)('aedes-persistence/abstract.js') as (options: object) => void;
const limits = { messagesMax: 1000, bytesMax: 1e6, allBytesMax: 1e7, sessionsMax: 100, awayMsMax: 1e9 };

/** aedes-persistence's own suite is written for node:test. */
const context = { assert, diagnostic: () => undefined, plan: () => undefined };
abstract({
  test: (name: string, run: (t: typeof context) => Promise<void>) => test(name, () => run(context)),
  testAsync: true,
  persistence: () =>
    DurableSessions.open({
      stored: { sessions: [], subscriptions: [], queue: [] },
      write: async (_: SessionChange) => undefined,
      patience: async () => undefined,
      now: () => 0,
      limits,
      lost: () => undefined,
    }),
});
