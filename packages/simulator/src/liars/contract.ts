import {
  type Attested,
  type ChainLink,
  chainFault,
  epochOf,
  epochsKept,
  isAudited,
  type Opening,
  type Params,
  type Proof,
  payInTime,
  payLate,
  proofMessage,
  type RevealFault,
  revealFault,
  rewardOf,
  type Stroops,
  sampleIndexes,
  seedOf,
  settledAt,
} from '@energymesh/protocol';
import { domain, sha256, verifyStrictly } from './keys.ts';

interface Hour {
  readonly proof: Proof;
  readonly accepted: number;
  attested?: Attested & { readonly inTime: boolean; readonly onProbation: boolean };
  /** Known when it is attested or paid. */
  gross: Stroops;
  challenged?: number;
  revealed: boolean;
  end?: 'paid' | 'forfeited';
  paid: Stroops;
  /** Once the value is known. */
  draw?: Draw;
}
interface Draw {
  readonly seed: Uint8Array;
  readonly audited: boolean;
  readonly byLedger: boolean;
  readonly knownAt: number;
}
interface Node {
  readonly publicKey: Uint8Array;
  probationFrom: number;
  caught: number;
  readonly hours: Map<number, Hour>;
}
interface Value {
  readonly value: Uint8Array;
  /** By the ledger, as the hub was silent. */
  readonly drawn: boolean;
  readonly knownAt: number;
}

/**
 * The incentive contract by docs/proofs.md §5.4 to §7.4, out of the protocol's own functions; without votes, fees and storage. The one that is deployed is
 * contracts/incentive, whose tests hold it to the same functions.
 */
export class Contract {
  /** The epoch in which calls are made. */
  now = 0;
  readonly params: Params;
  readonly #hub: Uint8Array;
  readonly #nodes = new Map<string, Node>();
  readonly #values = new Map<number, Value>();
  #last: ChainLink;
  readonly #totals = new Map<number, { total: Stroops; latePaid: Stroops; paid: Stroops }>();

  constructor(params: Params, hub: Uint8Array, anchor: ChainLink) {
    this.params = params;
    this.#hub = hub;
    this.#last = anchor;
  }

  register(publicKey: Uint8Array): void {
    this.#nodes.set(hex(publicKey), { publicKey, probationFrom: this.now, caught: 0, hours: new Map() });
  }

  isRegistered(publicKey: string): boolean {
    return this.#nodes.has(publicKey);
  }

  submit(proof: Proof): boolean {
    const node = this.#nodes.get(hex(proof.node));
    const epoch = epochOf(proof.timestamp);
    if (!node || epoch >= this.now || epoch + epochsKept < this.now || node.hours.has(epoch)) return false;
    if (!verifyStrictly(proof.node, proofMessage(domain, proof), proof.signature)) return false;
    node.hours.set(epoch, { proof, accepted: this.now, gross: 0n, revealed: false, paid: 0n });
    return true;
  }

  attest(key: string, epoch: number, said: Attested): void {
    const { hour, node } = this.#hour(key, epoch);
    if (hour.attested || hour.end) return;
    const inTime = this.now < settledAt(epoch, this.params.settleEpochs);
    const onProbation = this.#onProbation(node, epoch);
    hour.attested = { ...said, inTime, onProbation };
    hour.gross = rewardOf(this.params, { packetCount: hour.proof.packetCount, attested: said, onProbation }).gross;
    if (inTime) this.#account(epoch).total += hour.gross;
  }

