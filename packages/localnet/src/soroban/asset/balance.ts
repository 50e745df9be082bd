import { xdr } from '@stellar/stellar-sdk/base';
import { accountEntry, accountKey, accountOf, minBalance, newAccount } from '../../ledger/accounts.ts';
import { int64Max } from '../../ledger/amounts.ts';
import type { HostAddress } from '../address.ts';
import { readData, storageTypes, writeData } from '../data.ts';
import { HostError } from '../error.ts';
import type { Host } from '../host.ts';
import { dataKey } from '../storage.ts';
import { FALSE, TRUE, type Val } from '../val.ts';
import { assetError } from './errors.ts';

const ledgersPerDay = 17_280;
const balanceExtend = 30 * ledgersPerDay;
const int128Max = 2n ** 127n - 1n;
const { persistent } = storageTypes;

const balanceKeyVal = (host: Host, contract: HostAddress): Val => host.values.vec([host.values.symbol('Balance'), host.values.address(contract)]);

const extend = (host: Host, key: Val): void =>
  host.storage.extend(dataKey(host.current, host.values.toXdr(key), xdr.ContractDataDurability.persistent), balanceExtend - ledgersPerDay, balanceExtend);

/** undefined: it never held any. */
const contractBalance = (host: Host, key: Val): bigint | undefined => {
  const value = readData(host, key, persistent);
  if (value === undefined) return undefined;
  const map = host.values.object(value, 'map');
  return host.values.toNumber(map[host.values.find(map, host.values.symbol('amount')).at]![1], 'i128');
};

const writeContractBalance = (host: Host, key: Val, amount: bigint): void => {
  const { values } = host;
  const value = values.map([
    [values.symbol('amount'), values.number('i128', amount)],
    [values.symbol('authorized'), TRUE],
    [values.symbol('clawback'), FALSE],
  ]);
  writeData(host, key, value, persistent);
  extend(host, key);
};

export const readBalance = (host: Host, who: HostAddress): bigint => {
  if (who.kind === 0) {
    const entry = host.storage.get(accountKey(who.text));
    if (!entry) throw host.fail(assetError('AccountMissing', 'account entry is missing'), [host.values.address(who)]);
    return accountOf(entry).balance;
  }
  contractOnly(who);
  const key = balanceKeyVal(host, who);
  const balance = contractBalance(host, key);
  if (balance !== undefined) extend(host, key);
  return balance ?? 0n;
};

const contractOnly = (who: HostAddress): void => {
  if (who.kind !== 1) throw new HostError('Object', 'InternalError', 'Unexpected ScAddress type');
};

/** A transfer to an account that does not exist creates it, when it brings two base reserves (CAP-73). */
const changeAccount = (host: Host, who: HostAddress, by: bigint): void => {
  const { config, seq } = host.ledger;
  const entry = host.storage.get(accountKey(who.text));
  const save = (account: ReturnType<typeof accountOf>) => {
    const updated = accountEntry(account, seq);
    host.storage.put(updated.data, updated.ext);
  };
  if (entry) {
    const account = accountOf(entry);
    const balance = account.balance + by;
    if (balance > int64Max || balance < minBalance(account, config)) {
      throw host.fail(assetError('Balance', 'resulting balance is not within the allowed range'), [
        host.values.number('i64', minBalance(account, config)),
        host.values.number('i64', balance),
        host.values.number('i64', int64Max),
      ]);
    }
    save({ ...account, balance });
    return;
  }
  if (by <= 0n) throw host.fail(assetError('AccountMissing', 'account entry is missing'), [host.values.address(who)]);
  if (by < 2n * config.baseReserve) {
    throw host.fail(assetError('InsufficientAccountReserve', 'transfer amount is below minimum balance for new account'), [
      host.values.number('i64', by),
      host.values.number('i64', 2n * config.baseReserve),
    ]);
  }
  save(newAccount(who.text, by, BigInt(seq) << 32n));
};

const within64 = (host: Host, amount: bigint, what: string): void => {
  if (amount > int64Max) throw host.fail(assetError('Overflow', `${what} amount is too large for an i64`));
};

export const receive = (host: Host, to: HostAddress, amount: bigint): void => {
  if (to.kind === 0) {
    within64(host, amount, 'received');
    changeAccount(host, to, amount);
    return;
  }
  contractOnly(to);
  const key = balanceKeyVal(host, to);
  const balance = (contractBalance(host, key) ?? 0n) + amount;
  if (balance > int128Max) throw host.fail(assetError('Overflow', 'balance overflow in receive_balance'));
  writeContractBalance(host, key, balance);
};

export const spend = (host: Host, from: HostAddress, amount: bigint): void => {
  if (from.kind === 0) {
    within64(host, amount, 'spent');
    changeAccount(host, from, -amount);
    return;
  }
  contractOnly(from);
  const key = balanceKeyVal(host, from);
  const balance = contractBalance(host, key);
  if (balance === undefined && amount === 0n) return;
  if (balance === undefined) {
    throw host.fail(assetError('Balance', 'zero balance is not sufficient to spend'), [host.values.number('i128', amount)]);
  }
  if (balance < amount) throw host.fail(assetError('Balance', 'balance is not sufficient to spend'), [host.values.number('i128', amount)]);
  writeContractBalance(host, key, balance - amount);
};
