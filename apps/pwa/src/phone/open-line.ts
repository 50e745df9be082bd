import { Line } from './line.ts';
import { nextCounter, notePaired, type Paired } from './paired.ts';
import { localNetworkPermission, Ways } from './ways.ts';

/** Written down no more often than this. */
const noteEveryMs = 10_000;

/** The line to a paired node. Another network may have another way: the caller ends its watch. */
export function openLine(paired: Paired): { readonly line: Line; close(): void } {
  const ways = new Ways(
    { fetch: (input, init) => fetch(input, init), permission: localNetworkPermission, now: () => Date.now() },
    paired.node,
    () => paired.addresses,
  );
  let notedAt = 0;
  const line = new Line({
    ends: paired,
    ways,
    nextCounter: () => nextCounter(paired.node),
    offsetMs: paired.offsetMs,
    onHeard: (offsetMs) => {
      const now = Date.now();
      if (now - notedAt < noteEveryMs) return;
      notedAt = now;
      notePaired(paired.node, { offsetMs, heardAt: now }).catch(() => {});
    },
    now: () => Date.now(),
  });
  const forget = (): void => ways.forget();
  window.addEventListener('online', forget);
  return { line, close: () => window.removeEventListener('online', forget) };
}
