import type { RewardTerms } from '@energymesh/identity';
import { isSettled, usualOf } from '@energymesh/protocol';
import type { Database } from '../store/database.ts';
import { newestAppeals } from '../store/rewards/appeals.ts';
import { disputedHomes, type HomeRow } from '../store/rewards/homes.ts';
import { type HourRow, newestHours } from '../store/rewards/hours.ts';
import { allRewardNodes } from '../store/rewards/nodes.ts';
import { newestProposals } from '../store/rewards/proposals.ts';
import { newestValue, paramsAt } from '../store/rewards/rule.ts';
import { conspicuousHours, type NodeSum, sumsByNode, waitingNow } from '../store/rewards/sums.ts';
import { newestTransactions, transactionSums } from '../store/rewards/transactions.ts';
import type { Hindrance, Rewards } from './rewards.ts';
import { hourTold } from './telling.ts';

const weekEpochs = 168;
const dayEpochs = 24;

/** Rewards at a glance. Amounts are stroops, in decimal. */
export interface RewardsView {
  readonly terms: RewardTerms;
  /** By the hub's clock, and by the newest ledger that was seen. */
  readonly epoch: number;
  readonly ledgerEpoch: number | null;
  /** Why nothing goes to the ledger. */
  readonly hindrance: Hindrance | null;
  readonly accounts: Readonly<Record<'fees' | 'sponsor', { readonly address: string; readonly balance: string | null }>>;
  /** Epoch of the newest value that the ledger has, and of the last one that there is. */
  readonly chain: { readonly published: number | null; readonly ends: number | null };
  readonly registered: number;
  readonly waiting: { readonly hours: Readonly<Record<string, number>>; readonly messages: number; readonly asks: number };
  readonly transactions: readonly { readonly state: string; readonly transactions: number; readonly fees: string }[];
  readonly refused: Readonly<Record<string, number>>;
  /** Of the last week of epochs. */
  readonly nodes: readonly NodeSum[];
  readonly caught: readonly CaughtView[];
  /** Devices that several nodes brought in an epoch of the last day. */
  readonly disputed: readonly HomeView[];
}

export interface CaughtView {
  readonly node: string;
  readonly name: string | null;
  readonly epoch: number;
  /** lost, refused, asked: the hub wants to see it, shown: it was shown, and paid later: paid */
  readonly state: 'lost' | 'refused' | 'asked' | 'shown' | 'paid';
  readonly why: readonly string[];
  readonly appeal: string | null;
  readonly answer: string | null;
}

const stateOf = (hour: HourRow): CaughtView['state'] => {
  if (hour.closed === 'lost' || hour.closed === 'refused' || hour.closed === 'paid') return hour.closed;
  return hour.revealedTx === null ? 'asked' : 'shown';
};

export interface HomeView {
  readonly device: string;
  /** Null: nobody can say. */
  readonly node: string | null;
  readonly settled: boolean;
  readonly named: boolean;
  /** Packets an epoch. */
  readonly usual: number;
  /** Brings it in the home's place. */
  readonly guest: string | null;
  /** Last epoch in which it came, and the last one in which several nodes brought it. */
  readonly epoch: number;
  readonly disputed: number | null;
  readonly disputedBy: readonly string[];
}

export function homeView({ home, ...row }: HomeRow): HomeView {
  const known = home && { node: home.node, settled: isSettled(home), named: home.named === true, usual: usualOf(home), guest: home.guest?.node ?? null };
  return { ...row, ...(known ?? { node: null, settled: false, named: false, usual: 0, guest: null }) };
}

export async function caughtView(db: Database, limit: number): Promise<CaughtView[]> {
  return (await conspicuousHours(db, limit)).map((hour) => {
    const { node, name, epoch, appeal, answer } = hour;
    return { node, name, epoch, state: stateOf(hour), why: JSON.parse(hour.why) as string[], appeal, answer };
  });
}

export async function rewardsView(db: Database, rewards: Rewards): Promise<RewardsView> {
  const { terms, epoch } = rewards;
  return {
    terms,
    epoch,
    ledgerEpoch: rewards.ledgerEpoch ?? null,
    hindrance: rewards.hindrance ?? null,
    accounts: rewards.accounts,
    chain: { published: (await newestValue(db))?.epoch ?? null, ends: rewards.chainEnds ?? null },
    registered: (await allRewardNodes(db)).length,
    waiting: await waitingNow(db),
    transactions: (await transactionSums(db)).map((row) => ({ ...row, fees: row.fees ?? '0' })),
    refused: rewards.refused.view(),
    nodes: await sumsByNode(db, epoch - weekEpochs),
    caught: await caughtView(db, 20),
    disputed: (await disputedHomes(db, epoch - dayEpochs, 20)).map(homeView),
  };
}

/** Hours as people and programs read them. */
export async function hoursView(db: Database, page: Parameters<typeof newestHours>[1]) {
  return (await newestHours(db, page)).map((hour) => {
    const { kind: _, ...told } = hourTold(hour);
    const judged = hour.judged === null ? null : (JSON.parse(hour.judged) as unknown);
    const { node, packets: claimed, receivedAt, challenged, mustShow, deadline, suspect } = hour;
    return { node, ...told, claimed, receivedAt, judged, challenged, mustShow, deadline, suspect };
  });
}

export const transactionsView = async (db: Database, limit: number) =>
  (await newestTransactions(db, limit)).map(({ submission: _, call: __, job, ...row }) => ({ ...row, job: JSON.parse(job) as unknown }));

export const proposalsView = async (db: Database, limit: number) =>
  (await newestProposals(db, limit)).map(({ change, retryAt: _, ...row }) => ({ ...row, change: JSON.parse(change) as unknown }));

export const appealsView = newestAppeals;
export const ruleView = paramsAt;
