'use client';
import { useNodeState } from '../frame/node-state.tsx';
import { useNow } from '../live/clock.ts';

/** Where a chart's data ends, in the node's time: now, or when the node was last heard. `at`: of the data. */
export function useUntil(at: number | undefined): number {
  const { link } = useNodeState();
  const now = useNow();
  if (at === undefined || link.at === 'live' || link.at === 'asking') return now;
  return Math.min(link.lastHeard ?? at, at);
}
