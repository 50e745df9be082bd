import type { NodeId, Params } from '@energymesh/protocol';

/** The seams of rewards/: what it keeps, and how it meets the ledger. docs/proofs.md, docs/earnings.md */

/** A receipt in the journal. */
export interface ReceiptRow {
  readonly epoch: number;
  /** Ed25519 public key of who signed, hex. */
  readonly next: string;
  readonly seq: number;
  readonly packets: number;
  /** docs/proofs.md §4.2 */
  readonly ranges: Buffer;
  readonly signature: Buffer;
}
/** How one neighbour was heard in one epoch. */
export interface SightingRow {
  readonly epoch: number;
  readonly node: string;
  /** 60 bits, hex: bit m stands for the m-th sixtieth of the epoch. */
  readonly minutes: string;
  readonly rttUsSum: number;
  readonly samples: number;
}

/** Who says so. The ledger's word stands above the hub's. */
export type By = 'ledger' | 'hub' | 'node';
export interface Fact {
  readonly by: By;
  readonly tx?: string | undefined;
  /** Unix milliseconds: when the ledger closed, or the hub said it. */
  readonly at?: number | undefined;
}
export interface ProvedFact extends Fact {
  /** Epoch in which the contract took it. */
  readonly accepted: number;
  readonly packets?: number | undefined;
  readonly root?: string | undefined;
}
export interface AttestedFact extends Fact {
  readonly earning?: number | undefined;
  readonly uptimeBp?: number | undefined;
  /** Undefined: nobody measured it. */
  readonly latencyUs?: number | undefined;
  readonly packets?: number | undefined;
  readonly bp?: number | undefined;
  readonly shareBp?: number | undefined;
  /** Stroops, decimal. */
  readonly gross?: string | undefined;
  readonly inTime?: boolean | undefined;
}
export interface ChallengedFact extends Fact {
  /** Epoch of the challenge, where the ledger told it. */
  readonly epoch?: number | undefined;
}
export interface PaidFact extends Fact {
  readonly amount: string;
  readonly packets?: number | undefined;
  readonly bp?: number | undefined;
  readonly shareBp?: number | undefined;
  readonly gross?: string | undefined;
  readonly payout?: string | undefined;
}
/** What the samples of an hour are drawn from, as the hub told it. */
export interface ToldDraw {
  readonly accepted: number;
  readonly value: string;
  readonly samples: number;
  readonly deadline?: number | undefined;
}

/** Something this node has sent, and when it does again. */
export interface Sent {
  /** The first time. */
  readonly since: number;
  readonly at: number;
  readonly tries: number;
  readonly nextAt: number;
  readonly via: 'hub' | 'self';
  /** The hub said that it has it. */
  readonly taken?: boolean | undefined;
}

/** Everything known of one epoch of this node. Facts only grow, by the hub's word or the ledger's; what is to be done follows from them. */
export interface HourRecord {
  readonly epoch: number;
  /** Made here, once, and never another. Absent: the hour still runs, or only the ledger knows of it. */
  readonly proof?: { readonly packets: number; readonly root: string; readonly signature: string } | undefined;
  readonly proved?: ProvedFact | undefined;
  readonly attested?: AttestedFact | undefined;
  readonly challenged?: ChallengedFact | undefined;
  readonly draw?: ToldDraw | undefined;
  readonly revealed?: Fact | undefined;
  readonly paid?: PaidFact | undefined;
  readonly forfeited?: Fact | undefined;
  readonly refused?: Fact | undefined;
  /** Reasons, by name. */
  readonly why?: readonly string[] | undefined;
  readonly sentProof?: Sent | undefined;
  readonly sentOpenings?: Sent | undefined;
  readonly sentClaim?: Sent | undefined;
  readonly appeal?: { readonly text: string; readonly answer?: string | undefined } | undefined;
  /** Of this node's own transactions that brought it, the newest of each, as the ledger charged them. One may have brought several hours. */
  readonly fees?: Readonly<Partial<Record<FeeOf, { readonly tx: string; readonly fee: string }>>> | undefined;
}
export type FeeOf = 'proof' | 'reveal' | 'claim';

export type HourStage = 'running' | 'pending' | 'proved' | 'claimed' | 'paid' | 'lost';
/** A record with what is summed over. */
export interface HourEntry {
  readonly record: HourRecord;
  readonly stage: HourStage;
  readonly packets: number;
  /** Stroops; reckoned where nobody has said it yet. */
  readonly amount: number;
  /** Nothing is left to be done or to come. */
  readonly settled: boolean;
}
export interface StageSum {
  readonly stage: HourStage;
  readonly hours: number;
  readonly packets: number;
  readonly amount: number;
}

export interface ChainValueRow {
  readonly epoch: number;
  /** Hex. */
  readonly value: string;
  /** By the ledger, as the hub was silent. */
  readonly drawn: boolean;
}

