import { createHash } from 'node:crypto';
import type { RewardTerms } from '@energymesh/identity';
import {
  chainValue,
  decodeOpening,
  defaultParams,
  isWireError,
  type Params,
  proofMessage,
  registerMessage,
  revealFault,
  rewardOf,
  sampleIndexes,
  seedOf,
  strictly,
} from '@energymesh/protocol';
import { plainVerify } from '../key.fixture.ts';
import type { LedgerCall, LedgerProof } from '../reward-book.ts';
import { ChainAway, type EventPosition, type Ledger, type LedgerEvent, type LedgerHour, type LedgerPage, type NodeStanding } from '../reward-ports.ts';
import { domainOf, sha256 } from './terms.ts';

interface Hour {
  readonly proof: LedgerProof;
  readonly accepted: number;
  attested?: { uptimeBp: number; latencyUs: number; earning: number; onProbation: boolean };
  gross: bigint;
  challenged?: number;
  revealed: boolean;
  forfeited: boolean;
  paid?: bigint;
}

type Told = LedgerEvent extends infer E ? (E extends LedgerEvent ? Omit<E, 'id' | 'ledger' | 'at' | 'tx'> : never) : never;

/** The incentive contract as far as one node meets it, by docs/proofs.md, without budget and votes. The real one is tried in stellar.test.ts. */
export class ToyContract {
  readonly terms: RewardTerms;
  params: Params;
  readonly members = new Set<string>();
  readonly hours = new Map<number, Hour>();
  readonly calls: string[] = [];
  /** Those that changed something. */
  readonly done: string[] = [];
  node: (NodeStanding & { readonly key: string }) | undefined;
  payouts = 0n;
  away = false;
  /** The server answers, but not about single hours. */
  hoursAway = false;
  readonly #wall: () => number;
  readonly #events: { stream: 'own' | 'common'; event: LedgerEvent }[] = [];
  readonly #values = new Map<number, { value: Uint8Array; drawn: boolean; known: number }>();
  /** Events before this one were forgotten. */
  #oldest = 0;

  constructor(terms: RewardTerms, wall: () => number, params: Partial<Params> = {}) {
    this.terms = terms;
    this.#wall = wall;
    this.params = { ...defaultParams, probationEpochs: 0, auditBp: 0, ...params };
  }

