import { homeLimit, newest, none, type Pages, partOf, type Spans, spansOf, unite } from '@energymesh/protocol';
import { and, asc, eq, gt, gte, inArray, lt, max, min, or, sql } from 'drizzle-orm';
import type { Database, Session } from '../database.ts';
import { telemetry } from '../schema.ts';
import { belongsFor, decidedBefore, decideEpoch, homesOf } from './homes.ts';
import { noteOf, putNote } from './notes.ts';
import { rewardArrivals, rewardHeard, rewardQuotas, rewardTaken, rewardUndecided, rewardVouchers } from './schema.ts';
import { decodeSpans, encodeSpans } from './span-bytes.ts';

export type ArrivalKind = 'counts' | 'quota' | 'unknown' | 'elsewhere';

/** Messages summed up in one transaction, for some 50 ms of the engine's on a two-core Debian machine: others wait for it. */
const chunk = 1000;
/** Of one page in one epoch: who leaves more holes than that is remembered for the newest. */
const spansMax = 20_000;
/** Pages asked for in one statement. */
const pagesAtOnce = 500;

export interface SumUp {
  readonly epochSeconds: number;
  readonly deviceQuota: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Epochs before this one are over: nothing of them is still being written. */
  readonly over: number;
}

const summedUp = 'arrivals';
const entry = /^([0-9a-f]{16})(\.\d+\.[0-3])\.(\d+)$/;

/**
 * Sums up what came since the last time: which entries arrived in which epoch, and in which sixtieths of it nodes were heard. Follows the messages by
 * their sequence, and moves its place in the same transaction: a crash loses nothing and counts nothing twice. When all are summed up it is decided of the epochs
 * that are over where devices belong, each in a transaction. Resolves to whether there is more.
 */
export async function sumUpArrivals(db: Database, options: SumUp): Promise<boolean> {
  const more = await db.transaction((session) => sumUpChunk(session, options));
  if (!more) while (await db.transaction((session) => decideEpoch(session, options, addArrivals)));
  return more;
}

interface Summed {
  readonly epoch: number;
  readonly page: string;
  readonly via: string;
  readonly sequences: number[];
}

async function sumUpChunk(session: Session, { epochSeconds, deviceQuota, now, over }: SumUp): Promise<boolean> {
  const since = (await noteOf<number>(session, summedUp)) ?? (await before(session, now - 2 * epochSeconds * 1000));
  const { seq, entryId, device, enrolled: isEnrolled, receivedAt, via } = telemetry;
  const rows = await session
    .select({ seq, entryId, device, enrolled: isEnrolled, receivedAt, via })
    .from(telemetry)
    .where(gt(telemetry.seq, since))
    .orderBy(asc(telemetry.seq))
    .limit(chunk);
  if (rows.length === 0) return false;
  const heardIn = (row: { readonly receivedAt: number }) => Math.floor(row.receivedAt / 1000 / epochSeconds);
  const undecidedFrom = (await decidedBefore(session, over)) ?? 0;
  // What was written too late for its epoch is of the first one that is not decided.
  const epochOf = (row: { readonly receivedAt: number }) => Math.max(heardIn(row), undecidedFrom);
  const enrolled = [...new Set(rows.flatMap((row) => (row.enrolled ? [row.device] : [])))];
  const quotas = await Quotas.of(session, enrolled, [...new Set(rows.map(epochOf))]);
  const homes = await homesOf(session, enrolled);
  const found = new Map<string, Summed & { kind: ArrivalKind }>();
  const undecided = new Map<string, Summed & { device: string }>();
  const heard = new Map<string, { epoch: number; node: string; minutes: bigint }>();
  for (const row of rows) {
    const [, origin, rest, sequence] = entry.exec(row.entryId ?? '') ?? [];
    if (origin === undefined) continue;
    const at = heard.get(`${heardIn(row)} ${origin}`) ?? { epoch: heardIn(row), node: origin, minutes: 0n };
    at.minutes |= 1n << BigInt(partOf(row.receivedAt, epochSeconds));
    heard.set(`${at.epoch} ${origin}`, at);
    const of = { epoch: epochOf(row), page: `${origin}${rest}`, via: row.via ?? '' };
    const home = row.enrolled ? homes.get(row.device)?.home : undefined;
    const isHome = home?.node === origin;
    const within = row.enrolled && quotas.take(of.epoch, row.device, origin, isHome ? homeLimit(home, deviceQuota) : deviceQuota);
    if (within && !(isHome && belongsFor(home, of.epoch - undecidedFrom))) {
      const key = `${of.epoch} ${row.device} ${of.page} ${of.via}`;
      const one = undecided.get(key) ?? { ...of, device: row.device, sequences: [] };
      one.sequences.push(Number(sequence));
      undecided.set(key, one);
      continue;
    }
    const kind = within ? 'counts' : row.enrolled ? 'quota' : 'unknown';
    const key = `${of.epoch} ${of.page} ${of.via} ${kind}`;
    const one = found.get(key) ?? { ...of, kind, sequences: [] };
    one.sequences.push(Number(sequence));
    found.set(key, one);
  }
  await addArrivals(
    session,
    [...found.values()].map(({ sequences, ...of }) => ({ ...of, spans: spansOf(sequences) })),
  );
  await addUndecided(
    session,
    [...undecided.values()].map(({ sequences, ...of }) => ({ ...of, spans: spansOf(sequences) })),
  );
  await quotas.save();
  await addHeardByHub(session, [...heard.values()]);
  await putNote(session, summedUp, rows.at(-1)!.seq);
  return rows.length === chunk;
}

