import { xdr } from '@stellar/stellar-sdk/base';
import { address, bool, bytes, type Codec, type Input, i128, list, nothing, type Output, optional, u32, u64 } from './codec.ts';
import { attestation, chainValue, change, config, earnings, epochView, nodeView, params, proof, proofView, proposalView } from './types.ts';

/** One call of the incentive contract. `Result` is what it gives back. */
export interface Call<Result> {
  readonly function: FunctionName;
  readonly args: readonly xdr.ScVal[];
  readonly read: (value: xdr.ScVal) => Result;
}

interface Signature<Args extends readonly Codec<never, unknown>[], Out> {
  readonly changes: boolean;
  readonly inputs: readonly string[];
  readonly args: Args;
  readonly result: Codec<never, Out>;
}

const fn = <const Args extends readonly Codec<never, unknown>[], Out>(
  changes: boolean,
  inputs: readonly string[],
  args: Args,
  result: Codec<never, Out>,
): Signature<Args, Out> => ({ changes, inputs, args, result });

const key = bytes(32);
const signature = bytes(64);

/** Every function of contracts/incentive but the constructor, under its name there. The tests hold this against the contract's own description. */
export const functions = {
  register: fn(true, ['node', 'payout', 'nonce', 'member_signature', 'signature'], [key, address, u32, signature, signature], nothing),
  submit_proof: fn(true, ['proof'], [proof], nothing),
  submit_batch: fn(true, ['proofs'], [list(proof)], list(u32)),
  attest: fn(true, ['node', 'epoch', 'uptime_bp', 'latency_us', 'earning', 'signature'], [key, u32, u32, u32, u64, signature], nothing),
  attest_batch: fn(true, ['attestations'], [list(attestation)], list(u32)),
  publish: fn(true, ['epoch', 'value'], [u32, key], nothing),
  draw: fn(true, ['epoch'], [u32], nothing),
  challenge: fn(true, ['node', 'epoch', 'signature'], [key, u32, signature], nothing),
  reveal: fn(true, ['node', 'epoch', 'openings'], [key, u32, list(bytes())], nothing),
  forfeit: fn(true, ['node', 'epoch'], [key, u32], nothing),
  claim: fn(true, ['node', 'epochs'], [key, list(u32)], i128),
  propose: fn(true, ['node', 'nonce', 'change', 'signature'], [key, u32, change, signature], u32),
  vote: fn(true, ['proposal', 'node', 'yes', 'signature'], [u32, key, bool, signature], nothing),
  execute: fn(true, ['proposal'], [u32], nothing),
  config: fn(false, [], [], config),
  chain: fn(false, [], [], chainValue),
  params: fn(false, ['epoch'], [u32], params),
  node: fn(false, ['node'], [key], optional(nodeView)),
  proof: fn(false, ['node', 'epoch'], [key, u32], optional(proofView)),
  epoch: fn(false, ['epoch'], [u32], epochView),
  proposal: fn(false, ['proposal'], [u32], optional(proposalView)),
  earnings: fn(false, ['node'], [key], optional(earnings)),
};

export type FunctionName = keyof typeof functions;
type Inputs<T extends readonly Codec<never, unknown>[]> = { [I in keyof T]: Input<T[I]> };
export type Result<F extends FunctionName> = Output<(typeof functions)[F]['result']>;

/** `call('claim', node, [5, 6])`: typed by the function's name. Throws RangeError on values that cannot be written. */
export function call<F extends FunctionName>(name: F, ...values: Inputs<(typeof functions)[F]['args']>): Call<Result<F>> {
  const { args, result } = functions[name] as unknown as Signature<Codec<unknown>[], Result<F>>;
  return { function: name, args: args.map((codec, i) => codec.write((values as readonly unknown[])[i])), read: (value) => result.read(value) };
}

/** The contract takes no more at once. */
export const batchMax = 32;

/** A call on its way to whoever brings it to the ledger: JSON. */
export interface CallOnTheWay {
  readonly function: string;
  /** Base64 ScVal each. */
  readonly args: readonly string[];
}

export const callToWire = ({ function: name, args }: Call<unknown>): CallOnTheWay => ({ function: name, args: args.map((arg) => arg.toXdr('base64')) });

/** What a relay may be handed by a stranger: a call that changes something, with arguments of the right shape and nothing beside. Otherwise undefined. */
export function callFromWire(value: CallOnTheWay): Call<unknown> | undefined {
  const known = Object.hasOwn(functions, value.function)
    ? (functions[value.function as FunctionName] as unknown as Signature<Codec<unknown>[], unknown>)
    : undefined;
  if (!known?.changes || value.args.length !== known.args.length) return undefined;
  try {
    const args = value.args.map((text, i) => {
      const arg = xdr.ScVal.fromXdr(text, 'base64');
      const codec = known.args[i]!;
      if (codec.write(codec.read(arg)).toXdr('base64') !== text) throw new TypeError('more than what is known');
      return arg;
    });
    return { function: value.function as FunctionName, args, read: (result) => known.result.read(result) };
  } catch {
    return undefined;
  }
}
