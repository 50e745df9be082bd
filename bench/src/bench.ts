import type { Measured } from '@energymesh/figures';

export interface Effort {
  /** How often each thing is measured; figures are medians. */
  readonly rounds: number;
  /** 1 for what the goals speak of; less in tests. */
  readonly scale: number;
  /** For people who wait: goes to stderr. */
  readonly progress: (line: string) => void;
}

/** One area that is measured: docs/figures.md says what each figure means. */
export interface Bench {
  readonly name: string;
  readonly about: string;
  /** What it needs beside this process and does not find, and how to get it. */
  cannotRun?(): string | undefined;
  run(effort: Effort): Measured[] | Promise<Measured[]>;
}
