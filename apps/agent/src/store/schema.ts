import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * state.db: what the agent remembers beside its spool. Instants are Unix milliseconds by the node's clock. A Pi has no clock battery, so
 * what happened is also stamped with the incarnation it happened in, the monotonic clock there (`mono`, ms), and whether the wall clock was trusted.
 */
export const settings = sqliteTable('settings', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
});

export const minuteCounters = sqliteTable(
  'minute_counters',
  {
    /** Start of the minute. */
    minute: integer('minute').notNull(),
    incarnation: integer('incarnation').notNull(),
    /** 0 device, 1 between nodes, 2 report. */
    traffic: integer('traffic').notNull(),
    /** 0 up (to the backend), 1 down (to a device), 2 between nodes. */
    direction: integer('direction').notNull(),
    class: integer('class').notNull(),
    packets: integer('packets').notNull(),
    bytes: integer('bytes').notNull(),
    mono: integer('mono').notNull(),
    trusted: integer('trusted', { mode: 'boolean' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.minute, table.incarnation, table.traffic, table.direction, table.class] })],
);

/** When this node was running: tells a gap from a zero. */
export const runIntervals = sqliteTable(
  'run_intervals',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    incarnation: integer('incarnation').notNull(),
    startedAt: integer('started_at').notNull(),
    /** Last sign of life, a few seconds old at most after a crash. */
    seenAt: integer('seen_at').notNull(),
    mono: integer('mono').notNull(),
    trusted: integer('trusted', { mode: 'boolean' }).notNull(),
  },
  (table) => [index('run_intervals_seen_at').on(table.seenAt)],
);

export const logEntries = sqliteTable('log_entries', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  at: integer('at').notNull(),
  incarnation: integer('incarnation').notNull(),
  mono: integer('mono').notNull(),
  trusted: integer('trusted', { mode: 'boolean' }).notNull(),
  kind: text('kind').notNull(),
  node: text('node'),
  nodeName: text('node_name'),
  detail: text('detail').notNull(),
  /** How long it took until it was mended. */
  healedMs: integer('healed_ms'),
});

/** OPAQUE registration records: no passphrase can be read from one, but with the server setup in `settings` one can be guessed against. */
export const opaqueRecords = sqliteTable('opaque_records', {
  identifier: text('identifier').primaryKey(),
  record: text('record').notNull(),
  createdAt: integer('created_at').notNull(),
});

export const sessions = sqliteTable('sessions', {
  id: text('id').primaryKey(),
  kind: text('kind').notNull(),
  key: text('key').notNull(),
  createdAt: integer('created_at').notNull(),
  lastUsedAt: integer('last_used_at').notNull(),
  /** Highest counter used, and hexadecimal bits of those below it: bit n is `counterTop - n`. */
  counterTop: integer('counter_top').notNull(),
  counterBits: text('counter_bits').notNull(),
});

/** Phones that may speak for the operator. No secret: a phone's private key never leaves it. */
export const phones = sqliteTable('phones', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  /** P-256, uncompressed point, base64url. */
  publicKey: text('public_key').notNull(),
  pairedAt: integer('paired_at').notNull(),
  lastSeenAt: integer('last_seen_at').notNull(),
  lastWay: text('last_way').notNull(),
  /** As of sessions. */
  counterTop: integer('counter_top').notNull(),
  counterBits: text('counter_bits').notNull(),
});

export const devices = sqliteTable('devices', {
  id: text('id').primaryKey(),
  lastSeen: integer('last_seen').notNull(),
  /** Start of the day that `packets` counts. */
  day: integer('day').notNull(),
  packets: integer('packets').notNull(),
});
