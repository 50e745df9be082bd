/** Errors of the host: a type and a code, as they stand in an SCError. */
import { xdr } from '@stellar/stellar-sdk/base';

export const errorTypes = ['Contract', 'WasmVm', 'Context', 'Storage', 'Object', 'Crypto', 'Events', 'Budget', 'Value', 'Auth'] as const;
export type ErrorType = (typeof errorTypes)[number];
export const errorCodes = [
  'ArithDomain',
  'IndexBounds',
  'InvalidInput',
  'MissingValue',
  'ExistingValue',
  'ExceededLimit',
  'InvalidAction',
  'InternalError',
  'UnexpectedType',
  'UnexpectedSize',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export class HostError extends Error {
  override readonly name = 'HostError';
  readonly type: ErrorType;
  /** the contract's own number, or a place in errorCodes */
  readonly code: number;
  /** stands among the diagnostics already */
  noted = false;

  constructor(type: ErrorType, code: ErrorCode | number, message = '') {
    super(message);
    this.type = type;
    this.code = typeof code === 'number' ? code : errorCodes.indexOf(code);
  }

  /** `Error(Contract, #3)`, `Error(Storage, MissingValue)`: what clients look for in the text of a failed simulation. */
  get text(): string {
    return this.type === 'Contract' ? `Error(Contract, #${this.code})` : `Error(${this.type}, ${errorCodes[this.code] ?? this.code})`;
  }

  /** Whether a caller's try_call may go on: not when the host itself, the budget or the footprint failed. */
  get recoverable(): boolean {
    if (this.type === 'Contract') return true;
    const code = errorCodes[this.code];
    return code !== 'InternalError' && !(code === 'ExceededLimit' && (this.type === 'Storage' || this.type === 'Budget'));
  }
}

const arms = ['sceContract', 'sceWasmVm', 'sceContext', 'sceStorage', 'sceObject', 'sceCrypto', 'sceEvents', 'sceBudget', 'sceValue', 'sceAuth'] as const;

export const errorXdr = (type: number, code: number): xdr.ScError => {
  const arm = arms[type];
  if (!arm) throw new HostError('Value', 'InvalidInput', 'no such type of error');
  return arm === 'sceContract' ? xdr.ScError.sceContract(code) : xdr.ScError[arm](xdr.ScErrorCode.fromValue(code));
};

export const errorParts = (error: xdr.ScError): { type: number; code: number } => ({
  type: arms.indexOf(error.type),
  code: error.type === 'sceContract' ? error.contractCode : error.code.value,
});
