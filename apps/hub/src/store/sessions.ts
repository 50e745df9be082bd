import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Session } from './database.ts';
import { base64, execute, type Prepared, rowsOf } from './prepared.ts';
import { brokerQueue, brokerSessions, brokerSubscriptions } from './schema.ts';

export type QueuedRow = typeof brokerQueue.$inferSelect;

/** A step in the life of the embedded broker's sessions. */
export type SessionChange =
  | { readonly change: 'session'; readonly client: string; readonly awaySince: number | null }
  /** With its subscriptions and its queue. */
  | { readonly change: 'end'; readonly client: string }
  | { readonly change: 'subscribe'; readonly client: string; readonly filter: string; readonly qos: number }
  | { readonly change: 'unsubscribe'; readonly client: string; readonly filter: string }
  | { readonly change: 'queue'; readonly row: QueuedRow }
  | { readonly change: 'done'; readonly id: number };

export interface StoredSessions {
  readonly sessions: readonly (typeof brokerSessions.$inferSelect)[];
  readonly subscriptions: readonly (typeof brokerSubscriptions.$inferSelect)[];
  /** Ordered by id. */
  readonly queue: readonly QueuedRow[];
}

const enqueue: Prepared = {
  name: 'enqueue',
  parameters: ['text'],
  text: `
    insert into broker_queue (id, client, topic, payload, qos, expires_at)
    select id, client, topic, decode(payload, 'base64'), qos, "expiresAt"
    from ${rowsOf('$1', 'id bigint, client text, topic text, payload text, qos integer, "expiresAt" bigint')}`,
};
const dequeue: Prepared = {
  name: 'dequeue',
  parameters: ['text'],
  text: 'delete from broker_queue where id in (select value::bigint from json_array_elements_text($1::json))',
};
export const preparedForSessions: readonly Prepared[] = [enqueue, dequeue];

export async function loadSessions(session: Session): Promise<StoredSessions> {
  return {
    sessions: await session.select().from(brokerSessions),
    subscriptions: await session.select().from(brokerSubscriptions),
    queue: await session.select().from(brokerQueue).orderBy(asc(brokerQueue.id)),
  };
}

/** Without the messages that were acknowledged before they were written: they need not be. */
export function withoutSettled(changes: readonly SessionChange[]): readonly SessionChange[] {
  const queued = new Set(changes.flatMap((change) => (change.change === 'queue' ? [change.row.id] : [])));
  const settled = new Set(changes.flatMap((change) => (change.change === 'done' && queued.has(change.id) ? [change.id] : [])));
  if (settled.size === 0) return changes;
  return changes.filter((change) => !settled.has(change.change === 'queue' ? change.row.id : change.change === 'done' ? change.id : -1));
}

/** New messages and those that are done take turns; each is its own row, so they need not. */
const kindOf = ({ change }: SessionChange) => (change === 'queue' || change === 'done' ? 'messages' : change);

/** Writes changes in their order, those of one kind that follow each other at once. */
export async function writeSessionChanges(session: Session, changes: readonly SessionChange[]): Promise<void> {
  for (let at = 0; at < changes.length; ) {
    const kind = kindOf(changes[at]!);
    const end = changes.findIndex((other, i) => i > at && kindOf(other) !== kind);
    const run = changes.slice(at, end === -1 ? undefined : end);
    await writeRun(session, run);
    at += run.length;
  }
}

const of = <K extends SessionChange['change']>(run: readonly SessionChange[], kind: K) =>
  run.filter((one): one is Extract<SessionChange, { change: K }> => one.change === kind);

/** `run`: changes of one kind, at least one. */
async function writeRun(session: Session, run: readonly SessionChange[]): Promise<void> {
  const kind = kindOf(run[0]!);
  switch (kind) {
    case 'messages': {
      const rows = of(run, 'queue').map(({ row: { payload, ...row } }) => ({ ...row, payload: base64(payload) }));
      if (rows.length > 0) await session.execute(execute(enqueue, JSON.stringify(rows)));
      const ids = of(run, 'done').map(({ id }) => id);
      if (ids.length > 0) await session.execute(execute(dequeue, JSON.stringify(ids)));
      return;
    }
    case 'session': {
      // One row at most per statement and client: the last says how it is.
      const last = new Map(of(run, 'session').map(({ client, awaySince }) => [client, { client, awaySince }]));
      await session
        .insert(brokerSessions)
        .values([...last.values()])
        .onConflictDoUpdate({ target: brokerSessions.client, set: { awaySince: sql`excluded.away_since` } });
      return;
    }
    case 'subscribe': {
      const last = new Map(of(run, 'subscribe').map(({ client, filter, qos }) => [JSON.stringify([client, filter]), { client, filter, qos }]));
      await session
        .insert(brokerSubscriptions)
        .values([...last.values()])
        .onConflictDoUpdate({ target: [brokerSubscriptions.client, brokerSubscriptions.filter], set: { qos: sql`excluded.qos` } });
      return;
    }
    case 'unsubscribe':
      for (const { client, filter } of of(run, 'unsubscribe')) {
        await session.delete(brokerSubscriptions).where(and(eq(brokerSubscriptions.client, client), eq(brokerSubscriptions.filter, filter)));
      }
      return;
    case 'end': {
      const clients = of(run, 'end').map(({ client }) => client);
      for (const table of [brokerQueue, brokerSubscriptions, brokerSessions]) await session.delete(table).where(inArray(table.client, clients));
    }
  }
}
