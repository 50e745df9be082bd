import { chainValue, defaultParams, type Params } from '@energymesh/protocol';
import type { By, ChainValueRow, RewardBook } from '../reward-book.ts';
import type { NodeStanding } from '../reward-ports.ts';
import type { ChainValue, Circumstances } from './hour.ts';
import { sha256 } from './terms.ts';

export interface ParamsFrom {
  /** Holds for epochs from this one on. */
  readonly from: number;
  readonly params: Params;
}
export interface Standing {
  readonly by: By;
  /** Unix milliseconds. */
  readonly at: number;
  readonly registered: boolean;
  /** Epoch of the registration. */
  readonly since?: number | undefined;
  readonly payout?: string | undefined;
  readonly nonce?: number | undefined;
  readonly probationFrom?: number | undefined;
  /** As the hub says it. */
  readonly probationUntil?: number | undefined;
  readonly caught?: number | undefined;
}

/** Sets of parameters that are kept: two are a day apart at least. */
const setsMax = 64;
const vouchersMax = 4096;
/** Hashes from a published value back to an earlier one: a fortnight, longer than any hour waits. */
const stepsMax = 400;

interface Vouchers {
  /** The hub has named all that there are: who is missing is none. */
  readonly all: boolean;
  /** Node ids. */
  readonly nodes: readonly string[];
}
/** docs/protocol.md §2.1 */
const nodeIdOf = (publicKey: string): string => Buffer.from(sha256(Buffer.from(publicKey, 'hex'))).toString('hex', 0, 8);

type Kept = Pick<RewardBook, 'note' | 'setNote' | 'saveValues' | 'valueFrom'>;

/** What this node knows of the rule, of how it stands with the contract, and of the hub's chain: from the ledger where it can be asked, else from the hub. */
export class RuleBook {
  readonly #book: Kept;
  readonly #values = new Map<number, ChainValue>();
  #params: readonly ParamsFrom[];
  #paramsBy: By | undefined;
  #standing: Standing | undefined;
  #vouchers: Vouchers;

  constructor(book: Kept) {
    this.#book = book;
    const kept = book.note<{ by: By; sets: ParamsFrom[] }>('params');
    this.#params = kept?.sets ?? [];
    this.#paramsBy = kept?.by;
    this.#standing = book.note<Standing>('standing');
    this.#vouchers = book.note<Vouchers>('vouchers') ?? { all: false, nodes: [] };
  }

  /** Undefined: nobody has told; the first rule of all is assumed. */
  get paramsBy(): By | undefined {
    return this.#paramsBy;
  }
  get standing(): Standing | undefined {
    return this.#standing;
  }

  params(epoch: number): Params {
    return this.#params.findLast(({ from }) => from <= epoch)?.params ?? this.#params[0]?.params ?? defaultParams;
  }

  onProbation(epoch: number): boolean {
    const { probationFrom, probationUntil } = this.#standing ?? {};
    if (probationFrom !== undefined) return epoch < probationFrom + this.params(epoch).probationEpochs;
    // Who is not registered yet begins with it.
    return probationUntil === undefined ? true : epoch < probationUntil;
  }

  /** Whether the contract takes this key's receipts: a registered node's. Undefined: nobody here knows. */
  mayVouch(next: string): boolean | undefined {
    if (this.#vouchers.nodes.includes(nodeIdOf(next))) return true;
    return this.#vouchers.all ? false : undefined;
  }

  value(epoch: number): ChainValue | undefined {
    const known = this.#values.get(epoch);
    if (known) return known;
    const row = this.#book.valueFrom(epoch);
    if (!row || row.epoch - epoch > stepsMax) return undefined;
    const value = chainValue(sha256, { epoch: row.epoch, value: Buffer.from(row.value, 'hex') }, epoch);
    const found = { value, drawn: row.drawn };
    if (this.#values.size >= 1024) this.#values.clear();
    this.#values.set(epoch, found);
    return found;
  }

  learnParams(by: By, set: ParamsFrom): void {
    if (this.#paramsBy === 'ledger' && by === 'hub') return;
    const others = by === this.#paramsBy ? this.#params.filter(({ from }) => from !== set.from) : [];
    const known = others.findLast(({ from }) => from < set.from);
    // The same rule as before: nothing begins with this epoch.
    const sets = known && same(known.params, set.params) ? others : [...others, set].sort((a, b) => a.from - b.from).slice(-setsMax);
    if (by === this.#paramsBy && same(sets, this.#params)) return;
    this.#params = sets;
    this.#paramsBy = by;
    this.#book.setNote('params', { by, sets });
  }

  /** Of the hub, which the ledger's word stands above: but for a nonce that the ledger was not asked about since. */
  hearStanding(standing: Standing): void {
    const known = this.#standing;
    if (known?.by !== 'ledger') this.learnStanding(standing);
    else if ((standing.nonce ?? 0) > (known.nonce ?? 0)) this.learnStanding({ ...known, nonce: standing.nonce });
  }

  learnStanding(standing: Standing): void {
    const { at: _, ...was } = this.#standing ?? { at: 0 };
    const { at: __, ...is } = standing;
    this.#standing = standing;
    if (!same(was, is)) this.#book.setNote('standing', standing);
  }

  static standingOf(node: NodeStanding | undefined, at: number): Standing {
    if (!node) return { by: 'ledger', at, registered: false };
    const { payout, nonce, registered, probationFrom, caught } = node;
    return { by: 'ledger', at, registered: true, since: registered, payout, nonce, probationFrom, caught };
  }

  /** A public key that the ledger knows. */
  learnVoucher(next: string): void {
    const node = nodeIdOf(next);
    const { nodes } = this.#vouchers;
    if (nodes.includes(node) || nodes.length >= vouchersMax) return;
    this.#keepVouchers({ ...this.#vouchers, nodes: [...nodes, node] });
  }

  /** All of them, as the hub says. */
  learnVouchers(nodes: readonly string[]): void {
    const all = [...new Set([...this.#vouchers.nodes, ...nodes])].slice(0, vouchersMax);
    if (!this.#vouchers.all || all.length > this.#vouchers.nodes.length) this.#keepVouchers({ all: true, nodes: all });
  }

  #keepVouchers(vouchers: Vouchers): void {
    this.#vouchers = vouchers;
    this.#book.setNote('vouchers', vouchers);
  }

  learnValues(rows: readonly ChainValueRow[]): void {
    this.#book.saveValues(rows);
    // A value that was not there may be derived now.
    this.#values.clear();
  }

  circumstances(epoch: number, node: Uint8Array, blind: boolean): Circumstances {
    return { epoch, node, blind, params: (of) => this.params(of), onProbation: (of) => this.onProbation(of), value: (of) => this.value(of) };
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
