import { randomUUID } from 'node:crypto';
import { bodyOf, type Enrolment, type Env, HttpError } from '@energymesh/enrolment';
import { DocumentTooBig, deviceIdPattern, deviceRoles } from '@energymesh/identity';
import { Hono } from 'hono';
import * as z from 'zod';
import { type Broker, QueueFull } from '../broker/broker.ts';
import type { Clock } from '../clock.ts';
import { type Community, NoSuchNode } from '../identity/community.ts';
import type { Database } from '../store/database.ts';
import { allNodes, newestEvents } from '../store/members.ts';
import { nodePage, telemetryPage } from '../store/messages.ts';
import type { Topics } from '../topics.ts';

export interface AdminParts {
  readonly db: Database;
  readonly enrolment: Enrolment;
  readonly community: Community;
  /** What devices pin. */
  readonly deviceRootPem: string;
  readonly broker: Broker;
  readonly topics: Topics;
  /** https addresses that stand in new invites. */
  readonly hubUrls: () => readonly string[];
  readonly clock: Clock;
}

const nodeId = z.string().regex(/^[0-9a-f]{16}$/, 'expected a node id of 16 hex digits');
const deviceId = z.string().regex(deviceIdPattern, 'expected 1 to 32 of a-z, 0-9 and -');
const inviteRequest = z.strictObject({
  role: z.enum(['relay', 'gateway']).default('relay'),
  uses: z.int().min(1).max(1000).default(1),
  hours: z
    .number()
    .positive()
    .max(24 * 365)
    .default(72),
  hubs: z.array(z.string()).min(1).max(4).optional(),
});
const deviceRequest = z.strictObject({ id: deviceId, role: z.enum(deviceRoles) });
const revokeRequest = z.strictObject({
  node: nodeId,
  serial: z
    .string()
    .regex(/^[0-9a-f]{1,40}$/)
    .optional(),
});
const commandRequest = z.strictObject({
  device: deviceId,
  payload: z.union([z.string().max(8192), z.record(z.string(), z.unknown())]),
  ttlSeconds: z.int().min(1).max(604_800).default(60),
});
const pageQuery = z.object({
  since: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  device: deviceId.optional(),
  node: nodeId.optional(),
});

/** Everything behind the admin token. */
export function adminRoutes(parts: AdminParts): Hono<Env> {
  const routes = new Hono<Env>();
  const { community, db } = parts;

  routes.post('/invites', async (c) => {
    const { role, uses, hours, hubs } = await bodyOf(c, inviteRequest);
    return c.json(await parts.enrolment.invite({ role, uses, lifetimeMs: Math.round(hours * 3_600_000), hubs: hubs ?? parts.hubUrls() }));
  });
  routes.post('/devices', async (c) => {
    const { id, role } = await bodyOf(c, deviceRequest);
    return c.json({ id, role, token: await refusing(community.addDevice(id, role)), ca: parts.deviceRootPem });
  });
  routes.delete('/devices/:id', async (c) => {
    const id = deviceId.parse(c.req.param('id'));
    if (!(await community.removeDevice(id))) throw new HttpError(404, 'not-found', `there is no device ${id}`);
    return c.json({ id });
  });
  routes.post('/revoke', async (c) => {
    const { node, serial } = await bodyOf(c, revokeRequest);
    await refusing(community.revoke(serial === undefined ? { node } : { node, serial }));
    parts.broker.dismiss(node);
    return c.json({ node, document: community.document.number });
  });
  routes.post('/commands', async (c) => {
    const { device, payload, ttlSeconds } = await bodyOf(c, commandRequest);
    if (!community.hasDevice(device)) throw new HttpError(404, 'not-found', `there is no device ${device}`);
    const topic = parts.topics.command(device);
    const now = parts.clock.now();
    const deadline = { id: randomUUID(), issuedAt: now, expiresAt: now + ttlSeconds * 1000 };
    const text = typeof payload === 'string' ? payload : JSON.stringify({ ...deadline, ...payload });
    await refusing(parts.broker.publish({ topic, payload: Buffer.from(text), expirySeconds: ttlSeconds }));
    return c.json({ topic, payload: text });
  });

  routes.get('/telemetry', async (c) => {
    const { since, limit, device } = pageQuery.parse(c.req.query());
    const rows = await telemetryPage(db, { since, limit, ...(device === undefined ? {} : { device }) });
    return c.json({ rows: rows.map(readable), next: rows.at(-1)?.seq ?? since });
  });
  for (const table of ['reports', 'expired'] as const) {
    routes.get(`/${table}`, async (c) => {
      const { since, limit, node } = pageQuery.parse(c.req.query());
      const rows = await nodePage(db, table, { since, limit, ...(node === undefined ? {} : { node }) });
      return c.json({ rows: rows.map(readable), next: rows.at(-1)?.seq ?? since });
    });
  }
  routes.get('/nodes', async (c) =>
    c.json({ rows: (await allNodes(db)).map(({ invite: _, publicKey: __, ...node }) => ({ ...node, revoked: community.isRevoked(node.id, '') })) }),
  );
  routes.get('/events', async (c) => c.json({ rows: await newestEvents(db, pageQuery.parse(c.req.query()).limit) }));
  return routes;
}

/** Payloads as text where they are UTF-8, else in base64 under `payload64`. */
function readable<T extends { readonly payload: Uint8Array }>(row: T) {
  const { payload, ...rest } = row;
  try {
    return { ...rest, payload: new TextDecoder('utf-8', { fatal: true }).decode(payload) };
  } catch {
    return { ...rest, payload64: Buffer.from(payload).toString('base64') };
  }
}

async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof NoSuchNode) throw new HttpError(404, 'not-found', error.message);
    if (error instanceof DocumentTooBig) throw new HttpError(413, 'community-full', error.message);
    if (error instanceof QueueFull) throw new HttpError(503, 'queue-full', error.message);
    throw error;
  }
}
