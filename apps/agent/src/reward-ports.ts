import type { NodeId, Params } from '@energymesh/protocol';
import type { AttestedFact, Fact, LedgerCall, Memo, MovementRow, PaidFact } from './reward-book.ts';

/** How rewards/ meets the ledger and the hub. docs/proofs.md, docs/earnings.md */

/** Where reading goes on. */
export type EventPosition = { readonly cursor: string } | { readonly ledger: number };
interface EventPlace {
  readonly id: string;
  readonly ledger: number;
  /** Unix milliseconds. */
  readonly at: number;
  readonly tx: string;
}
/** What the contract told, of what concerns a node. */
export type LedgerEvent = EventPlace &
  (
    | { readonly name: 'registered' | 'payout'; readonly payout: string }
    | { readonly name: 'proved'; readonly epoch: number; readonly packets: number; readonly root: string; readonly accepted: number }
    | ({ readonly name: 'attested'; readonly epoch: number } & Omit<AttestedFact, keyof Fact>)
    | { readonly name: 'challenged' | 'revealed' | 'forfeited'; readonly epoch: number }
    | ({ readonly name: 'paid'; readonly epoch: number } & Omit<PaidFact, keyof Fact>)
    | { readonly name: 'published' | 'drawn'; readonly epoch: number; readonly value: string }
    | { readonly name: 'params'; readonly from: number; readonly params: Params }
    /** Any node: receipts that it signed can be shown. */
    | { readonly name: 'member'; readonly node: string }
    /** Of any node. */
    | { readonly name: 'proposal'; readonly proposal: number }
    | { readonly name: 'voted'; readonly proposal: number; readonly yes: boolean }
    | { readonly name: 'proposed'; readonly proposal: number }
  );
export type LedgerPage =
  | {
      readonly kind: 'page';
      readonly events: readonly LedgerEvent[];
      readonly next: string;
      readonly upToDate: boolean;
      /** Events of a newer contract, passed over. */
      readonly unread: number;
    }
  /** What lies between is gone from the server. */
  | { readonly kind: 'gap'; readonly oldest: number; readonly oldestAt?: number | undefined }
  /** Another ledger than before, or a server that is behind. */
  | { readonly kind: 'ahead'; readonly newest: number };

/** The contract's events, oldest first: of this node, or those that concern all. Rejects with ChainAway. */
export interface ChainEvents {
  read(stream: 'own' | 'common', from: EventPosition, signal: AbortSignal): Promise<LedgerPage>;
}

export interface NodeStanding {
  readonly payout: string;
  readonly nonce: number;
  readonly registered: number;
  /** Probation counts from this epoch on. */
  readonly probationFrom: number;
  readonly caught: number;
}
export interface LedgerHour {
  readonly packets: number;
  readonly root: string;
  readonly accepted: number;
  readonly status: 'open' | 'cleared' | 'paid' | 'forfeited';
  readonly attested?:
    | { readonly uptimeBp: number; readonly latencyUs?: number | undefined; readonly earning: number; readonly inTime: boolean; readonly onProbation: boolean }
    | undefined;
  readonly gross: string;
  readonly challenged?: number | undefined;
  readonly paid?: string | undefined;
}
export interface LedgerProposal {
  readonly id: number;
  readonly change: { readonly params: Params } | { readonly hub: { readonly hubKey: string; readonly anchor: string; readonly anchorEpoch: number } };
  readonly by: string;
  /** Epochs. */
  readonly votingEnds: number;
  readonly executableFrom: number;
  readonly eligible: number;
  readonly needed: number;
  readonly yes: number;
  readonly no: number;
  readonly executed: boolean;
}

/** The contract's state as it is now. Reject with ChainAway. */
export interface ChainViews {
  standing(signal: AbortSignal): Promise<NodeStanding | undefined>;
  params(epoch: number, signal: AbortSignal): Promise<Params>;
  hour(epoch: number, signal: AbortSignal): Promise<LedgerHour | undefined>;
  /** Whether a key is a registered node's. */
  isMember(node: string, signal: AbortSignal): Promise<boolean>;
  /** Sums over the hours of this node. */
  earnings(signal: AbortSignal): Promise<{ readonly proved: number; readonly gross: string; readonly paid: string; readonly forfeited: string } | undefined>;
  proposal(id: number, signal: AbortSignal): Promise<LedgerProposal | undefined>;
}

