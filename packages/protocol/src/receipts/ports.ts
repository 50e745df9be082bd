import type { NodeId } from '../ids.ts';
import type { EntryRange } from './ranges.ts';

/** What a receiver is asked to sign: that it took these entries from the relay, in this epoch. docs/protocol.md §7.7 */
export interface VouchRequest {
  readonly epoch: number;
  /** u32, rising per (relay, receiver, epoch). */
  readonly seq: number;
  /** Merged, 1 to 256 packets in all. */
  readonly ranges: readonly EntryRange[];
}

/** Where in the epoch this node is; undefined while its clock is not trusted, or the community pays nothing. */
export interface EpochReading {
  readonly epoch: number;
  /** Since the epoch began. */
  readonly second: number;
}

/** What signs and dates receipts: the agent's rewards, which know the contract's terms. Left out: the node neither asks for receipts nor gives any. */
export interface ReceiptPort {
  epoch(): EpochReading | undefined;
  /** Signs for what the node is sure to have taken from `relay`: 64 bytes; undefined when the epoch is not one to sign for. */
  vouch(relay: NodeId, request: VouchRequest): Uint8Array | undefined;
}
