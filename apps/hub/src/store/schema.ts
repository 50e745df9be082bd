import { bigint, bigserial, boolean, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

import { bytes, instant } from './columns.ts';

export * from './rewards/schema.ts';

/** What every message from the mesh has beside its topic. New builders for each table: drizzle names constraints by the first table that a builder meets. */
const arrival = () => ({
  seq: bigserial('seq', { mode: 'number' }).primaryKey(),
  /** `<origin>.<incarnation>.<class>.<sequence>`; null for a message that came without one. Once per entry id. */
  entryId: text('entry_id').unique(),
  /** Where the entry entered the mesh. */
  node: text('node'),
  receivedAt: instant('received_at').notNull(),
  /** How old it was on arrival. */
  ageMs: bigint('age_ms', { mode: 'number' }),
  payload: bytes('payload').notNull(),
});

/** What devices published: telemetry, transactions, answers, states. */
export const telemetry = pgTable(
  'telemetry',
  {
    ...arrival(),
    device: text('device').notNull(),
    kind: text('kind').notNull(),
    /** The device was of this community on arrival. */
    enrolled: boolean('enrolled').notNull(),
    /** Came after a later one of its sequence. */
    late: boolean('late').notNull(),
    fingerprint: text('fingerprint'),
    /** The gateway that brought it, where the broker knows. */
    via: text('via'),
  },
  (table) => [index('telemetry_received_at').on(table.receivedAt), index('telemetry_fingerprint').on(table.fingerprint)],
);

/** Five-minute reports of nodes. */
export const reports = pgTable('reports', { ...arrival(), subject: text('subject').notNull() }, (table) => [
  index('reports_subject').on(table.subject, table.seq),
  index('reports_received_at').on(table.receivedAt),
]);

/** What nodes gave up: commands and entries past their lifetime. */
export const expired = pgTable('expired', { ...arrival(), subject: text('subject').notNull() }, (table) => [index('expired_received_at').on(table.receivedAt)]);

export const nodes = pgTable('nodes', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  gateway: boolean('gateway').notNull(),
  /** Ed25519, 32 bytes: for whom the beacon key is sealed. Null: enrolled before it was kept, until the node renews. */
  publicKey: bytes('public_key'),
  invite: text('invite').notNull(),
  enrolledAt: instant('enrolled_at').notNull(),
  certificateSerial: text('certificate_serial').notNull(),
  certificateNotAfter: instant('certificate_not_after').notNull(),
  lastMessageAt: instant('last_message_at'),
  lastReportAt: instant('last_report_at'),
});

/** Kept for good: a node without a clock accepts any date. */
export const revocations = pgTable('revocations', {
  seq: bigserial('seq', { mode: 'number' }).primaryKey(),
  node: text('node').notNull(),
  /** Null: every certificate of the node. */
  serial: text('serial'),
  at: instant('at').notNull(),
});

export const devices = pgTable('devices', {
  id: text('id').primaryKey(),
  role: text('role').notNull(),
  salt: text('salt').notNull(),
  verifier: text('verifier').notNull(),
  addedAt: instant('added_at').notNull(),
  /** The node whose operator added it; null: the administrator. */
  by: text('by'),
});

/** One row per enrolled device, and one named `?` for all others: bounded by the community document. */
export const deviceFigures = pgTable('device_figures', {
  device: text('device').primaryKey(),
  received: bigint('received', { mode: 'number' }).notNull(),
  uniqueCount: bigint('unique_count', { mode: 'number' }).notNull(),
  lastAt: instant('last_at').notNull(),
  lastNode: text('last_node'),
});

export const figures = pgTable('figures', { name: text('name').primaryKey(), value: bigint('value', { mode: 'number' }).notNull() });

export const invites = pgTable('invites', {
  tokenHash: text('token_hash').primaryKey(),
  role: text('role').notNull(),
  usesMax: integer('uses_max').notNull(),
  uses: integer('uses').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  /** The node whose operator made it; null: the administrator. */
  by: text('by'),
  withdrawnAt: instant('withdrawn_at'),
});

/** Nodes that ask to be taken in. Bounded: packages/enrolment. */
export const joinRequests = pgTable('join_requests', {
  node: text('node').primaryKey(),
  publicKey: bytes('public_key').notNull(),
  name: text('name').notNull(),
  state: text('state').notNull(),
  forGood: boolean('for_good').notNull(),
  gateway: boolean('gateway').notNull(),
  askedAt: instant('asked_at').notNull(),
  heardAt: instant('heard_at').notNull(),
  by: text('by'),
  decidedAt: instant('decided_at'),
});

/** The newest community document: one row, id 1. */
export const communityDocument = pgTable('community_document', {
  id: integer('id').primaryKey(),
  number: bigint('number', { mode: 'number' }).notNull(),
  issuedAt: instant('issued_at').notNull(),
  bytes: bytes('bytes').notNull(),
  /** Of the beacon key that it is about. */
  beaconEpoch: bigint('beacon_epoch', { mode: 'number' }).notNull().default(0),
  /** JSON of the terms of rewards in it; null: none. */
  rewards: text('rewards'),
});

/** What happened, for the administrator: the newest 10,000. */
export const events = pgTable('events', {
  seq: bigserial('seq', { mode: 'number' }).primaryKey(),
  at: instant('at').notNull(),
  kind: text('kind').notNull(),
  detail: text('detail').notNull(),
});

/** Sessions that the embedded broker keeps for clients that asked for it (clean session off). */
export const brokerSessions = pgTable('broker_sessions', {
  client: text('client').primaryKey(),
  /** Null: connected, as far as is known. */
  awaySince: instant('away_since'),
});

export const brokerSubscriptions = pgTable(
  'broker_subscriptions',
  { client: text('client').notNull(), filter: text('filter').notNull(), qos: integer('qos').notNull() },
  (table) => [primaryKey({ columns: [table.client, table.filter] })],
);

/** Messages that a session has not acknowledged, in the order of their ids. */
export const brokerQueue = pgTable(
  'broker_queue',
  {
    id: bigint('id', { mode: 'number' }).primaryKey(),
    client: text('client').notNull(),
    topic: text('topic').notNull(),
    payload: bytes('payload').notNull(),
    qos: integer('qos').notNull(),
    /** Null: waits as long as the session. */
    expiresAt: instant('expires_at'),
  },
  (table) => [index('broker_queue_client').on(table.client)],
);
