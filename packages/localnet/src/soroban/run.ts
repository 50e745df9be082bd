/** What a transaction asks of the host: call a contract, create one, upload code. */
import { xdr } from '@stellar/stellar-sdk/base';
import { addressOf } from './address.ts';
import { HostError } from './error.ts';
import { newFrame } from './frame.ts';
import type { Host } from './host.ts';
import { createContract, uploadWasm } from './lifecycle.ts';
import type { Val } from './val.ts';

const run = (host: Host, fn: xdr.HostFunction): Val => {
  switch (fn.type) {
    case 'hostFunctionTypeInvokeContract': {
      const { contractAddress, functionName, args } = fn.invokeContract;
      const values = args.map((a) => host.values.fromXdr(a));
      return host.call(addressOf(contractAddress), functionName.toString(), values);
    }
    case 'hostFunctionTypeCreateContract':
      return createContract(host, fn.createContract.contractIdPreimage, fn.createContract.executable, []);
    case 'hostFunctionTypeCreateContractV2': {
      const { contractIdPreimage, executable, constructorArgs } = fn.createContractV2;
      const args = constructorArgs.map((a) => host.values.fromXdr(a));
      return createContract(host, contractIdPreimage, executable, args);
    }
    case 'hostFunctionTypeUploadContractWasm':
      return uploadWasm(host, fn.wasm);
  }
};

export type Ran = { readonly ok: true; readonly value: xdr.ScVal } | { readonly ok: false; readonly error: HostError };

export const runHostFunction = (host: Host, fn: xdr.HostFunction): Ran => {
  try {
    const value = host.withFrame(newFrame(undefined, fn.type, []), () => run(host, fn));
    return { ok: true, value: host.values.toXdr(value) };
  } catch (error) {
    // Anything else is a mistake of this network's: the call fails, and says with what; the ledger goes on.
    const failure = error instanceof HostError ? error : new HostError('Context', 'InternalError', `localnet: ${error}`);
    if (!failure.noted) host.fail(failure);
    return { ok: false, error: failure };
  }
};

export const eventsSize = (events: readonly xdr.ContractEvent[], value: xdr.ScVal): number =>
  events.reduce((sum, e) => sum + e.toXdr().length, value.toXdr().length);

/** The hash that stands in the result of a call that succeeded. */
export const successPreimage = (value: xdr.ScVal, events: readonly xdr.ContractEvent[]): Uint8Array =>
  new xdr.InvokeHostFunctionSuccessPreImage({ returnValue: value, events: [...events] }).toXdr();
