import { xdr } from '@stellar/stellar-sdk/base';
import type { HostAddress } from '../address.ts';
import { readData, storageTypes, writeData } from '../data.ts';
import type { Host } from '../host.ts';
import { dataKey } from '../storage.ts';
import { toU32, u32, type Val } from '../val.ts';
import { assetError } from './errors.ts';

const { temporary } = storageTypes;

interface Allowance {
  readonly amount: bigint;
  readonly liveUntil: number;
}

const allowanceKey = (host: Host, from: HostAddress, spender: HostAddress): Val => {
  const { values } = host;
  const pair = values.map([
    [values.symbol('from'), values.address(from)],
    [values.symbol('spender'), values.address(spender)],
  ]);
  return values.vec([values.symbol('Allowance'), pair]);
};

const stored = (host: Host, key: Val): Allowance | undefined => {
  const value = readData(host, key, temporary);
  if (value === undefined) return undefined;
  const map = host.values.object(value, 'map');
  const field = (name: string) => map[host.values.find(map, host.values.symbol(name)).at]![1];
  return { amount: host.values.toNumber(field('amount'), 'i128'), liveUntil: toU32(field('live_until_ledger')) };
};

export const readAllowance = (host: Host, from: HostAddress, spender: HostAddress): bigint => {
  const found = stored(host, allowanceKey(host, from, spender));
  return found && found.liveUntil >= host.ledger.seq ? found.amount : 0n;
};

export const approve = (host: Host, from: HostAddress, spender: HostAddress, amount: bigint, liveUntil: number): void => {
  const { seq, config } = host.ledger;
  if (liveUntil > seq + config.maxEntryTtl - 1) throw host.fail(assetError('Allowance', 'live_until is greater than max_live_until_ledger'));
  if (amount > 0n && liveUntil < seq) throw host.fail(assetError('Allowance', 'live_until must be >= ledger sequence'));
  const key = allowanceKey(host, from, spender);
  const before = stored(host, key);
  if (!before && amount === 0n) return;
  const { values } = host;
  const value = values.map([
    [values.symbol('amount'), values.number('i128', amount)],
    [values.symbol('live_until_ledger'), u32(liveUntil)],
  ]);
  writeData(host, key, value, temporary);
  if (amount > 0n && (before?.liveUntil ?? 0) < liveUntil) {
    const liveFor = Math.max(0, liveUntil - seq);
    host.storage.extend(dataKey(host.current, values.toXdr(key), xdr.ContractDataDurability.temporary), liveFor, liveFor);
  }
};

export const spendAllowance = (host: Host, from: HostAddress, spender: HostAddress, amount: bigint): void => {
  const allowance = readAllowance(host, from, spender);
  if (allowance < amount) throw host.fail(assetError('Allowance', 'not enough allowance to spend'));
  const liveUntil = stored(host, allowanceKey(host, from, spender))?.liveUntil ?? 0;
  if (amount > 0n) approve(host, from, spender, allowance - amount, liveUntil);
};
