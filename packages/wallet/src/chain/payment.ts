import { Address, Asset, Contract, nativeToScVal, Operation, type xdr } from '@stellar/stellar-sdk/base';
import { type Destination, type DestinationFault, isPayoutAddress, parseDestination } from '../input/address.ts';
import { type AmountFault, formatXlm, judgeAmount } from '../input/amount.ts';
import { judgeMemo, type Memo, type MemoFault } from '../input/memo.ts';
import { type Account, readAccounts } from './account.ts';
import type { Chain } from './chain.ts';
import { type InclusionFee, inclusionFee } from './fees.ts';
import { type Invocation, invocationOperation, simulate, withFee } from './invoke.ts';
import { accountKey, type Ledger, readEntries, readLedger } from './ledger.ts';
import { build, type Unsigned } from './transaction.ts';

export interface PaymentWish {
  /** The own account, G... */
  readonly from: string;
  /** As typed or scanned. */
  readonly to: string;
  /** `'all'`: whatever can be sent after the fee. The account stays, with its reserve. */
  readonly amountStroops: bigint | 'all';
  readonly memo?: Memo;
  /** The operator has seen that the account does not exist yet and wants it made with this payment. */
  readonly create?: boolean;
  readonly validSeconds?: number;
}

/** A payment that would work now: to be shown whole, confirmed, signed and submitted. */
export interface PreparedPayment {
  readonly prepared: Unsigned;
  readonly kind: 'payment' | 'create-account' | 'contract';
  readonly to: Destination;
  readonly amountStroops: bigint;
  readonly memo: Memo;
  /** What it will probably cost; `prepared.feeMaxStroops` is what it can cost. */
  readonly feeLikelyStroops: bigint;
  /** What remains when the highest fee is taken. */
  readonly leftStroops: bigint;
}

export type PaymentRefusal =
  | { readonly refused: 'destination'; readonly why: DestinationFault['fault'] }
  | { readonly refused: 'amount'; readonly why: AmountFault['fault'] }
  | { readonly refused: 'memo'; readonly why: MemoFault['fault'] }
  /** From the account to itself. */
  | { readonly refused: 'self' }
  | { readonly refused: 'source-missing' }
  | { readonly refused: 'own-key-insufficient' }
  /** Nobody has this account yet. With `create` it is made, for at least this much. */
  | { readonly refused: 'destination-missing'; readonly minStroops: bigint }
  | { readonly refused: 'below-reserve'; readonly minStroops: bigint }
  /** A sub-account cannot be made; the account behind it must be there. */
  | { readonly refused: 'muxed-destination-missing' }
  | { readonly refused: 'contract-missing' }
  /** XLM's own contract: what is sent there is gone. */
  | { readonly refused: 'token-contract' }
  /** SEP-29 */
  | { readonly refused: 'memo-required' }
  /** A sub-account's number is the memo already, and calls of contracts carry none. */
  | { readonly refused: 'memo-not-possible' }
  | { readonly refused: 'insufficient'; readonly maxStroops: bigint; readonly feeMaxStroops: bigint }
  | { readonly refused: 'contract-refuses'; readonly detail: string };

export const isRefusal = <T extends object>(value: T | { readonly refused: string }): value is Extract<T, { refused: string }> => 'refused' in value;

/** Everything that can be wrong with a payment, found before it is signed. Throws ChainError when the chain cannot be asked. */
export async function preparePayment(chain: Chain, wish: PaymentWish, signal?: AbortSignal): Promise<PreparedPayment | PaymentRefusal> {
  const to = parseDestination(wish.to);
  if ('fault' in to) return { refused: 'destination', why: to.fault };
  const memo = wish.memo ?? { kind: 'none' };
  const memoFault = judgeMemo(memo);
  if (memoFault) return { refused: 'memo', why: memoFault.fault };
  const amountFault = wish.amountStroops === 'all' ? undefined : judgeAmount(wish.amountStroops);
  if (amountFault) return { refused: 'amount', why: amountFault.fault };
  const receiver = to.kind === 'muxed' ? to.account : to.address;
  if (receiver === wish.from) return { refused: 'self' };
  if (to.kind !== 'account' && memo.kind !== 'none') return { refused: 'memo-not-possible' };

  const ledger = await readLedger(chain, signal);
  const addresses = to.kind === 'contract' ? [wish.from] : [wish.from, receiver];
  const [source, target] = await readAccounts(chain, addresses, ledger.baseReserveStroops, signal);
  if (!source) return { refused: 'source-missing' };
  if (!source.ownKeySuffices) return { refused: 'own-key-insufficient' };
  const fee = await inclusionFee(chain, to.kind === 'contract' ? 'contract' : 'classic', ledger, signal);
  const plan: Plan = { chain, wish, to, memo, ledger, source, fee };
  return to.kind === 'contract' ? contractPayment(plan, signal) : accountPayment(plan, target);
}

interface Plan {
  readonly chain: Chain;
  readonly wish: PaymentWish;
  readonly to: Destination;
  readonly memo: Memo;
  readonly ledger: Ledger;
  readonly source: Account;
  readonly fee: InclusionFee;
}

function accountPayment(plan: Plan, target: Account | undefined): PreparedPayment | PaymentRefusal {
  const { wish, to, memo, ledger, fee } = plan;
  const minStroops = 2n * ledger.baseReserveStroops;
  if (!target && to.kind === 'muxed') return { refused: 'muxed-destination-missing' };
  if (!target && !wish.create) return { refused: 'destination-missing', minStroops };
  if (target?.memoRequired && to.kind === 'account' && memo.kind === 'none') return { refused: 'memo-required' };
  const amountStroops = affordable(plan, fee.bidStroops);
  if (typeof amountStroops !== 'bigint') return amountStroops;
  if (!target && amountStroops < minStroops) return { refused: 'below-reserve', minStroops };
  const amount = formatXlm(amountStroops);
  const operation = target
    ? Operation.payment({ destination: to.address, asset: Asset.native(), amount })
    : Operation.createAccount({ destination: to.address, startingBalance: amount });
  return finish(plan, target ? 'payment' : 'create-account', amountStroops, operation, fee.likelyStroops);
}

