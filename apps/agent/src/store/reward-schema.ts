import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Errand, HourRecord, HourStage, MovementRow, Purpose, SubmissionRow } from '../reward-book.ts';

/** state.db, what concerns rewards: receipts, hours and money. Keys and hashes are hexadecimal, epochs as in docs/proofs.md §2. */

/** One contract on one network: everything else belongs to one of these. */
export const rewardBooks = sqliteTable('reward_books', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  network: text('network').notNull(),
  contract: text('contract').notNull(),
  epochSeconds: integer('epoch_seconds').notNull(),
  openedAt: integer('opened_at').notNull(),
});

/** Receipts of what this node carried, each verified: the leaves of its hours' trees. */
export const receipts = sqliteTable(
  'receipts',
  {
    book: integer('book').notNull(),
    epoch: integer('epoch').notNull(),
    /** Ed25519 public key of who signed. */
    next: text('next').notNull(),
    seq: integer('seq').notNull(),
    packets: integer('packets').notNull(),
    /** docs/proofs.md §4.2 */
    ranges: blob('ranges', { mode: 'buffer' }).notNull(),
    signature: blob('signature', { mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.book, table.epoch, table.next, table.seq] })],
);

/** Which neighbours this node heard, per epoch: what their uptime and latency are attested by. */
export const sightings = sqliteTable(
  'sightings',
  {
    book: integer('book').notNull(),
    epoch: integer('epoch').notNull(),
    node: text('node').notNull(),
    /** 60 bits: bit m stands for the m-th sixtieth of the epoch. */
    minutes: text('minutes').notNull(),
    rttUsSum: integer('rtt_us_sum').notNull(),
    samples: integer('samples').notNull(),
  },
  (table) => [primaryKey({ columns: [table.book, table.epoch, table.node] })],
);

/** The hours that this node was up, from proof to payment; stage, packets and amount are what is summed over. */
export const rewardHours = sqliteTable(
  'reward_hours',
  {
    book: integer('book').notNull(),
    epoch: integer('epoch').notNull(),
    stage: text('stage').$type<HourStage>().notNull(),
    packets: integer('packets').notNull(),
    /** Stroops. */
    amount: integer('amount').notNull(),
    settled: integer('settled', { mode: 'boolean' }).notNull(),
    /** With a proof of this node's making. */
    proved: integer('proved', { mode: 'boolean' }).notNull(),
    record: text('record', { mode: 'json' }).$type<HourRecord>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.book, table.epoch] }), index('reward_hours_settled').on(table.book, table.settled)],
);

/** What the draws of hours hang on: docs/proofs.md §6. */
export const chainValues = sqliteTable(
  'chain_values',
  {
    book: integer('book').notNull(),
    epoch: integer('epoch').notNull(),
    value: text('value').notNull(),
    drawn: integer('drawn', { mode: 'boolean' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.book, table.epoch] })],
);

export const errands = sqliteTable(
  'errands',
  {
    book: integer('book').notNull(),
    id: text('id').notNull(),
    at: integer('at').notNull(),
    errand: text('errand', { mode: 'json' }).$type<Errand>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.book, table.id] })],
);

/** Transactions of the node's own account: never two under way. */
export const submissions = sqliteTable(
  'submissions',
  {
    book: integer('book').notNull(),
    id: text('id').notNull(),
    kind: text('kind').$type<Purpose['kind']>().notNull(),
    open: integer('open', { mode: 'boolean' }).notNull(),
    at: integer('at').notNull(),
    submission: text('submission', { mode: 'json' }).$type<SubmissionRow>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.book, table.id] })],
);

/** XLM that came to and went from the node's own account. */
export const movements = sqliteTable(
  'movements',
  {
    book: integer('book').notNull(),
    address: text('address').notNull(),
    /** Of the ledger, rising. */
    id: text('id').notNull(),
    movement: text('movement', { mode: 'json' }).$type<MovementRow>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.book, table.address, table.id] })],
);
