import { type Stream, type Traffic, traffic } from '@energymesh/protocol';
import type { CounterSum, RunSpan } from '../ports.ts';

/** 0 up (to the backend), 1 down (to a device of the destination node), 2 between nodes. */
const direction = { up: 0, down: 1, between: 2 } as const;
export type Direction = (typeof direction)[keyof typeof direction];

export function directionOf(stream: Stream, kind: Traffic): Direction {
  if (stream === 'backend') return direction.up;
  return kind === traffic.device ? direction.down : direction.between;
}

/** One cell of the minute counters: what was carried in a minute of one kind. */
export interface CounterRow extends Omit<CounterSum, 'slot'> {
  /** Start of the minute (or of the shorter slot that short reports need), Unix milliseconds. */
  readonly minute: number;
  readonly incarnation: number;
  readonly mono: number;
  readonly trusted: boolean;
}

/** What metrics keeps (store/). Calls throw when the disk refuses. */
export interface CounterStore {
  flush(rows: readonly CounterRow[], run: { readonly id: number; readonly seenAt: number } | undefined): void;
  sums(from: number, to: number, slotMs: number): CounterSum[];
  startRun(run: { incarnation: number; startedAt: number; seenAt: number; mono: number; trusted: boolean }): number;
  runs(from: number, to: number): (RunSpan & { readonly id: number })[];
  prune(before: number): void;
}
