import { xdr } from '@stellar/stellar-sdk/base';
import type { EntryKey } from '../../ledger/entries.ts';
import { addressXdr, contractAddress, type HostAddress } from '../address.ts';
import { keyIn, readData, storageTypes, writeData } from '../data.ts';
import { HostError } from '../error.ts';
import type { Host } from '../host.ts';
import { createContract, updateWasm, uploadWasm } from '../lifecycle.ts';
import { codeKey, instanceKey } from '../storage.ts';
import { bool, toU32, type Val, VOID } from '../val.ts';
import { fn, type HostFunctions } from './table.ts';

const instance = storageTypes.instance;

/** The instance, and its code unless the contract is built in. */
const instanceAndCode = (host: Host, contract: HostAddress, scope: bigint): EntryKey[] => {
  const { executable } = host.instance(contract);
  const code = executable.type === 'contractExecutableWasm' ? [codeKey(executable.wasmHash.value)] : [];
  return [...(scope === 2n ? [] : [instanceKey(contract)]), ...(scope === 1n ? [] : code)];
};

const extendAll = (host: Host, keys: readonly EntryKey[], threshold: Val, extendTo: Val): Val => {
  for (const key of keys) host.storage.extend(key, toU32(threshold), toU32(extendTo));
  return VOID;
};

const preimage = (host: Host, deployer: Val, salt: Val): xdr.ContractIdPreimage => {
  const bytes = host.values.object(salt, 'bytes');
  if (bytes.length !== 32) throw new HostError('Object', 'UnexpectedSize', 'a salt has 32 bytes');
  return xdr.ContractIdPreimage.contractIdPreimageFromAddress(
    new xdr.ContractIdPreimageFromAddress({ address: addressXdr(host.values.object(deployer, 'address')), salt: bytes }),
  );
};

const assetPreimage = (host: Host, asset: Val): xdr.ContractIdPreimage => {
  try {
    return xdr.ContractIdPreimage.contractIdPreimageFromAsset(xdr.Asset.fromXdr(host.values.object(asset, 'bytes')));
  } catch (error) {
    throw error instanceof HostError ? error : new HostError('Value', 'InvalidInput', 'not the XDR of an asset');
  }
};

const deploy = (host: Host, deployer: Val, hash: Val, salt: Val, args: readonly Val[]): Val =>
  createContract(host, preimage(host, deployer, salt), xdr.ContractExecutable.contractExecutableWasm(host.values.object(hash, 'bytes')), args);

const idVal = (host: Host, of: xdr.ContractIdPreimage): Val => host.values.address(contractAddress(host.contractId(of)));

const unsupported = (label: string) =>
  fn(label, () => {
    throw new HostError('Context', 'InvalidAction', `${label} is not supported here`);
  });

export const ledger: HostFunctions = {
  _: fn('put_contract_data', (host, k: bigint, v: bigint, t: bigint) => {
    if (t !== instance) writeData(host, k, v, t);
    else {
      const storage = host.instanceStorage();
      const { found, at } = host.values.find(storage.map, k);
      storage.map = storage.map.toSpliced(at, found ? 1 : 0, [k, v]);
      storage.modified = true;
    }
    return VOID;
  }),
  0: fn('has_contract_data', (host, k: bigint, t: bigint) =>
    bool(t === instance ? host.values.find(host.instanceStorage().map, k).found : host.storage.has(keyIn(host, k, t))),
  ),
  1: fn('get_contract_data', (host, k: bigint, t: bigint) => {
    if (t !== instance) {
      const value = readData(host, k, t);
      if (value === undefined) throw host.fail(new HostError('Storage', 'MissingValue', 'trying to get non-existing value for contract data key'), [k]);
      return value;
    }
    const { map } = host.instanceStorage();
    const { found, at } = host.values.find(map, k);
    if (!found) throw host.fail(new HostError('Storage', 'MissingValue', 'key is missing from instance storage'), [k]);
    return map[at]![1];
  }),
  2: fn('del_contract_data', (host, k: bigint, t: bigint) => {
    if (t !== instance) host.storage.remove(keyIn(host, k, t));
    else {
      const storage = host.instanceStorage();
      const { found, at } = host.values.find(storage.map, k);
      if (found) storage.map = storage.map.toSpliced(at, 1);
      // As in the host, the instance is written also where there was nothing to remove.
      storage.modified = true;
    }
    return VOID;
  }),
  3: fn('create_contract', (host, deployer: bigint, hash: bigint, salt: bigint) => deploy(host, deployer, hash, salt, [])),
  4: fn('create_asset_contract', (host, asset: bigint) =>
    createContract(host, assetPreimage(host, asset), xdr.ContractExecutable.contractExecutableStellarAsset(), []),
  ),
  5: fn('upload_wasm', (host, wasm: bigint) => uploadWasm(host, host.values.object(wasm, 'bytes'))),
  6: fn('update_current_contract_wasm', (host, hash: bigint) => updateWasm(host, host.values.object(hash, 'bytes'))),
  7: fn('extend_contract_data_ttl', (host, k: bigint, t: bigint, threshold: bigint, extendTo: bigint) =>
    extendAll(host, t === instance ? instanceAndCode(host, host.current, 1n) : [keyIn(host, k, t)], threshold, extendTo),
  ),
  8: fn('extend_current_contract_instance_and_code_ttl', (host, threshold: bigint, extendTo: bigint) =>
    extendAll(host, instanceAndCode(host, host.current, 0n), threshold, extendTo),
  ),
  9: fn('extend_contract_instance_and_code_ttl', (host, contract: bigint, threshold: bigint, extendTo: bigint) =>
    extendAll(host, instanceAndCode(host, host.values.object(contract, 'address'), 0n), threshold, extendTo),
  ),
  a: fn('get_contract_id', (host, deployer: bigint, salt: bigint) => idVal(host, preimage(host, deployer, salt))),
  b: fn('get_asset_contract_id', (host, asset: bigint) => idVal(host, assetPreimage(host, asset))),
  c: fn('extend_contract_instance_ttl', (host, contract: bigint, threshold: bigint, extendTo: bigint) =>
    extendAll(host, instanceAndCode(host, host.values.object(contract, 'address'), 1n), threshold, extendTo),
  ),
  d: fn('extend_contract_code_ttl', (host, contract: bigint, threshold: bigint, extendTo: bigint) =>
    extendAll(host, instanceAndCode(host, host.values.object(contract, 'address'), 2n), threshold, extendTo),
  ),
  e: fn('create_contract_with_constructor', (host, deployer: bigint, hash: bigint, salt: bigint, args: bigint) =>
    deploy(host, deployer, hash, salt, host.values.object(args, 'vec')),
  ),
  f: fn('extend_contract_data_ttl_v2', (host, k: bigint, t: bigint, extendTo: bigint, least: bigint, most: bigint) => {
    host.storage.extendWithin(keyIn(host, k, t), toU32(extendTo), toU32(least), toU32(most));
    return VOID;
  }),
  g: fn('extend_contract_instance_and_code_ttl_v2', (host, contract: bigint, scope: bigint, extendTo: bigint, least: bigint, most: bigint) => {
    for (const key of instanceAndCode(host, host.values.object(contract, 'address'), scope)) {
      host.storage.extendWithin(key, toU32(extendTo), toU32(least), toU32(most));
    }
    return VOID;
  }),
  h: unsupported('create_executable_tag'),
  i: unsupported('create_external_ref_contract'),
  j: unsupported('update_current_contract_executable_ref'),
};
