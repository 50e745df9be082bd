export { type Account, readAccount, readAccounts } from './chain/account.ts';
export { type Chain, chainOf } from './chain/chain.ts';
export { ChainError, RpcFailure, SimulationFailure, shouldRetry, Unreachable, WrongNetwork } from './chain/errors.ts';
export { type EventPage, type EventPosition, ledgerOfCursor } from './chain/events.ts';
export { bumpFee } from './chain/fee-bump.ts';
export { bidStroopsMax, type InclusionFee, inclusionFee } from './chain/fees.ts';
export { type Movement, readMovements } from './chain/history.ts';
export { readHorizonPayments } from './chain/horizon.ts';
export { type Ledger, readLedger } from './chain/ledger.ts';
export { type Network, type NetworkFault, type NetworkOptions, networkOf, passphrases } from './chain/network.ts';
export {
  accountExists,
  isRefusal,
  judgePayout,
  type PaymentRefusal,
  type PaymentWish,
  type PayoutJudgement,
  type PreparedPayment,
  preparePayment,
} from './chain/payment.ts';
export type { HttpOptions } from './chain/rpc.ts';
export { cosignSponsorship, judgeSponsorship, prepareSponsoredAccount, type SponsorRefusal } from './chain/sponsor.ts';
export {
  advance,
  isSettled,
  mayRebuild,
  type SendAnswer,
  type Submission,
  type SubmissionState,
  settle,
  submissionOf,
  type Waiting,
  withBump,
} from './chain/submission.ts';
export { type Signed, type Signer, signTransaction, type Unsigned } from './chain/transaction.ts';
export { batchMax, type Call, type CallOnTheWay, call, callFromWire, callToWire, type FunctionName, type Result } from './incentive/calls.ts';
export { ask, type CallOptions, type CallRefusal, ContractRefusal, type PreparedCall, prepareCall, readResultOf } from './incentive/client.ts';
export { type EventName, type IncentiveEvent, type IncentivePage, readIncentiveEvents } from './incentive/events.ts';
export { type Refusal, refusalOf, refusals, type Verdict } from './incentive/refusals.ts';
export {
  type AttestationInput,
  type ChainValue,
  type Change,
  type Config,
  type Earnings,
  type EpochView,
  type HourStatus,
  latencyUnknown,
  type NodeView,
  type Params,
  type ProofInput,
  type ProofView,
  type ProposalView,
} from './incentive/types.ts';
