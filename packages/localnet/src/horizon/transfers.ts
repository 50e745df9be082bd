/** Lumens moved by contracts, read from the native asset's events. */
import { Address, type xdr } from '@stellar/stellar-sdk/base';

export interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
}

export const scAddressText = (address: xdr.ScAddress): string => Address.fromScAddress(address).toString();

const amountOf = (data: xdr.ScVal): bigint | undefined => {
  const value = data.type === 'scvMap' ? data.map?.find((e) => e.key.type === 'scvSymbol' && e.key.sym.toString() === 'amount')?.val : data;
  return value?.type === 'scvI128' ? (value.i128.hi << 64n) | value.i128.lo : undefined;
};

export const transferOf = (event: xdr.ContractEvent): Transfer | undefined => {
  const { topics, data } = event.body.v0;
  const [name, from, to, asset] = topics;
  const amount = amountOf(data);
  const native = asset?.type === 'scvString' && asset.str.toString() === 'native';
  if (!native || name?.type !== 'scvSymbol' || name.sym.toString() !== 'transfer' || amount === undefined) return undefined;
  if (from?.type !== 'scvAddress' || to?.type !== 'scvAddress') return undefined;
  return { from: scAddressText(from.address), to: scAddressText(to.address), amount };
};
