import {
  firstOf,
  type Home,
  intersect,
  isSettled,
  judgeHome,
  movingEpochs,
  none,
  type Pages,
  type Spans,
  subtract,
  unite,
  unitePages,
} from '@energymesh/protocol';
import { and, asc, desc, eq, gte, inArray, lt, min, notInArray, or, sql } from 'drizzle-orm';
import type { Session } from '../database.ts';
import { devices } from '../schema.ts';
import type { AddedArrival } from './arrivals.ts';
import { noteOf, putNote } from './notes.ts';
import { rewardHomes, rewardQuotas, rewardUndecided } from './schema.ts';
import { decodeSpans } from './span-bytes.ts';

const decided = 'homes';
/** Devices or pages in one statement. */
const atOnce = 500;
/** Nodes that are remembered of a dispute. */
const disputedByMax = 4;

export interface HomeRow {
  readonly device: string;
  readonly home: Home | undefined;
  /** Last epoch in which it came, and the last one in which it came from more than one node. */
  readonly epoch: number;
  readonly disputed: number | null;
  readonly disputedBy: readonly string[];
}

const rowOf = ({ home, disputedBy, ...row }: typeof rewardHomes.$inferSelect): HomeRow => ({
  ...row,
  home: home === null ? undefined : (JSON.parse(home) as Home),
  disputedBy: JSON.parse(disputedBy) as string[],
});

export async function homesOf(session: Session, of: readonly string[]): Promise<ReadonlyMap<string, HomeRow>> {
  const found = new Map<string, HomeRow>();
  for (let i = 0; i < of.length; i += atOnce) {
    const rows = await session
      .select()
      .from(rewardHomes)
      .where(inArray(rewardHomes.device, of.slice(i, i + atOnce)));
    for (const row of rows) found.set(row.device, rowOf(row));
  }
  return found;
}

export const allHomes = async (session: Session, limit: number): Promise<HomeRow[]> =>
  (await session.select().from(rewardHomes).orderBy(asc(rewardHomes.device)).limit(limit)).map(rowOf);

/** Brought by several nodes in an epoch from `since` on, the newest first. */
export const disputedHomes = async (session: Session, since: number, limit: number): Promise<HomeRow[]> =>
  (
    await session.select().from(rewardHomes).where(gte(rewardHomes.disputed, since)).orderBy(desc(rewardHomes.disputed), asc(rewardHomes.device)).limit(limit)
  ).map(rowOf);

/** Of the epochs before this it is decided where devices belong; undefined: of none yet. A clock that was put back is believed. */
export async function decidedBefore(session: Session, over: number): Promise<number | undefined> {
  const before = await noteOf<number>(session, decided);
  return before === undefined ? undefined : Math.min(before, over);
}

/** Nothing that is still to be decided, of so many epochs, can take the device away from there. */
export const belongsFor = (home: Home, epochs: number): boolean => isSettled(home) && (home.guest?.epochs ?? 0) + epochs < movingEpochs;

async function putHomes(session: Session, rows: readonly HomeRow[]): Promise<void> {
  for (let i = 0; i < rows.length; i += atOnce) {
    const values = rows
      .slice(i, i + atOnce)
      .map(({ home, disputedBy, ...row }) => ({ ...row, home: home ? JSON.stringify(home) : null, disputedBy: JSON.stringify(disputedBy) }));
    await session
      .insert(rewardHomes)
      .values(values)
      .onConflictDoUpdate({
        target: rewardHomes.device,
        set: { home: sql`excluded.home`, epoch: sql`excluded.epoch`, disputed: sql`excluded.disputed`, disputedBy: sql`excluded.disputed_by` },
      });
  }
}

/** People say where a device belongs: from the first epoch on of which it is not decided. */
export const nameHome = (session: Session, device: string, node: string, epoch: number): Promise<void> =>
  putHomes(session, [{ device, home: { node, hours: [], named: true }, epoch, disputed: null, disputedBy: [] }]);

/** Packets per origin, by device. */
async function broughtIn(session: Session, epoch: number, of?: readonly string[]): Promise<Map<string, Map<string, number>>> {
  const some = of ? inArray(rewardQuotas.device, [...of]) : undefined;
  const brought = new Map<string, Map<string, number>>();
  for (const { device, origin, packets } of await session
    .select()
    .from(rewardQuotas)
    .where(and(eq(rewardQuotas.epoch, epoch), some))) {
    const by = brought.get(device) ?? new Map<string, number>();
    by.set(origin, packets);
    brought.set(device, by);
  }
  return brought;
}

const originOf = (page: string): string => page.slice(0, 16);

/**
 * Decides of the oldest epoch that is over and in which something came from devices: whose packets of each of them count, and where it belongs from then on.
 * docs/proofs.md §7.6. Resolves to whether there was one.
 */