export interface AccountNow {
  readonly exists: boolean;
  /** Stroops, decimal. */
  readonly balance: string;
  readonly spendable: string;
  readonly reserve: string;
  readonly memoRequired: boolean;
}
/** Signed and not sent yet. */
export interface Draft {
  readonly content: unknown;
  readonly tx: string;
  readonly feeMax: string;
}
export interface CallRefused {
  /** Name of docs/proofs.md §9.1, or `no-account`, `no-funds`, `too-dear`. */
  readonly refused: string;
  /** `done`: it has happened already. `never`: sending it again changes nothing. */
  readonly verdict: 'done' | 'later' | 'never';
}
export type SubmissionNow =
  | { readonly state: 'open'; readonly content: unknown }
  | {
      readonly state: 'confirmed' | 'failed' | 'dead' | 'unknown';
      readonly content: unknown;
      readonly fee?: string | undefined;
      readonly why?: string | undefined;
    };

/** Transactions of this node's own account. Reject with ChainAway. */
export interface Chain {
  account(signal: AbortSignal): Promise<AccountNow>;
  /** Built and signed, or why it would not work now. */
  prepare(call: LedgerCall, signal: AbortSignal): Promise<Draft | CallRefused>;
  /** One step: a look at the ledger, a try to send, or both. `save` is called before anything leaves. */
  advance(content: unknown, save: (content: unknown) => void, signal: AbortSignal): Promise<SubmissionNow>;
}

export interface WithdrawWish {
  readonly to: string;
  /** Stroops. */
  readonly amount: bigint | 'all';
  readonly memo: Memo;
  readonly create: boolean;
}
export type WithdrawPlanned =
  | {
      readonly ok: true;
      readonly kind: 'payment' | 'create-account' | 'contract';
      readonly to: string;
      readonly amount: string;
      readonly memo: Memo;
      readonly feeLikely: string;
      readonly feeMax: string;
      readonly left: string;
      /** Unix milliseconds. */
      readonly validUntil: number;
      /** What is signed on confirmation. */
      readonly plan: unknown;
    }
  | {
      readonly ok: false;
      readonly refused: string;
      readonly detail?: string | undefined;
      readonly max?: string | undefined;
      readonly min?: string | undefined;
      readonly feeMax?: string | undefined;
    };
export type PayoutJudged =
  | { readonly ok: true; readonly warning?: 'account-missing' | 'not-checked' | undefined; readonly min?: string | undefined }
  | { readonly ok: false; readonly refused: string };

/** What the wallet asks of the ledger. Reject with ChainAway. */
export interface WalletChain {
  plan(wish: WithdrawWish, signal: AbortSignal): Promise<WithdrawPlanned>;
  sign(plan: unknown): Promise<Draft>;
  judgePayout(address: string, signal: AbortSignal): Promise<PayoutJudged>;
  movements(
    from: EventPosition,
    signal: AbortSignal,
  ): Promise<
    | { readonly kind: 'page'; readonly movements: readonly MovementRow[]; readonly next: string; readonly upToDate: boolean }
    | { readonly kind: 'gap'; readonly oldest: number; readonly oldestAt?: number | undefined }
    | { readonly kind: 'ahead' }
  >;
}

/** The hub's transaction with this wallet's signature on it; undefined when it is anything but a new account for this wallet. */
export type Cosign = (unsigned: unknown) => Promise<{ readonly hash: string; readonly envelope: string } | undefined>;

/** The ledger cannot be asked now, in words; the same call may work later. */
export class ChainAway extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ChainAway';
  }
}

/** The whole ledger, as one way to it. */
export interface Ledger extends ChainEvents, ChainViews {}

/** Sends a message to the hub; resolves once it is in custody. */
export type Post = (payload: Uint8Array) => Promise<void>;

export type Names = (node: NodeId) => string;
