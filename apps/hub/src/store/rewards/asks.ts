import { and, asc, count, eq, gt, lt, lte, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Session } from '../database.ts';
import { rewardAsks } from './schema.ts';

export type AskRow = typeof rewardAsks.$inferSelect;
export type NewAsk = Pick<AskRow, 'key' | 'node' | 'account' | 'call' | 'about' | 'askedAt'>;

/** Takes the place of one that was refused; one that waits or is done stays. */
export async function addAsk(session: Session, ask: NewAsk): Promise<void> {
  const fresh = { ...ask, state: 'waiting', tx: null, why: '[]', result: null, told: false, retryAt: 0, tries: 0 };
  await session
    .insert(rewardAsks)
    .values(fresh)
    .onConflictDoUpdate({ target: rewardAsks.key, set: fresh, setWhere: eq(rewardAsks.state, 'refused') });
}

export const askBy = async (session: Session, key: string): Promise<AskRow | undefined> =>
  (await session.select().from(rewardAsks).where(eq(rewardAsks.key, key)))[0];

/** Of a node since an instant: how much it may still ask. */
export async function askedSince(session: Session, node: string, since: number): Promise<number> {
  const [row] = await session
    .select({ asks: count() })
    .from(rewardAsks)
    .where(and(eq(rewardAsks.node, node), gt(rewardAsks.askedAt, since)));
  return row?.asks ?? 0;
}

/** Of an account, oldest first; `like`: keys that begin so. */
export async function nextAsk(session: Session, now: number, { account, like }: { account: string; like?: string }): Promise<AskRow | undefined> {
  const begins: SQL | undefined = like === undefined ? undefined : sql`starts_with(${rewardAsks.key}, ${like})`;
  const [row] = await session
    .select()
    .from(rewardAsks)
    .where(and(eq(rewardAsks.state, 'waiting'), eq(rewardAsks.account, account), lte(rewardAsks.retryAt, now), begins))
    .orderBy(asc(rewardAsks.askedAt), asc(rewardAsks.key))
    .limit(1);
  return row;
}

/** Keys that begin so. */
export async function countDone(session: Session, like: string): Promise<number> {
  const [row] = await session
    .select({ asks: count() })
    .from(rewardAsks)
    .where(and(eq(rewardAsks.state, 'done'), sql`starts_with(${rewardAsks.key}, ${like})`));
  return row?.asks ?? 0;
}

export interface AskEnd {
  readonly state: 'done' | 'refused';
  readonly tx?: string;
  readonly why?: readonly string[];
  readonly result?: string;
}

/** What is over stays over. */
export async function endAsk(session: Session, key: string, { state, tx, why = [], result }: AskEnd): Promise<void> {
  const end = { state, why: JSON.stringify(why), ...(tx !== undefined && { tx }), ...(result !== undefined && { result }), told: false };
  await session
    .update(rewardAsks)
    .set(end)
    .where(and(eq(rewardAsks.key, key), eq(rewardAsks.state, 'waiting')));
}

export async function holdAsk(session: Session, key: string, retryAt: number): Promise<void> {
  await session
    .update(rewardAsks)
    .set({ retryAt, tries: sql`${rewardAsks.tries} + 1` })
    .where(eq(rewardAsks.key, key));
}

export const untoldAsks = (session: Session, limit: number): Promise<AskRow[]> =>
  session
    .select()
    .from(rewardAsks)
    .where(and(eq(rewardAsks.told, false), ne(rewardAsks.state, 'waiting')))
    .limit(limit);

export async function toldAsk(session: Session, key: string): Promise<void> {
  await session.update(rewardAsks).set({ told: true }).where(eq(rewardAsks.key, key));
}

export async function dropAsks(session: Session, before: number): Promise<void> {
  // Accounts that were made are counted for ever.
  await session
    .delete(rewardAsks)
    .where(and(lt(rewardAsks.askedAt, before), ne(rewardAsks.state, 'waiting'), or(eq(rewardAsks.account, 'fees'), ne(rewardAsks.state, 'done'))));
}
