/** Addresses as the host compares them: kind first, then bytes. */
import { Address, StrKey, type xdr } from '@stellar/stellar-sdk/base';
import { compareBytes } from '../bytes.ts';
import { HostError } from './error.ts';

export interface HostAddress {
  /** as in SCAddressType: 0 account, 1 contract, 2 muxed account */
  readonly kind: number;
  /** key or contract id; of a muxed account its number, then its key, as in XDR */
  readonly bytes: Uint8Array;
  /** strkey */
  readonly text: string;
}

const kinds = ['scAddressTypeAccount', 'scAddressTypeContract', 'scAddressTypeMuxedAccount', 'scAddressTypeClaimableBalance', 'scAddressTypeLiquidityPool'];

export const addressOf = (address: xdr.ScAddress): HostAddress => {
  const kind = kinds.indexOf(address.type);
  return { kind, bytes: address.toXdr().subarray(address.type === 'scAddressTypeAccount' ? 8 : 4), text: Address.fromScAddress(address).toString() };
};

export const addressXdr = (address: HostAddress): xdr.ScAddress => new Address(address.text).toScAddress();

export const contractAddress = (id: Uint8Array): HostAddress => ({ kind: 1, bytes: id, text: StrKey.encodeContract(id) });
export const accountAddress = (id: string): HostAddress => ({ kind: 0, bytes: StrKey.decodeEd25519PublicKey(id), text: id });

/** From a strkey; the error is the host's. */
export const addressFromStrkey = (text: string): HostAddress => {
  try {
    return addressOf(new Address(text).toScAddress());
  } catch {
    throw new HostError('Value', 'InvalidInput', 'not a strkey');
  }
};

export const compareAddresses = (a: HostAddress, b: HostAddress): number => a.kind - b.kind || compareBytes(a.bytes, b.bytes);

/** The plain account under a muxed one, and its number. */
export const demux = (address: HostAddress): { address: HostAddress; id: bigint } => {
  const muxed = addressXdr(address);
  if (muxed.type !== 'scAddressTypeMuxedAccount') throw new HostError('Value', 'InvalidInput', 'not a muxed address');
  const { ed25519, id } = muxed.muxedAccount;
  return { address: accountAddress(StrKey.encodeEd25519PublicKey(ed25519.value)), id };
};
