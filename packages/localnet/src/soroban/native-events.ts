/** Events of the native asset's contract that the classic side causes too: payments and fees, as CAP-67 lays down. */
import { Address, Asset, nativeToScVal, StrKey, xdr } from '@stellar/stellar-sdk/base';

const contractIds = new Map<string, string>();

/** The address of the native asset's contract on a network. */
export const nativeContractId = (passphrase: string): string => {
  let id = contractIds.get(passphrase);
  if (!id) {
    id = Asset.native().contractId(passphrase);
    contractIds.set(passphrase, id);
  }
  return id;
};

const contractEvent = (contract: string, topics: xdr.ScVal[], data: xdr.ScVal): xdr.ContractEvent =>
  new xdr.ContractEvent({
    ext: xdr.ExtensionPoint.v0(),
    contractId: new xdr.ContractId(StrKey.decodeContract(contract)),
    type: xdr.ContractEventType.contract,
    body: xdr.ContractEventBody.v0(new xdr.ContractEventV0({ topics, data })),
  });

const address = (strkey: string): xdr.ScVal => new Address(strkey).toScVal();
const i128 = (value: bigint): xdr.ScVal => nativeToScVal(value, { type: 'i128' });

interface Place {
  readonly config: { readonly passphrase: string };
}

export const transferEvent = ({ config }: Place, from: string, to: string, amount: bigint, muxedId?: bigint): xdr.ContractEvent => {
  const topics = [xdr.ScVal.scvSymbol('transfer'), address(from), address(to), xdr.ScVal.scvString('native')];
  const data =
    muxedId === undefined
      ? i128(amount)
      : xdr.ScVal.scvMap([
          new xdr.ScMapEntry({ key: xdr.ScVal.scvSymbol('amount'), val: i128(amount) }),
          new xdr.ScMapEntry({ key: xdr.ScVal.scvSymbol('to_muxed_id'), val: xdr.ScVal.scvU64(muxedId) }),
        ]);
  return contractEvent(nativeContractId(config.passphrase), topics, data);
};

/** Positive when charged, negative when given back. */
export const feeEvent = ({ config }: Place, from: string, amount: bigint): xdr.ContractEvent =>
  contractEvent(nativeContractId(config.passphrase), [xdr.ScVal.scvSymbol('fee'), address(from)], i128(amount));
