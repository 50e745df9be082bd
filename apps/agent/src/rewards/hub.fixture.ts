import { strictly } from '@energymesh/protocol';
import { type FromNode, type HourMessage, rangesOfText, readFromNode, type Told } from '@energymesh/rewards';
import { type Key, plainVerify } from '../key.fixture.ts';
import type { ToyContract } from './contract.fixture.ts';
import { domainOf } from './terms.ts';
import { receiptBytes } from './vouching.ts';

/** A hub that does its duty, as far as one node meets it. */
export class ToyHub {
  readonly messages: FromNode[] = [];
  /** Takes messages, and says and does nothing. */
  silent = false;
  /** Sees so many of an hour's packets arrive. */
  earning: number | undefined;
  readonly #contract: ToyContract;
  readonly #key: Key;
  readonly #node: Uint8Array;
  readonly #hours = new Map<number, Map<number, HourMessage>>();
  readonly #challenged = new Set<number>();
  readonly #post: Told[] = [];

  constructor(contract: ToyContract, key: Key, node: Uint8Array) {
    this.#contract = contract;
    this.#key = key;
    this.#node = node;
  }

  take(payload: Uint8Array): void {
    const message = readFromNode(payload);
    if (!message) throw new Error('not one of ours');
    this.messages.push(message);
  }

  /** Works off what came, goes on with what is due, and gives what it has to tell. */
  turn(): Told[] {
    if (this.silent) return [];
    const contract = this.#contract;
    contract.publish();
    for (const message of this.messages.splice(0)) this.#on(message);
    for (const [epoch, parts] of this.#hours) {
      const first = parts.get(1);
      if (!first || parts.size < first.parts) continue;
      this.#prove(epoch, first);
    }
    for (const [epoch, hour] of contract.hours) {
      if (!contract.seed(epoch) || hour.paid !== undefined || hour.revealed || this.#challenged.has(epoch) || !contract.mustReveal(epoch)) continue;
      this.#challenged.add(epoch);
      const value = (contract.constructor as typeof ToyContract).value(hour.accepted + 1);
      this.#tell({ kind: 'challenge', epoch, accepted: hour.accepted, value: Buffer.from(value).toString('hex'), samples: contract.params.samples });
    }
    return this.#post.splice(0);
  }

  #prove(epoch: number, { proof }: HourMessage): void {
    const contract = this.#contract;
    if (epoch >= contract.epoch || contract.hours.has(epoch)) return;
    const refused = contract.submit({ ...proof, epoch });
    if (refused) {
      if (refused !== 'NotRegistered') this.#tell({ kind: 'hour', epoch, state: 'refused', why: [refused] });
      return;
    }
    contract.attest(epoch, this.earning === undefined ? {} : { earning: this.earning });
    const { accepted, attested, gross } = contract.hours.get(epoch)!;
    const { earning, uptimeBp, latencyUs } = attested!;
    this.#tell({ kind: 'hour', epoch, state: 'attested', accepted, earning, uptimeBp, latencyUs, gross: gross.toString() });
  }

  #on(message: FromNode): void {
    const contract = this.#contract;
    switch (message.kind) {
      case 'vouch': {
        const { epoch, seq, ranges } = message;
        const request = { epoch, seq, ranges: rangesOfText(ranges)! };
        const bytes = receiptBytes(domainOf(contract.terms), { relay: this.#node, next: this.#key.raw, request });
        return this.#tell({ kind: 'voucher', epoch, seq, ranges, signature: Buffer.from(this.#key.sign(bytes)).toString('hex') });
      }
      case 'register': {
        const why = contract.register(this.#node, message.payout, message.nonce, message.signature);
        this.#tell({ kind: 'asked', about: { kind: 'register', nonce: message.nonce }, state: why ? 'refused' : 'done', ...(why && { why: [why] }) });
        if (contract.node) {
          const { payout, nonce, probationFrom } = contract.node;
          const probationUntil = probationFrom + contract.params.probationEpochs;
          this.#tell({ kind: 'standing', epoch: contract.epoch, registered: true, payout, nonce, probationUntil, params: contract.params });
        }
        return;
      }
      case 'hour': {
        const parts = this.#hours.get(message.epoch) ?? new Map<number, HourMessage>();
        this.#hours.set(message.epoch, parts.set(message.part, message));
        const known = contract.hours.get(message.epoch);
        return this.#tell({ kind: 'hour', epoch: message.epoch, state: known ? 'proved' : 'received', ...(known && { accepted: known.accepted }) });
      }
      case 'openings': {
        const why = contract.reveal(
          message.epoch,
          message.openings.map((text) => Buffer.from(text, 'base64')),
        );
        if (why && why !== 'AlreadyCleared')
          return this.#tell({ kind: 'asked', about: { kind: 'openings', epoch: message.epoch }, state: 'refused', why: [why] });
        const { accepted } = contract.hours.get(message.epoch)!;
        return this.#tell({ kind: 'hour', epoch: message.epoch, state: 'revealed', accepted });
      }
      case 'claim': {
        const epochs = message.epochs.filter((epoch) => contract.hours.get(epoch)?.paid === undefined);
        const paid = epochs.length > 0 ? contract.claim(epochs) : 0n;
        const about = { kind: 'claim' as const, epochs: message.epochs };
        if (typeof paid === 'string') return this.#tell({ kind: 'asked', about, state: 'refused', why: [paid] });
        this.#tell({ kind: 'asked', about, state: 'done', amount: paid.toString() });
        for (const epoch of message.epochs) {
          const hour = contract.hours.get(epoch)!;
          this.#tell({ kind: 'hour', epoch, state: 'paid', accepted: hour.accepted, amount: hour.paid!.toString() });
        }
        return;
      }
      case 'appeal':
        return this.#tell({ kind: 'asked', about: { kind: 'appeal', epoch: message.epoch }, state: 'done', text: 'We looked at it.' });
      case 'sponsor':
        return this.#tell({ kind: 'asked', about: { kind: 'sponsor', address: message.address }, state: 'taken' });
      default:
        return;
    }
  }

  #tell(told: Told): void {
    this.#post.push(told);
  }
}

export const strict = strictly(plainVerify);
