import type { Clock } from '../ports.ts';
import type { Feed } from './ports.ts';

/**
 * The feed's value now, then `settleMs` after each change (one event often brings several: the first told alone would keep the others
 * for the next gap), never closer together than `gapMsMin`, and at the latest after `restMsMax` (so that a page can tell "nothing new"
 * from "nobody there"). Ends when `signal` aborts.
 */
export async function* live<T>(
  feed: Feed<T>,
  {
    clock,
    gapMsMin,
    restMsMax,
    settleMs = 0,
    signal,
  }: { clock: Clock; gapMsMin: number; restMsMax: number; settleMs?: number; signal: AbortSignal | undefined },
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
      const late = changed;
      await until(restMsMax - gapMsMin, () => changed || ended());
      if (changed && !late && settleMs > 0) await until(settleMs, ended);
    }
  } finally {
    off();
    signal?.removeEventListener('abort', onAbort);
  }
}
