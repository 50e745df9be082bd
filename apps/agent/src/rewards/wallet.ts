import { randomUUID } from 'node:crypto';
import { RewardsRefused } from '../ports.ts';
import type { Memo, MovementRow, RewardBook, SubmissionRow } from '../reward-book.ts';
import { type AccountNow, ChainAway, type Cosign, type EventPosition, type PayoutJudged, type WalletChain, type WithdrawPlanned } from '../reward-ports.ts';
import type { Submitter } from './submitter.ts';

/** The sealed file (implemented by the wallet package's keystore, under the node's own secret). */
export interface Vault {
  readonly state: VaultState;
  create(): Promise<void>;
  /** To one viewer only. */
  phrase(viewer: string): Promise<readonly string[]>;
  confirm(words: readonly string[]): Promise<boolean>;
  restore(phrase: string, abandon: string | undefined): Promise<void>;
  startOver(abandon: string): Promise<void>;
}
export type VaultState =
  | { readonly at: 'none' }
  | { readonly at: 'unconfirmed'; readonly address: string; readonly shown: boolean; readonly ask: readonly number[]; readonly words: number }
  | { readonly at: 'confirmed'; readonly address: string }
  | { readonly at: 'damaged'; readonly why: string };

/** What people type, judged without the ledger. */
export interface WalletInput {
  /** Stroops; undefined: no amount. */
  amount(text: string): bigint | undefined;
  isPayout(address: string): boolean;
  /** SEP-7. Throws RangeError. */
  link(of: { readonly address: string; readonly amount?: bigint | undefined; readonly memo?: Memo | undefined }): string;
}

export interface WalletOptions {
  readonly vault: Vault;
  readonly input: WalletInput;
  readonly book: Pick<RewardBook, 'note' | 'setNote' | 'addMovements' | 'movements' | 'submissions'>;
  /** Undefined: no way to the ledger is known, or there is no wallet. */
  readonly chain: () => Promise<(WalletChain & { account(signal: AbortSignal): Promise<AccountNow> }) | undefined>;
  readonly cosign: Cosign;
  readonly submitter: Pick<Submitter, 'take' | 'hold'>;
  readonly wall: () => number;
  readonly onChange: () => void;
}

interface MovementMarks {
  readonly position?: EventPosition;
  readonly at?: number;
  /** Nothing before is known. */
  readonly since?: number;
}

/** Plans that were shown and not confirmed. */
const plansMax = 8;
/** A page waits so long for the ledger. */
const answerMs = 15_000;
/** A plan is valid for three minutes of the ledger's time; so long nothing else takes its sequence number. */
const planMs = 180_000;
const busy = (): RewardsRefused => new RewardsRefused('wallet', 'Another transaction of this wallet is under way. Try again in a minute.');
const pagesPerTurn = 4;
const movementsShown = 500;
const withdrawalsShown = 100;

/** The node's own wallet: made here, written down by its operator, and never able to pay twice. */
export class Wallet {
  readonly #o: WalletOptions;
  readonly #plans = new Map<string, Extract<WithdrawPlanned, { ok: true }>>();
  #account: { readonly now: AccountNow; readonly at: number } | undefined;
  #unreachable: string | undefined;

  constructor(options: WalletOptions) {
    this.#o = options;
    this.#account = options.book.note('account');
  }

  get vault(): VaultState {
    return this.#o.vault.state;
  }
  get address(): string | undefined {
    const { state } = this.#o.vault;
    return state.at === 'unconfirmed' || state.at === 'confirmed' ? state.address : undefined;
  }
  get account(): { readonly now: AccountNow; readonly at: number } | undefined {
    return this.address === undefined ? undefined : this.#account;
  }
  get unreachable(): string | undefined {
    return this.#unreachable;
  }
  /** Where the operator wants rewards to go; undefined: nothing was said. */
  get payoutWanted(): string | undefined {
    const wanted = this.#o.book.note<string>('payout');
    return wanted === 'own' ? this.address : wanted;
  }

  /** Rewards are to go to this wallet, whether or not it is there yet. */
  get ownWanted(): boolean {
    return this.#o.book.note<string>('payout') === 'own';
  }

  async create(): Promise<void> {
    await this.#vaultDoes((vault) => vault.create());
  }
  phrase(viewer: string): Promise<readonly string[]> {
    return this.#vaultDoes((vault) => vault.phrase(viewer));
  }
  confirm(words: readonly string[]): Promise<boolean> {
    return this.#vaultDoes((vault) => vault.confirm(words));
  }
  async restore(phrase: string, abandon: string | undefined): Promise<void> {
    await this.#vaultDoes((vault) => vault.restore(phrase, abandon));
    this.#forgetAccount();
  }
  async startOver(abandon: string): Promise<void> {
    await this.#vaultDoes((vault) => vault.startOver(abandon));
    this.#forgetAccount();
  }

  /** Balance and movements, read again. Rejects with ChainAway. */
  async turn(signal: AbortSignal): Promise<void> {
    const { address } = this;
    if (address === undefined) return;
    try {
      const chain = await this.#o.chain();
      if (!chain) return;
      const now = await chain.account(signal);
      this.#account = { now, at: this.#o.wall() };
      this.#o.book.setNote('account', this.#account);
      if (now.exists) await this.#readMovements(chain, address, signal);
      this.#unreachable = undefined;
    } catch (error) {
      if (!(error instanceof ChainAway)) throw error;
      this.#unreachable = error.message;
      throw error;
    } finally {
      this.#o.onChange();
    }
  }

