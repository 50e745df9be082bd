/** Code is uploaded, contracts are created and given new code. */
import { xdr } from '@stellar/stellar-sdk/base';
import { sha256 } from '../bytes.ts';
import { addressOf, contractAddress } from './address.ts';
import { initNativeAsset } from './asset/contract.ts';
import { errorTypes, HostError } from './error.ts';
import type { Host } from './host.ts';
import { codeKey, instanceKey } from './storage.ts';
import { errorVal, type Val, VOID } from './val.ts';

export const uploadWasm = (host: Host, wasm: Uint8Array): Val => {
  if (wasm.length > host.ledger.config.limits.wasmBytesMax) throw host.fail(new HostError('Value', 'ExceededLimit', 'Wasm code is too large'));
  const hash = sha256(wasm);
  host.cost.parse(wasm.length);
  host.checkCode(hash, wasm);
  if (!host.storage.has(codeKey(hash))) {
    const entry = new xdr.ContractCodeEntry({ ext: xdr.ContractCodeEntryExt.v0(), hash, code: wasm });
    host.storage.put(xdr.LedgerEntryData.contractCode(entry));
  }
  return host.values.bytes(hash);
};

export const createContract = (host: Host, preimage: xdr.ContractIdPreimage, executable: xdr.ContractExecutable, args: readonly Val[]): Val => {
  const fromAddress = preimage.type === 'contractIdPreimageFromAddress';
  if (fromAddress !== (executable.type !== 'contractExecutableStellarAsset')) {
    throw host.fail(new HostError('Value', 'InvalidInput', 'this executable does not go with this preimage'));
  }
  if (!fromAddress) return create(host, preimage, executable, args);
  const constructorArgs = args.map((a) => host.values.toXdr(a));
  const call = xdr.SorobanAuthorizedFunction.sorobanAuthorizedFunctionTypeCreateContractV2HostFn(
    new xdr.CreateContractArgsV2({ contractIdPreimage: preimage, executable, constructorArgs }),
  );
  host.auth.push({ contract: undefined, toFunction: () => call });
  try {
    host.auth.require(addressOf(preimage.fromAddress.address), undefined);
    return create(host, preimage, executable, args);
  } finally {
    host.auth.pop();
  }
};

const create = (host: Host, preimage: xdr.ContractIdPreimage, executable: xdr.ContractExecutable, args: readonly Val[]): Val => {
  const contract = contractAddress(host.contractId(preimage));
  if (host.storage.has(instanceKey(contract))) {
    throw host.fail(new HostError('Storage', 'ExistingValue', 'contract already exists'), [host.values.bytes(contract.bytes)]);
  }
  // Looked into once for its protocol, before its constructor runs.
  if (executable.type !== 'contractExecutableStellarAsset') host.cost.instantiate(host.code(host.wasmHash(executable)).length);
  host.saveInstance(contract, new xdr.ScContractInstance({ executable, storage: null }));
  if (preimage.type === 'contractIdPreimageFromAsset') initNativeAsset(host, contract, preimage.fromAsset);
  else construct(host, contract, args);
  return host.values.address(contract);
};

const construct = (host: Host, contract: ReturnType<typeof contractAddress>, args: readonly Val[]): void => {
  let result: Val;
  try {
    result = host.call(contract, '__constructor', args, { internal: true, missingIsNoop: args.length === 0 });
  } catch (error) {
    if (!(error instanceof HostError) || !error.recoverable) throw error;
    const cause = errorVal(errorTypes.indexOf(error.type), error.code);
    throw host.fail(new HostError('Context', 'InvalidAction', 'constructor invocation has failed with error'), [cause]);
  }
  if (result !== VOID) throw host.fail(new HostError('Value', 'UnexpectedType', 'constructor returned non-void value'));
};

/** Takes effect with the next call. */
export const updateWasm = (host: Host, hash: Uint8Array): Val => {
  host.code(hash);
  const contract = host.current;
  const old = host.instance(contract);
  const executable = xdr.ContractExecutable.contractExecutableWasm(hash);
  const shown = (e: xdr.ContractExecutable) => xdr.ScVal.scvVec([xdr.ScVal.scvSymbol('Wasm'), xdr.ScVal.scvBytes(new xdr.ScBytes(host.wasmHash(e)))]);
  host.events.system(contract, [xdr.ScVal.scvSymbol('executable_update'), shown(old.executable), shown(executable)], xdr.ScVal.scvVec([]));
  host.saveInstance(contract, new xdr.ScContractInstance({ executable, storage: old.storage }));
  return VOID;
};
