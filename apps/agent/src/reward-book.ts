import type { Params } from '@energymesh/protocol';

/** What rewards/ keeps: rows, and what they mean. docs/proofs.md, docs/earnings.md */

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