/** What the operator, or the node by itself, asked of hub or ledger. */
export type ErrandWhat =
  | { readonly kind: 'register'; readonly payout: string; readonly nonce: number; readonly signature: string }
  | { readonly kind: 'propose'; readonly nonce: number; readonly params: Params; readonly signature: string }
  | { readonly kind: 'vote'; readonly proposal: number; readonly yes: boolean; readonly signature: string }
  | { readonly kind: 'appeal'; readonly epoch: number; readonly text: string }
  | { readonly kind: 'sponsor'; readonly address: string };
export interface Errand {
  /** One per purpose: a newer one takes its place. */
  readonly id: string;
  readonly what: ErrandWhat;
  readonly state: 'waiting' | 'sent' | 'taken' | 'done' | 'refused';
  readonly at: number;
  readonly sent?: Sent | undefined;
  /** When it was done or refused. */
  readonly answeredAt?: number | undefined;
  readonly tx?: string | undefined;
  readonly why?: readonly string[] | undefined;
}

/** A signed transaction on its way; `content` is the chain's own, JSON. */
export interface SubmissionRow {
  readonly id: string;
  readonly purpose: Purpose;
  readonly content: unknown;
  readonly state: 'open' | 'confirmed' | 'failed' | 'dead' | 'unknown';
  readonly at: number;
  readonly tx: string;
  readonly feeMax: string;
  readonly fee?: string | undefined;
  readonly why?: string | undefined;
}
export type Purpose =
  | { readonly kind: 'call'; readonly call: LedgerCall }
  | { readonly kind: 'withdraw'; readonly to: string; readonly amount: string; readonly memo: Memo };
export interface Memo {
  readonly kind: 'none' | 'text' | 'id' | 'hash' | 'return';
  readonly text: string;
}

/** What a node can bring to the contract by itself. Bytes are hex. */
export type LedgerCall =
  | { readonly name: 'submit'; readonly proofs: readonly LedgerProof[] }
  | { readonly name: 'reveal'; readonly epoch: number; readonly openings: readonly string[] }
  | { readonly name: 'claim'; readonly epochs: readonly number[] }
  | { readonly name: 'register'; readonly payout: string; readonly nonce: number; readonly signature: string }
  | { readonly name: 'propose'; readonly nonce: number; readonly params: Params; readonly signature: string }
  | { readonly name: 'vote'; readonly proposal: number; readonly yes: boolean; readonly signature: string }
  | { readonly name: 'execute'; readonly proposal: number };
export interface LedgerProof {
  readonly epoch: number;
  readonly packetCount: number;
  readonly timestamp: number;
  readonly root: string;
  readonly signature: string;
}

export interface MovementRow {
  readonly id: string;
  readonly kind: 'received' | 'sent' | 'fee' | 'fee-returned';
  /** Stroops, decimal. */
  readonly amount: string;
  readonly counterparty?: string | undefined;
  readonly memo?: string | undefined;
  /** Unix milliseconds. */
  readonly at: number;
  readonly tx: string;
}

/** Rows of one contract on one network (kept by store/). All calls are synchronous and durable when they return. */
export interface RewardBook {
  addReceipts(rows: readonly ReceiptRow[]): void;
  /** Of one next hop that cannot be shown to the contract. */
  dropReceipts(epoch: number, next: string): void;
  nextsOf(epoch: number): string[];
  receiptCount(): number;
  /** By next hop and sequence, a page at a time; it is read when it is asked for. */
  receiptsOf(epoch: number): Iterable<readonly ReceiptRow[]>;
  /** Packets that receipts of this epoch cover. */
  packetsOf(epoch: number): number;
  saveSightings(rows: readonly SightingRow[]): void;
  sightingsOf(epoch: number): SightingRow[];
  /** Receipts and sightings of one epoch. */
  forget(epoch: number): void;
  /** Receipts and sightings below; and the oldest hours and values beyond what is kept. */
  prune(before: number): void;
  saveHour(entry: HourEntry): void;
  hour(epoch: number): HourRecord | undefined;
  /** Ascending; not settled. */
  openHours(): HourRecord[];
  /** Highest epoch with a proof of this node's making. */
  lastProved(): number | undefined;
  /** Descending, below `before`. */
  hours(limit: number, before?: number): HourRecord[];
  /** Ascending, from <= epoch < to. */
  hoursBetween(from: number, to: number): HourRecord[];
  /** Over from <= epoch < to, all of them by default. */
  sums(from?: number, to?: number): StageSum[];
  saveValues(rows: readonly ChainValueRow[]): void;
  /** Of the epoch itself, else the hub's first above: earlier ones are hashes of it. */
  valueFrom(epoch: number): ChainValueRow | undefined;
  saveErrand(errand: Errand): void;
  errands(): Errand[];
  saveSubmission(row: SubmissionRow): void;
  openSubmission(): SubmissionRow | undefined;
  /** Newest first, of one kind. */
  submissions(kind: Purpose['kind'], limit: number): SubmissionRow[];
  /** Small values by name. */
  note<T>(name: string): T | undefined;
  setNote(name: string, value: unknown): void;
  addMovements(address: string, rows: readonly MovementRow[]): void;
  /** Newest first. */
  movements(address: string, limit: number): MovementRow[];
}

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
