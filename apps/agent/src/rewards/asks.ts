import type { RewardTerms } from '@energymesh/identity';
import { changeHash, type Params, paramNames, proposeMessage, registerMessage, unfitParams, voteMessage } from '@energymesh/protocol';
import { RewardsRefused } from '../ports.ts';
import type { Errand, RewardBook } from '../reward-book.ts';
import type { Errands } from './errands.ts';
import { reckon } from './hour.ts';
import type { HourKeeper } from './keeper.ts';
import type { RuleBook } from './rule-book.ts';
import { domainOf, sha256 } from './terms.ts';
import type { Wallet } from './wallet.ts';

/** A refused wish is wished again after a day. */
const againEpochs = 24;

export interface AsksOptions {
  readonly terms: RewardTerms;
  readonly node: Uint8Array;
  readonly sign: (data: Uint8Array) => Uint8Array;
  readonly book: Pick<RewardBook, 'note' | 'setNote'>;
  readonly rules: Pick<RuleBook, 'standing' | 'params' | 'paramsBy'>;
  readonly errands: Pick<Errands, 'get' | 'put'>;
  readonly wallet: Pick<Wallet, 'payoutWanted' | 'address' | 'account' | 'vault' | 'create' | 'ownWanted'>;
  readonly keeper: Pick<HourKeeper, 'open' | 'record' | 'replace' | 'circumstances'>;
  readonly epoch: () => number | undefined;
  readonly wall: () => number;
}

/** What this node says under its own key, beside proofs: where to pay, what it proposes, how it votes; and what it asks of people. Throws RewardsRefused. */
export class Asks {
  readonly #o: AsksOptions;

  constructor(options: AsksOptions) {
    this.#o = options;
  }

  /** What the node wants by itself: a wallet, to be registered with the address that is wished for, an account to be paid into. */
  async turn(): Promise<void> {
    const { wallet } = this.#o;
    if (wallet.ownWanted && wallet.vault.at === 'none') await wallet.create();
    this.#register();
    this.#wantAccount();
  }

  vote(proposal: number, yes: boolean): string {
    this.#expectRegistered();
    const { terms, node, sign, errands } = this.#o;
    const signature = hex(sign(voteMessage(domainOf(terms), node, proposal, yes)));
    return errands.put({ kind: 'vote', proposal, yes, signature }).id;
  }

  /** Parameters that are to change; the others stay. */
  propose(changes: Readonly<Record<string, number>>): string {
    this.#expectRegistered();
    const { terms, node, sign, epoch, rules, errands } = this.#o;
    if (rules.paramsBy === undefined) throw new RewardsRefused('unreachable', 'The rule in force is not known here yet, and a proposal names all of it.');
    const params: Params = { ...rules.params(epoch() ?? 0), ...changes };
    const unfit = [...Object.keys(changes).filter((name) => !(paramNames as readonly string[]).includes(name)), ...unfitParams(params)];
    if (unfit.length > 0) throw new RewardsRefused('bad-input', `Out of bounds, or no parameters: ${unfit.join(', ')}.`);
    const nonce = this.#nonce();
    const signature = hex(sign(proposeMessage(domainOf(terms), node, nonce, changeHash(sha256, { params }))));
    return errands.put({ kind: 'propose', nonce, params, signature }).id;
  }

  appeal(epoch: number, text: string): string {
    const { keeper, errands } = this.#o;
    const record = keeper.record(epoch);
    if (!record) throw new RewardsRefused('no-such', 'Nothing is known of this hour.');
    const { id } = errands.put({ kind: 'appeal', epoch, text });
    keeper.replace({ ...record, appeal: { text } });
    return id;
  }

  sponsor(): string {
    const { wallet, errands } = this.#o;
    if (wallet.address === undefined) throw new RewardsRefused('no-wallet', 'There is no wallet on this node yet.');
    return errands.put({ kind: 'sponsor', address: wallet.address }).id;
  }

  /** Until the contract has the address that is wished for. */
  #register(): void {
    const { errands, rules, wallet, terms, node, sign } = this.#o;
    const payout = wallet.payoutWanted;
    const { standing } = rules;
    if (payout === undefined || (standing?.registered && standing.payout === payout)) return;
    const asked = errands.get('register');
    if (asked?.what.kind === 'register' && asked.what.payout === payout && !this.#isInVain(asked)) return;
    const nonce = this.#nonce();
    errands.put({ kind: 'register', payout, nonce, signature: hex(sign(registerMessage(domainOf(terms), { node, nonce, payout }))) });
  }

  /** Refused for a nonce that a lost card had used; or done, and the contract has another address all the same. */
  #isInVain({ state, why, at: put, answeredAt: at = put }: Errand): boolean {
    if (state === 'refused') return (why?.includes('NonceUsed') && this.#o.wall() > at + this.#epochMs / 4) || this.#isOld(at);
    const { standing } = this.#o.rules;
    return state === 'done' && standing?.by === 'ledger' && standing.at > at + 2 * this.#epochMs;
  }

  /** The contract cannot pay less than 1 XLM to an account that is not there: the hub makes it, once there is something to pay. */
  #wantAccount(): void {
    const { wallet, keeper, errands } = this.#o;
    const { address } = wallet;
    if (address === undefined || wallet.payoutWanted !== address || wallet.account?.now.exists) return;
    const asked = errands.get('sponsor');
    if (asked && !(asked.state === 'refused' && this.#isOld(asked.answeredAt ?? asked.at)) && asked.what.kind === 'sponsor' && asked.what.address === address)
      return;
    const of = keeper.circumstances();
    const missing = wallet.account?.now.exists === false;
    if (of && keeper.open.some((record) => record.why?.includes('PaymentFailed') || (missing && record.proved && (reckon(record, of)?.gross ?? 0n) > 0n)))
      this.sponsor();
  }

  #isOld(at: number): boolean {
    return this.#o.wall() > at + againEpochs * this.#epochMs;
  }

  get #epochMs(): number {
    return this.#o.terms.epochSeconds * 1000;
  }

  /** Rises over restarts and restored cards: the time in seconds. */
  #nonce(): number {
    const { book, rules, wall } = this.#o;
    const last = Math.max(book.note<number>('nonce') ?? 0, rules.standing?.nonce ?? 0);
    const nonce = Math.max(last + 1, Math.floor(wall() / 1000));
    book.setNote('nonce', nonce);
    return nonce;
  }

  #expectRegistered(): void {
    if (this.#o.rules.standing?.registered !== true)
      throw new RewardsRefused('not-registered', 'This node is not registered with the contract yet: only registered nodes propose and vote.');
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