  /** False: refused. */
  publish(link: ChainLink): boolean {
    if (chainFault(sha256, this.#last, link, this.now) !== undefined) return false;
    this.#last = link;
    this.#values.set(link.epoch, { value: link.value, drawn: false, knownAt: this.now });
    return true;
  }

  /** `value`: the ledger's own; whoever wraps the call may have thrown others away. */
  draw(epoch: number, value: Uint8Array): boolean {
    if (this.#values.has(epoch) || this.now < epoch + epochsKept) return false;
    this.#values.set(epoch, { value, drawn: true, knownAt: this.now });
    return true;
  }

  challenge(key: string, epoch: number): void {
    const { hour } = this.#hour(key, epoch);
    if (hour.end || hour.revealed || hour.proof.packetCount === 0) return;
    hour.challenged ??= this.now;
  }

  /** Which packets have to be shown under `value`, or under the one that is known; undefined: none is. */
  samples(key: string, epoch: number, value?: Uint8Array): number[] | undefined {
    const { hour } = this.#hour(key, epoch);
    const seed = value ? this.#seed(hour, epoch, value) : this.#draw(hour, epoch)?.seed;
    return seed && sampleIndexes(sha256, seed, this.params.samples, hour.proof.packetCount);
  }

  isDrawn(key: string, epoch: number): boolean {
    return this.#draw(this.#hour(key, epoch).hour, epoch) !== undefined;
  }

  /** Drawn or challenged: since when; whoever does not show the hour in time loses it. */
  demandedAt(key: string, epoch: number): number | undefined {
    const { hour } = this.#hour(key, epoch);
    const draw = this.#draw(hour, epoch);
    if (!draw || hour.proof.packetCount === 0 || !(draw.audited || hour.challenged !== undefined)) return undefined;
    return Math.max(draw.knownAt, hour.challenged ?? 0);
  }

  /** Demanded, or the price of its pay. */
  mustShow(key: string, epoch: number): boolean {
    const { hour } = this.#hour(key, epoch);
    if (hour.proof.packetCount === 0) return false;
    return !hour.attested || (this.#draw(hour, epoch)?.byLedger ?? false) || this.demandedAt(key, epoch) !== undefined;
  }

  /** The first thing that is wrong with what is shown, for `value` or the one that is known. */
  faultOf(key: string, epoch: number, openings: readonly Opening[], value?: Uint8Array): RevealFault | 'samples' | undefined {
    const { hour, node } = this.#hour(key, epoch);
    const indexes = this.samples(key, epoch, value);
    if (!indexes || openings.length !== indexes.length) return 'samples';
    const { merkleRoot, packetCount } = hour.proof;
    const mayVouch = (next: Uint8Array): boolean => hex(next) === hex(this.#hub) || this.isRegistered(hex(next));
    const of = { domain, relay: node.publicKey, epoch, merkleRoot, packetCount, mayVouch };
    for (const [i, index] of indexes.entries()) {
      const fault = revealFault({ sha256, verify: verifyStrictly }, of, openings[i]!, index);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  reveal(key: string, epoch: number, openings: readonly Opening[]): boolean {
    const { hour } = this.#hour(key, epoch);
    if (hour.end || this.#lost(key, epoch) || this.faultOf(key, epoch, openings) !== undefined) return false;
    hour.revealed = true;
    return true;
  }

  /** Whether the hour was taken. */
  forfeit(key: string, epoch: number): boolean {
    const { hour, node } = this.#hour(key, epoch);
    if (hour.end || hour.revealed || !this.#lost(key, epoch)) return false;
    hour.end = 'forfeited';
    node.caught++;
    node.probationFrom = this.now;
    return true;
  }

  /** Undefined: not yet, or never. */
  claim(key: string, epoch: number): Stroops | undefined {
    const { hour, node } = this.#hour(key, epoch);
    const { attested, accepted, proof } = hour;
    if (hour.end || !this.#draw(hour, epoch) || this.now < accepted + (attested ? this.params.settleEpochs : epochsKept)) return undefined;
    if (this.mustShow(key, epoch) && !hour.revealed) return undefined;
    const account = this.#account(epoch);
    if (!attested)
      hour.gross = rewardOf(this.params, { packetCount: proof.packetCount, attested: undefined, onProbation: this.#onProbation(node, epoch) }).gross;
    const budget = { budget: BigInt(this.params.epochBudget), ...account };
    hour.paid = attested?.inTime ? payInTime(budget, hour.gross) : payLate(budget, hour.gross);
    if (!attested?.inTime) account.latePaid += hour.paid;
    account.paid += hour.paid;
    hour.end = 'paid';
    return hour.paid;
  }

  caught(key: string): number {
    return this.#nodes.get(key)?.caught ?? 0;
  }

  /** Of all epochs. */
  get mostPaid(): Stroops {
    return [...this.#totals.values()].reduce((most, { paid }) => (paid > most ? paid : most), 0n);
  }

  onProbation(key: string, epoch: number): boolean {
    return this.#onProbation(this.#nodes.get(key)!, epoch);
  }

  #onProbation({ probationFrom }: Node, epoch: number): boolean {
    return epoch < probationFrom + this.params.probationEpochs;
  }

  /** Demanded, and the last epoch for it is over. */
  #lost(key: string, epoch: number): boolean {
    const since = this.demandedAt(key, epoch);
    return since !== undefined && this.now > since + this.params.revealEpochs;
  }

  #draw(hour: Hour, epoch: number): Draw | undefined {
    const known = hour.draw ? undefined : this.#values.get(hour.accepted + 1);
    if (known) {
      const seed = this.#seed(hour, epoch, known.value);
      hour.draw = { seed, audited: isAudited(sha256, seed, this.params.auditBp), byLedger: known.drawn, knownAt: known.knownAt };
    }
    return hour.draw;
  }

  #seed({ proof }: Hour, epoch: number, value: Uint8Array): Uint8Array {
    return seedOf(sha256, { chainValue: value, merkleRoot: proof.merkleRoot, node: proof.node, epoch });
  }

  #account(epoch: number): { total: Stroops; latePaid: Stroops; paid: Stroops } {
    const known = this.#totals.get(epoch);
    if (known) return known;
    const made = { total: 0n, latePaid: 0n, paid: 0n };
    this.#totals.set(epoch, made);
    return made;
  }

  #hour(key: string, epoch: number): { hour: Hour; node: Node } {
    const node = this.#nodes.get(key);
    const hour = node?.hours.get(epoch);
    if (!node || !hour) throw new Error(`no proof of ${key} for epoch ${epoch}`);
    return { hour, node };
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
