/** What one invocation reads and writes: its footprint recorded in a simulation, enforced when applied. Undone when a frame fails. */
import { xdr } from '@stellar/stellar-sdk/base';
import type { NetworkConfig } from '../ledger/config.ts';
import { type EntryKey, type EntryView, entryKey, hasTtl, keyOf, ledgerEntry, ledgerKey, liveUntil } from '../ledger/entries.ts';
import { addressXdr, type HostAddress } from './address.ts';
import { HostError } from './error.ts';

export type Access = 'readOnly' | 'readWrite';

interface Stored {
  readonly entry: xdr.LedgerEntry | null;
  readonly liveUntil: number | undefined;
}

export interface Change {
  readonly key: EntryKey;
  readonly before: xdr.LedgerEntry | undefined;
  readonly after: xdr.LedgerEntry | undefined;
  readonly liveUntilBefore: number | undefined;
  readonly liveUntilAfter: number | undefined;
  readonly restored: boolean;
}

export interface StoragePlace {
  readonly view: EntryView;
  readonly config: NetworkConfig;
  readonly ledgerSeq: number;
}

export const instanceKey = (contract: HostAddress): EntryKey =>
  dataKey(contract, xdr.ScVal.scvLedgerKeyContractInstance(), xdr.ContractDataDurability.persistent);

export const dataKey = (contract: HostAddress, key: xdr.ScVal, durability: xdr.ContractDataDurability): EntryKey =>
  entryKey(xdr.LedgerKey.contractData(new xdr.LedgerKeyContractData({ contract: addressXdr(contract), key, durability })));

export const codeKey = (hash: Uint8Array): EntryKey => entryKey(xdr.LedgerKey.contractCode(new xdr.LedgerKeyContractCode({ hash })));

const isTemporary = (key: xdr.LedgerKey): boolean => key.type === 'contractData' && key.contractData.durability === xdr.ContractDataDurability.temporary;

export class ArchivedEntry extends Error {
  override readonly name = 'ArchivedEntry';
}

export class Storage {
  readonly #place: StoragePlace;
  readonly #recording: boolean;
  readonly #footprint = new Map<EntryKey, Access>();
  readonly #stored = new Map<EntryKey, Stored>();
  readonly #loaded = new Map<EntryKey, Stored>();
  readonly #restored = new Set<EntryKey>();
  readonly #undo: (() => void)[] = [];

  private constructor(place: StoragePlace, recording: boolean) {
    this.#place = place;
    this.#recording = recording;
  }

  static recording(place: StoragePlace): Storage {
    return new Storage(place, true);
  }

  /** Fails with ArchivedEntry when a persistent entry has lapsed and is not marked to be restored. `restore`: places in readWrite. */
  static enforcing(place: StoragePlace, footprint: xdr.LedgerFootprint, restore: readonly number[]): Storage {
    const storage = new Storage(place, false);
    for (const key of footprint.readOnly) storage.#footprint.set(entryKey(key), 'readOnly');
    for (const key of footprint.readWrite) storage.#footprint.set(entryKey(key), 'readWrite');
    const marked = new Set(
      restore
        .map((i) => footprint.readWrite[i])
        .filter((k) => k !== undefined)
        .map(entryKey),
    );
    for (const key of storage.#footprint.keys()) {
      if (storage.#load(key, marked.has(key)) === 'archived') throw new ArchivedEntry(key);
    }
    return storage;
  }

  #load(key: EntryKey, restore: boolean): 'ok' | 'archived' {
    const entry = this.#place.view.get(key) ?? null;
    const until = entry ? liveUntil(this.#place.view, key) : undefined;
    this.#loaded.set(key, { entry, liveUntil: until });
    const lapsed = until !== undefined && until < this.#place.ledgerSeq;
    if (lapsed && isTemporary(ledgerKey(key))) this.#stored.set(key, { entry: null, liveUntil: undefined });
    else if (lapsed && !restore) return 'archived';
    else if (lapsed) {
      this.#restored.add(key);
      this.#footprint.set(key, 'readWrite');
      this.#stored.set(key, { entry, liveUntil: this.minLiveUntil(false) });
    } else this.#stored.set(key, { entry, liveUntil: until });
    return 'ok';
  }

  /** The last ledger in which a new entry is alive. */
  minLiveUntil(temporary: boolean): number {
    const { minPersistentTtl, minTemporaryTtl } = this.#place.config;
    return this.#place.ledgerSeq + (temporary ? minTemporaryTtl : minPersistentTtl) - 1;
  }

  #access(key: EntryKey, access: Access): Stored {
    const allowed = this.#footprint.get(key);
    if (this.#recording) {
      if (allowed !== 'readWrite') this.#footprint.set(key, access);
      if (!this.#stored.has(key)) this.#load(key, true);
    } else if (!allowed || (access === 'readWrite' && allowed === 'readOnly')) {
      throw new HostError('Storage', 'ExceededLimit', 'trying to access ledger entry outside of the footprint');
    }
    return this.#stored.get(key)!;
  }

  #set(key: EntryKey, stored: Stored): void {
    const before = this.#stored.get(key)!;
    this.#stored.set(key, stored);
    this.#undo.push(() => this.#stored.set(key, before));
  }

