import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import type { Row } from '../ingest/row.ts';
import type { Database, Session } from './database.ts';
import { deviceFigures, expired, figures, nodes, reports, telemetry } from './schema.ts';

/** Figures are kept under these names, over restarts. */
type Figure = 'received' | 'duplicates' | 'without-id' | 'resent' | 'reports' | 'report-duplicates' | 'expired' | 'expired-duplicates';

/** Rows of devices that are not enrolled share this figure: whoever invents devices cannot grow the table. */
const otherDevices = '?';
/** How long a message with DUP set may be dropped for an equal one. mesh.md's promise, docs/hub.md */
const resentWindowMs = 86_400_000;

type TelemetryRow = Extract<Row, { table: 'telemetry' }>;
type NodeRow = Exclude<Row, TelemetryRow>;

/**
 * Writes a batch in the caller's transaction. Rows whose entry id is already there, or whose device sent them again with DUP set and an equal message came
 * within 24 h, are counted as duplicates and not kept.
 */
export async function writeBatch(session: Session, rows: readonly Row[], enrolled: (device: string) => boolean): Promise<void> {
  const counts = new Map<Figure, number>();
  const count = (figure: Figure, by: number) => counts.set(figure, (counts.get(figure) ?? 0) + by);
  const fromDevices = rows.filter((row): row is TelemetryRow => row.table === 'telemetry');
  if (fromDevices.length > 0) await writeTelemetry(session, fromDevices, enrolled, count);
  for (const table of ['reports', 'expired'] as const) {
    const fromNodes = rows.filter((row): row is NodeRow => row.table === table);
    if (fromNodes.length > 0) await writeFromNodes(session, table, fromNodes, count);
  }
  await noteNodes(session, rows);
  const changed = [...counts].filter(([, value]) => value > 0).map(([name, value]) => ({ name, value }));
  if (changed.length === 0) return;
  await session
    .insert(figures)
    .values(changed)
    .onConflictDoUpdate({ target: figures.name, set: { value: sql`${figures.value} + excluded.value` } });
}

type Count = (figure: Figure, by: number) => void;

async function writeTelemetry(session: Session, rows: readonly TelemetryRow[], enrolled: (device: string) => boolean, count: Count): Promise<void> {
  const resent = await resentRows(session, rows);
  const kept = rows.filter((row) => !resent.has(row));
  const stored =
    kept.length === 0
      ? []
      : await session
          .insert(telemetry)
          .values(kept.map(({ table: _, dup: __, ...row }) => ({ ...row, enrolled: enrolled(row.device) })))
          .onConflictDoNothing({ target: telemetry.entryId })
          .returning({ device: telemetry.device });
  count('received', rows.length);
  count('duplicates', rows.length - stored.length);
  count('resent', resent.size);
  count('without-id', rows.filter((row) => row.entryId === null).length);
  await countByDevice(session, rows, stored, enrolled);
}

/** Rows with DUP set whose fingerprint another entry brought within 24 h. */
async function resentRows(session: Session, rows: readonly TelemetryRow[]): Promise<ReadonlySet<TelemetryRow>> {
  const suspects = rows.filter((row) => row.dup && row.fingerprint !== null);
  if (suspects.length === 0) return new Set();
  const since = Math.min(...suspects.map((row) => row.receivedAt)) - resentWindowMs;
  const prints = suspects.map((row) => row.fingerprint!);
  const found = await session
    .select({ fingerprint: telemetry.fingerprint, entryId: telemetry.entryId })
    .from(telemetry)
    .where(and(inArray(telemetry.fingerprint, prints), gt(telemetry.receivedAt, since)));
  const known = [...found, ...rows.filter((row) => !row.dup)];
  return new Set(suspects.filter((row) => known.some((other) => other.fingerprint === row.fingerprint && other.entryId !== row.entryId)));
}

async function countByDevice(
  session: Session,
  rows: readonly TelemetryRow[],
  stored: readonly { device: string }[],
  enrolled: (device: string) => boolean,
): Promise<void> {
  const nameOf = (device: string) => (enrolled(device) ? device : otherDevices);
  const byDevice = new Map<string, { received: number; uniqueCount: number; lastAt: number; lastNode: string | null }>();
  for (const row of rows) {
    const name = nameOf(row.device);
    const entry = byDevice.get(name) ?? { received: 0, uniqueCount: 0, lastAt: 0, lastNode: null };
    byDevice.set(name, { ...entry, received: entry.received + 1, lastAt: row.receivedAt, lastNode: row.node ?? entry.lastNode });
  }
  for (const { device } of stored) byDevice.get(nameOf(device))!.uniqueCount++;
  await session
    .insert(deviceFigures)
    .values([...byDevice].map(([device, entry]) => ({ device, ...entry })))
    .onConflictDoUpdate({
      target: deviceFigures.device,
      set: {
        received: sql`${deviceFigures.received} + excluded.received`,
        uniqueCount: sql`${deviceFigures.uniqueCount} + excluded.unique_count`,
        lastAt: sql`excluded.last_at`,
        lastNode: sql`coalesce(excluded.last_node, ${deviceFigures.lastNode})`,
      },
    });
}

