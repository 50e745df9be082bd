import { and, asc, desc, eq, lte } from 'drizzle-orm';
import type { Session } from '../database.ts';
import { rewardProposals } from './schema.ts';

export type ProposalRow = typeof rewardProposals.$inferSelect;

/** Accepted, its pause over, and nobody has executed it. */
export async function executable(session: Session, epoch: number, now: number): Promise<ProposalRow | undefined> {
  const rows = await session
    .select()
    .from(rewardProposals)
    .where(and(eq(rewardProposals.over, false), lte(rewardProposals.executableFrom, epoch), lte(rewardProposals.retryAt, now)))
    .orderBy(asc(rewardProposals.id))
    .limit(32);
  return rows.find(({ yes, no, needed }) => yes > no && yes + no >= needed);
}

export async function holdProposal(session: Session, id: number, retryAt: number): Promise<void> {
  await session.update(rewardProposals).set({ retryAt }).where(eq(rewardProposals.id, id));
}

export async function overProposal(session: Session, id: number): Promise<void> {
  await session.update(rewardProposals).set({ over: true }).where(eq(rewardProposals.id, id));
}

/** As the contract has it now. */
export async function putProposal(
  session: Session,
  { id, node, change, votingEnds, executableFrom, needed, yes, no, executed }: Omit<ProposalRow, 'retryAt' | 'over'>,
): Promise<void> {
  const now = { votingEnds, executableFrom, needed, yes, no, executed };
  await session
    .insert(rewardProposals)
    .values({ id, node, change, ...now, over: executed })
    .onConflictDoUpdate({ target: rewardProposals.id, set: now });
}

export const newestProposals = (session: Session, limit: number): Promise<ProposalRow[]> =>
  session.select().from(rewardProposals).orderBy(desc(rewardProposals.id)).limit(limit);