/** A hub that had no rewards before begins with what still matters, not with all its messages. */
async function before(session: Session, instant: number): Promise<number> {
  const [first] = await session
    .select({ seq: min(telemetry.seq) })
    .from(telemetry)
    .where(gte(telemetry.receivedAt, instant));
  if (first?.seq != null) return first.seq - 1;
  const [last] = await session.select({ seq: max(telemetry.seq) }).from(telemetry);
  return last?.seq ?? 0;
}

interface Quota {
  readonly epoch: number;
  readonly device: string;
  readonly origin: string;
  packets: number;
}

/** Packets per device, origin and epoch, read and written once per chunk. What one node brings uses up nothing of another's. */
class Quotas {
  readonly #session: Session;
  readonly #taken: Map<string, Quota>;

  private constructor(session: Session, taken: readonly Quota[]) {
    this.#session = session;
    this.#taken = new Map(taken.map((row) => [`${row.epoch} ${row.device} ${row.origin}`, row]));
  }

  static async of(session: Session, devices: readonly string[], epochs: readonly number[]): Promise<Quotas> {
    if (devices.length === 0) return new Quotas(session, []);
    const rows = await session
      .select()
      .from(rewardQuotas)
      .where(and(inArray(rewardQuotas.epoch, [...epochs]), inArray(rewardQuotas.device, [...devices])));
    return new Quotas(session, rows);
  }

  /** Whether it is one of the first `limit`. */
  take(epoch: number, device: string, origin: string, limit: number): boolean {
    const key = `${epoch} ${device} ${origin}`;
    const entry = this.#taken.get(key) ?? { epoch, device, origin, packets: 0 };
    this.#taken.set(key, entry);
    entry.packets++;
    return entry.packets <= limit;
  }

