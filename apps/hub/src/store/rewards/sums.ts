import { and, count, desc, eq, gte, isNotNull, or, sql, sum } from 'drizzle-orm';
import type { Session } from '../database.ts';
import { nodes } from '../schema.ts';
import type { HourRow } from './hours.ts';
import { rewardAppeals, rewardAsks, rewardHours, rewardInbox } from './schema.ts';

export interface NodeSum {
  readonly node: string;
  readonly name: string | null;
  readonly hours: number;
  readonly packets: number;
  readonly earning: number;
  readonly paid: string;
  readonly lost: number;
}

/** Per node over the hours from an epoch on. */
export async function sumsByNode(session: Session, from: number): Promise<NodeSum[]> {
  const rows = await session
    .select({
      node: rewardHours.node,
      name: nodes.name,
      hours: count(),
      packets: sum(rewardHours.packets).mapWith(Number),
      earning: sum(rewardHours.earning).mapWith(Number),
      paid: sql<string>`coalesce(sum(${rewardHours.amount}::numeric), 0)::text`,
      lost: sql<number>`count(*) filter (where ${rewardHours.closed} in ('lost', 'refused'))::integer`,
    })
    .from(rewardHours)
    .leftJoin(nodes, eq(nodes.id, rewardHours.node))
    .where(gte(rewardHours.epoch, from))
    .groupBy(rewardHours.node, nodes.name)
    .orderBy(rewardHours.node);
  return rows.map((row) => ({ ...row, packets: row.packets ?? 0, earning: row.earning ?? 0 }));
}

/** What is under way, by how far it is. */
export async function waitingNow(
  session: Session,
): Promise<{ readonly hours: Readonly<Record<string, number>>; readonly messages: number; readonly asks: number }> {
  const stage = sql<string>`case when ${rewardHours.closed} is not null then ${rewardHours.closed}
    when ${rewardHours.revealedTx} is not null then 'revealed' when ${rewardHours.mustShow} then 'to-show'
    when ${rewardHours.attestedTx} is not null then 'attested' when ${rewardHours.accepted} is not null then 'proved' else 'received' end`;
  const hours = await session.select({ stage, hours: count() }).from(rewardHours).groupBy(stage);
  const [inbox] = await session.select({ messages: count() }).from(rewardInbox);
  const [asks] = await session.select({ asks: count() }).from(rewardAsks).where(eq(rewardAsks.state, 'waiting'));
  return { hours: Object.fromEntries(hours.map((row) => [row.stage, row.hours])), messages: inbox?.messages ?? 0, asks: asks?.asks ?? 0 };
}

export type Conspicuous = HourRow & { readonly name: string | null; readonly appeal: string | null; readonly answer: string | null };

/** Hours that were lost or refused, or that the hub wanted to see though nobody drew them; newest first, with what their operators say. */
export async function conspicuousHours(session: Session, limit: number): Promise<Conspicuous[]> {
  const rows = await session
    .select({ hour: rewardHours, name: nodes.name, appeal: rewardAppeals.text, answer: rewardAppeals.answer })
    .from(rewardHours)
    .leftJoin(nodes, eq(nodes.id, rewardHours.node))
    .leftJoin(rewardAppeals, and(eq(rewardAppeals.node, rewardHours.node), eq(rewardAppeals.epoch, rewardHours.epoch)))
    .where(or(eq(rewardHours.closed, 'lost'), eq(rewardHours.closed, 'refused'), isNotNull(rewardHours.suspect)))
    .orderBy(desc(rewardHours.epoch), rewardHours.node)
    .limit(limit);
  return rows.map(({ hour, ...of }) => ({ ...hour, ...of }));
}
