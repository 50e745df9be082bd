import type { z } from 'zod';
import type { quality } from '../schema.ts';

export type Quality = z.infer<typeof quality>;

/**
 * A link's cost (milliseconds for a small packet, docs/protocol.md §3.5) in a word. 3 ms is a good 802.11n link or a cable, 10 ms one that
 * repeats some frames, 40 ms one at the slowest rates; beyond it a voice call would not work.
 */
export function qualityOf(costMs: number): Quality {
  if (costMs <= 3) return 'strong';
  if (costMs <= 10) return 'good';
  return costMs <= 40 ? 'weak' : 'poor';
}
