import type { Incarnation, NodeId } from '../ids.ts';
import type { Millis } from '../units.ts';
import type { Connection } from './connection.ts';
import type { LinkCost } from './cost.ts';
import type { Liveness } from './liveness.ts';
import type { Pair } from './pairs.ts';

/** A link that is up, and what this node knows of it. Bounded by the choice of neighbours. */
export interface Neighbour {
  readonly node: NodeId;
  readonly name: string;
  readonly segment: string;
  readonly incarnation: Incarnation;
  readonly pair: Pair;
  readonly urgent: Connection;
  readonly bulk: Connection;
  readonly liveness: Liveness;
  readonly cost: LinkCost;
  readonly upSince: Millis;
  /** 1/100 ms as this end advertises it; 0 before the first echo. */
  ownCost: number;
  /** As the other end says in its hello; 0 before its first echo. */
  peerCost: number;
  busyUntil: Millis;
  /** The other end's last hello said that this link is not in its flooding core; this end's did. */
  isSpare: boolean;
  saidSpare: boolean;
  helloDueAt: Millis;
  heartbeatDueAt: Millis;
}

/** Both ends have measured: the edge counts. */
export const isMeasured = (n: Neighbour): boolean => n.ownCost > 0 && n.peerCost > 0;
/** As agreed: the larger of both. docs/protocol.md §5.1 */
export const agreedCost = (n: Neighbour): number => Math.max(n.ownCost, n.peerCost);
