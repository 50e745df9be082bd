import type { Bench } from './bench.ts';
import { proofs } from './proofs.ts';

/** In the order in which all of them run. */
export const benches: readonly Bench[] = [proofs];
