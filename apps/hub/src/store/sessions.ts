import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Session } from './database.ts';
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

export async function loadSessions(session: Session): Promise<StoredSessions> {
  return {
    sessions: await session.select().from(brokerSessions),
    subscriptions: await session.select().from(brokerSubscriptions),
    queue: await session.select().from(brokerQueue).orderBy(asc(brokerQueue.id)),
  };
}

/** Writes changes in their order, those of one kind that follow each other at once. */
export async function writeSessionChanges(session: Session, changes: readonly SessionChange[]): Promise<void> {
  for (let at = 0; at < changes.length; ) {
    const kind = changes[at]!.change;
    const end = changes.findIndex((other, i) => i > at && other.change !== kind);
    const run = changes.slice(at, end === -1 ? undefined : end);
    await writeRun(session, run);
    at += run.length;
  }
}

const of = <K extends SessionChange['change']>(run: readonly SessionChange[], kind: K) =>
  run.filter((one): one is Extract<SessionChange, { change: K }> => one.change === kind);

/** `run`: changes of one kind, at least one. */
async function writeRun(session: Session, run: readonly SessionChange[]): Promise<void> {
  switch (run[0]!.change) {
    case 'queue':
      await session.insert(brokerQueue).values(of(run, 'queue').map(({ row }) => row));
      return;
    case 'done':
      await session.delete(brokerQueue).where(
        inArray(
          brokerQueue.id,
          of(run, 'done').map(({ id }) => id),
        ),
      );
      return;
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