  get(key: EntryKey): xdr.LedgerEntry | undefined {
    return this.#access(key, 'readOnly').entry ?? undefined;
  }

  has(key: EntryKey): boolean {
    return this.get(key) !== undefined;
  }

  /** Keeps the time to live of an entry that exists; a new one gets the least there is. */
  put(data: xdr.LedgerEntryData, ext?: xdr.LedgerEntryExt): void {
    const entry = ledgerEntry(data, this.#place.ledgerSeq, ext);
    const ledgerKeyOf = keyOf(entry);
    const key = entryKey(ledgerKeyOf);
    const before = this.#access(key, 'readWrite');
    const until = before.entry ? before.liveUntil : hasTtl(ledgerKeyOf) ? this.minLiveUntil(isTemporary(ledgerKeyOf)) : undefined;
    this.#set(key, { entry, liveUntil: until });
  }

  remove(key: EntryKey): void {
    this.#access(key, 'readWrite');
    this.#set(key, { entry: null, liveUntil: undefined });
  }

  /** For a nonce, which lives until its signature lapses. */
  setLiveUntil(key: EntryKey, until: number): void {
    const stored = this.#stored.get(key)!;
    this.#set(key, { ...stored, liveUntil: until });
  }

  liveUntil(key: EntryKey): number {
    const { entry, liveUntil: until } = this.#access(key, 'readOnly');
    if (!entry || until === undefined) throw new HostError('Storage', 'MissingValue', 'no such entry');
    return until;
  }

  extend(key: EntryKey, threshold: number, extendTo: number): void {
    if (threshold > extendTo) throw new HostError('Storage', 'InvalidInput', 'threshold must be <= extend_to');
    const until = this.#extensible(key, extendTo);
    const { ledgerSeq, config } = this.#place;
    if (until - ledgerSeq <= threshold) this.#extendTo(key, Math.min(ledgerSeq + extendTo, ledgerSeq + config.maxEntryTtl - 1));
  }

  extendWithin(key: EntryKey, extendTo: number, least: number, most: number): void {
    if (most < least) throw new HostError('Storage', 'InvalidInput', 'max_extension must be >= min_extension');
    const until = this.#extensible(key, extendTo);
    const { ledgerSeq, config } = this.#place;
    const by = Math.min(Math.max(0, extendTo - (until - ledgerSeq)), most, ledgerSeq + config.maxEntryTtl - 1 - until);
    if (by >= least) this.#extendTo(key, until + by);
  }

  #extensible(key: EntryKey, extendTo: number): number {
    const until = this.liveUntil(key);
    if (isTemporary(ledgerKey(key)) && extendTo > this.#place.config.maxEntryTtl - 1) {
      throw new HostError('Storage', 'InvalidAction', 'trying to extend temporary entry past max TTL allowed by network');
    }
    return until;
  }

  #extendTo(key: EntryKey, until: number): void {
    const stored = this.#stored.get(key)!;
    if (until > stored.liveUntil!) this.#set(key, { ...stored, liveUntil: until });
  }

  mark(): number {
    return this.#undo.length;
  }

  rollback(mark: number): void {
    while (this.#undo.length > mark) this.#undo.pop()!();
  }

  /** What came of it, in the order in which entries were first met. */
  changes(): Change[] {
    const out: Change[] = [];
    for (const [key, { entry, liveUntil: until }] of this.#stored) {
      const loaded = this.#loaded.get(key)!;
      const restored = this.#restored.has(key);
      // A lapsed temporary entry was not there for the contract, and is not there as it was for the ledger either.
      if (entry === loaded.entry && until === loaded.liveUntil && !restored) continue;
      out.push({
        key,
        before: loaded.entry ?? undefined,
        after: entry ?? undefined,
        liveUntilBefore: loaded.liveUntil,
        liveUntilAfter: entry ? until : undefined,
        restored,
      });
    }
    return out;
  }

  /** The recorded footprint, and which of its readWrite entries must be restored. */
  footprint(): { readonly footprint: xdr.LedgerFootprint; readonly restore: number[] } {
    const of = (access: Access) =>
      [...this.#footprint]
        .filter(([, a]) => a === access)
        .map(([key]) => key)
        .sort();
    const readWrite = of('readWrite');
    return {
      footprint: new xdr.LedgerFootprint({ readOnly: of('readOnly').map(ledgerKey), readWrite: readWrite.map(ledgerKey) }),
      restore: readWrite.flatMap((key, i) => (this.#restored.has(key) ? [i] : [])),
    };
  }
}
