import { xdr } from '@stellar/stellar-sdk/base';
import { readAccounts } from '../chain/account.ts';
import type { Chain } from '../chain/chain.ts';
import { ChainError, SimulationFailure } from '../chain/errors.ts';
import { inclusionFee } from '../chain/fees.ts';
import { type Invocation, invocationOperation, nobody, type Simulation, simulate } from '../chain/invoke.ts';
import { readLedger } from '../chain/ledger.ts';
import { build, type Unsigned } from '../chain/transaction.ts';
import type { Call } from './calls.ts';
import { badSignature, type Refusal, refusalOf } from './refusals.ts';

/** The contract ran and said no. */
export class ContractRefusal extends ChainError {
  override readonly name = 'ContractRefusal';
  readonly code = 'contract';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`${refusal.name}: ${refusal.words}`);
    this.refusal = refusal;
  }

  shouldRetry(): boolean {
    return this.refusal.verdict === 'later';
  }
}

export interface PreparedCall<Result> {
  readonly prepared: Unsigned;
  readonly feeLikelyStroops: bigint;
  /** What it would give back if it were included now. */
  readonly result: Result;
}

export type CallRefusal =
  | { readonly refused: 'contract'; readonly refusal: Refusal }
  | { readonly refused: 'source-missing' }
  | { readonly refused: 'insufficient'; readonly feeMaxStroops: bigint }
  /** Above what the caller is willing to pay without asking anybody. */
  | { readonly refused: 'too-dear'; readonly feeMaxStroops: bigint };

export interface CallOptions {
  /** Who pays: any account. The contract asks for nobody's Stellar signature. */
  readonly source: string;
  /** No more than this for one call, whatever the server says: 2 XLM unless said otherwise. */
  readonly feeStroopsMax?: bigint;
  readonly validSeconds?: number;
}

const feeStroopsMaxDefault = 20_000_000n;

const contractOf = ({ network }: Chain): string => {
  if (network.contractId === undefined) throw new RangeError('no contract is configured for this network');
  return network.contractId;
};

const invocationOf = (chain: Chain, call: Call<unknown>): Invocation => ({ contract: contractOf(chain), function: call.function, args: call.args });

/** Asks without changing anything, for free. Throws ContractRefusal when the contract says no. */
export async function ask<Result>(chain: Chain, call: Call<Result>, signal?: AbortSignal): Promise<Result> {
  const simulation = await simulate(chain, nobody, 0n, invocationOf(chain, call), signal);
  if (simulation.ok) return call.read(simulation.result);
  throw new ContractRefusal(refusalIn(simulation));
}

/** The call as a transaction of `source`, ready to be signed; or why it would not work now. */
export async function prepareCall<Result>(
  chain: Chain,
  call: Call<Result>,
  options: CallOptions,
  signal?: AbortSignal,
): Promise<PreparedCall<Result> | CallRefusal> {
  const { source, feeStroopsMax = feeStroopsMaxDefault, validSeconds } = options;
  const ledger = await readLedger(chain, signal);
  const [account] = await readAccounts(chain, [source], ledger.baseReserveStroops, signal);
  if (!account) return { refused: 'source-missing' };
  const invocation = invocationOf(chain, call);
  const simulation = await simulate(chain, source, account.sequence, invocation, signal);
  if (!simulation.ok) return { refused: 'contract', refusal: refusalIn(simulation) };
  const { bidStroops, likelyStroops } = await inclusionFee(chain, 'contract', ledger, signal);
  const prepared = build({
    chain,
    source,
    sequence: account.sequence,
    madeAt: ledger.closedAt,
    feeStroops: bidStroops,
    operations: [invocationOperation(invocation)],
    resources: simulation.resources,
    ...(validSeconds !== undefined && { validSeconds }),
  });
  const { feeMaxStroops } = prepared;
  if (feeMaxStroops > feeStroopsMax) return { refused: 'too-dear', feeMaxStroops };
  if (feeMaxStroops > account.spendableStroops) return { refused: 'insufficient', feeMaxStroops };
  return { prepared, feeLikelyStroops: likelyStroops + simulation.resources.resourceFee, result: call.read(simulation.result) };
}

function refusalIn({ error, contractError }: Extract<Simulation, { ok: false }>): Refusal {
  if (contractError !== undefined) return refusalOf(contractError);
  if (/^\s*HostError: Error\(Crypto, /.test(error)) return badSignature;
  throw new SimulationFailure(error);
}

/** What a confirmed call gave back: `Submission`'s `returnValue`. */
export const readResultOf = <Result>(call: Call<Result>, returnValue: string): Result => call.read(xdr.ScVal.fromXdr(returnValue, 'base64'));
