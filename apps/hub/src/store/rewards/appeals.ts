import { and, desc, eq, isNull } from 'drizzle-orm';
import type { Session } from '../database.ts';
import { rewardAppeals } from './schema.ts';

export type AppealRow = typeof rewardAppeals.$inferSelect;

/** The newest text stands, until somebody has answered. */
export async function putAppeal(session: Session, { node, epoch, text, at }: Pick<AppealRow, 'node' | 'epoch' | 'text' | 'at'>): Promise<void> {
  await session
    .insert(rewardAppeals)
    .values({ node, epoch, text, at })
    .onConflictDoUpdate({ target: [rewardAppeals.node, rewardAppeals.epoch], set: { text, at }, setWhere: isNull(rewardAppeals.answer) });
}

/** Undefined: there is no such appeal. */
export async function answerAppeal(session: Session, node: string, epoch: number, answer: string, at: number): Promise<AppealRow | undefined> {
  const [row] = await session
    .update(rewardAppeals)
    .set({ answer, answeredAt: at })
    .where(and(eq(rewardAppeals.node, node), eq(rewardAppeals.epoch, epoch)))
    .returning();
  return row;
}

export const newestAppeals = (session: Session, limit: number): Promise<AppealRow[]> =>
  session.select().from(rewardAppeals).orderBy(desc(rewardAppeals.at)).limit(limit);
