/**
 * One invocation: objects, storage, events, authorisation and the stack of calls. Behaviour follows the Soroban host (soroban-env-host 29):
 * a frame that fails is undone whole, and an Error returned counts as a failure.
 */
import { xdr } from '@stellar/stellar-sdk/base';
import { sha256 } from '../bytes.ts';
import { accountKey } from '../ledger/accounts.ts';
import type { LedgerContext } from '../tx/operations/context.ts';
import { addressXdr, type HostAddress } from './address.ts';
import { callStellarAsset } from './asset/contract.ts';
import { Auth, type AuthOptions } from './auth.ts';
import { Cost } from './cost.ts';
import { errorTypes, errorXdr, HostError } from './error.ts';
import { Events } from './events.ts';
import { type Frame, newFrame } from './frame.ts';
import { Prng, unbiased } from './prng.ts';
import { codeKey, instanceKey, type Storage } from './storage.ts';
import type { Val } from './val.ts';
import * as val from './val.ts';
import { Values } from './values.ts';
import { callWasm, loadCode } from './vm.ts';

export interface HostOptions {
  readonly ledger: LedgerContext;
  readonly storage: Storage;
  readonly auth: (host: Host) => AuthOptions;
  readonly prngSeed: Uint8Array;
}

export interface CallOptions {
  /** calls that only the host makes: functions whose names begin with two underscores */
  readonly internal?: boolean;
  readonly missingIsNoop?: boolean;
}

export class Host {
  readonly ledger: LedgerContext;
  readonly values = new Values();
  readonly storage: Storage;
  readonly events = new Events();
  readonly auth: Auth;
  readonly cost = new Cost();
  readonly #frames: Frame[] = [];
  readonly #prng: Prng;

  constructor(options: HostOptions) {
    this.ledger = options.ledger;
    this.storage = options.storage;
    this.auth = new Auth(options.auth(this));
    this.#prng = new Prng(unbiased(options.prngSeed));
  }

  get frame(): Frame {
    const frame = this.#frames.at(-1);
    if (!frame) throw new HostError('Context', 'InternalError', 'no contract running');
    return frame;
  }

  /** The contract that runs. */
  get current(): HostAddress {
    const { contract } = this.frame;
    if (!contract) throw new HostError('Context', 'InternalError', 'Current context has no contract ID');
    return contract;
  }

  get prng(): Prng {
    const { frame } = this;
    frame.prng ??= this.#prng.child();
    return frame.prng;
  }

  reseed(seed: Uint8Array): void {
    this.frame.prng = new Prng(unbiased(seed));
  }

