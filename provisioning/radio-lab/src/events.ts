import type { Measured } from '@energymesh/figures';

/** What the guest tells the host, a line each on the machine's console. */
export type LabEvent =
  | { readonly scenario: string }
  | { readonly step: string }
  | { readonly passed: string }
  | { readonly failed: string }
  | { readonly figure: Measured }
  /** The last event: every scenario that was asked for has ended. */
  | { readonly done: true };

const mark = '@radio-lab ';
const lineLengthMax = 64 * 1024;

export const eventLine = (event: LabEvent): string => `${mark}${JSON.stringify(event)}\n`;

/** Undefined for a line that is no event: the kernel and init print there too. */
export function readEvent(line: string): LabEvent | undefined {
  if (!line.startsWith(mark)) return undefined;
  try {
    return JSON.parse(line.slice(mark.length)) as LabEvent;
  } catch {
    return undefined; // cut off where the machine ended
  }
}

/** Whole lines out of pieces. A line over 64 KiB is passed on in parts. */
export function lineSplitter(take: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) take(line.replace(/\r$/, ''));
    if (rest.length > lineLengthMax) {
      take(rest);
      rest = '';
    }
  };
}

/**
 * The machine's clock. virtual: neither waiting nor computing takes time on it. real: the host's.
 */
export const clocks = ['virtual', 'real'] as const;
export type Clock = (typeof clocks)[number];

/** What the guest is to do, in `run.json` of the run's folder. */
export interface RunOrder {
  readonly scenarios: readonly string[];
}