async function writeFromNodes(session: Session, name: 'reports' | 'expired', rows: readonly NodeRow[], count: Count): Promise<void> {
  const table = name === 'reports' ? reports : expired;
  const values = rows.map(({ table: _, ...row }) => row);
  const stored = await session.insert(table).values(values).onConflictDoNothing({ target: table.entryId }).returning({ subject: table.subject });
  count(name, stored.length);
  count(name === 'reports' ? 'report-duplicates' : 'expired-duplicates', rows.length - stored.length);
  if (name !== 'reports' || stored.length === 0) return;
  await session
    .update(nodes)
    .set({ lastReportAt: rows.at(-1)!.receivedAt })
    .where(inArray(nodes.id, [...new Set(stored.map((row) => row.subject))]));
}

async function noteNodes(session: Session, rows: readonly Row[]): Promise<void> {
  const seen = [...new Set(rows.flatMap((row) => (row.node === null ? [] : [row.node])))];
  if (seen.length > 0)
    await session
      .update(nodes)
      .set({ lastMessageAt: rows.at(-1)!.receivedAt })
      .where(inArray(nodes.id, seen));
}

export interface Page {
  /** Rows after this sequence number, 0 for all. */
  readonly since: number;
  readonly limit: number;
}

export const telemetryPage = (session: Session, page: Page & { readonly device?: string }) =>
  session
    .select()
    .from(telemetry)
    .where(and(gt(telemetry.seq, page.since), page.device === undefined ? undefined : eq(telemetry.device, page.device)))
    .orderBy(asc(telemetry.seq))
    .limit(page.limit);

export function nodePage(session: Session, name: 'reports' | 'expired', page: Page & { readonly node?: string }) {
  const table = name === 'reports' ? reports : expired;
  return session
    .select()
    .from(table)
    .where(and(gt(table.seq, page.since), page.node === undefined ? undefined : eq(table.subject, page.node)))
    .orderBy(asc(table.seq))
    .limit(page.limit);
}

/** Rows removed at once while tidying, so that ingest is never held up for long. */
const tidyRowsMax = 5000;

/** Drops messages older than the retention and telemetry beyond its row bound, a part at a time; resolves to how many rows went. */
export async function dropOld(session: Session, retention: { readonly days: number; readonly rowsMax: number }, now: number): Promise<number> {
  const before = now - retention.days * 86_400_000;
  const [newest] = await session.select({ seq: telemetry.seq }).from(telemetry).orderBy(desc(telemetry.seq)).limit(1);
  const floor = (newest?.seq ?? 0) - retention.rowsMax;
  let dropped = 0;
  for (const table of [telemetry, reports, expired]) {
    for (;;) {
      const limits = table === telemetry ? sql`${table.receivedAt} < ${before} or ${table.seq} <= ${floor}` : lt(table.receivedAt, before);
      const part = session.select({ seq: table.seq }).from(table).where(limits).limit(tidyRowsMax);
      const gone = await session.delete(table).where(inArray(table.seq, part)).returning({ seq: table.seq });
      dropped += gone.length;
      if (gone.length < tidyRowsMax) break;
    }
  }
  return dropped;
}

/** What the embedded database has no background process for: space of rows that are gone is used again only after this. */
export class Vacuum {
  readonly #db: Database;
  #dropped = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The small tables, whose rows come and go, each time; those of messages, which take seconds when they are full, when enough of them were dropped. */
  async after(dropped: number, droppedMin = 50_000): Promise<void> {
    for (const table of ['broker_queue', 'broker_sessions', 'figures', 'device_figures', 'nodes']) await this.#db.execute(sql`vacuum ${sql.identifier(table)}`);
    this.#dropped += dropped;
    if (this.#dropped < droppedMin) return;
    for (const table of ['telemetry', 'reports', 'expired']) await this.#db.execute(sql`vacuum ${sql.identifier(table)}`);
    this.#dropped = 0;
  }
}
