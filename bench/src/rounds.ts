import { setImmediate } from 'node:timers/promises';
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

/** CPU of something that lets others have their turn: of all of it, and of its longest piece. */
export async function timedInPieces(run: (breathe: () => Promise<void>) => Promise<void>): Promise<{ readonly cpuMs: number; readonly longestCpuMs: number }> {
  const pieces: number[] = [];
  let cpu = process.cpuUsage();
  const end = (): void => {
    const { user, system } = process.cpuUsage(cpu);
    pieces.push((user + system) / 1000);
  };
  await run(async () => {
    end();
    await setImmediate();
    cpu = process.cpuUsage();
  });
  end();
  return { cpuMs: pieces.reduce((sum, ms) => sum + ms, 0), longestCpuMs: Math.max(...pieces) };
}

/** Median, least and most. */
export function ofRounds(figure: string, unit: string, values: readonly number[]): Measured {
  return { figure, value: percentile(values, 0.5), unit, min: Math.min(...values), max: Math.max(...values), rounds: values.length };
}