/** A contract receives by XLM's own contract: `transfer(from, to, amount)`. */
async function contractPayment(plan: Plan, signal?: AbortSignal): Promise<PreparedPayment | PaymentRefusal> {
  const { chain, to, source, fee } = plan;
  if (to.address === chain.network.token) return { refused: 'token-contract' };
  const { entries } = await readEntries(chain, [new Contract(to.address).getFootprint()], signal);
  if (!entries[0]) return { refused: 'contract-missing' };
  // What a transfer costs does not depend on the amount, so the cost of the smallest says what is left for "all".
  const first = await simulate(chain, source.address, source.sequence, transfer(plan, 1n), signal);
  if (!first.ok) return { refused: 'contract-refuses', detail: first.error };
  const amountStroops = affordable(plan, fee.bidStroops + first.resourceFeeStroops);
  if (typeof amountStroops !== 'bigint') return amountStroops;
  const wanted = transfer(plan, amountStroops);
  const simulation = await simulate(chain, source.address, source.sequence, wanted, signal);
  if (!simulation.ok) return { refused: 'contract-refuses', detail: simulation.error };
  const resourceFee = simulation.resourceFeeStroops;
  const total = fee.bidStroops + resourceFee;
  if (amountStroops + total > source.spendableStroops) return insufficient(source, total);
  const resources = withFee(simulation.resources, resourceFee);
  return finish(plan, 'contract', amountStroops, invocationOperation(wanted), fee.likelyStroops + resourceFee, resources);
}

const transfer = ({ chain, source, to }: Plan, amountStroops: bigint): Invocation => ({
  contract: chain.network.token,
  function: 'transfer',
  args: [new Address(source.address).toScVal(), new Address(to.address).toScVal(), nativeToScVal(amountStroops, { type: 'i128' })],
  asSource: true,
});

/** The amount, when it and the fee can be paid without touching the reserve. */
function affordable({ wish, source }: Plan, feeStroops: bigint): bigint | PaymentRefusal {
  const maxStroops = source.spendableStroops - feeStroops;
  const amount = wish.amountStroops === 'all' ? maxStroops : wish.amountStroops;
  return amount > 0n && amount <= maxStroops ? amount : insufficient(source, feeStroops);
}

function insufficient(source: Account, feeMaxStroops: bigint): PaymentRefusal {
  const max = source.spendableStroops - feeMaxStroops;
  return { refused: 'insufficient', maxStroops: max > 0n ? max : 0n, feeMaxStroops };
}

function finish(
  { chain, wish, to, memo, ledger, source, fee }: Plan,
  kind: PreparedPayment['kind'],
  amountStroops: bigint,
  operation: xdr.Operation,
  feeLikelyStroops: bigint,
  resources?: xdr.SorobanTransactionData,
): PreparedPayment {
  const prepared = build({
    chain,
    source: source.address,
    sequence: source.sequence,
    madeAt: ledger.closedAt,
    ...(wish.validSeconds !== undefined && { validSeconds: wish.validSeconds }),
    feeStroops: fee.bidStroops,
    operations: [operation],
    memo,
    ...(resources && { resources }),
  });
  return { prepared, kind, to, amountStroops, memo, feeLikelyStroops, leftStroops: source.balanceStroops - amountStroops - prepared.feeMaxStroops };
}

export type PayoutJudgement =
  | { readonly payout: 'good' }
  /** Good, once somebody makes the account: until then it can only receive a first payment of at least `minStroops` (CAP-73). */
  | { readonly payout: 'account-missing'; readonly minStroops: bigint }
  /** `memo-required`: the contract pays without a memo, so an exchange's shared account would swallow it. */
  | {
      readonly payout: 'refused';
      readonly why: DestinationFault['fault'] | 'muxed' | 'memo-required' | 'contract-missing' | 'token-contract' | 'own-contract';
    };

/** Whether rewards may be paid to this address. The contract pays every claim there and nobody is asked again, so it is judged once, hard. */
export async function judgePayout(chain: Chain, address: string, signal?: AbortSignal): Promise<PayoutJudgement> {
  const to = parseDestination(address);
  if ('fault' in to) return { payout: 'refused', why: to.fault };
  if (!isPayoutAddress(to.address)) return { payout: 'refused', why: 'muxed' };
  if (to.address === chain.network.token) return { payout: 'refused', why: 'token-contract' };
  if (to.address === chain.network.contractId) return { payout: 'refused', why: 'own-contract' };
  if (to.kind === 'contract') {
    const { entries } = await readEntries(chain, [new Contract(to.address).getFootprint()], signal);
    return entries[0] ? { payout: 'good' } : { payout: 'refused', why: 'contract-missing' };
  }
  const { baseReserveStroops } = await readLedger(chain, signal);
  const [account] = await readAccounts(chain, [to.address], baseReserveStroops, signal);
  if (!account) return { payout: 'account-missing', minStroops: 2n * baseReserveStroops };
  return account.memoRequired ? { payout: 'refused', why: 'memo-required' } : { payout: 'good' };
}

/** Whether an account is there at all: what a node without XLM asks before it asks for a sponsor. */
export async function accountExists(chain: Chain, address: string, signal?: AbortSignal): Promise<boolean> {
  return (await readEntries(chain, [accountKey(address)], signal)).entries[0] !== undefined;
}
