import type { HourKey } from '../store/rewards/hours.ts';

/** What a transaction is for. */
export type Job =
  | { readonly kind: 'submit' | 'attest'; readonly hours: readonly HourKey[] }
  | { readonly kind: 'publish'; readonly epoch: number }
  | { readonly kind: 'challenge' | 'forfeit'; readonly node: string; readonly epoch: number }
  | { readonly kind: 'execute'; readonly proposal: number }
  /** Something that somebody asked for: `reward_asks`. */
  | { readonly kind: 'ask'; readonly key: string };
