import type { Bench } from './bench.ts';
import { proofs } from './proofs.ts';
import { pwaBench } from './pwa.ts';
import { receipts } from './receipts.ts';

/** In the order in which all of them run. */
export const benches: readonly Bench[] = [proofs, receipts, pwaBench];
