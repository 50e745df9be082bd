import { asc, eq, lt, sql } from 'drizzle-orm';
import type { Session } from '../database.ts';
import { rewardNodes } from './schema.ts';

/** A node as the contract has it. */
export type RewardNode = typeof rewardNodes.$inferSelect;

const more = sql`${rewardNodes.version} + 1`;

export const allRewardNodes = (session: Session): Promise<RewardNode[]> => session.select().from(rewardNodes).orderBy(asc(rewardNodes.node));

export const rewardNodeBy = async (session: Session, node: string): Promise<RewardNode | undefined> =>
  (await session.select().from(rewardNodes).where(eq(rewardNodes.node, node)))[0];

export type Registration = Pick<RewardNode, 'node' | 'publicKey' | 'payout' | 'registered' | 'probationFrom'> & Partial<Pick<RewardNode, 'nonce' | 'caught'>>;

/** Whoever is new matters to all others: only receipts of registered nodes count. */
export async function putRewardNode(session: Session, node: Registration): Promise<void> {
  await session.insert(rewardNodes).values(node).onConflictDoUpdate({ target: rewardNodes.node, set: node });
  await changedForAll(session);
}

/** What every node is told about the rule and the others has changed. */
export async function changedForAll(session: Session): Promise<void> {
  await session.update(rewardNodes).set({ version: more });
}

export async function changePayout(session: Session, publicKey: string, payout: string, nonce: number): Promise<void> {
  await session.update(rewardNodes).set({ payout, nonce, version: more }).where(eq(rewardNodes.publicKey, publicKey));
}

/** What the event of a registration does not tell. */
export async function usedNonce(session: Session, node: string, nonce: number): Promise<void> {
  await session
    .update(rewardNodes)
    .set({ nonce: sql`greatest(coalesce(${rewardNodes.nonce}, 0), ${nonce})`, version: more })
    .where(eq(rewardNodes.node, node));
}

export async function caughtNode(session: Session, publicKey: string, epoch: number): Promise<void> {
  const caught = sql`${rewardNodes.caught} + 1`;
  await session.update(rewardNodes).set({ caught, probationFrom: epoch, version: more }).where(eq(rewardNodes.publicKey, publicKey));
}

export const untoldNodes = (session: Session, limit: number): Promise<RewardNode[]> =>
  session.select().from(rewardNodes).where(lt(rewardNodes.toldVersion, rewardNodes.version)).orderBy(asc(rewardNodes.node)).limit(limit);

export async function toldNode(session: Session, node: string, version: number): Promise<void> {
  await session.update(rewardNodes).set({ toldVersion: version }).where(eq(rewardNodes.node, node));
}