export async function decideEpoch(
  session: Session,
  { over, deviceQuota }: { readonly over: number; readonly deviceQuota: number },
  add: (session: Session, arrivals: readonly AddedArrival[]) => Promise<void>,
): Promise<boolean> {
  const from = (await decidedBefore(session, over)) ?? 0;
  const [oldest] = await session
    .select({ epoch: min(rewardQuotas.epoch) })
    .from(rewardQuotas)
    .where(and(gte(rewardQuotas.epoch, from), lt(rewardQuotas.epoch, over)));
  const epoch = oldest?.epoch ?? undefined;
  if (epoch === undefined) {
    if ((await noteOf<number>(session, decided)) !== over) await putNote(session, decided, over);
    return false;
  }
  const brought = await broughtIn(session, epoch);
  const known = await homesOf(session, [...brought.keys()]);
  const counting = new Map<string, { readonly node: string; readonly atMost: number }>();
  const rows: HomeRow[] = [];
  for (const [device, by] of brought) {
    const before = known.get(device);
    const { home, counts, disputed } = judgeHome(before?.home, by, deviceQuota);
    if (counts) counting.set(device, counts);
    const dispute = disputed
      ? { disputed: epoch, disputedBy: [...by.keys()].sort().slice(0, disputedByMax) }
      : { disputed: before?.disputed ?? null, disputedBy: before?.disputedBy ?? [] };
    rows.push({ device, home, epoch, ...dispute });
  }
  await putHomes(session, rows);
  await add(session, await settleUndecided(session, epoch, counting));
  await putNote(session, decided, epoch + 1);
  return true;
}

/** Takes what waited for the end of an epoch. */
async function settleUndecided(
  session: Session,
  epoch: number,
  counting: ReadonlyMap<string, { readonly node: string; readonly atMost: number }>,
): Promise<AddedArrival[]> {
  const rows = (await session.delete(rewardUndecided).where(eq(rewardUndecided.epoch, epoch)).returning()).map((row) => ({
    ...row,
    spans: decodeSpans(row.spans),
  }));
  const byDevice = new Map<string, typeof rows>();
  for (const row of rows) byDevice.set(row.device, [...(byDevice.get(row.device) ?? []), row]);
  const arrivals = new Map<string, AddedArrival>();
  const put = (one: AddedArrival): void => {
    if (one.spans.length === 0) return;
    const key = `${one.page} ${one.via} ${one.kind}`;
    arrivals.set(key, { ...one, spans: unite(arrivals.get(key)?.spans ?? none, one.spans) });
  };
  for (const [device, of] of byDevice) {
    const counts = counting.get(device);
    const own = of.filter(({ page }) => originOf(page) === counts?.node);
    const all = own.reduce<Pages>((pages, { page, spans }) => unitePages(pages, new Map([[page, spans]])), new Map<string, Spans>());
    const first = firstOf(all, counts?.atMost ?? 0);
    for (const { page, via, spans } of of) {
      const mine = first.get(page) ?? none;
      put({ epoch, page, via, kind: 'counts', spans: intersect(spans, mine) });
      put({ epoch, page, via, kind: 'elsewhere', spans: subtract(spans, mine) });
    }
  }
  return [...arrivals.values()];
}

export interface Undecided {
  /** Would count if the epoch ended now. Of a guest nothing does before it is over: its device may be at home yet. */
  readonly counts: Pages;
  readonly waits: Pages;
}

/** What arrived of these pages from an epoch on and is not decided; with `via`, through that gateway or nobody knows which. */
export async function undecidedOf(
  session: Session,
  pages: readonly string[],
  { from, via, deviceQuota }: { readonly from: number; readonly via?: string; readonly deviceQuota: number },
): Promise<Undecided> {
  const table = rewardUndecided;
  const through = via === undefined ? undefined : or(eq(table.via, via), eq(table.via, ''));
  const rows: (typeof table.$inferSelect)[] = [];
  for (let i = 0; i < pages.length; i += atOnce) {
    const some = inArray(table.page, pages.slice(i, i + atOnce));
    rows.push(
      ...(await session
        .select()
        .from(table)
        .where(and(some, gte(table.epoch, from), through))),
    );
  }
  const found = { counts: new Map<string, Spans>(), waits: new Map<string, Spans>() };
  const homes = await homesOf(session, [...new Set(rows.map(({ device }) => device))]);
  for (const epoch of new Set(rows.map((row) => row.epoch))) {
    const of = rows.filter((row) => row.epoch === epoch);
    const brought = await broughtIn(session, epoch, [...new Set(of.map(({ device }) => device))]);
    for (const { device, page, spans } of of) {
      const home = homes.get(device)?.home;
      const { counts } = judgeHome(home, brought.get(device) ?? new Map(), deviceQuota);
      const isGuest = home !== undefined && isSettled(home) && counts?.node !== home.node;
      const into = !isGuest && counts?.node === originOf(page) ? found.counts : found.waits;
      into.set(page, unite(into.get(page) ?? none, decodeSpans(spans)));
    }
  }
  return found;
}

/** Forgets devices that are not enrolled any more and did not come since an epoch. */
export async function dropHomes(session: Session, before: number): Promise<void> {
  await session.delete(rewardHomes).where(and(lt(rewardHomes.epoch, before), notInArray(rewardHomes.device, session.select({ id: devices.id }).from(devices))));
}
