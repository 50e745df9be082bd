/** Ledger entries and the places where they are being changed: a view of what is, deltas on top, and the changes as the network reports them. */
import { xdr } from '@stellar/stellar-sdk/base';
import { sha256 } from '../bytes.ts';

/** base64 of the LedgerKey's XDR */
export type EntryKey = string & { readonly __brand: 'EntryKey' };

export const entryKey = (key: xdr.LedgerKey): EntryKey => key.toXdr('base64') as EntryKey;
export const ledgerKey = (key: EntryKey): xdr.LedgerKey => xdr.LedgerKey.fromXdr(key, 'base64');

/** The key under which an entry lies. Only kinds that this network has. */
export const keyOf = (entry: xdr.LedgerEntry): xdr.LedgerKey => {
  const data = entry.data;
  switch (data.type) {
    case 'account':
      return xdr.LedgerKey.account(new xdr.LedgerKeyAccount({ accountId: data.account.accountId }));
    case 'data':
      return xdr.LedgerKey.data(new xdr.LedgerKeyData({ accountId: data.data.accountId, dataName: data.data.dataName }));
    case 'contractData': {
      const { contract, key, durability } = data.contractData;
      return xdr.LedgerKey.contractData(new xdr.LedgerKeyContractData({ contract, key, durability }));
    }
    case 'contractCode':
      return xdr.LedgerKey.contractCode(new xdr.LedgerKeyContractCode({ hash: data.contractCode.hash }));
    case 'ttl':
      return xdr.LedgerKey.ttl(new xdr.LedgerKeyTtl({ keyHash: data.ttl.keyHash }));
    default:
      throw new Error(`no entries of type ${data.type} here`);
  }
};

/** Where the time to live of a contract's entry is kept. */
export const ttlKey = (key: EntryKey): EntryKey =>
  entryKey(xdr.LedgerKey.ttl(new xdr.LedgerKeyTtl({ keyHash: sha256(new Uint8Array(Buffer.from(key, 'base64'))) })));

export const hasTtl = (key: xdr.LedgerKey): boolean => key.type === 'contractData' || key.type === 'contractCode';

export interface EntryView {
  get(key: EntryKey): xdr.LedgerEntry | undefined;
}

/** The last ledger in which the entry is alive; undefined without one. */
export const liveUntil = (view: EntryView, key: EntryKey): number | undefined => {
  const ttl = view.get(ttlKey(key))?.data;
  return ttl?.type === 'ttl' ? ttl.ttl.liveUntilLedgerSeq : undefined;
};

export const ledgerEntry = (data: xdr.LedgerEntryData, ledgerSeq: number, ext: xdr.LedgerEntryExt = xdr.LedgerEntryExt.v0()): xdr.LedgerEntry =>
  new xdr.LedgerEntry({ lastModifiedLedgerSeq: ledgerSeq, data, ext });

/** Changes on top of a view: dropped when an operation fails, merged into the view below when it succeeds. */
export class Delta implements EntryView {
  readonly #below: EntryView;
  readonly #changed = new Map<EntryKey, xdr.LedgerEntry | null>();

  constructor(below: EntryView) {
    this.#below = below;
  }

  get(key: EntryKey): xdr.LedgerEntry | undefined {
    const changed = this.#changed.get(key);
    return changed === undefined ? this.#below.get(key) : (changed ?? undefined);
  }

  put(entry: xdr.LedgerEntry): void {
    this.#changed.set(entryKey(keyOf(entry)), entry);
  }

  remove(key: EntryKey): void {
    this.#changed.set(key, null);
  }

  mergeInto(target: Delta): void {
    for (const [key, entry] of this.#changed) target.#changed.set(key, entry);
  }

  entries(): IterableIterator<[EntryKey, xdr.LedgerEntry | null]> {
    return this.#changed.entries();
  }

  /** What changed against the view below, in the network's form: STATE before UPDATED and REMOVED. */
  changes(restored: ReadonlySet<EntryKey> = new Set()): xdr.LedgerEntryChange[] {
    const out: xdr.LedgerEntryChange[] = [];
    for (const [key, after] of this.#changed) {
      const before = this.#below.get(key);
      if (restored.has(key) && after) {
        out.push(xdr.LedgerEntryChange.ledgerEntryRestored(after));
        continue;
      }
      if (before) out.push(xdr.LedgerEntryChange.ledgerEntryState(before));
      if (after) out.push(before ? xdr.LedgerEntryChange.ledgerEntryUpdated(after) : xdr.LedgerEntryChange.ledgerEntryCreated(after));
      else if (before) out.push(xdr.LedgerEntryChange.ledgerEntryRemoved(ledgerKey(key)));
    }
    return out;
  }
}

export const sizeOf = (entry: xdr.LedgerEntry): number => entry.toXdr().length;
export const entryFromBytes = (bytes: Uint8Array): xdr.LedgerEntry => xdr.LedgerEntry.fromXdr(bytes);
