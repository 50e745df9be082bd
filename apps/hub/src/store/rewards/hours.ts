import type { Heard } from '@energymesh/protocol';
import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, lte, min, or, type SQL, sql } from 'drizzle-orm';
import type { Session } from '../database.ts';
import { rewardHeard, rewardHours, rewardParts } from './schema.ts';

export type HourRow = typeof rewardHours.$inferSelect;
export type HourFields = Partial<Omit<typeof rewardHours.$inferInsert, 'node' | 'epoch' | 'version'>>;
export interface HourKey {
  readonly node: string;
  readonly epoch: number;
}

const isHour = ({ node, epoch }: HourKey): SQL | undefined => and(eq(rewardHours.node, node), eq(rewardHours.epoch, epoch));

export const hourBy = async (session: Session, key: HourKey): Promise<HourRow | undefined> => (await session.select().from(rewardHours).where(isHour(key)))[0];

/** Something was learned about an hour, which its node has to be told; one that is not here is added. */
export async function learnHour(session: Session, { node, epoch }: HourKey, fields: HourFields): Promise<void> {
  await session
    .insert(rewardHours)
    .values({ node, epoch, ...fields })
    .onConflictDoUpdate({ target: [rewardHours.node, rewardHours.epoch], set: { ...fields, version: sql`${rewardHours.version} + 1` } });
}

/** Reasons are added to those that are there. */
export async function addWhy(session: Session, key: HourKey, ...why: readonly string[]): Promise<void> {
  const hour = await hourBy(session, key);
  const known = hour ? (JSON.parse(hour.why) as string[]) : [];
  const all = [...new Set([...known, ...why])].slice(0, 16);
  if (all.length > known.length) await learnHour(session, key, { why: JSON.stringify(all) });
}

/** Tried later, which is nothing to tell anybody. */
export async function holdHours(session: Session, hours: readonly HourKey[], retryAt: number): Promise<void> {
  for (const key of hours)
    await session
      .update(rewardHours)
      .set({ retryAt, tries: sql`${rewardHours.tries} + 1` })
      .where(isHour(key));
}

/** Of hours that are not judged, of one node: a week's, of six parts each. At 96 KB a part 100 MB at most. */
const partsOfNodeMax = 1024;

/** Adds a part, and counts it; a part that is here stays, and beyond the bound none is added. Resolves to whether it was. */
export async function addPart(session: Session, part: typeof rewardParts.$inferInsert, partsMax = partsOfNodeMax): Promise<boolean> {
  const [all] = await session.select({ parts: count() }).from(rewardParts).where(eq(rewardParts.node, part.node));
  if ((all?.parts ?? 0) >= partsMax) return false;
  const added = await session.insert(rewardParts).values(part).onConflictDoNothing().returning({ part: rewardParts.part });
  const [here] = await session
    .select({ parts: count() })
    .from(rewardParts)
    .where(and(eq(rewardParts.node, part.node), eq(rewardParts.epoch, part.epoch)));
  await session
    .update(rewardHours)
    .set({ partsHere: here?.parts ?? 0 })
    .where(isHour(part));
  return added.length > 0;
}

export const partsOfHour = (session: Session, { node, epoch }: HourKey) =>
  session
    .select()
    .from(rewardParts)
    .where(and(eq(rewardParts.node, node), eq(rewardParts.epoch, epoch)))
    .orderBy(asc(rewardParts.part));

export async function dropParts(session: Session, { node, epoch }: HourKey): Promise<void> {
  await session.delete(rewardParts).where(and(eq(rewardParts.node, node), eq(rewardParts.epoch, epoch)));
}

export async function addHeard(
  session: Session,
  epoch: number,
  by: string,
  heard: readonly (Omit<Heard, 'by' | 'minutes'> & { node: string; minutes: string })[],
) {
  if (heard.length === 0) return;
  await session
    .insert(rewardHeard)
    .values(heard.map((one) => ({ ...one, epoch, by })))
    .onConflictDoNothing();
}

export async function heardOf(session: Session, { node, epoch }: HourKey): Promise<Heard[]> {
  const rows = await session
    .select()
    .from(rewardHeard)
    .where(and(eq(rewardHeard.epoch, epoch), eq(rewardHeard.node, node)));
  return rows.map(({ by, minutes, rttUs, samples }) => ({ by, minutes: BigInt(`0x${minutes}`), rttUs, samples }));
}

const open = isNull(rewardHours.closed);
const mayTry = (now: number) => lte(rewardHours.retryAt, now);

/** Proofs that the ledger has not got, of epochs before `before`, oldest first. */
export const hoursToSubmit = (session: Session, { before, now, limit }: { before: number; now: number; limit: number }): Promise<HourRow[]> =>
  session
    .select()
    .from(rewardHours)
    .where(and(open, isNull(rewardHours.accepted), isNotNull(rewardHours.signature), lt(rewardHours.epoch, before), mayTry(now)))
    .orderBy(asc(rewardHours.epoch), asc(rewardHours.node))
    .limit(limit);

/** The oldest of these, and how many. */
export async function waitingToSubmit(session: Session, before: number, now: number): Promise<{ readonly since: number | undefined; readonly hours: number }> {
  const [row] = await session
    .select({ since: min(rewardHours.receivedAt), hours: count() })
    .from(rewardHours)
    .where(and(open, isNull(rewardHours.accepted), isNotNull(rewardHours.signature), lt(rewardHours.epoch, before), mayTry(now)));
  return { since: row?.since ?? undefined, hours: row?.hours ?? 0 };
}

