import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import type { Row } from '../ingest/row.ts';
import type { Database, Session } from './database.ts';
import { base64, execute, type Prepared, rowsOf } from './prepared.ts';
import { writeInbox } from './rewards/inbox.ts';
import { expired, nodes, reports, telemetry } from './schema.ts';

/** Figures are kept under these names, over restarts. */
type Figure = 'received' | 'duplicates' | 'without-id' | 'resent' | 'reports' | 'report-duplicates' | 'expired' | 'expired-duplicates' | 'rewards-dropped';

/** Rows of devices that are not enrolled share this figure: whoever invents devices cannot grow the table. */
const otherDevices = '?';
/** How long a message with DUP set may be dropped for an equal one. mesh.md's promise, docs/hub.md */
const resentWindowMs = 86_400_000;

type TelemetryRow = Extract<Row, { table: 'telemetry' }>;
type RewardsRow = Extract<Row, { table: 'rewards' }>;
type NodeRow = Exclude<Row, TelemetryRow | RewardsRow>;

const keep: Prepared = {
  name: 'keep',
  parameters: ['text'],
  text: `
    with stored as (
      insert into telemetry (entry_id, node, received_at, age_ms, payload, device, kind, enrolled, late, fingerprint, via)
      select "entryId", node, "receivedAt", "ageMs", decode(payload, 'base64'), device, kind, enrolled, late, fingerprint, via
      from ${rowsOf(
        '$1',
        `"entryId" text, node text, "receivedAt" bigint, "ageMs" bigint, payload text, device text, kind text, enrolled boolean, late boolean, fingerprint text, via text`,
      )}
      on conflict (entry_id) do nothing returning device
    )
    select device, count(*)::integer as count from stored group by device`,
};

/** Figures, figures of devices, and which nodes were heard of. */
const note: Prepared = {
  name: 'note',
  parameters: ['text', 'text', 'text', 'bigint'],
  text: `
    with of_devices as (
      insert into device_figures (device, received, unique_count, last_at, last_node)
      select * from ${rowsOf('$2', 'device text, received bigint, "uniqueCount" bigint, "lastAt" bigint, "lastNode" text')}
      on conflict (device) do update set received = device_figures.received + excluded.received,
        unique_count = device_figures.unique_count + excluded.unique_count,
        last_at = excluded.last_at, last_node = coalesce(excluded.last_node, device_figures.last_node)
    ), heard as (
      update nodes set last_message_at = $4 where id in (select node from ${rowsOf('$3', 'node text')})
    )
    insert into figures (name, value) select * from ${rowsOf('$1', 'name text, value bigint')}
    on conflict (name) do update set value = figures.value + excluded.value`,
};

export const preparedForMessages: readonly Prepared[] = [keep, note];

/**
 * Writes a batch in the caller's transaction. Rows whose entry id is already there, or whose device sent them again with DUP set and an equal message came
 * within 24 h, are counted as duplicates and not kept.
 */
export async function writeBatch(session: Session, rows: readonly Row[], enrolled: (device: string) => boolean): Promise<void> {
  const counts = new Map<Figure, number>();
  const count = (figure: Figure, by: number) => counts.set(figure, (counts.get(figure) ?? 0) + by);
  const fromDevices = rows.filter((row): row is TelemetryRow => row.table === 'telemetry');
  const byDevice = fromDevices.length > 0 ? await writeTelemetry(session, fromDevices, enrolled, count) : [];
  for (const table of ['reports', 'expired'] as const) {
    const fromNodes = rows.filter((row): row is NodeRow => row.table === table);
    if (fromNodes.length > 0) await writeFromNodes(session, table, fromNodes, count);
  }
  const aboutRewards = rows.filter((row): row is RewardsRow => row.table === 'rewards');
  if (aboutRewards.length > 0) count('rewards-dropped', await writeInbox(session, aboutRewards));
  const changed = [...counts].filter(([, value]) => value > 0).map(([name, value]) => ({ name, value }));
  const heard = [...new Set(rows.flatMap((row) => (row.node === null ? [] : [row.node])))].map((node) => ({ node }));
  await session.execute(execute(note, JSON.stringify(changed), JSON.stringify(byDevice), JSON.stringify(heard), rows.at(-1)!.receivedAt));
}

type Count = (figure: Figure, by: number) => void;

/** Resolves to what came per device. */
async function writeTelemetry(
  session: Session,
  rows: readonly TelemetryRow[],
  enrolled: (device: string) => boolean,
  count: Count,
): Promise<readonly OfDevice[]> {
  const resent = await resentRows(session, rows);
  const kept = rows.filter((row) => !resent.has(row));
  const values = kept.map(({ table: _, dup: __, payload, ...row }) => ({ ...row, enrolled: enrolled(row.device), payload: base64(payload) }));
  const { rows: stored } = await session.execute<{ device: string; count: number }>(execute(keep, JSON.stringify(values)));
  const unique = stored.reduce((sum, one) => sum + one.count, 0);
  count('received', rows.length);
  count('duplicates', rows.length - unique);
  count('resent', resent.size);
  count('without-id', rows.filter((row) => row.entryId === null).length);
  return byDevice(rows, stored, enrolled);
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

interface OfDevice {
  readonly device: string;
  readonly received: number;
  readonly uniqueCount: number;
  readonly lastAt: number;
  readonly lastNode: string | null;
}

function byDevice(rows: readonly TelemetryRow[], stored: readonly { device: string; count: number }[], enrolled: (device: string) => boolean): OfDevice[] {
  const nameOf = (device: string) => (enrolled(device) ? device : otherDevices);
  const byName = new Map<string, OfDevice>();
  for (const row of rows) {
    const device = nameOf(row.device);
    const { received, uniqueCount, lastNode } = byName.get(device) ?? { received: 0, uniqueCount: 0, lastNode: null };
    byName.set(device, { device, received: received + 1, uniqueCount, lastAt: row.receivedAt, lastNode: row.node ?? lastNode });
  }
  for (const { device, count } of stored) {
    const entry = byName.get(nameOf(device))!;
    byName.set(entry.device, { ...entry, uniqueCount: entry.uniqueCount + count });
  }
  return [...byName.values()];
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

const rewardTables = [
  'reward_inbox',
  'reward_notes',
  'reward_arrivals',
  'reward_quotas',
  'reward_undecided',
  'reward_homes',
  'reward_taken',
  'reward_heard',
  'reward_hours',
  'reward_parts',
  'reward_asks',
  'reward_transactions',
  'reward_nodes',
];

/** What the embedded database has no background process for: space of rows that are gone is used again only after this. */
export class Vacuum {
  readonly #db: Database;
  #dropped = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The small tables, whose rows come and go, each time; those of messages, which take seconds when they are full, when enough of them were dropped. */
  async after(dropped: number, droppedMin = 50_000): Promise<void> {
    for (const table of ['broker_queue', 'broker_sessions', 'figures', 'device_figures', 'nodes', ...rewardTables])
      await this.#db.execute(sql`vacuum ${sql.identifier(table)}`);
    this.#dropped += dropped;
    if (this.#dropped < droppedMin) return;
    for (const table of ['telemetry', 'reports', 'expired']) await this.#db.execute(sql`vacuum ${sql.identifier(table)}`);
    this.#dropped = 0;
  }
}
