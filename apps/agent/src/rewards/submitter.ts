import { randomUUID } from 'node:crypto';
import type { LedgerCall, Purpose, RewardBook, SubmissionRow } from '../reward-book.ts';
import type { Chain, Draft } from '../reward-ports.ts';

export interface SubmitterOptions {
  readonly book: Pick<RewardBook, 'saveSubmission' | 'openSubmission'>;
  /** Undefined: the ledger cannot be reached from here, or there is no wallet. */
  readonly chain: () => Promise<Chain | undefined>;
  readonly wall: () => number;
  /** A call was settled, or would not work: the ledger, or the reason, says what it means. */
  readonly onCall: (call: LedgerCall, outcome: CallOutcome) => void;
  readonly onChange: () => void;
}
export type CallOutcome =
  | { readonly at: 'confirmed'; readonly tx: string; readonly fee?: string | undefined }
  | { readonly at: 'failed' | 'dead' | 'unknown'; readonly tx: string; readonly why?: string | undefined }
  /** Never sent. */
  | { readonly at: 'refused'; readonly why: string; readonly verdict: 'done' | 'later' | 'never' };

/**
 * Transactions of the node's own account, one at a time, as they share its sequence number. The signed transaction is on disk before it leaves, and
 * no other is built before the ledger has taken it or can no longer: a node that is killed anywhere pays nothing twice.
 */
export class Submitter {
  readonly #o: SubmitterOptions;
  #open: SubmissionRow | undefined;
  #wanted: LedgerCall | undefined;
  #preparing = false;
  #heldUntil = 0;

  constructor(options: SubmitterOptions) {
    this.#o = options;
    this.#open = options.book.openSubmission();
  }

  get open(): SubmissionRow | undefined {
    return this.#open;
  }

  /** Takes a call, and builds its transaction in the next turn; false while something else is under way. */
  bring(call: LedgerCall): boolean {
    if (this.#open || this.#wanted || this.#preparing || this.#o.wall() < this.#heldUntil) return false;
    this.#wanted = call;
    return true;
  }

  /** Nothing of the node's own goes for so long: somebody looks at a payment that has the next sequence number. False: something is under way. */
  hold(ms: number): boolean {
    if (this.#open || this.#wanted || this.#preparing) return false;
    this.#heldUntil = this.#o.wall() + ms;
    return true;
  }

  /** A transaction that was signed elsewhere (a withdrawal); undefined while something else is under way. */
  take(purpose: Purpose, draft: Draft): SubmissionRow | undefined {
    return this.#open || this.#preparing ? undefined : this.#keep(purpose, draft);
  }

  /** One step. Rejects with ChainAway. */
  async turn(signal: AbortSignal): Promise<void> {
    if (this.#open) return this.#advance(this.#open, signal);
    const call = this.#wanted;
    if (!call) return;
    this.#preparing = true;
    try {
      const chain = await this.#o.chain();
      if (!chain) return;
      const draft = await chain.prepare(call, signal);
      if ('refused' in draft) this.#o.onCall(call, { at: 'refused', why: draft.refused, verdict: draft.verdict });
      else this.#keep({ kind: 'call', call }, draft);
    } finally {
      // What could not be built is wanted again by whoever wanted it.
      this.#wanted = undefined;
      this.#preparing = false;
    }
  }

  async #advance(row: SubmissionRow, signal: AbortSignal): Promise<void> {
    const chain = await this.#o.chain();
    if (!chain) return;
    const save = (content: unknown): void => this.#save({ ...row, content });
    const now = await chain.advance(row.content, save, signal);
    if (now.state === 'open') return this.#save({ ...row, content: now.content });
    const { state, content, fee, why } = now;
    // What it means comes first: killed in between, the node learns it once more, which changes nothing.
    if (row.purpose.kind === 'call') this.#o.onCall(row.purpose.call, state === 'confirmed' ? { at: state, tx: row.tx, fee } : { at: state, tx: row.tx, why });
    this.#save({ ...row, content, state, ...(fee !== undefined && { fee }), ...(why !== undefined && { why }) });
  }

  #keep(purpose: Purpose, { content, tx, feeMax }: Draft): SubmissionRow {
    const row: SubmissionRow = { id: randomUUID(), purpose, content, state: 'open', at: this.#o.wall(), tx, feeMax };
    this.#save(row);
    return row;
  }

  #save(row: SubmissionRow): void {
    this.#o.book.saveSubmission(row);
    this.#open = row.state === 'open' ? row : undefined;
    this.#heldUntil = 0;
    this.#o.onChange();
  }
}
