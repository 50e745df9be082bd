import { asc, count, inArray } from 'drizzle-orm';
import type { Row } from '../../ingest/row.ts';
import type { Session } from '../database.ts';
import { rewardInbox } from './schema.ts';

/** Unread: half an hour of a busy community, and no more of one node than a busy gateway asks in ten minutes. Beyond, new ones are dropped; nodes ask again. */
const inboxMax = 20_000;
const perNodeMax = 4000;

/** Committed with its PUBACK, like telemetry. Resolves to how many had no room. */
export async function writeInbox(session: Session, rows: readonly Extract<Row, { table: 'rewards' }>[]): Promise<number> {
  const here = await session.select({ node: rewardInbox.node, rows: count() }).from(rewardInbox).groupBy(rewardInbox.node);
  let room = here.reduce((left, one) => left - one.rows, inboxMax);
  const perNode = new Map(here.map((one) => [one.node, one.rows]));
  const values = rows.flatMap(({ entryId, subject, receivedAt, payload }) => {
    const before = perNode.get(subject) ?? 0;
    if (room <= 0 || before >= perNodeMax) return [];
    room--;
    perNode.set(subject, before + 1);
    return [{ entryId, node: subject, receivedAt, payload }];
  });
  if (values.length > 0) await session.insert(rewardInbox).values(values).onConflictDoNothing({ target: rewardInbox.entryId });
  return rows.length - values.length;
}

export const nextInInbox = (session: Session, limit: number) => session.select().from(rewardInbox).orderBy(asc(rewardInbox.seq)).limit(limit);

export async function doneInInbox(session: Session, seqs: readonly number[]): Promise<void> {
  await session.delete(rewardInbox).where(inArray(rewardInbox.seq, [...seqs]));
}
