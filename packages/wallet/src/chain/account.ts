import type { xdr } from '@stellar/stellar-sdk/base';
import type { Chain } from './chain.ts';
import { accountKey, dataKey, type Ledger, readEntries, readLedger } from './ledger.ts';

export interface Account {
  readonly address: string;
  readonly balanceStroops: bigint;
  /** What must stay: 2 base reserves, one per entry, plus what it sponsors, less what others sponsor for it. */
  readonly reserveStroops: bigint;
  /** Promised in offers to sell XLM. */
  readonly liabilitiesStroops: bigint;
  /** What can be sent, fee included: balance - reserve - liabilities, never below 0. */
  readonly spendableStroops: bigint;
  readonly sequence: bigint;
  /** SEP-29: a payment without a memo would be lost in somebody's books. */
  readonly memoRequired: boolean;
  /** Its own key alone may send. */
  readonly ownKeySuffices: boolean;
  /** Ledger that this is as of. */
  readonly ledger: number;
}

/** SEP-29: this data entry with the value `1`. */
const memoRequiredName = 'config.memo_required';

/** Accounts by address, undefined for those that don't exist. All as of one ledger. */
export async function readAccounts(
  chain: Chain,
  addresses: readonly string[],
  baseReserveStroops: bigint,
  signal?: AbortSignal,
): Promise<(Account | undefined)[]> {
  const keys = addresses.flatMap((address) => [accountKey(address), dataKey(address, memoRequiredName)]);
  const { entries, ledger } = await readEntries(chain, keys, signal);
  return addresses.map((address, i) => {
    const entry = entries[2 * i];
    const data = entries[2 * i + 1];
    if (entry?.type !== 'account') return undefined;
    const memoRequired = data?.type === 'data' && data.value.dataValue.value.length === 1 && data.value.dataValue.value[0] === 0x31;
    return { ...describe(address, entry.value, baseReserveStroops), memoRequired, ledger };
  });
}

export async function readAccount(chain: Chain, address: string, signal?: AbortSignal): Promise<{ account: Account | undefined; ledger: Ledger }> {
  const ledger = await readLedger(chain, signal);
  const [account] = await readAccounts(chain, [address], ledger.baseReserveStroops, signal);
  return { account, ledger };
}

function describe(address: string, entry: xdr.AccountEntry, baseReserveStroops: bigint): Omit<Account, 'memoRequired' | 'ledger'> {
  const v1 = entry.ext.type === 'v1' ? entry.ext.v1 : undefined;
  const v2 = v1?.ext.type === 'v2' ? v1.ext.v2 : undefined;
  const reserveStroops = BigInt(2 + entry.numSubEntries + (v2?.numSponsoring ?? 0) - (v2?.numSponsored ?? 0)) * baseReserveStroops;
  const liabilitiesStroops = v1?.liabilities.selling ?? 0n;
  const spendable = entry.balance - reserveStroops - liabilitiesStroops;
  const [masterWeight = 0, , medium = 0] = entry.thresholds.value;
  return {
    address,
    balanceStroops: entry.balance,
    reserveStroops,
    liabilitiesStroops,
    spendableStroops: spendable > 0n ? spendable : 0n,
    sequence: entry.seqNum,
    ownKeySuffices: masterWeight >= Math.max(1, medium),
  };
}
