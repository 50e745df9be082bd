/** The chain: what is true now, what waits, and the closing of ledgers. Synchronous throughout: nothing is seen half done. */
import { xdr } from '@stellar/stellar-sdk/base';
import { fromHex, hex, sha256 } from '../bytes.ts';
import { type Faults, noFaults } from '../faults.ts';
import type { LedgerRow, Store } from '../store/store.ts';
import { type Applied, apply } from '../tx/apply.ts';
import { parseEnvelope, type Tx } from '../tx/envelope.ts';
import { feeCharged, inclusionBid, inclusionFee } from '../tx/fees.ts';
import type { LedgerContext } from '../tx/operations/context.ts';
import { transactionResult, type Verdict } from '../tx/results.ts';
import { validate } from '../tx/validate.ts';
import type { NetworkConfig } from './config.ts';
import { Delta, type EntryKey, type EntryView, entryFromBytes, entryKey, keyOf } from './entries.ts';
import { genesisEntries, genesisSeq, networkIdOf } from './genesis.ts';
import { headerHash, newHeader, transactionSet } from './header.ts';
import { eventRows, transactionRow } from './history.ts';

export type Submitted =
  | { readonly status: 'PENDING' | 'DUPLICATE' | 'TRY_AGAIN_LATER'; readonly hash: string; readonly answerLost: boolean }
  | { readonly status: 'ERROR'; readonly hash: string; readonly result: xdr.TransactionResult };

export interface ChainOptions {
  readonly store: Store;
  readonly config: NetworkConfig;
  /** milliseconds since 1970 */
  readonly clock: () => number;
}

const pendingMax = 1_000;
const advanceSecondsMax = 10 * 365 * 86_400;

class WrongNetwork extends Error {
  override readonly name = 'WrongNetwork';
}

export class Chain {
  readonly config: NetworkConfig;
  readonly networkId: Uint8Array;
  readonly store: Store;
  faults: Faults = noFaults;
  readonly #clock: () => number;
  readonly #state = new Map<EntryKey, xdr.LedgerEntry>();
  readonly #pending = new Map<string, Tx>();
  #latest: LedgerRow;
  #header: xdr.LedgerHeader;
  #aheadSeconds: number;
  #place = 0;

