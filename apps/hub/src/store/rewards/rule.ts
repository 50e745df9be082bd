import { defaultParams, type Params } from '@energymesh/protocol';
import { asc, desc, eq, lt, lte } from 'drizzle-orm';
import type { Session } from '../database.ts';
import { rewardParams, rewardValues } from './schema.ts';

/** The rule of an epoch as the contract told it; undefined: it has told nothing. */
export async function knownParams(session: Session, epoch: number): Promise<Params | undefined> {
  const [row] = await session.select().from(rewardParams).where(lte(rewardParams.from, epoch)).orderBy(desc(rewardParams.from)).limit(1);
  const [first] = row ? [row] : await session.select().from(rewardParams).orderBy(asc(rewardParams.from)).limit(1);
  return first && (JSON.parse(first.params) as Params);
}

export const paramsAt = async (session: Session, epoch: number): Promise<Params> => (await knownParams(session, epoch)) ?? defaultParams;

/** The last set of all, and the epoch from which it holds. */
export async function newestParams(session: Session): Promise<{ readonly from: number; readonly params: Params }> {
  const [row] = await session.select().from(rewardParams).orderBy(desc(rewardParams.from)).limit(1);
  return row ? { from: row.from, params: JSON.parse(row.params) as Params } : { from: 0, params: defaultParams };
}

export async function putParams(session: Session, from: number, params: Params): Promise<void> {
  const text = JSON.stringify(params);
  await session
    .insert(rewardParams)
    .values({ from, params: text })
    .onConflictDoUpdate({ target: rewardParams.from, set: { params: text } });
}

export type ValueRow = typeof rewardValues.$inferSelect;

export const valueAt = async (session: Session, epoch: number): Promise<ValueRow | undefined> =>
  (await session.select().from(rewardValues).where(eq(rewardValues.epoch, epoch)))[0];

/** The first word stands: one that was drawn is not published again. */
export async function putValue(session: Session, value: ValueRow): Promise<void> {
  await session.insert(rewardValues).values(value).onConflictDoNothing();
}

/** Of before an epoch; the newest stays, as the chain goes on from it. */
export async function dropValues(session: Session, before: number): Promise<void> {
  const newest = await newestValue(session);
  await session.delete(rewardValues).where(lt(rewardValues.epoch, Math.min(before, newest?.epoch ?? 0)));
}

/** Of the hub's own, the newest that the ledger has. */
export const newestValue = async (session: Session): Promise<ValueRow | undefined> =>
  (await session.select().from(rewardValues).where(eq(rewardValues.drawn, false)).orderBy(desc(rewardValues.epoch)).limit(1))[0];
