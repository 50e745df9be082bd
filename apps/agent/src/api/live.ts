import type { Clock } from '../ports.ts';
import type { Feed } from './ports.ts';

/**
 * The feed's value now, then after each change, never closer together than `gapMsMin`, and at the latest after `restMsMax`
 * (so that a page can tell "nothing new" from "nobody there"). Ends when `signal` aborts.
 */
export async function* live<T>(
  feed: Feed<T>,
  { clock, gapMsMin, restMsMax, signal }: { clock: Clock; gapMsMin: number; restMsMax: number; signal: AbortSignal | undefined },
): AsyncGenerator<T> {
  let changed = false;
  let notify = () => {};
  const off = feed.onChange(() => {
    changed = true;
    notify();
  });
  const onAbort = () => notify();
  signal?.addEventListener('abort', onAbort);
  const until = (ms: number, done: () => boolean) =>
    new Promise<void>((resolve) => {
      if (done()) return resolve();
      const finish = () => {
        cancel();
        notify = () => {};
        resolve();
      };
      const cancel = clock.after(ms, finish);
      notify = () => done() && finish();
    });
  const ended = () => signal?.aborted === true;
  try {
    while (!ended()) {
      changed = false;
      yield feed.current();
      await until(gapMsMin, ended);
      await until(restMsMax - gapMsMin, () => changed || ended());
    }
  } finally {
    off();
    signal?.removeEventListener('abort', onAbort);
  }
}
