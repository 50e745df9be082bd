/** Data of the contract that runs, outside its instance. */
import { xdr } from '@stellar/stellar-sdk/base';
import type { EntryKey } from '../ledger/entries.ts';
import { addressXdr } from './address.ts';
import { HostError } from './error.ts';
import type { Host } from './host.ts';
import { dataKey } from './storage.ts';
import { tagOf, tags, type Val } from './val.ts';

/** As contracts name them. */
export const storageTypes = { temporary: 0n, persistent: 1n, instance: 2n } as const;

const durabilityOf = (t: bigint): xdr.ContractDataDurability => {
  if (t === storageTypes.temporary) return xdr.ContractDataDurability.temporary;
  if (t === storageTypes.persistent) return xdr.ContractDataDurability.persistent;
  throw new HostError('Value', 'InvalidInput', 'no such type of storage');
};

export const keyIn = (host: Host, k: Val, t: bigint): EntryKey => dataKey(host.current, host.values.toXdr(k), durabilityOf(t));

export const readData = (host: Host, k: Val, t: bigint): Val | undefined => {
  const data = host.storage.get(keyIn(host, k, t))?.data;
  if (data?.type !== 'contractData') return undefined;
  host.cost.bytes(data.contractData.val.toXdr().length, 30);
  return host.values.fromXdr(data.contractData.val);
};

export const writeData = (host: Host, k: Val, v: Val, t: bigint): void => {
  if (tagOf(k) === tags.executableTag) throw new HostError('Storage', 'InvalidInput', 'executable references are not supported here');
  host.storage.put(
    xdr.LedgerEntryData.contractData(
      new xdr.ContractDataEntry({
        ext: xdr.ExtensionPoint.v0(),
        contract: addressXdr(host.current),
        key: host.values.toXdr(k),
        durability: durabilityOf(t),
        val: host.values.toXdr(v),
      }),
    ),
  );
};