  /** Notes the error among the diagnostics, and returns it to be thrown. */
  fail(error: HostError, args: readonly Val[] = []): HostError {
    const shown = args.map((a) => this.values.toXdr(a));
    error.noted = true;
    this.events.error(this.#frames.at(-1)?.contract, errorXdr(errorTypes.indexOf(error.type), error.code), error.message, shown);
    return error;
  }

  withFrame(frame: Frame, run: () => Val): Val {
    if (this.#frames.length >= this.ledger.config.limits.callDepthMax) throw new HostError('Context', 'ExceededLimit', 'too many nested calls');
    const marks = [this.storage.mark(), this.events.mark(), this.auth.mark()] as const;
    const { contract } = frame;
    if (contract) {
      const call = (args: readonly xdr.ScVal[] | undefined) =>
        xdr.SorobanAuthorizedFunction.sorobanAuthorizedFunctionTypeContractFn(
          new xdr.InvokeContractArgs({
            contractAddress: addressXdr(contract),
            functionName: frame.fn,
            args: args ? [...args] : frame.args.map((a) => this.values.toXdr(a)),
          }),
        );
      this.auth.push({ contract, toFunction: call });
    }
    this.#frames.push(frame);
    try {
      const result = run();
      if (val.isError(result)) throw this.#returnedError(result);
      this.#persistInstance(frame);
      return result;
    } catch (error) {
      this.storage.rollback(marks[0]);
      this.events.rollback(marks[1]);
      this.auth.rollback(marks[2]);
      throw error;
    } finally {
      this.#frames.pop();
      if (contract) this.auth.pop();
    }
  }

  #returnedError(result: Val): HostError {
    if (errorTypes[val.errorTypeOf(result)] === 'Contract') {
      return this.fail(val.hostErrorOf(result, 'escalating Ok(ScErrorType::Contract) frame-exit to Err'));
    }
    return this.fail(new HostError('Context', 'InvalidAction', 'frame-exit with Ok(Error) carrying a non-ScErrorType::Contract Error'), [result]);
  }

  call(contract: HostAddress, fn: string, args: readonly Val[], options: CallOptions = {}): Val {
    if (contract.kind !== 1) throw this.fail(new HostError('Value', 'UnexpectedType', 'not a contract'));
    if (!options.internal && fn.startsWith('__')) {
      throw this.fail(new HostError('Context', 'InvalidAction', "can't invoke a reserved function directly"), [this.values.symbol(fn)]);
    }
    if (this.#frames.some((f) => f.contract?.text === contract.text)) {
      throw this.fail(new HostError('Context', 'InvalidAction', 'Contract re-entry is not allowed'));
    }
    this.events.call(
      this.#frames.at(-1)?.contract,
      contract,
      fn,
      args.map((a) => this.values.toXdr(a)),
    );
    const instance = this.instance(contract);
    const frame = newFrame(contract, fn, args, instance);
    const result = this.withFrame(frame, () => {
      const { executable } = instance;
      if (executable.type === 'contractExecutableStellarAsset') return callStellarAsset(this, fn, args);
      return callWasm(this, frame, this.wasmHash(executable), options.missingIsNoop ?? false);
    });
    this.events.returned(contract, fn, this.values.toXdr(result));
    return result;
  }

  /** As contracts may catch it: errors of contracts as they are, those of the host under one name. */
  tryCall(contract: HostAddress, fn: string, args: readonly Val[]): Val {
    try {
      return this.call(contract, fn, args);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.fail(new HostError(error.type, error.code, 'contract try_call failed'), [this.values.symbol(fn), this.values.vec(args)]);
      if (!error.recoverable) throw error;
      return error.type === 'Contract' ? val.errorVal(0, error.code) : val.errorOf('Context', 'InvalidAction');
    }
  }

  instance(contract: HostAddress): xdr.ScContractInstance {
    const data = this.storage.get(instanceKey(contract))?.data;
    if (data?.type === 'contractData' && data.contractData.val.type === 'scvContractInstance') return data.contractData.val.instance;
    throw this.fail(new HostError('Storage', 'MissingValue', 'trying to get non-existing value for contract instance'), [this.values.address(contract)]);
  }

  contractExists(contract: HostAddress): boolean {
    return this.storage.has(instanceKey(contract));
  }

  accountExists(id: string): boolean {
    return this.storage.has(accountKey(id));
  }

  wasmHash(executable: xdr.ContractExecutable): Uint8Array {
    if (executable.type === 'contractExecutableWasm') return executable.wasmHash.value;
    throw this.fail(new HostError('Context', 'InvalidAction', `executables of type ${executable.type} are not supported here`));
  }

  saveInstance(contract: HostAddress, instance: xdr.ScContractInstance): void {
    this.storage.put(
      xdr.LedgerEntryData.contractData(
        new xdr.ContractDataEntry({
          ext: xdr.ExtensionPoint.v0(),
          contract: addressXdr(contract),
          key: xdr.ScVal.scvLedgerKeyContractInstance(),
          durability: xdr.ContractDataDurability.persistent,
          val: xdr.ScVal.scvContractInstance(instance),
        }),
      ),
    );
  }

  code(hash: Uint8Array): Uint8Array {
    const data = this.storage.get(codeKey(hash))?.data;
    if (data?.type === 'contractCode') return data.contractCode.code;
    throw this.fail(new HostError('Storage', 'MissingValue', 'Wasm does not exist'));
  }

  /** Whether this network could run it; fails with HostError. */
  checkCode(hash: Uint8Array, wasm: Uint8Array): void {
    loadCode(hash, wasm, this.ledger.config.protocolVersion);
  }

  /** The instance storage of the contract that runs. */
  instanceStorage(): NonNullable<Frame['storage']> {
    const { frame } = this;
    if (!frame.instance) throw new HostError('Context', 'InternalError', 'access to instance in frame without instance');
    frame.storage ??= {
      map: (frame.instance.storage ?? []).map((e) => [this.values.fromXdr(e.key), this.values.fromXdr(e.val)] as const),
      modified: false,
    };
    return frame.storage;
  }

  #persistInstance(frame: Frame): void {
    if (!frame.storage?.modified || !frame.contract) return;
    // The executable may have been replaced meanwhile: what is stored, not what the call began with.
    const { executable } = this.instance(frame.contract);
    const storage = frame.storage.map.map(([k, v]) => new xdr.ScMapEntry({ key: this.values.toXdr(k), val: this.values.toXdr(v) }));
    this.saveInstance(frame.contract, new xdr.ScContractInstance({ executable, storage }));
  }

  contractId(preimage: xdr.ContractIdPreimage): Uint8Array {
    const full = xdr.HashIdPreimage.envelopeTypeContractId(
      new xdr.HashIdPreimageContractId({ networkId: this.ledger.networkId, contractIdPreimage: preimage }),
    );
    return sha256(full.toXdr());
  }
}