  async save(): Promise<void> {
    if (this.#taken.size === 0) return;
    await this.#session
      .insert(rewardQuotas)
      .values([...this.#taken.values()])
      .onConflictDoUpdate({ target: [rewardQuotas.epoch, rewardQuotas.device, rewardQuotas.origin], set: { packets: sql`excluded.packets` } });
  }
}

export interface AddedArrival {
  readonly epoch: number;
  readonly page: string;
  readonly via: string;
  readonly kind: ArrivalKind;
  readonly spans: Spans;
}

async function addArrivals(session: Session, found: readonly AddedArrival[]): Promise<void> {
  for (let i = 0; i < found.length; i += pagesAtOnce) {
    const some = found.slice(i, i + pagesAtOnce);
    const pages = [...new Set(some.map(({ page }) => page))];
    const epochs = [...new Set(some.map(({ epoch }) => epoch))];
    const before = new Map<string, Spans>();
    const rows = await session
      .select()
      .from(rewardArrivals)
      .where(and(inArray(rewardArrivals.page, pages), inArray(rewardArrivals.epoch, epochs)));
    for (const row of rows) before.set(`${row.epoch} ${row.page} ${row.via} ${row.kind}`, decodeSpans(row.spans));
    const values = some.map(({ spans, ...of }) => {
      const all = unite(before.get(`${of.epoch} ${of.page} ${of.via} ${of.kind}`) ?? none, spans);
      return { ...of, spans: encodeSpans(newest(all, spansMax)) };
    });
    await session
      .insert(rewardArrivals)
      .values(values)
      .onConflictDoUpdate({
        target: [rewardArrivals.page, rewardArrivals.epoch, rewardArrivals.via, rewardArrivals.kind],
        set: { spans: sql`excluded.spans` },
      });
  }
}

async function addUndecided(session: Session, found: readonly (Omit<AddedArrival, 'kind'> & { readonly device: string })[]): Promise<void> {
  const table = rewardUndecided;
  for (let i = 0; i < found.length; i += pagesAtOnce) {
    const some = found.slice(i, i + pagesAtOnce);
    const [pages, devices] = [[...new Set(some.map(({ page }) => page))], [...new Set(some.map(({ device }) => device))]];
    const rows = await session
      .select()
      .from(table)
      .where(and(inArray(table.page, pages), inArray(table.device, devices)));
    const before = new Map(rows.map((row) => [`${row.epoch} ${row.device} ${row.page} ${row.via}`, decodeSpans(row.spans)]));
    const values = some.map(({ spans, ...of }) => {
      const all = unite(before.get(`${of.epoch} ${of.device} ${of.page} ${of.via}`) ?? none, spans);
      return { ...of, spans: encodeSpans(newest(all, spansMax)) };
    });
    await session
      .insert(table)
      .values(values)
      .onConflictDoUpdate({ target: [table.epoch, table.device, table.page, table.via], set: { spans: sql`excluded.spans` } });
  }
}

/** In these sixtieths of an epoch, bit by bit, the hub heard from nodes. */
export async function addHeardByHub(session: Session, heard: readonly { epoch: number; node: string; minutes: bigint }[]): Promise<void> {
  if (heard.length === 0) return;
  const [epochs, nodes] = [[...new Set(heard.map(({ epoch }) => epoch))], [...new Set(heard.map(({ node }) => node))]];
  const rows = await session
    .select()
    .from(rewardHeard)
    .where(and(inArray(rewardHeard.epoch, epochs), inArray(rewardHeard.node, nodes), eq(rewardHeard.by, 'hub')));
  const before = new Map(rows.map((row) => [`${row.epoch} ${row.node}`, row.minutes]));
  const values = heard.flatMap(({ epoch, node, minutes }) => {
    const known = before.get(`${epoch} ${node}`);
    const all = (minutes | BigInt(`0x${known ?? '0'}`)).toString(16).padStart(16, '0');
    return all === known ? [] : [{ epoch, node, by: 'hub', minutes: all, rttUs: null, samples: 0 }];
  });
  if (values.length === 0) return;
  await session
    .insert(rewardHeard)
    .values(values)
    .onConflictDoUpdate({ target: [rewardHeard.epoch, rewardHeard.node, rewardHeard.by], set: { minutes: sql`excluded.minutes` } });
}

export type Arrived = Readonly<Record<ArrivalKind, Pages>>;

/** What arrived of these pages from an epoch on; with `via`, through that gateway or nobody knows which. */
export async function arrivedOf(session: Session, pages: readonly string[], { from, via }: { from: number; via?: string }): Promise<Arrived> {
  const found = { counts: new Map<string, Spans>(), quota: new Map<string, Spans>(), unknown: new Map<string, Spans>(), elsewhere: new Map<string, Spans>() };
  for (let i = 0; i < pages.length; i += pagesAtOnce) {
    const some = pages.slice(i, i + pagesAtOnce);
    const through = via === undefined ? undefined : or(eq(rewardArrivals.via, via), eq(rewardArrivals.via, ''));
    const rows = await session
      .select()
      .from(rewardArrivals)
      .where(and(inArray(rewardArrivals.page, some), gte(rewardArrivals.epoch, from), through));
    for (const row of rows) {
      const of = found[row.kind as ArrivalKind];
      of.set(row.page, unite(of.get(row.page) ?? none, decodeSpans(row.spans)));
    }
  }
  return found;
}

export type How = 'vouched' | 'counted';

export async function takenBy(session: Session, node: string, how: How, pages: readonly string[]): Promise<Pages> {
  const taken = new Map<string, Spans>();
  for (let i = 0; i < pages.length; i += pagesAtOnce) {
    const some = pages.slice(i, i + pagesAtOnce);
    const rows = await session
      .select()
      .from(rewardTaken)
      .where(and(eq(rewardTaken.node, node), eq(rewardTaken.how, how), inArray(rewardTaken.page, some)));
    for (const row of rows) taken.set(row.page, decodeSpans(row.spans));
  }
  return taken;
}

/** `taken`: all of each page, as it is now. */
export async function putTaken(session: Session, node: string, how: How, epoch: number, taken: Pages): Promise<void> {
  const values = [...taken].map(([page, spans]) => ({ node, page, how, epoch, spans: encodeSpans(newest(spans, spansMax)) }));
  if (values.length === 0) return;
  await session
    .insert(rewardTaken)
    .values(values)
    .onConflictDoUpdate({
      target: [rewardTaken.node, rewardTaken.page, rewardTaken.how],
      set: { spans: sql`excluded.spans`, epoch: sql`greatest(${rewardTaken.epoch}, excluded.epoch)` },
    });
}

/** Forgets what is of before an epoch. */
export async function dropArrivals(session: Session, before: number): Promise<void> {
  for (const table of [rewardArrivals, rewardQuotas, rewardUndecided, rewardHeard, rewardTaken, rewardVouchers])
    await session.delete(table).where(lt(table.epoch, before));
}
