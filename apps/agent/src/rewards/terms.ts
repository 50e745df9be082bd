import { hash } from 'node:crypto';
import type { RewardTerms } from '@energymesh/identity';
import * as protocol from '@energymesh/protocol';

export const sha256 = (data: Uint8Array): Uint8Array => hash('sha256', data, 'buffer');

/** What every signature for this contract begins with: docs/proofs.md §3.1. */
export const domainOf = (terms: RewardTerms): protocol.Domain => protocol.domainOf(sha256, terms);
