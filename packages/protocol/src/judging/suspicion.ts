import { whole } from '../reward/params.ts';
import type { Earning } from './earning.ts';

/** How much the hub looks at what nobody drew: of 10,000 each. */
export interface ChallengeRule {
  /** So many hours of nodes on probation. */
  readonly probationBp: number;
  /** Hours of which more than this did not arrive, or is in no list. */
  readonly surplusBp: number;
}

export interface SuspicionInput {
  /** As the proof says. */
  readonly packetCount: number;
  readonly found: Pick<Earning, 'receipted' | 'left'>;
  /** All parts of the node's list are here. */
  readonly complete: boolean;
  /** The draw asks for it: it will be shown anyway. */
  readonly audited: boolean;
  readonly onProbation: boolean;
  /** An hour of the node's was to be shown longer ago than `answerEpochs`, and is not. */
  readonly owes: boolean;
  readonly challenge: ChallengeRule;
  /** 0 to 9,999, drawn so that the node cannot foresee it. */
  readonly lot: number;
}

/**
 * So many epochs after the demand whoever was asked should have shown its hour: it takes an honest node minutes. From then on all its hours are to be shown until it
 * has: whoever cannot show what it proves would else be paid, until the window is over, for the hours in between that nobody drew. One that was away shows them when
 * it is back, and loses nothing.
 */
export const answerEpochs = 3;

export type Suspicion = 'sums-differ' | 'no-answer' | 'on-probation';

/** Why an hour is to be shown though nobody drew it. An hour that is drawn needs no challenge. docs/hub.md, "Rewards" */
export function suspicionOf({ packetCount, found, complete, audited, onProbation, owes, challenge, lot }: SuspicionInput): Suspicion | undefined {
  if (packetCount === 0 || audited) return undefined;
  if (complete && found.receipted > packetCount) return 'sums-differ';
  // Devices that nobody enrolled, caps and quotas are no fault of a relay's.
  const missing = (found.left['not-arrived'] ?? 0) + Math.max(0, packetCount - found.receipted);
  if (missing * whole > packetCount * challenge.surplusBp) return 'sums-differ';
  if (owes) return 'no-answer';
  return onProbation && lot < challenge.probationBp ? 'on-probation' : undefined;
}
