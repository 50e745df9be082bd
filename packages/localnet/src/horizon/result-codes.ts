/** Results as Horizon names them: snake case, `op_` before those of operations. */
import type { xdr } from '@stellar/stellar-sdk/base';

const snake = (name: string): string => name.replace(/([A-Z])/g, '_$1').toLowerCase();

/** Names that are not simply those of the protocol. */
const special: Readonly<Record<string, string>> = {
  createAccountAlreadyExist: 'op_already_exists',
  createAccountLowReserve: 'op_low_reserve',
  createAccountUnderfunded: 'op_underfunded',
  createAccountMalformed: 'op_malformed',
  setOptionsTooManySigners: 'op_too_many_signers',
  invokeHostFunctionTrapped: 'function_trapped',
  invokeHostFunctionResourceLimitExceeded: 'resource_limit_exceeded',
  invokeHostFunctionEntryArchived: 'entry_archived',
  invokeHostFunctionInsufficientRefundableFee: 'insufficient_refundable_fee',
  txInsufficientBalance: 'tx_insufficient_balance',
};

const operationCode = (result: xdr.OperationResult): string => {
  if (result.type !== 'opInner') return snake(result.type);
  const { type } = result.tr.value;
  if (type.endsWith('Success')) return 'op_success';
  const named = special[type];
  if (named) return named;
  const prefix = result.tr.type;
  return `op${snake(type.startsWith(prefix) ? type.slice(prefix.length) : `_${type}`)}`;
};

export interface ResultCodes {
  readonly transaction: string;
  readonly inner_transaction?: string;
  readonly operations?: string[];
}

export const resultCodes = ({ result }: xdr.TransactionResult): ResultCodes => {
  if (result.type === 'txFeeBumpInnerSuccess' || result.type === 'txFeeBumpInnerFailed') {
    const inner = result.innerResultPair.result.result;
    const operations = inner.type === 'txSuccess' || inner.type === 'txFailed' ? inner.results.map(operationCode) : undefined;
    return { transaction: snake(result.type), inner_transaction: snake(inner.type), ...(operations && { operations }) };
  }
  const operations = result.type === 'txSuccess' || result.type === 'txFailed' ? result.results.map(operationCode) : undefined;
  return { transaction: snake(result.type), ...(operations && { operations }) };
};
