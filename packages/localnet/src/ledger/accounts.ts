/** Accounts as plain records. Amounts in stroops, addresses as strkeys. */
import { Keypair, StrKey, xdr } from '@stellar/stellar-sdk/base';
import type { NetworkConfig } from './config.ts';
import { type Delta, type EntryKey, type EntryView, entryKey, ledgerEntry } from './entries.ts';

export interface Account {
  readonly id: string;
  readonly balance: bigint;
  readonly seqNum: bigint;
  readonly numSubEntries: number;
  readonly flags: number;
  readonly homeDomain: string;
  /** weights of the master key, then thresholds low, medium, high */
  readonly thresholds: readonly [number, number, number, number];
  readonly signers: readonly AccountSigner[];
  readonly numSponsored: number;
  readonly numSponsoring: number;
  readonly seqLedger: number;
  readonly seqTime: bigint;
  readonly sponsor: string | null;
}

interface AccountSigner {
  readonly key: xdr.SignerKey;
  readonly weight: number;
  readonly sponsor: string | null;
}

export const publicKeyXdr = (id: string): xdr.PublicKey => Keypair.fromPublicKey(id).xdrPublicKey();
export const strkeyOf = (key: xdr.PublicKey): string => StrKey.encodeEd25519PublicKey(key.ed25519.value);
export const muxedId = (account: xdr.MuxedAccount): string =>
  StrKey.encodeEd25519PublicKey(account.type === 'keyTypeMuxedEd25519' ? account.med25519.ed25519.value : account.ed25519.value);

const keys = new Map<string, EntryKey>();
const keysMax = 10_000;
export const accountKey = (id: string): EntryKey => {
  let key = keys.get(id);
  if (!key) {
    key = entryKey(xdr.LedgerKey.account(new xdr.LedgerKeyAccount({ accountId: publicKeyXdr(id) })));
    // A cache, nothing more: forgotten whole when it is full.
    if (keys.size >= keysMax) keys.clear();
    keys.set(id, key);
  }
  return key;
};

export const newAccount = (id: string, balance: bigint, seqNum: bigint): Account => ({
  id,
  balance,
  seqNum,
  numSubEntries: 0,
  flags: 0,
  homeDomain: '',
  thresholds: [1, 0, 0, 0],
  signers: [],
  numSponsored: 0,
  numSponsoring: 0,
  seqLedger: 0,
  seqTime: 0n,
  sponsor: null,
});

const optional = (key: xdr.PublicKey | null): string | null => (key ? strkeyOf(key) : null);

export const accountOf = (entry: xdr.LedgerEntry): Account => {
  if (entry.data.type !== 'account') throw new Error('not an account');
  const a = entry.data.account;
  const v1 = a.ext.type === 'v1' ? a.ext.v1 : undefined;
  const v2 = v1?.ext.type === 'v2' ? v1.ext.v2 : undefined;
  const v3 = v2?.ext.type === 'v3' ? v2.ext.v3 : undefined;
  const [master, low, medium, high] = a.thresholds.value as unknown as [number, number, number, number];
  return {
    id: strkeyOf(a.accountId),
    balance: a.balance,
    seqNum: a.seqNum,
    numSubEntries: a.numSubEntries,
    flags: a.flags,
    homeDomain: a.homeDomain.toString(),
    thresholds: [master, low, medium, high],
    signers: a.signers.map((s, i) => ({ key: s.key, weight: s.weight, sponsor: optional(v2?.signerSponsoringIDs[i] ?? null) })),
    numSponsored: v2?.numSponsored ?? 0,
    numSponsoring: v2?.numSponsoring ?? 0,
    seqLedger: v3?.seqLedger ?? 0,
    seqTime: v3?.seqTime ?? 0n,
    sponsor: entry.ext.type === 'v1' ? optional(entry.ext.v1.sponsoringId) : null,
  };
};

/** The extensions an account needs, no more: a fresh one has none, as on the network. */
const extensionOf = (a: Account): xdr.AccountEntryExt => {
  const sponsored = a.numSponsored > 0 || a.numSponsoring > 0 || a.signers.some((s) => s.sponsor);
  if (!sponsored && a.seqLedger === 0) return xdr.AccountEntryExt.v0();
  const v3 = new xdr.AccountEntryExtensionV3({ ext: xdr.ExtensionPoint.v0(), seqLedger: a.seqLedger, seqTime: a.seqTime });
  const v2 = new xdr.AccountEntryExtensionV2({
    numSponsored: a.numSponsored,
    numSponsoring: a.numSponsoring,
    signerSponsoringIDs: a.signers.map((s) => (s.sponsor ? publicKeyXdr(s.sponsor) : null)),
    ext: a.seqLedger ? xdr.AccountEntryExtensionV2Ext.v3(v3) : xdr.AccountEntryExtensionV2Ext.v0(),
  });
  const liabilities = new xdr.Liabilities({ buying: 0n, selling: 0n });
  return xdr.AccountEntryExt.v1(new xdr.AccountEntryExtensionV1({ liabilities, ext: xdr.AccountEntryExtensionV1Ext.v2(v2) }));
};

export const sponsorExt = (sponsor: string | null): xdr.LedgerEntryExt =>
  sponsor
    ? xdr.LedgerEntryExt.v1(new xdr.LedgerEntryExtensionV1({ sponsoringId: publicKeyXdr(sponsor), ext: xdr.LedgerEntryExtensionV1Ext.v0() }))
    : xdr.LedgerEntryExt.v0();

export const accountEntry = (a: Account, ledgerSeq: number): xdr.LedgerEntry =>
  ledgerEntry(
    xdr.LedgerEntryData.account(
      new xdr.AccountEntry({
        accountId: publicKeyXdr(a.id),
        balance: a.balance,
        seqNum: a.seqNum,
        numSubEntries: a.numSubEntries,
        inflationDest: null,
        flags: a.flags,
        homeDomain: a.homeDomain,
        thresholds: new Uint8Array(a.thresholds),
        signers: a.signers.map((s) => new xdr.Signer({ key: s.key, weight: s.weight })),
        ext: extensionOf(a),
      }),
    ),
    ledgerSeq,
    sponsorExt(a.sponsor),
  );

export const loadAccount = (view: EntryView, id: string): Account | undefined => {
  const entry = view.get(accountKey(id));
  return entry && accountOf(entry);
};

export const saveAccount = (delta: Delta, account: Account, ledgerSeq: number): void => delta.put(accountEntry(account, ledgerSeq));

/** What must stay: two base reserves for the account itself, one for each sub-entry, what it sponsors for others added, what others sponsor taken off. */
export const minBalance = (a: Account, config: NetworkConfig): bigint => BigInt(2 + a.numSubEntries + a.numSponsoring - a.numSponsored) * config.baseReserve;

export const available = (a: Account, config: NetworkConfig): bigint => a.balance - minBalance(a, config);
