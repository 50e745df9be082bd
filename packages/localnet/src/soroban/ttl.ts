import { xdr } from '@stellar/stellar-sdk/base';
import { type EntryKey, ledgerEntry, ttlKey } from '../ledger/entries.ts';

/** The entry that says how long another one lives. */
export const ttlEntry = (key: EntryKey, until: number, ledgerSeq: number): xdr.LedgerEntry => {
  const of = xdr.LedgerKey.fromXdr(ttlKey(key), 'base64');
  if (of.type !== 'ttl') throw new Error('not a ttl key');
  return ledgerEntry(xdr.LedgerEntryData.ttl(new xdr.TtlEntry({ keyHash: of.ttl.keyHash, liveUntilLedgerSeq: until })), ledgerSeq);
};
