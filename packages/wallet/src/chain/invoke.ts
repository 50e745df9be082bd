import { Account, Address, Operation, SorobanDataBuilder, TransactionBuilder, xdr } from '@stellar/stellar-sdk/base';
import type { Chain } from './chain.ts';

export interface Invocation {
  /** C... */
  readonly contract: string;
  readonly function: string;
  readonly args: readonly xdr.ScVal[];
  /** The source account's signature stands for this call, and for nothing below it. Otherwise the call needs nobody's. */
  readonly asSource?: boolean;
}

export type Simulation =
  | {
      readonly ok: true;
      readonly resources: xdr.SorobanTransactionData;
      readonly resourceFeeStroops: bigint;
      readonly result: xdr.ScVal;
      readonly ledger: number;
    }
  /** `contractError`: the called contract's own number, when it was the one that refused. */
  | { readonly ok: false; readonly error: string; readonly contractError?: number };

/** The account of 32 zero bytes: the caller of questions that change nothing. Nobody has its key. */
export const nobody = 'GAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAWHF';

/**
 * The call as an operation. What it authorizes is written here and never taken from the server's simulation: a server that lies could otherwise
 * add the authorization of a transfer to a harmless call.
 */
export function invocationOperation({ contract, function: name, args, asSource }: Invocation): xdr.Operation {
  const call = new xdr.InvokeContractArgs({ contractAddress: new Address(contract).toScAddress(), functionName: name, args: [...args] });
  const authorized = xdr.SorobanAuthorizedFunction.sorobanAuthorizedFunctionTypeContractFn(call);
  const auth = new xdr.SorobanAuthorizationEntry({
    credentials: xdr.SorobanCredentials.sorobanCredentialsSourceAccount(),
    rootInvocation: new xdr.SorobanAuthorizedInvocation({ function: authorized, subInvocations: [] }),
  });
  return Operation.invokeHostFunction({ func: xdr.HostFunction.hostFunctionTypeInvokeContract(call), auth: asSource ? [auth] : [] });
}

/** Runs the call on the server's copy of the ledger: what it would give back, what it would touch, what that costs. */
export async function simulate(chain: Chain, source: string, sequence: bigint, invocation: Invocation, signal?: AbortSignal): Promise<Simulation> {
  const transaction = new TransactionBuilder(new Account(source, sequence.toString()), {
    fee: '100',
    networkPassphrase: chain.network.passphrase,
    timebounds: { minTime: 0, maxTime: 0 },
  })
    .addOperation(invocationOperation(invocation))
    .build();
  const answer = await chain.rpc.call('simulateTransaction', { transaction: transaction.toXdr() }, signal);
  const error = answer.optionalText('error');
  if (error !== undefined) {
    const number = /^\s*HostError: Error\(Contract, #(\d+)\)/.exec(error)?.[1];
    return { ok: false, error, ...(number !== undefined && { contractError: Number(number) }) };
  }
  const result = answer.list('results')[0];
  return {
    ok: true,
    resources: answer.xdr('transactionData', (text) => new SorobanDataBuilder(text).build()),
    resourceFeeStroops: BigInt(answer.integer('minResourceFee')),
    result: result?.optionalText('xdr') ? result.xdr('xdr', (text) => xdr.ScVal.fromXdr(text, 'base64')) : xdr.ScVal.scvVoid(),
    ledger: answer.integer('latestLedger'),
  };
}

/** The fee in the resources is what the simulation asks for at least: the builder adds it to the offer. */
export const withFee = (resources: xdr.SorobanTransactionData, stroops: bigint): xdr.SorobanTransactionData =>
  new SorobanDataBuilder(resources).setResourceFee(stroops).build();
