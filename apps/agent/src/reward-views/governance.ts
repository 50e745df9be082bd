import { epochStart, type NodeId, paramNames, paramRules } from '@energymesh/protocol';
import type { GovernancePort } from '../api/ports.ts';
import type { Proposal } from '../api/rewards-schema.ts';
import { RewardsRefused } from '../ports.ts';
import type { LedgerProposal } from '../reward-ports.ts';
import type { Account } from '../rewards/account.ts';
import { executableEpochs } from '../rewards/governance.ts';
import type { Rewards } from '../rewards/rewards.ts';
import { sha256 } from '../rewards/terms.ts';
import { asked } from './earnings.ts';

const bounds = Object.fromEntries(
  paramNames.map((name) => {
    const { min, max, initial } = paramRules[name];
    return [name, { min, max, initial }];
  }),
);

/** The rule in force and the votes about it. `nameOf` of a node that is known in the mesh. */
export function governancePort({
  rewards,
  wall,
  nameOf,
}: {
  readonly rewards: Rewards;
  readonly wall: () => number;
  readonly nameOf: (node: NodeId) => string | undefined;
}): GovernancePort {
  const account = (): Account => {
    if (!rewards.account) throw new RewardsRefused('off', 'This community pays nothing for what its nodes carry.');
    return rewards.account;
  };
  return {
    rules: () => {
      const of = rewards.account;
      if (!of) return { at: wall(), source: 'assumed', params: {}, bounds, epochSeconds: 3600 };
      const { rules, keeper, terms, reader } = of;
      const by = rules.paramsBy;
      const readAt = by === 'ledger' ? reader.now.at : rules.standing?.at;
      return {
        at: wall(),
        source: by === undefined || by === 'node' ? 'assumed' : by,
        ...(readAt !== undefined && { readAt }),
        params: { ...rules.params(keeper.circumstancesToShow().epoch) },
        bounds,
        epochSeconds: terms.epochSeconds,
      };
    },
    proposals: () => {
      const of = rewards.account;
      const { at, proposals } = of?.governance.proposals ?? { at: undefined, proposals: [] };
      if (of?.governance.wanted) of.lookSoon();
      return {
        at: wall(),
        source: at === undefined ? 'none' : 'ledger',
        ...(at !== undefined && { readAt: at }),
        proposals: of ? proposals.map((proposal) => proposalView(proposal, of, nameOf)) : [],
      };
    },
    propose: (params) => asked(account(), account().asks.propose(params)),
    vote: (proposal, yes) => asked(account(), account().asks.vote(proposal, yes)),
  };
}

function proposalView(proposal: LedgerProposal, account: Account, nameOf: (node: NodeId) => string | undefined): Proposal {
  const { id, change, by, votingEnds, executableFrom, eligible, needed, yes, no } = proposal;
  const ms = (epoch: number): number => epochStart(epoch, account.terms.epochSeconds) * 1000;
  const name = nameOf(Buffer.from(sha256(Buffer.from(by, 'hex'))).toString('hex', 0, 8) as NodeId);
  const mine = account.errands.get(`vote:${id}`);
  return {
    ...{ id, by, eligible, needed, yes, no },
    change: 'params' in change ? { params: { ...change.params } } : { hub: { ...change.hub } },
    ...(name !== undefined && { byName: name }),
    ...{ votingEnds: ms(votingEnds), executableFrom: ms(executableFrom), executableUntil: ms(executableFrom + executableEpochs) },
    state: stateOf(proposal, account.keeper.circumstancesToShow().epoch),
    ...(mine?.what.kind === 'vote' && { mine: { yes: mine.what.yes, state: mine.state, why: [...(mine.why ?? [])] } }),
  };
}

/** docs/proofs.md §9.2 */
function stateOf({ votingEnds, executableFrom, needed, yes, no, executed }: LedgerProposal, epoch: number): Proposal['state'] {
  if (executed) return 'executed';
  if (epoch < votingEnds) return 'voting';
  if (yes + no < needed) return 'no-quorum';
  if (yes <= no) return 'rejected';
  if (epoch < executableFrom) return 'waiting';
  return epoch <= executableFrom + executableEpochs ? 'executable' : 'expired';
}
