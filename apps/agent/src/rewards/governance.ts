import type { RewardBook } from '../reward-book.ts';
import type { ChainViews, LedgerProposal } from '../reward-ports.ts';

/** The newest that are kept and looked at again. */
const proposalsMax = 64;
/** Nobody looks: once an epoch. Somebody does: so often. */
const freshMs = 30_000;
const looksPerTurn = 8;

export interface GovernanceOptions {
  readonly book: Pick<RewardBook, 'note' | 'setNote'>;
  readonly ledger: () => Promise<ChainViews | undefined>;
  readonly epoch: () => number | undefined;
  readonly wall: () => number;
  readonly onChange: () => void;
}

interface Kept {
  readonly at: number;
  /** The first id that is not known to be there; the contract counts from 1. */
  readonly next: number;
  readonly proposals: readonly LedgerProposal[];
}

/** Proposals as the contract has them, kept for pages and for times without the ledger. */
export class Governance {
  readonly #o: GovernanceOptions;
  #kept: Kept;
  #wanted = false;
  #lookedIn = -1;
  #heard = 0;

  constructor(options: GovernanceOptions) {
    this.#o = options;
    this.#kept = options.book.note<Kept>('proposals') ?? { at: 0, next: 1, proposals: [] };
  }

  /** Newest first; asking makes the next turn look again. */
  get proposals(): { readonly at: number | undefined; readonly proposals: readonly LedgerProposal[] } {
    const { at, proposals } = this.#kept;
    if (this.#o.wall() - at > freshMs) this.#wanted = true;
    return { at: at === 0 ? undefined : at, proposals };
  }
  get wanted(): boolean {
    return this.#wanted;
  }

  /** There is one: those between the last known and it may be gone, as the contract forgets old ones. */
  heard(id: number): void {
    this.#heard = Math.max(this.#heard, id);
    if (id >= this.#kept.next) this.#wanted = true;
  }

  /** Rejects with ChainAway. */
  async turn(signal: AbortSignal): Promise<void> {
    const epoch = this.#o.epoch();
    if (epoch === undefined || (!this.#wanted && this.#lookedIn === epoch)) return;
    const ledger = await this.#o.ledger();
    if (!ledger) return;
    const open = this.#kept.proposals.filter(({ executed, executableFrom }) => !executed && epoch <= executableFrom + executableEpochs).slice(0, looksPerTurn);
    const found = new Map(this.#kept.proposals.map((proposal) => [proposal.id, proposal]));
    for (const { id } of open) {
      const now = await ledger.proposal(id, signal);
      if (now) found.set(id, now);
    }
    let { next } = this.#kept;
    for (let looks = 0; looks < looksPerTurn; looks++) {
      const one = await ledger.proposal(next, signal);
      if (one) found.set(next, one);
      else if (next >= this.#heard) break;
      next++;
    }
    const proposals = [...found.values()].sort((a, b) => b.id - a.id).slice(0, proposalsMax);
    this.#kept = { at: this.#o.wall(), next, proposals };
    this.#o.book.setNote('proposals', this.#kept);
    this.#wanted = next <= this.#heard;
    this.#lookedIn = epoch;
    this.#o.onChange();
  }
}

/** docs/proofs.md §9.2 */
export const executableEpochs = 720;
