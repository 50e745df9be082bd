/**
 * What a refusal means for whoever queued the call.
 * `done`: what the call was for has happened, count it as a success. `later`: time or somebody else cures it. `never`: the call itself is wrong.
 */
export type Verdict = 'done' | 'later' | 'never';

export interface Refusal {
  readonly code: number;
  /** The contract's name for it, as in docs/proofs.md. */
  readonly name: string;
  readonly verdict: Verdict;
  /** For people. */
  readonly words: string;
}

const table: readonly (readonly [code: number, name: string, verdict: Verdict, words: string])[] = [
  [1, 'BadConfig', 'never', 'The contract was set up with an impossible configuration.'],
  [2, 'BadParams', 'never', 'A proposed parameter is outside of its bounds.'],
  [3, 'TooMany', 'never', 'More at once than the contract takes.'],
  [10, 'NotRegistered', 'later', 'The node is not registered with the contract yet.'],
  [11, 'NonceUsed', 'never', 'A newer request of this node was taken already.'],
  [20, 'NotOver', 'later', 'The hour is not over yet.'],
  [21, 'TooOld', 'never', 'The hour is more than a week ago.'],
  [22, 'TooManyPackets', 'never', 'More packets than anything can carry in an hour.'],
  [23, 'AlreadyProved', 'done', 'The hour was proved already.'],
  [24, 'NoProof', 'later', 'There is no proof of this hour.'],
  [25, 'TooManyOpen', 'later', 'Too many hours of this node wait to be paid. Some have to be claimed first.'],
  [30, 'BadUptime', 'never', 'An uptime above 100 percent.'],
  [31, 'AlreadyAttested', 'done', 'The hub has spoken about this hour already.'],
  [40, 'NotYet', 'later', 'This value of the hash chain may not be shown before its hour.'],
  [41, 'AlreadyKnown', 'done', 'The value of this hour is known already.'],
  [42, 'TooFar', 'never', 'Too many hours of the hash chain at once.'],
  [43, 'ChainMismatch', 'never', "The value does not belong to the hub's hash chain."],
  [44, 'HubNotSilent', 'later', 'The hub has not been silent for a week.'],
  [45, 'SeedUnknown', 'later', 'What is drawn for this hour is not known yet.'],
  [50, 'AlreadyChallenged', 'done', 'The hour was challenged already.'],
  [51, 'AlreadyCleared', 'done', 'The hour was shown and found good already.'],
  [52, 'AlreadyPaid', 'done', 'The hour was paid already.'],
  [53, 'Forfeited', 'never', 'The hour is lost: it was not shown in time.'],
  [54, 'NothingToReveal', 'never', 'An hour without packets has nothing to show.'],
  [55, 'WindowOver', 'never', 'The time to show this hour is over.'],
  [56, 'WindowOpen', 'later', 'The time to show this hour is not over yet.'],
  [57, 'NotRequired', 'never', 'Nobody asked to see this hour.'],
  [58, 'Lapsed', 'never', 'Nobody claimed the hour for forty days: it is over.'],
  [60, 'WrongSamples', 'never', 'Another number of samples is asked for.'],
  [61, 'BadOpening', 'never', 'A sample is not readable.'],
  [62, 'BadLeaf', 'never', 'A receipt in a sample is not readable.'],
  [63, 'KeyOrder', 'never', 'A receipt stands in the wrong place of the tree.'],
  [64, 'SumOverflow', 'never', 'The sums of the tree are impossible.'],
  [65, 'RootMismatch', 'never', 'A sample does not belong to the proof.'],
  [66, 'CountMismatch', 'never', 'The tree counts other packets than the proof.'],
  [67, 'SampleOutside', 'never', 'A receipt does not cover the packet that was asked for.'],
  [68, 'SelfSigned', 'never', 'A node cannot vouch for itself.'],
  [69, 'UnknownVoucher', 'never', 'A receipt is signed by nobody that the contract knows.'],
  [70, 'NotSettled', 'later', 'The hour is not settled yet.'],
  [71, 'MustReveal', 'later', 'The hour has to be shown before it is paid.'],
  [72, 'NoFunds', 'later', 'The community has no XLM left in the contract.'],
  [73, 'PaymentFailed', 'later', 'The payout address cannot take the payment; perhaps the account does not exist yet.'],
  [80, 'NoProposal', 'never', 'There is no such proposal.'],
  [81, 'StillProposing', 'later', 'This node has a proposal under vote already.'],
  [82, 'VotingOver', 'never', 'The vote is over.'],
  [83, 'NotEligible', 'never', 'This node has no vote on this proposal.'],
  [84, 'AlreadyVoted', 'done', 'This node has voted already.'],
  [85, 'TooEarly', 'later', 'The pause after the vote is not over yet.'],
  [86, 'TooLate', 'never', 'The vote was too long ago.'],
  [87, 'AlreadyExecuted', 'done', 'The proposal holds already.'],
  [88, 'NoQuorum', 'never', 'Too few nodes voted.'],
  [89, 'Rejected', 'never', 'The nodes voted no.'],
  [90, 'TooSoon', 'later', 'The last change of the rules was less than a day ago.'],
];

export const refusals: ReadonlyMap<number, Refusal> = new Map(table.map(([code, name, verdict, words]) => [code, { code, name, verdict, words }]));

/** A code that this program does not know yet is of a newer contract. */
export const refusalOf = (code: number): Refusal =>
  refusals.get(code) ?? { code, name: `Error${code}`, verdict: 'never', words: `The contract refused with code ${code}, which this version does not know.` };

/** No code of the contract: the host stops a call with a signature that does not hold. */
export const badSignature: Refusal = { code: 0, name: 'BadSignature', verdict: 'never', words: 'A signature does not hold.' };
