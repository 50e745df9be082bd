import type { LedgerCall } from '../reward-book.ts';
import {
  type AccountNow,
  type CallRefused,
  type Chain,
  ChainAway,
  type Draft,
  type PayoutJudged,
  type SubmissionNow,
  type WalletChain,
  type WithdrawPlanned,
  type WithdrawWish,
} from '../reward-ports.ts';
import type { Step } from '../reward-world.fixture.ts';
import type { ToyContract } from './contract.fixture.ts';

interface Sent {
  readonly call: LedgerCall | { readonly name: 'pay'; readonly to: string; readonly amount: string };
  readonly sequence: number;
  readonly tx: string;
  readonly sent: boolean;
}

/** Accounts on the ledger, by contract: they outlive the node. */
const accounts = new WeakMap<ToyContract, { sequence: number; balance: bigint; exists: boolean; included: Map<string, string> }>();

/** The node's own account over the toy contract: a transaction is included when it is sent, and its sequence number is used then. */
export class ToyChain implements Chain, WalletChain {
  readonly #contract: ToyContract;
  readonly #step: Step;

  constructor(contract: ToyContract, step: Step = () => {}) {
    this.#contract = contract;
    this.#step = step;
    if (!accounts.has(contract)) accounts.set(contract, { sequence: 1, balance: 100_000_000n, exists: true, included: new Map() });
  }

  get ledger(): { sequence: number; balance: bigint; exists: boolean; included: Map<string, string> } {
    return accounts.get(this.#contract)!;
  }

  async account(): Promise<AccountNow> {
    this.#expectUp();
    const { balance, exists } = this.ledger;
    return { exists, balance: balance.toString(), spendable: (balance - 10_000_000n).toString(), reserve: '10000000', memoRequired: false };
  }

  async prepare(call: LedgerCall): Promise<Draft | CallRefused> {
    this.#expectUp();
    const refused = this.#contract.try(call);
    if (refused) return { refused, verdict: /^Already/.test(refused) ? 'done' : 'later' };
    return this.#draft(call);
  }

  async advance(content: unknown, save: (content: unknown) => void): Promise<SubmissionNow> {
    const submission = content as Sent;
    const { ledger } = this;
    const fate = ledger.included.get(submission.tx);
    if (fate !== undefined) return fate === 'ok' ? { state: 'confirmed', content, fee: '100' } : { state: 'failed', content, fee: '100', why: fate };
    if (ledger.sequence >= submission.sequence) return { state: 'dead', content, why: 'sequence-taken' };
    this.#expectUp();
    const sent = { ...submission, sent: true };
    save(sent);
    this.#step('transaction');
    ledger.sequence = submission.sequence;
    ledger.balance -= 100n;
    ledger.included.set(submission.tx, this.#run(submission.call) ?? 'ok');
    return { state: 'open', content: sent };
  }

  async plan({ to, amount, memo }: WithdrawWish): Promise<WithdrawPlanned> {
    this.#expectUp();
    const max = this.ledger.balance - 10_000_100n;
    const wanted = amount === 'all' ? max : amount;
    if (wanted > max) return { ok: false, refused: 'insufficient', max: max.toString(), feeMax: '100' };
    const figures = { amount: wanted.toString(), feeLikely: '100', feeMax: '100', left: (this.ledger.balance - wanted - 100n).toString() };
    return { ok: true, kind: 'payment', to, memo, ...figures, validUntil: 9e12, plan: { to, amount: wanted.toString() } };
  }

  async sign(plan: unknown): Promise<Draft> {
    return this.#draft({ name: 'pay', ...(plan as { to: string; amount: string }) });
  }

  async judgePayout(address: string): Promise<PayoutJudged> {
    this.#expectUp();
    return address.startsWith('M') ? { ok: false, refused: 'muxed' } : { ok: true };
  }

  async movements(): Promise<Extract<Awaited<ReturnType<WalletChain['movements']>>, { kind: 'page' }>> {
    this.#expectUp();
    return { kind: 'page', movements: [], next: '0', upToDate: true };
  }

  #draft(call: Sent['call']): Draft {
    const sequence = this.ledger.sequence + 1;
    const tx = Buffer.from(`${sequence} ${JSON.stringify(call)}`)
      .toString('hex')
      .slice(0, 64)
      .padEnd(64, '0');
    return { content: { call, sequence, tx, sent: false } satisfies Sent, tx, feeMax: '100' };
  }

  #run(call: Sent['call']): string | undefined {
    if (call.name !== 'pay') return this.#contract.bring(call);
    this.ledger.balance -= BigInt(call.amount);
    return undefined;
  }

  #expectUp(): void {
    if (this.#contract.away) throw new ChainAway('No answer.');
  }
}
