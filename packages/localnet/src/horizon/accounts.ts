/** Horizon's picture of an account. */
import { StrKey } from '@stellar/stellar-sdk/base';
import { type Account, accountKey, accountOf, publicKeyXdr } from '../ledger/accounts.ts';
import type { Chain } from '../ledger/chain.ts';
import { amount, isoTime, link } from './format.ts';

const signers = (a: Account) => [
  { weight: a.thresholds[0], key: a.id, type: 'ed25519_public_key' },
  ...a.signers.flatMap((s) =>
    s.key.type === 'signerKeyTypeEd25519'
      ? [{ weight: s.weight, key: StrKey.encodeEd25519PublicKey(s.key.ed25519.value), type: 'ed25519_public_key', ...(s.sponsor && { sponsor: s.sponsor }) }]
      : [],
  ),
];

/** Entries by name, values in base64: kept beside the account, found by looking through all. Few accounts here have any. */
const dataOf = (chain: Chain, account: Account): Record<string, string> => {
  const id = publicKeyXdr(account.id);
  const out: Record<string, string> = {};
  if (account.numSubEntries === account.signers.length) return out;
  for (const entry of chain.entriesOfType('data')) {
    if (entry.data.type !== 'data' || !entry.data.data.accountId.equals(id)) continue;
    out[entry.data.data.dataName.toString()] = Buffer.from(entry.data.data.dataValue.value).toString('base64');
  }
  return out;
};

export const accountJson = (chain: Chain, id: string, base: string): unknown => {
  const entry = chain.view.get(accountKey(id));
  if (!entry) return undefined;
  const account = accountOf(entry);
  const modified = entry.lastModifiedLedgerSeq;
  const modifiedAt = chain.store.ledgersFrom(modified, 1)[0]?.closeTime ?? chain.latest.closeTime;
  const self = `${base}/accounts/${id}`;
  const [, low, medium, high] = account.thresholds;
  return {
    _links: {
      self: link(self),
      transactions: link(`${self}/transactions{?cursor,limit,order}`, true),
      operations: link(`${self}/operations{?cursor,limit,order}`, true),
      payments: link(`${self}/payments{?cursor,limit,order}`, true),
      effects: link(`${self}/effects{?cursor,limit,order}`, true),
      offers: link(`${self}/offers{?cursor,limit,order}`, true),
      trades: link(`${self}/trades{?cursor,limit,order}`, true),
      data: link(`${self}/data/{key}`, true),
    },
    id,
    account_id: id,
    sequence: account.seqNum.toString(),
    ...(account.seqLedger > 0 && { sequence_ledger: account.seqLedger, sequence_time: account.seqTime.toString() }),
    subentry_count: account.numSubEntries,
    ...(account.homeDomain && { home_domain: account.homeDomain }),
    last_modified_ledger: modified,
    last_modified_time: isoTime(modifiedAt),
    thresholds: { low_threshold: low, med_threshold: medium, high_threshold: high },
    flags: {
      auth_required: (account.flags & 1) > 0,
      auth_revocable: (account.flags & 2) > 0,
      auth_immutable: (account.flags & 4) > 0,
      auth_clawback_enabled: (account.flags & 8) > 0,
    },
    balances: [{ balance: amount(account.balance), buying_liabilities: '0.0000000', selling_liabilities: '0.0000000', asset_type: 'native' }],
    signers: signers(account),
    data: dataOf(chain, account),
    num_sponsoring: account.numSponsoring,
    num_sponsored: account.numSponsored,
    ...(account.sponsor && { sponsor: account.sponsor }),
    paging_token: id,
  };
};
