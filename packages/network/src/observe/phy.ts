import { linesOf, numberOf, type Observed, problem } from './observed.ts';

/** What an adapter can do, by `iw phy`. */
export interface Phy {
  readonly number: number;
  /** Supported interface modes: "AP", "mesh point", "managed", ... */
  readonly modes: readonly string[];
  /** MHz on which it may start something of its own accord: neither disabled nor "no IR" nor with radar detection. */
  readonly frequenciesMhz: readonly number[];
  /** "max # scan SSIDs" and the like are left out; this is what limits a mesh. */
  readonly stationsMax?: number;
  readonly sae: boolean;
}

export function phys(text: string): Observed<readonly Phy[]> {
  const found: { number: number; modes: string[]; frequenciesMhz: number[]; sae: boolean; stationsMax?: number }[] = [];
  let current: (typeof found)[number] | undefined;
  let within: 'modes' | 'frequencies' | undefined;
  for (const line of linesOf(text)) {
    const name = /^Wiphy (\S{1,64})$/.exec(line)?.[1];
    if (name !== undefined) {
      if (found.length >= 16) return problem(found, 'more than 16 adapters: the rest is left out');
      current = { number: numberOf(/\d{1,4}$/.exec(name)?.[0]) ?? -1, modes: [], frequenciesMhz: [], sae: false };
      found.push(current);
      within = undefined;
      continue;
    }
    if (!current) continue;
    // A wiphy may have been given another name: its index is what interfaces refer to.
    const index = numberOf(/^\twiphy index: (\d{1,4})$/.exec(line)?.[1]);
    if (index !== undefined) current.number = index;
    if (/^\t\t? ?[^\s*]/.test(line)) within = undefined;
    if (/^\tSupported interface modes:/.test(line)) within = 'modes';
    else if (/^\t+Frequencies:/.test(line)) within = 'frequencies';
    else if (/^\t(Device supports SAE|.*\[ SAE_OFFLOAD \])/.test(line)) current.sae = true;
    else if (/^\tMaximum associated stations in AP mode: /.test(line)) {
      const most = numberOf(line.split(': ')[1]);
      if (most !== undefined) current.stationsMax = most;
    } else if (within === 'modes') {
      const mode = /^\t\t \* ([A-Za-z0-9/ -]{1,40})$/.exec(line)?.[1];
      if (mode !== undefined && current.modes.length < 32) current.modes.push(mode);
    } else if (within === 'frequencies') {
      const [, mhz, rest] = /^\t\t\t\* (\d{4,5})(?:\.\d+)? MHz \[\d+\] \((.*)$/.exec(line) ?? [];
      const frequency = numberOf(mhz);
      if (frequency !== undefined && !/disabled|no IR|radar detection|no-IR/i.test(rest ?? '') && current.frequenciesMhz.length < 256)
        current.frequenciesMhz.push(frequency);
    }
  }
  return found.length === 0 && text.trim() !== '' ? problem(found, 'tells of no adapter') : { value: found };
}