/** On the ledger, and the hub has not made up its mind: all parts are here, or the epoch is before `incompleteBefore`. */
export const hoursToJudge = (session: Session, { before, incompleteBefore, limit }: { before: number; incompleteBefore: number; limit: number }) =>
  session
    .select()
    .from(rewardHours)
    .where(
      and(
        open,
        isNotNull(rewardHours.accepted),
        isNull(rewardHours.judged),
        isNull(rewardHours.attestedTx),
        lt(rewardHours.epoch, before),
        gt(rewardHours.partsHere, 0),
        or(sql`${rewardHours.partsHere} >= ${rewardHours.parts}`, lt(rewardHours.epoch, incompleteBefore)),
      ),
    )
    .orderBy(asc(rewardHours.epoch), asc(rewardHours.node))
    .limit(limit);

export const hoursToAttest = (session: Session, now: number, limit: number): Promise<HourRow[]> =>
  session
    .select()
    .from(rewardHours)
    .where(and(open, isNotNull(rewardHours.accepted), isNotNull(rewardHours.judged), isNull(rewardHours.attestedTx), mayTry(now)))
    .orderBy(asc(rewardHours.epoch), asc(rewardHours.node))
    .limit(limit);

export const hoursToChallenge = (session: Session, now: number): Promise<HourRow[]> =>
  session
    .select()
    .from(rewardHours)
    .where(
      and(open, isNotNull(rewardHours.accepted), isNotNull(rewardHours.suspect), isNull(rewardHours.challenged), isNull(rewardHours.revealedTx), mayTry(now)),
    )
    .orderBy(asc(rewardHours.epoch), asc(rewardHours.node))
    .limit(1);

export const hoursToForfeit = (session: Session, epoch: number, now: number): Promise<HourRow[]> =>
  session
    .select()
    .from(rewardHours)
    .where(and(open, eq(rewardHours.mustShow, true), isNull(rewardHours.revealedTx), lt(rewardHours.deadline, epoch), mayTry(now)))
    .orderBy(asc(rewardHours.epoch), asc(rewardHours.node))
    .limit(1);

/** Whether an hour of the node's is to be shown by an epoch before this one, and is not yet. */
export async function owesAnswer(session: Session, node: string, deadlineBefore: number): Promise<boolean> {
  const due = and(open, eq(rewardHours.node, node), eq(rewardHours.mustShow, true), isNull(rewardHours.revealedTx), lt(rewardHours.deadline, deadlineBefore));
  const [one] = await session.select({ epoch: rewardHours.epoch }).from(rewardHours).where(due).limit(1);
  return one !== undefined;
}

/** Not closed, whose draw hangs on the value of the epoch after `accepted`. */
export const hoursAcceptedIn = (session: Session, accepted: number): Promise<HourRow[]> =>
  session
    .select()
    .from(rewardHours)
    .where(and(open, eq(rewardHours.accepted, accepted)));

/** Not closed, and on the ledger or on the way there; by node and epoch, after one of them. */
export const provenOpenHours = (session: Session, after: HourKey | undefined, limit: number): Promise<HourRow[]> =>
  session
    .select()
    .from(rewardHours)
    .where(
      and(
        open,
        or(isNotNull(rewardHours.accepted), isNotNull(rewardHours.signature)),
        after && or(gt(rewardHours.node, after.node), and(eq(rewardHours.node, after.node), gt(rewardHours.epoch, after.epoch))),
      ),
    )
    .orderBy(asc(rewardHours.node), asc(rewardHours.epoch))
    .limit(limit);

export const untoldHours = (session: Session, limit: number): Promise<HourRow[]> =>
  session.select().from(rewardHours).where(lt(rewardHours.toldVersion, rewardHours.version)).orderBy(asc(rewardHours.epoch)).limit(limit);

export async function toldHour(session: Session, key: HourKey, version: number): Promise<void> {
  await session.update(rewardHours).set({ toldVersion: version }).where(isHour(key));
}

export async function hoursOf(session: Session, node: string, epochs: readonly number[]): Promise<ReadonlyMap<number, HourRow>> {
  const rows =
    epochs.length === 0
      ? []
      : await session
          .select()
          .from(rewardHours)
          .where(and(eq(rewardHours.node, node), inArray(rewardHours.epoch, [...epochs])));
  return new Map(rows.map((row) => [row.epoch, row]));
}

export const newestHours = (session: Session, { limit, node, before, closed }: { limit: number; node?: string; before?: number; closed?: string }) =>
  session
    .select()
    .from(rewardHours)
    .where(
      and(
        node === undefined ? undefined : eq(rewardHours.node, node),
        before === undefined ? undefined : lt(rewardHours.epoch, before),
        closed === undefined ? undefined : eq(rewardHours.closed, closed),
      ),
    )
    .orderBy(desc(rewardHours.epoch), asc(rewardHours.node))
    .limit(limit);

export async function dropHours(session: Session, before: number): Promise<void> {
  await session.delete(rewardHours).where(lt(rewardHours.epoch, before));
  await session.delete(rewardParts).where(lt(rewardParts.epoch, before));
}