  /** Fails with WrongNetwork when the store holds the ledger of another passphrase. */
  constructor({ store, config, clock }: ChainOptions) {
    this.store = store;
    this.config = config;
    this.#clock = clock;
    this.networkId = networkIdOf(config.passphrase);
    const passphrase = store.setting('passphrase');
    if (passphrase !== undefined && passphrase !== config.passphrase) throw new WrongNetwork(`this ledger belongs to "${passphrase}"`);
    this.#aheadSeconds = Number(store.setting('ahead_seconds') ?? 0);
    const latest = store.latestLedger();
    if (latest) {
      this.#latest = latest;
      this.#header = xdr.LedgerHeader.fromXdr(latest.header);
      for (const [key, bytes] of store.entries()) this.#state.set(key, entryFromBytes(bytes));
      for (const envelope of store.pending()) {
        const tx = parseEnvelope(envelope, this.networkId);
        this.#pending.set(tx.hash, tx);
      }
    } else {
      [this.#latest, this.#header] = this.#genesis();
    }
  }

  #genesis(): [LedgerRow, xdr.LedgerHeader] {
    for (const entry of genesisEntries(this.config)) this.#state.set(entryKey(keyOf(entry)), entry);
    const changes = [...this.#state].map(([key, entry]) => [key, entry.toXdr()] as const);
    const closeTime = this.now();
    const none = sha256();
    const header = newHeader({
      config: this.config,
      previous: undefined,
      seq: genesisSeq,
      closeTime: BigInt(closeTime),
      feesCharged: 0n,
      txSetHash: none,
      resultHash: none,
      stateHash: sha256(...changes.map(([, bytes]) => bytes)),
    });
    const ledger = { seq: genesisSeq, closeTime, hash: hex(headerHash(header)), header: header.toXdr() };
    this.store.commit({ ledger, changes, transactions: [], events: [], settled: [], oldestKept: 0 }, () =>
      this.store.setSetting('passphrase', this.config.passphrase),
    );
    return [ledger, header];
  }

  get view(): EntryView {
    return this.#state;
  }

  *entriesOfType(type: xdr.LedgerEntryData['type']): IterableIterator<xdr.LedgerEntry> {
    for (const entry of this.#state.values()) if (entry.data.type === type) yield entry;
  }

  get latest(): LedgerRow {
    return this.#latest;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  isPending(hash: string): boolean {
    return this.#pending.has(hash);
  }

  /** seconds since 1970, the time that was added included */
  now(): number {
    return Math.floor(this.#clock() / 1000) + this.#aheadSeconds;
  }

  get oldestSeq(): number {
    return Math.max(genesisSeq, this.#latest.seq - this.config.retentionLedgers + 1);
  }

  /** The ledger that would close now. */
  next(seq = this.#latest.seq + 1): LedgerContext {
    return { config: this.config, networkId: this.networkId, seq, closeTime: BigInt(Math.max(this.#latest.closeTime, this.now())) };
  }

  /** What a place in a ledger costs now, per operation. */
  get perOperation(): bigint {
    return BigInt(Math.max(this.config.baseFee, this.faults.surge?.stroopsPerOperation ?? 0));
  }

  #use(count: 'loseTransactions' | 'loseAnswers' | 'badSequences'): boolean {
    if (this.faults[count] === 0) return false;
    this.faults = { ...this.faults, [count]: this.faults[count] - 1 };
    return true;
  }

  /** `faultless`: for the faucet, which no fault is meant for. Fails with MalformedEnvelope. */
  submit(envelope: string, faultless = false): Submitted {
    const tx = parseEnvelope(envelope, this.networkId);
    const { hash } = tx;
    if (this.#pending.has(hash)) return { status: 'DUPLICATE', hash, answerLost: false };
    const refused = (verdict: Verdict, fee: bigint): Submitted => ({ status: 'ERROR', hash, result: transactionResult(tx, verdict, fee) });
    if (!faultless && this.#use('badSequences')) return refused({ at: 'inner', outcome: { code: 'txBadSeq' } }, 0n);
    // One transaction of an account at a time, and only so many in all: as in the network's queue.
    const crowded = this.#pending.size >= pendingMax || [...this.#pending.values()].some((p) => p.source === tx.source);
    if (crowded) return { status: 'TRY_AGAIN_LATER', hash, answerLost: false };
    const waits = this.faults.surge?.lower === 'wait';
    const perOperation = waits || faultless ? BigInt(this.config.baseFee) : this.perOperation;
    const verdict = validate(tx, this.#state, this.next(), perOperation);
    if (verdict) {
      const code = verdict.at === 'feeBump' ? verdict.code : verdict.outcome.code;
      return refused(verdict, code === 'txInsufficientFee' ? inclusionFee(tx, perOperation) : feeCharged(tx, perOperation));
    }
    const answerLost = !faultless && this.#use('loseAnswers');
    if (!faultless && this.#use('loseTransactions')) return { status: 'PENDING', hash, answerLost };
    this.store.addPending(hash, this.#place++, envelope);
    this.#pending.set(hash, tx);
    return { status: 'PENDING', hash, answerLost };
  }

  /** Closes a ledger over all that waits and is still valid. What has become invalid is dropped, as networks do. */
  close(seq = this.#latest.seq + 1): LedgerRow {
    const context = this.next(seq);
    const closeTime = Number(context.closeTime);
    const delta = new Delta(this.#state);
    const applied: Applied[] = [];
    const settled: string[] = [];
    for (const tx of this.#pending.values()) {
      if (inclusionBid(tx) < inclusionFee(tx, this.perOperation) && this.faults.surge?.lower === 'wait') continue;
      settled.push(tx.hash);
      if (!validate(tx, delta, context, this.perOperation)) applied.push(apply(tx, delta, context, this.perOperation));
    }
    const changes = [...delta.entries()].map(([key, entry]) => [key, entry?.toXdr() ?? null] as const);
    const header = newHeader({
      config: this.config,
      previous: this.#header,
      seq,
      closeTime: context.closeTime,
      feesCharged: applied.reduce((sum, a) => sum + a.feeCharged, 0n),
      txSetHash: sha256(
        transactionSet(
          fromHex(this.#latest.hash),
          applied.map((a) => a.tx.envelope),
        ).toXdr(),
      ),
      resultHash: sha256(new xdr.TransactionResultSet({ results: applied.map((a) => a.resultMeta.result) }).toXdr()),
      stateHash: sha256(...changes.flatMap(([key, bytes]) => [Buffer.from(key), bytes ?? new Uint8Array()])),
    });
    const ledger = { seq, closeTime, hash: hex(headerHash(header)), header: header.toXdr() };
    const at = { ledger: seq, closeTime, perOperation: this.perOperation };
    this.store.commit({
      ledger,
      changes,
      transactions: applied.map((a, i) => transactionRow(a, i + 1, at)),
      events: applied.flatMap((a, i) => eventRows(a, i + 1, at)),
      settled,
      oldestKept: seq - this.config.retentionLedgers + 1,
    });
    for (const [key, entry] of delta.entries()) {
      if (entry) this.#state.set(key, entry);
      else this.#state.delete(key);
    }
    for (const hash of settled) this.#pending.delete(hash);
    [this.#latest, this.#header] = [ledger, header];
    return ledger;
  }

  /** Adds to the clock, and closes one ledger as far on as that many seconds would have brought it: those between are not made. */
  advance(seconds: number, ledgers = Math.floor(seconds / this.config.ledgerSeconds)): LedgerRow {
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > advanceSecondsMax) throw new RangeError(`seconds: 0 to ${advanceSecondsMax}`);
    if (!Number.isInteger(ledgers) || ledgers < 0 || ledgers > advanceSecondsMax) throw new RangeError(`ledgers: 0 to ${advanceSecondsMax}`);
    this.#aheadSeconds += seconds;
    this.store.setSetting('ahead_seconds', String(this.#aheadSeconds));
    return this.close(this.#latest.seq + Math.max(1, ledgers));
  }
}