  history(): { readonly movements: readonly MovementRow[]; readonly readAt: number | undefined; readonly since: number | undefined } {
    const { address } = this;
    const marks = address === undefined ? undefined : this.#marks(address);
    return { movements: address === undefined ? [] : this.#o.book.movements(address, movementsShown), readAt: marks?.at, since: marks?.since };
  }

  receive({ amount, memo }: { readonly amount?: string | undefined; readonly memo?: Memo | undefined }): { address: string; link: string } {
    const address = this.#expectAddress();
    const stroops = amount === undefined || amount.trim() === '' ? undefined : this.#amount(amount);
    try {
      return { address, link: this.#o.input.link({ address, amount: stroops, memo }) };
    } catch (error) {
      throw new RewardsRefused('bad-input', (error as Error).message);
    }
  }

  /** `amount` as people write it, or "all". */
  async prepareWithdraw(wish: {
    readonly to: string;
    readonly amount: string;
    readonly memo: Memo;
    readonly create: boolean;
  }): Promise<WithdrawPlanned & { id?: string }> {
    this.#expectAddress();
    const amount = wish.amount.trim() === 'all' ? 'all' : this.#o.input.amount(wish.amount);
    if (amount === undefined) return { ok: false, refused: 'amount' };
    if (!this.#o.submitter.hold(planMs)) throw busy();
    const plan = await this.#asking((chain, signal) => chain.plan({ ...wish, amount }, signal));
    if (!plan.ok) return plan;
    const id = randomUUID();
    this.#plans.set(id, plan);
    for (const old of this.#plans.keys()) if (this.#plans.size > plansMax) this.#plans.delete(old);
    return { ...plan, id };
  }

  /** Once for each plan. Durable when it resolves; the rest is the submitter's. */
  async withdraw(id: string): Promise<SubmissionRow> {
    const plan = this.#plans.get(id);
    if (!plan) throw new RewardsRefused('no-such', 'This withdrawal was sent already, or was prepared too long ago. Prepare it again.');
    this.#plans.delete(id);
    const draft = await this.#asking((chain) => chain.sign(plan.plan));
    const row = this.#o.submitter.take({ kind: 'withdraw', to: plan.to, amount: plan.amount, memo: plan.memo }, draft);
    if (!row) throw busy();
    return row;
  }

  withdrawals(): SubmissionRow[] {
    return this.#o.book.submissions('withdraw', withdrawalsShown);
  }

  /** "own" or an address; kept only when it can be paid. */
  async setPayout(wanted: string): Promise<PayoutJudged> {
    const address = wanted === 'own' ? this.#expectAddress() : wanted.trim();
    if (!this.#o.input.isPayout(address)) return { ok: false, refused: 'destination' };
    let judged: PayoutJudged;
    try {
      judged = await this.#asking((chain, signal) => chain.judgePayout(address, signal));
    } catch (error) {
      if (!(error instanceof RewardsRefused)) throw error;
      judged = { ok: true, warning: 'not-checked' };
    }
    if (judged.ok) this.choosePayout(wanted === 'own' ? 'own' : address);
    return judged;
  }

  choosePayout(wanted: string): void {
    this.#o.book.setNote('payout', wanted);
    this.#o.onChange();
  }

  /** The hub's transaction that makes this wallet's account, signed; undefined: it is something else. */
  async cosign(address: string, unsigned: unknown): Promise<{ readonly hash: string; readonly envelope: string } | undefined> {
    return address === this.address ? this.#o.cosign(unsigned) : undefined;
  }

  async #readMovements(chain: WalletChain, address: string, signal: AbortSignal): Promise<void> {
    for (let pages = 0; pages < pagesPerTurn; pages++) {
      const marks = this.#marks(address);
      const page = await chain.movements(marks.position ?? { ledger: 1 }, signal);
      if (page.kind === 'ahead') throw new ChainAway('The ledger server knows less than was read here before: it is behind, or of another network.');
      const at = this.#o.wall();
      if (page.kind === 'gap') {
        this.#mark(address, { ...marks, position: { ledger: page.oldest }, since: page.oldestAt ?? at });
        continue;
      }
      this.#o.book.addMovements(address, page.movements);
      this.#mark(address, { ...marks, position: { cursor: page.next }, at });
      if (page.upToDate) return;
    }
  }

  #marks(address: string): MovementMarks {
    return this.#o.book.note(`movements.${address}`) ?? {};
  }
  #mark(address: string, marks: MovementMarks): void {
    this.#o.book.setNote(`movements.${address}`, marks);
  }

  #forgetAccount(): void {
    this.#account = undefined;
    this.#plans.clear();
    this.#o.book.setNote('account', null);
    this.#o.onChange();
  }

  #amount(text: string): bigint {
    const stroops = this.#o.input.amount(text);
    if (stroops === undefined) throw new RewardsRefused('bad-input', 'Write the amount in XLM, such as 12.5.');
    return stroops;
  }

  #expectAddress(): string {
    const { address } = this;
    if (address === undefined) throw new RewardsRefused('no-wallet', 'There is no wallet on this node yet.');
    return address;
  }

  async #vaultDoes<T>(work: (vault: Vault) => Promise<T>): Promise<T> {
    try {
      return await work(this.#o.vault);
    } finally {
      this.#o.onChange();
    }
  }

  async #asking<T>(work: (chain: WalletChain, signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      const chain = await this.#o.chain();
      if (chain) return await work(chain, AbortSignal.timeout(answerMs));
    } catch (error) {
      if (error instanceof ChainAway || (error as Error).name === 'TimeoutError')
        throw new RewardsRefused('unreachable', `The ledger cannot be asked now: ${(error as Error).message}`);
      throw error;
    }
    throw new RewardsRefused('unreachable', 'No way to the ledger is known on this node.');
  }
}
