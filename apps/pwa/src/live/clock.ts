'use client';
import { useMemo, useSyncExternalStore } from 'react';
import { useHere } from './providers.tsx';

/** One tick a second for the whole page, and none while it is hidden. */
const handlers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = 0;

function tick() {
  if (document.hidden) return;
  now = Date.now();
  for (const handler of handlers) handler();
}

function subscribe(handler: () => void): () => void {
  handlers.add(handler);
  if (!timer) {
    now = Date.now();
    timer = setInterval(tick, 1000);
    document.addEventListener('visibilitychange', tick);
  }
  return () => {
    handlers.delete(handler);
    if (handlers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    document.removeEventListener('visibilitychange', tick);
  };
}

const read = () => {
  if (!timer) now = Date.now();
  return now;
};

/** The browser's clock, to the second. */
export const useBrowserNow = (): number => useSyncExternalStore(subscribe, read, () => 0);

/** The node's clock, to the second: what every age on the page is counted from. */
export function useNow(): number {
  const { contact } = useHere();
  const state = useSyncExternalStore(contact.subscribe, contact.state, contact.state);
  const browser = useBrowserNow();
  return useMemo(() => browser + state.offsetMs, [browser, state.offsetMs]);
}
