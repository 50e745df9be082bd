'use client';
import { useEffect, useState } from 'react';
import { useBrowserNow } from '../live/clock.ts';

/** Seconds that are left, counted on by this browser while the node is silent. `at` is the node's instant of `secondsLeft`. */
export function useSecondsLeft({ secondsLeft, at }: { readonly secondsLeft: number; readonly at: number }): number {
  const now = useBrowserNow();
  const [heard, setHeard] = useState({ at, by: now });
  useEffect(() => {
    setHeard((before) => (before.at === at ? before : { at, by: Date.now() }));
  }, [at]);
  return Math.max(0, secondsLeft - Math.max(0, Math.floor((now - heard.by) / 1000)));
}

/** A ruler with sixty ticks, of which as many are drawn dark as there is time left. */
export function TimeRuler({ left, of }: { left: number; of: number }) {
  const shown = Math.min(60, Math.ceil((left / of) * 60));
  return (
    <svg viewBox="0 0 300 12" width="100%" height="12" aria-hidden="true" preserveAspectRatio="none">
      <path d={ticks(0, shown, 0)} stroke="var(--ink)" strokeWidth="2" />
      <path d={ticks(shown, 60, 7)} stroke="var(--edge)" strokeWidth="2" />
    </svg>
  );
}

const ticks = (from: number, to: number, top: number): string =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => `M${(from + i) * 5 + 2} ${top}V12`).join('');
