import { type Measured, percentile } from '@energymesh/figures';

/** Wall time and this process's CPU, both in milliseconds: on a shared machine they differ. */
export interface Took {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export function timed(run: () => void): Took {
  const cpu = process.cpuUsage();
  const started = performance.now();
  run();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

/** Median, least and most. */
export function ofRounds(figure: string, unit: string, values: readonly number[]): Measured {
  return { figure, value: percentile(values, 0.5), unit, min: Math.min(...values), max: Math.max(...values), rounds: values.length };
}
