import type { KeptInvite } from '@energymesh/enrolment';
import type { DeviceCredential, Issued, Revocation } from '@energymesh/identity';
import { and, asc, desc, eq, gte, isNull, lt, lte, sql } from 'drizzle-orm';
import type { Session } from './database.ts';
import { rewardHomes } from './rewards/schema.ts';
import { communityDocument, deviceFigures, devices, events, figures, invites, nodes, revocations } from './schema.ts';

export type NodeRecord = typeof nodes.$inferSelect;

export async function inviteBy(session: Session, tokenHash: string): Promise<KeptInvite | undefined> {
  const [row] = await session.select().from(invites).where(eq(invites.tokenHash, tokenHash));
  return row && keptInvite(row);
}

export async function openInvitesBy(session: Session, member: string, now: number): Promise<KeptInvite[]> {
  const rows = await session
    .select()
    .from(invites)
    .where(and(eq(invites.by, member), isNull(invites.withdrawnAt), gte(invites.expiresAt, now), lt(invites.uses, invites.usesMax)));
  return rows.map(keptInvite);
}

const keptInvite = ({ role, by, withdrawnAt, ...row }: typeof invites.$inferSelect): KeptInvite => ({
  ...row,
  role: role === 'gateway' ? 'gateway' : 'relay',
  by: by ?? undefined,
  withdrawnAt: withdrawnAt ?? undefined,
});

export async function addInvite(session: Session, { by, withdrawnAt: _none, ...invite }: KeptInvite): Promise<void> {
  await session.insert(invites).values({ ...invite, by: by ?? null });
}

export async function withdrawInvite(session: Session, tokenHash: string, at: number): Promise<void> {
  await session.update(invites).set({ withdrawnAt: at }).where(eq(invites.tokenHash, tokenHash));
}

export async function countUse(session: Session, tokenHash: string): Promise<void> {
  await session
    .update(invites)
    .set({ uses: sql`${invites.uses} + 1` })
    .where(eq(invites.tokenHash, tokenHash));
}

export const nodeBy = async (session: Session, id: string): Promise<NodeRecord | undefined> => (await session.select().from(nodes).where(eq(nodes.id, id)))[0];

export const allNodes = (session: Session): Promise<NodeRecord[]> => session.select().from(nodes).orderBy(asc(nodes.enrolledAt), asc(nodes.id));

export async function putNode(
  session: Session,
  node: { issued: Issued; publicKey: Uint8Array; name: string; gateway: boolean; invite: string; now: number },
): Promise<void> {
  const certificate = { certificateSerial: node.issued.serial, certificateNotAfter: node.issued.notAfter };
  const { publicKey, name, gateway, invite } = node;
  await session
    .insert(nodes)
    .values({ id: node.issued.node, publicKey, name, gateway, invite, enrolledAt: node.now, ...certificate })
    .onConflictDoUpdate({ target: nodes.id, set: { publicKey, name, gateway, invite, ...certificate } });
}

export async function allDevices(session: Session): Promise<DeviceCredential[]> {
  const rows = await session.select().from(devices).orderBy(asc(devices.id));
  return rows.map(({ id, role, salt, verifier }) => ({ id, role: role as DeviceCredential['role'], salt, verifier }));
}

/** Without their credentials. */
export const listedDevices = (session: Session) =>
  session.select({ id: devices.id, role: devices.role, addedAt: devices.addedAt, by: devices.by }).from(devices).orderBy(asc(devices.id));

/** A device of that id gets the new credential, and its old token counts no more. */
export async function putDevice(session: Session, device: DeviceCredential, now: number, by: string | undefined): Promise<void> {
  const { role, salt, verifier } = device;
  await session
    .insert(devices)
    .values({ ...device, addedAt: now, by: by ?? null })
    .onConflictDoUpdate({ target: devices.id, set: { role, salt, verifier, by: by ?? null } });
}

/** Where it belonged is forgotten: a device that is enrolled under its name may be another. */
export async function removeDevice(session: Session, id: string): Promise<boolean> {
  await session.delete(rewardHomes).where(eq(rewardHomes.device, id));
  return (await session.delete(devices).where(eq(devices.id, id)).returning({ id: devices.id })).length > 0;
}

export async function allRevocations(session: Session): Promise<Revocation[]> {
  const rows = await session.select().from(revocations).orderBy(asc(revocations.seq));
  return rows.map(({ node, serial }) => (serial === null ? { node } : { node, serial }));
}

export async function addRevocation(session: Session, revocation: Revocation, now: number): Promise<void> {
  await session.insert(revocations).values({ node: revocation.node, serial: revocation.serial ?? null, at: now });
}

export const storedDocument = async (session: Session) => (await session.select().from(communityDocument).where(eq(communityDocument.id, 1)))[0];

export async function putDocument(
  session: Session,
  document: { number: number; issuedAt: number; bytes: Uint8Array; beaconEpoch: number; rewards: string | null },
): Promise<void> {
  await session
    .insert(communityDocument)
    .values({ id: 1, ...document })
    .onConflictDoUpdate({ target: communityDocument.id, set: document });
}

export const allFigures = async (session: Session): Promise<ReadonlyMap<string, number>> =>
  new Map((await session.select().from(figures)).map((row) => [row.name, row.value]));

export const allDeviceFigures = (session: Session) => session.select().from(deviceFigures).orderBy(asc(deviceFigures.device));

const eventsMax = 10_000;

export async function addEvent(session: Session, event: { at: number; kind: string; detail: string }): Promise<void> {
  const [row] = await session.insert(events).values(event).returning({ seq: events.seq });
  await session.delete(events).where(lte(events.seq, row!.seq - eventsMax));
}

export const newestEvents = (session: Session, limit: number) => session.select().from(events).orderBy(desc(events.seq)).limit(limit);
