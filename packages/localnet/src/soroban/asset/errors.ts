import { HostError } from '../error.ts';

/** Numbers of the built-in contracts' errors. */
const codes = {
  OperationNotSupported: 2,
  AccountMissing: 6,
  NegativeAmount: 8,
  Allowance: 9,
  Balance: 10,
  Overflow: 12,
  InsufficientAccountReserve: 14,
} as const;

export const assetError = (code: keyof typeof codes, message: string): HostError => new HostError('Contract', codes[code], message);
