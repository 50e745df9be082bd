import { type Goal, goals } from './goals.ts';

/** One measured figure, as every command with --json prints it: one JSON object a line. docs/figures.md */
export interface Figure {
  readonly figure: string;
  readonly value: number | string;
  readonly unit: string;
  readonly goal?: string;
  readonly met?: boolean;
  readonly peer?: string;
  readonly ratio?: number;
  readonly min?: number;
  readonly max?: number;
  readonly rounds?: number;
  readonly seed?: number;
}

/** What a command measured; goal and verdict are added by `figure`. */
export type Measured = Omit<Figure, 'goal' | 'met'>;

const words = (goal: Goal): string => ('atMost' in goal ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`);

/** The one place where a figure is held to its goal. A value that is no number never meets one. */
export function judge(value: number | string, goal: Goal): boolean {
  if (typeof value !== 'number' || Number.isNaN(value)) return false;
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}

export function figure(measured: Measured, known: Readonly<Record<string, Goal>> = goals): Figure {
  const goal = known[measured.figure];
  return goal ? { ...measured, goal: words(goal), met: judge(measured.value, goal) } : measured;
}
