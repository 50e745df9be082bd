/**
 * The native asset's contract, built into the host: balances of accounts are those of the ledger, balances of contracts are entries of its own.
 * Rules and error numbers are those of the Stellar Asset Contract; other assets than the native one are not supported.
 */
import { xdr } from '@stellar/stellar-sdk/base';
import { demux, type HostAddress } from '../address.ts';
import { HostError } from '../error.ts';
import type { Host } from '../host.ts';
import { instanceKey } from '../storage.ts';
import { TRUE, tagOf, tags, toU32, u32, type Val, VOID } from '../val.ts';
import { approve, readAllowance, spendAllowance } from './allowance.ts';
import { readBalance, receive, spend } from './balance.ts';
import { assetError } from './errors.ts';

const ledgersPerDay = 17_280;
const instanceExtend = 7 * ledgersPerDay;
const name = 'native';
const decimals = 7;

const nonNegative = (host: Host, amount: bigint): void => {
  if (amount < 0n) throw host.fail(assetError('NegativeAmount', 'negative amount is not allowed'), [host.values.number('i128', amount)]);
};

const touch = (host: Host): void => host.storage.extend(instanceKey(host.current), instanceExtend - ledgersPerDay, instanceExtend);
const addressArg = (host: Host, v: Val): HostAddress => host.values.object(v, 'address');
const amountArg = (host: Host, v: Val): bigint => host.values.toNumber(v, 'i128');

const transferred = (host: Host, from: HostAddress, to: HostAddress, amount: bigint, muxedId?: bigint): void => {
  const { values } = host;
  const topics = [values.symbol('transfer'), values.address(from), values.address(to), values.string(name)];
  const plain = values.number('i128', amount);
  const data =
    muxedId === undefined
      ? plain
      : values.map([
          [values.symbol('amount'), plain],
          [values.symbol('to_muxed_id'), values.number('u64', muxedId)],
        ]);
  host.events.contract(
    host.current,
    topics.map((t) => values.toXdr(t)),
    values.toXdr(data),
  );
};

const notOnNative = (host: Host): never => {
  throw host.fail(assetError('OperationNotSupported', 'operation invalid on native asset'));
};

type Method = { readonly args: number; readonly run: (host: Host, args: readonly Val[]) => Val };

const methods: Readonly<Record<string, Method>> = {
  transfer: {
    args: 3,
    run: (host, [fromVal, toVal, amountVal]) => {
      const amount = amountArg(host, amountVal!);
      nonNegative(host, amount);
      const muxed = tagOf(toVal!) === tags.muxed ? demux(host.values.object(toVal!, 'muxed')) : undefined;
      const to = muxed?.address ?? addressArg(host, toVal!);
      const from = addressArg(host, fromVal!);
      host.auth.require(from, undefined);
      touch(host);
      spend(host, from, amount);
      receive(host, to, amount);
      transferred(host, from, to, amount, muxed?.id);
      return VOID;
    },
  },
  transfer_from: {
    args: 4,
    run: (host, [spenderVal, fromVal, toVal, amountVal]) => {
      const amount = amountArg(host, amountVal!);
      nonNegative(host, amount);
      const [spender, from, to] = [addressArg(host, spenderVal!), addressArg(host, fromVal!), addressArg(host, toVal!)];
      host.auth.require(spender, undefined);
      touch(host);
      spendAllowance(host, from, spender, amount);
      spend(host, from, amount);
      receive(host, to, amount);
      transferred(host, from, to, amount);
      return VOID;
    },
  },
  approve: {
    args: 4,
    run: (host, [fromVal, spenderVal, amountVal, untilVal]) => {
      const amount = amountArg(host, amountVal!);
      nonNegative(host, amount);
      const [from, spender] = [addressArg(host, fromVal!), addressArg(host, spenderVal!)];
      host.auth.require(from, undefined);
      touch(host);
      approve(host, from, spender, amount, toU32(untilVal!));
      const { values } = host;
      const topics = [values.symbol('approve'), fromVal!, spenderVal!, values.string(name)];
      host.events.contract(
        host.current,
        topics.map((t) => values.toXdr(t)),
        values.toXdr(values.vec([amountVal!, untilVal!])),
      );
      return VOID;
    },
  },
  allowance: {
    args: 2,
    run: (host, [fromVal, spenderVal]) => {
      touch(host);
      return host.values.number('i128', readAllowance(host, addressArg(host, fromVal!), addressArg(host, spenderVal!)));
    },
  },
  balance: {
    args: 1,
    run: (host, [who]) => {
      touch(host);
      return host.values.number('i128', readBalance(host, addressArg(host, who!)));
    },
  },
  authorized: {
    args: 1,
    run: (host) => {
      touch(host);
      return TRUE;
    },
  },
  decimals: { args: 0, run: () => u32(decimals) },
  name: { args: 0, run: (host) => host.values.string(name) },
  symbol: { args: 0, run: (host) => host.values.string(name) },
  burn: { args: 2, run: notOnNative },
  burn_from: { args: 3, run: notOnNative },
  clawback: { args: 2, run: notOnNative },
  set_authorized: { args: 2, run: noAdmin },
  mint: { args: 2, run: noAdmin },
  set_admin: { args: 1, run: noAdmin },
  admin: { args: 0, run: noAdmin },
  trust: { args: 1, run: notOnNative },
};

/** The native asset has no issuer: what only an administrator may do finds none. */
function noAdmin(host: Host): never {
  throw host.fail(new HostError('Storage', 'MissingValue', 'key is missing from instance storage'));
}

export const callStellarAsset = (host: Host, fn: string, args: readonly Val[]): Val => {
  const method = Object.hasOwn(methods, fn) ? methods[fn]! : undefined;
  if (!method) throw host.fail(new HostError('Value', 'InvalidInput', 'symbol not found in slice of strs'), [host.values.symbol(fn)]);
  if (args.length !== method.args) throw host.fail(new HostError('Context', 'InvalidInput', 'unexpected number of arguments'));
  return method.run(host, args);
};

export const initNativeAsset = (host: Host, contract: HostAddress, asset: xdr.Asset): void => {
  if (asset.type !== 'assetTypeNative') throw host.fail(new HostError('Context', 'InvalidAction', 'contracts of other assets are not supported here'));
  host.saveInstance(contract, nativeInstance());
};

/** The instance as the network's own looks: what kind of asset, and how it is written. */
export const nativeInstance = (): xdr.ScContractInstance => {
  const symbol = xdr.ScVal.scvSymbol;
  const entry = (key: xdr.ScVal, val: xdr.ScVal) => new xdr.ScMapEntry({ key, val });
  return new xdr.ScContractInstance({
    executable: xdr.ContractExecutable.contractExecutableStellarAsset(),
    storage: [
      entry(
        symbol('METADATA'),
        xdr.ScVal.scvMap([
          entry(symbol('decimal'), xdr.ScVal.scvU32(decimals)),
          entry(symbol('name'), xdr.ScVal.scvString(name)),
          entry(symbol('symbol'), xdr.ScVal.scvString(name)),
        ]),
      ),
      entry(xdr.ScVal.scvVec([symbol('AssetInfo')]), xdr.ScVal.scvVec([symbol('Native')])),
    ],
  });
};