  get epoch(): number {
    return Math.floor(this.#wall() / 1000 / this.terms.epochSeconds);
  }

  /** The hub's secret chain: value of any epoch. */
  static value(epoch: number): Uint8Array {
    const block = Math.ceil(epoch / 4096) * 4096;
    return chainValue(sha256, { epoch: block, value: sha256(Buffer.from(`chain ${block}`)) }, epoch);
  }

  join(...keys: string[]): void {
    for (const node of keys) {
      this.members.add(node);
      this.#tell('common', { name: 'member', node });
    }
  }

  register(node: Uint8Array, payout: string, nonce: number, signature: string): string | undefined {
    const key = Buffer.from(node).toString('hex');
    if (!plainVerify(node, registerMessage(domainOf(this.terms), { node, nonce, payout }), Buffer.from(signature, 'hex'))) return 'BadSignature';
    if (this.node && nonce <= this.node.nonce) return 'NonceUsed';
    const first = !this.node;
    this.node = {
      key,
      payout,
      nonce,
      registered: this.node?.registered ?? this.epoch,
      probationFrom: this.node?.probationFrom ?? this.epoch,
      caught: this.node?.caught ?? 0,
    };
    if (first) this.join(key);
    this.#tell('own', { name: first ? 'registered' : 'payout', payout });
    return undefined;
  }

  /** By whoever: as the hub's word would have done. */
  admit(node: Uint8Array, payout: string): void {
    this.node = { key: Buffer.from(node).toString('hex'), payout, nonce: 0, registered: this.epoch, probationFrom: this.epoch, caught: 0 };
    this.join(this.node.key);
  }

  /** What a call would be refused for. */
  try(call: LedgerCall): string | undefined {
    if (call.name === 'submit') return call.proofs.every(({ epoch }) => this.hours.has(epoch)) ? 'AlreadyProved' : undefined;
    if (call.name === 'reveal') return this.hours.get(call.epoch)?.revealed ? 'AlreadyCleared' : this.seed(call.epoch) ? undefined : 'SeedUnknown';
    if (call.name !== 'claim') return undefined;
    const due = call.epochs.map((epoch) => this.hours.get(epoch));
    if (due.some((hour) => hour?.paid !== undefined)) return 'AlreadyPaid';
    return due.every((hour) => hour && this.seed(hour.proof.epoch) && this.epoch >= hour.accepted + this.params.settleEpochs) ? undefined : 'NotSettled';
  }

  /** As a transaction would; the error's name. */
  bring(call: LedgerCall): string | undefined {
    switch (call.name) {
      case 'submit': {
        const refused = call.proofs.map((proof) => this.submit(proof));
        for (const { epoch } of call.proofs) this.attest(epoch);
        return refused.every((one) => one !== undefined) ? refused[0] : undefined;
      }
      case 'reveal':
        return this.reveal(
          call.epoch,
          call.openings.map((hex) => Buffer.from(hex, 'hex')),
        );
      case 'claim': {
        const paid = this.claim(call.epochs);
        return typeof paid === 'string' ? paid : undefined;
      }
      case 'register':
        return this.register(Buffer.from(this.node!.key, 'hex'), call.payout, call.nonce, call.signature);
      default:
        return undefined;
    }
  }

  submit(proof: LedgerProof): string | undefined {
    this.calls.push(`submit ${proof.epoch}`);
    if (!this.node) return 'NotRegistered';
    const node = Buffer.from(this.node.key, 'hex');
    const claim = { node, packetCount: proof.packetCount, timestamp: proof.timestamp, merkleRoot: Buffer.from(proof.root, 'hex') };
    if (!strictly(plainVerify)(node, proofMessage(domainOf(this.terms), claim), Buffer.from(proof.signature, 'hex'))) return 'BadSignature';
    if (proof.epoch >= this.epoch) return 'NotOver';
    if (proof.epoch + 168 < this.epoch) return 'TooOld';
    if (this.hours.has(proof.epoch)) return 'AlreadyProved';
    this.done.push(`submit ${proof.epoch}`);
    this.hours.set(proof.epoch, { proof, accepted: this.epoch, gross: 0n, revealed: false, forfeited: false });
    this.#tell('own', { name: 'proved', epoch: proof.epoch, packets: proof.packetCount, root: proof.root, accepted: this.epoch });
    return undefined;
  }

  attest(epoch: number, { earning = Number.MAX_SAFE_INTEGER, uptimeBp = 10_000, latencyUs = 50_000 } = {}): string | undefined {
    const hour = this.hours.get(epoch);
    if (!hour) return 'NoProof';
    if (hour.attested) return 'AlreadyAttested';
    const word = { uptimeBp, latencyUs, earning: Math.min(earning, hour.proof.packetCount), onProbation: this.#onProbation(epoch) };
    hour.attested = word;
    const { packets, bp, shareBp, gross } = rewardOf(this.params, { packetCount: hour.proof.packetCount, attested: word, onProbation: word.onProbation });
    hour.gross = gross;
    this.#tell('own', { name: 'attested', epoch, uptimeBp, latencyUs, earning: word.earning, packets, bp, shareBp, gross: gross.toString(), inTime: true });
    return undefined;
  }

  publish(): void {
    const { epoch } = this;
    if (this.#values.has(epoch)) return;
    this.#values.set(epoch, { value: ToyContract.value(epoch), drawn: false, known: epoch });
    this.#tell('common', { name: 'published', epoch, value: Buffer.from(ToyContract.value(epoch)).toString('hex') });
  }

  challenge(epoch: number): void {
    const hour = this.hours.get(epoch);
    if (!hour || hour.challenged !== undefined) return;
    hour.challenged = this.epoch;
    this.#tell('own', { name: 'challenged', epoch });
  }

  reveal(epoch: number, openings: readonly Uint8Array[]): string | undefined {
    this.calls.push(`reveal ${epoch}`);
    const hour = this.hours.get(epoch);
    const seed = this.seed(epoch);
    if (!hour || !this.node) return 'NoProof';
    if (!seed) return 'SeedUnknown';
    if (hour.revealed) return 'AlreadyCleared';
    const { root, packetCount } = hour.proof;
    const indexes = sampleIndexes(sha256, seed, this.params.samples, packetCount);
    if (openings.length !== indexes.length) return 'WrongSamples';
    for (const [i, index] of indexes.entries()) {
      const opening = decodeOpening(openings[i]!);
      if (isWireError(opening)) return 'BadOpening';
      const of = { domain: domainOf(this.terms), relay: Buffer.from(this.node.key, 'hex'), epoch, merkleRoot: Buffer.from(root, 'hex'), packetCount };
      const mayVouch = (next: Uint8Array): boolean =>
        this.members.has(Buffer.from(next).toString('hex')) || Buffer.from(next).toString('hex') === this.terms.hubKey;
      const fault = revealFault({ sha256, verify: strictly(plainVerify) }, { ...of, mayVouch }, opening, index);
      if (fault) return fault;
    }
    hour.revealed = true;
    this.done.push(`reveal ${epoch}`);
    this.#tell('own', { name: 'revealed', epoch });
    return undefined;
  }

  forfeit(epoch: number): void {
    const hour = this.hours.get(epoch)!;
    hour.forfeited = true;
    this.#tell('own', { name: 'forfeited', epoch });
  }

  claim(epochs: readonly number[]): string | bigint {
    this.calls.push(`claim ${epochs.join(' ')}`);
    let sum = 0n;
    const due: { epoch: number; hour: Hour }[] = [];
    for (const epoch of epochs) {
      const hour = this.hours.get(epoch);
      if (!hour) return 'NoProof';
      if (hour.paid !== undefined) return 'AlreadyPaid';
      if (hour.forfeited) return 'Forfeited';
      const seed = this.seed(epoch);
      if (!seed) return 'SeedUnknown';
      if (this.epoch < hour.accepted + (hour.attested ? this.params.settleEpochs : 168)) return 'NotSettled';
      if (this.mustReveal(epoch) && !hour.revealed) return 'MustReveal';
      if (!hour.attested)
        hour.gross = rewardOf(this.params, { packetCount: hour.proof.packetCount, attested: undefined, onProbation: this.#onProbation(epoch) }).gross;
      due.push({ epoch, hour });
      sum += hour.gross;
    }
    for (const { epoch, hour } of due) {
      hour.paid = hour.gross;
      this.done.push(`pay ${epoch}`);
      this.payouts += hour.gross;
      this.#tell('own', { name: 'paid', epoch, amount: hour.gross.toString(), gross: hour.gross.toString(), payout: this.node!.payout });
    }
    return sum;
  }

  seed(epoch: number): Uint8Array | undefined {
    const hour = this.hours.get(epoch);
    const value = hour && this.#values.get(hour.accepted + 1);
    return (
      value && seedOf(sha256, { chainValue: value.value, merkleRoot: Buffer.from(hour.proof.root, 'hex'), node: Buffer.from(this.node!.key, 'hex'), epoch })
    );
  }

  mustReveal(epoch: number): boolean {
    const hour = this.hours.get(epoch)!;
    const audited = createHash('sha256').update(this.seed(epoch)!).update('audit').digest().readUInt32BE(0) % 10_000 < this.params.auditBp;
    return hour.proof.packetCount > 0 && (audited || hour.challenged !== undefined || !hour.attested);
  }

  /** The server forgets all events of before now. */
  forget(): void {
    this.#oldest = this.#events.length;
  }

  /** Another network under the same address. */
  restart(): void {
    this.#events.length = 0;
    this.#oldest = 0;
  }

  ledger(): Ledger {
    const up = <T>(value: () => T): Promise<T> => (this.away ? Promise.reject(new ChainAway('No answer.')) : Promise.resolve(value()));
    return {
      read: (stream, from) => up(() => this.#page(stream, from)),
      standing: () => up(() => this.node),
      params: () => up(() => this.params),
      isMember: (node) => up(() => this.members.has(node)),
      hour: (epoch) => (this.hoursAway ? Promise.reject(new ChainAway('No hours.')) : up(() => this.#view(epoch))),
      earnings: () => up(() => this.node && { proved: this.hours.size, gross: '0', forfeited: '0', paid: this.payouts.toString() }),
      proposal: () => up(() => undefined),
    };
  }

  #page(stream: 'own' | 'common', from: EventPosition): LedgerPage {
    const start = 'cursor' in from ? Number(from.cursor) : from.ledger;
    if (start > this.#events.length + 1) return { kind: 'ahead', newest: this.#events.length };
    if (start < this.#oldest) return { kind: 'gap', oldest: this.#oldest };
    const end = Math.min(this.#events.length, Math.max(start, 1) + 3);
    const events = this.#events.slice(start, end).filter((one) => one.stream === stream);
    return { kind: 'page', events: events.map(({ event }) => event), next: String(Math.max(start, end)), upToDate: end >= this.#events.length, unread: 0 };
  }

  #view(epoch: number): LedgerHour | undefined {
    const hour = this.hours.get(epoch);
    if (!hour) return undefined;
    const { proof, accepted, attested, gross, challenged, paid, revealed, forfeited } = hour;
    const status = paid !== undefined ? 'paid' : forfeited ? 'forfeited' : revealed ? 'cleared' : 'open';
    return {
      ...{ packets: proof.packetCount, root: proof.root, accepted, status, gross: gross.toString() },
      ...(attested && { attested: { ...attested, inTime: true } }),
      ...(challenged !== undefined && { challenged }),
      ...(paid !== undefined && { paid: paid.toString() }),
    };
  }

  #onProbation(epoch: number): boolean {
    return epoch < this.node!.probationFrom + this.params.probationEpochs;
  }

  #tell(stream: 'own' | 'common', told: Told): void {
    const n = this.#events.length;
    const place = { id: String(n).padStart(10, '0'), ledger: n, at: this.#wall(), tx: createHash('sha256').update(String(n)).digest('hex') };
    this.#events.push({ stream, event: { ...place, ...told } as LedgerEvent });
  }
}
