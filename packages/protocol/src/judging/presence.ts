import { latencyUnknownUs } from '../proof/messages.ts';

/** What one of those who heard a node says of an epoch. */
export interface Heard {
  /** Node id, or `hub`. */
  readonly by: string;
  /** Bit m stands for the m-th sixtieth of the epoch. */
  readonly minutes: bigint;
  readonly rttUs: number | null;
  readonly samples: number;
}

export const partsOfEpoch = 60;
const allParts = (1n << BigInt(partsOfEpoch)) - 1n;
/** One per sixtieth: whoever claims more weighs no more. */
const samplesMax = partsOfEpoch;

export interface Presence {
  readonly uptimeBp: number;
  readonly latencyUs: number;
}

/** Uptime and latency of `node` by what others say: its own word counts for nothing. docs/proofs.md §7.1 */
export function presenceOf(node: string, heard: readonly Heard[]): Presence {
  let minutes = 0n;
  let [sum, samples] = [0, 0];
  for (const one of heard) {
    if (one.by === node) continue;
    minutes |= one.minutes & allParts;
    if (one.rttUs === null || one.samples < 1) continue;
    const weight = Math.min(one.samples, samplesMax);
    sum += one.rttUs * weight;
    samples += weight;
  }
  const latencyUs = samples === 0 ? latencyUnknownUs : Math.min(Math.round(sum / samples), latencyUnknownUs - 1);
  return { uptimeBp: Math.floor((ones(minutes) * 10_000) / partsOfEpoch), latencyUs };
}

/** The sixtieth of its epoch in which an instant lies. */
export const partOf = (atMs: number, epochSeconds: number): number => Math.floor(((atMs % (epochSeconds * 1000)) * partsOfEpoch) / (epochSeconds * 1000));

function ones(bits: bigint): number {
  let count = 0;
  for (let left = bits; left > 0n; left &= left - 1n) count++;
  return count;
}
