import type { About, FromNode } from '@energymesh/rewards';
import { RewardsRefused } from '../ports.ts';
import type { Errand, ErrandWhat, LedgerCall, RewardBook } from '../reward-book.ts';
import { isTime, sentNow } from './patience.ts';

/** Unanswered at once: a page that is left open on a button does not fill the spool. */
const waitingMax = 32;

export interface ErrandsOptions {
  readonly book: Pick<RewardBook, 'saveErrand' | 'errands'>;
  readonly epochSeconds: number;
  readonly send: (message: FromNode) => Promise<void>;
  readonly via: () => 'hub' | 'self' | 'nobody';
  readonly bring: (call: LedgerCall) => boolean;
  /** The contract knows this node. */
  readonly registered: () => boolean;
  readonly wall: () => number;
  readonly onChange: () => void;
}

export interface Answer {
  readonly state: 'taken' | 'done' | 'refused';
  readonly tx?: string | undefined;
  readonly why?: readonly string[] | undefined;
}

/** What was asked of hub or ledger, durable, and asked again until it is answered. */
export class Errands {
  readonly #o: ErrandsOptions;
  readonly #errands: Map<string, Errand>;

  constructor(options: ErrandsOptions) {
    this.#o = options;
    this.#errands = new Map(options.book.errands().map((errand) => [errand.id, errand]));
  }

  /** Newest first. */
  get all(): readonly Errand[] {
    return [...this.#errands.values()].sort((a, b) => b.at - a.at);
  }

  get(id: string): Errand | undefined {
    return this.#errands.get(id);
  }

  /** Takes the place of an earlier one for the same purpose. Throws RewardsRefused when too many wait. */
  put(what: ErrandWhat): Errand {
    const id = idOf(what);
    const waiting = this.all.filter((errand) => isWaiting(errand) && errand.id !== id).length;
    if (waiting >= waitingMax) throw new RewardsRefused('too-many', 'Too much is under way already. Wait until some of it is answered.');
    const errand: Errand = { id, what, state: 'waiting', at: this.#o.wall() };
    this.#save(errand);
    return errand;
  }

  answered(id: string, { state, tx, why }: Answer): void {
    const errand = this.#errands.get(id);
    // What is done stays done, whatever comes late.
    if (!errand || errand.state === 'done' || (errand.state === 'refused' && state !== 'done')) return;
    if (errand.state === state && errand.tx === tx) return;
    const answeredAt = state === 'taken' ? undefined : this.#o.wall();
    this.#save({ ...errand, state, answeredAt, ...(tx !== undefined && { tx }), ...(why && { why }) });
  }

  /** Asks what is due. */
  async turn(): Promise<void> {
    const { via, send, bring, registered, wall, epochSeconds } = this.#o;
    for (const errand of this.all.filter(isWaiting)) {
      const { what, state, sent } = errand;
      if (sent && !isTime({ ...sent, taken: state === 'taken' }, wall(), epochSeconds)) continue;
      // Only the hub's word makes a member.
      const way = what.kind === 'register' && !registered() ? 'hub' : via();
      if (way === 'nobody') continue;
      const call = way === 'self' ? callOf(what) : undefined;
      if (call && !bring(call)) continue;
      if (!call) await send(messageOf(what));
      // Answered, or replaced, while it was on its way into custody.
      if (this.#errands.get(errand.id) !== errand) continue;
      const again = sentNow(sent, { via: call ? 'self' : 'hub', now: wall(), epochSeconds });
      this.#save({ ...errand, state: state === 'taken' ? 'taken' : 'sent', sent: again });
    }
  }

  #save(errand: Errand): void {
    this.#o.book.saveErrand(errand);
    this.#errands.set(errand.id, errand);
    for (const old of this.all.filter((one) => !isWaiting(one)).slice(waitingMax)) this.#errands.delete(old.id);
    this.#o.onChange();
  }
}

const isWaiting = ({ state }: Errand): boolean => state === 'waiting' || state === 'sent' || state === 'taken';

export function idOf(what: ErrandWhat): string {
  switch (what.kind) {
    case 'vote':
      return `vote:${what.proposal}`;
    case 'appeal':
      return `appeal:${what.epoch}`;
    default:
      return what.kind;
  }
}

/** Which errand an answer is about; undefined: it is about an hour, or about one that was replaced. */
export function errandOf(about: About, errands: Pick<Errands, 'get'>): string | undefined {
  switch (about.kind) {
    case 'vote':
      return `vote:${about.proposal}`;
    case 'appeal':
      return `appeal:${about.epoch}`;
    case 'register':
    case 'propose': {
      const what = errands.get(about.kind)?.what;
      return what && 'nonce' in what && what.nonce === about.nonce ? about.kind : undefined;
    }
    case 'sponsor':
      return 'sponsor';
    default:
      return undefined;
  }
}

function messageOf(what: ErrandWhat): FromNode {
  if (what.kind !== 'propose') return what;
  const { params, nonce, signature } = what;
  return { kind: 'propose', nonce, change: { params }, signature };
}

/** Undefined: it is the hub's alone to do. */
function callOf(what: ErrandWhat): LedgerCall | undefined {
  switch (what.kind) {
    case 'register':
      return { name: 'register', payout: what.payout, nonce: what.nonce, signature: what.signature };
    case 'propose':
      return { name: 'propose', nonce: what.nonce, params: what.params, signature: what.signature };
    case 'vote':
      return { name: 'vote', proposal: what.proposal, yes: what.yes, signature: what.signature };
    default:
      return undefined;
  }
}
