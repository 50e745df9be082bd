'use client';
import { useSearchParams } from 'next/navigation';
import { go } from '../frame/places.ts';

/** What stands over the page, by its address: back closes it, and a link opens it. */
const doings = ['receive', 'withdraw', 'wallet', 'backup', 'restore', 'payout'] as const;
export type Doing = (typeof doings)[number];

export const hrefOf = (doing: Doing | undefined): string => (doing ? `/earnings?do=${doing}` : '/earnings');

export function useDoing(): [Doing | undefined, (next: Doing | undefined) => void] {
  const asked = useSearchParams().get('do');
  const doing = doings.find((one) => one === asked);
  // A sheet after a sheet takes its place: back leads to the page.
  return [doing, (next) => go(hrefOf(next), { replace: doing !== undefined })];
}
