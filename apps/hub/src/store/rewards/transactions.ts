import { and, asc, count, desc, eq, lt, ne, sum } from 'drizzle-orm';
import type { Session } from '../database.ts';
import { rewardTransactions } from './schema.ts';

export type TransactionRow = typeof rewardTransactions.$inferSelect;

/** Resolves to its id. An account has one at a time: the index refuses a second. */
export async function addTransaction(session: Session, row: Omit<typeof rewardTransactions.$inferInsert, 'id' | 'state'>): Promise<TransactionRow> {
  const [made] = await session
    .insert(rewardTransactions)
    .values({ ...row, state: 'open' })
    .returning();
  return made!;
}

export const openTransactions = (session: Session): Promise<TransactionRow[]> =>
  session.select().from(rewardTransactions).where(eq(rewardTransactions.state, 'open')).orderBy(asc(rewardTransactions.id));

export async function saveSubmission(session: Session, id: number, submission: string): Promise<void> {
  await session.update(rewardTransactions).set({ submission }).where(eq(rewardTransactions.id, id));
}

export async function endTransaction(
  session: Session,
  id: number,
  end: Pick<TransactionRow, 'submission' | 'state'> & Partial<Pick<TransactionRow, 'tx' | 'fee' | 'why' | 'endedAt'>>,
): Promise<void> {
  await session.update(rewardTransactions).set(end).where(eq(rewardTransactions.id, id));
}

export const newestTransactions = (session: Session, limit: number): Promise<TransactionRow[]> =>
  session.select().from(rewardTransactions).orderBy(desc(rewardTransactions.id)).limit(limit);

/** Per state: how many, and their fees in stroops. */
export const transactionSums = (session: Session) =>
  session
    .select({ state: rewardTransactions.state, transactions: count(), fees: sum(rewardTransactions.fee) })
    .from(rewardTransactions)
    .groupBy(rewardTransactions.state);

export async function dropTransactions(session: Session, before: number): Promise<void> {
  await session.delete(rewardTransactions).where(and(lt(rewardTransactions.madeAt, before), ne(rewardTransactions.state, 'open')));
}
