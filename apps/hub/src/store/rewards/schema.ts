import { sql } from 'drizzle-orm';
import { bigint, bigserial, boolean, index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytes, instant } from '../columns.ts';

/** u32 has no type of its own in PostgreSQL. */
const epoch = (name: string) => bigint(name, { mode: 'number' });
const count = (name: string) => bigint(name, { mode: 'number' });

/** What nodes said about rewards and nobody has worked on yet. */
export const rewardInbox = pgTable('reward_inbox', {
  seq: bigserial('seq', { mode: 'number' }).primaryKey(),
  entryId: text('entry_id').notNull().unique(),
  node: text('node').notNull(),
  receivedAt: instant('received_at').notNull(),
  payload: bytes('payload').notNull(),
});

/** Places in what is followed, and the like: JSON under a name. */
export const rewardNotes = pgTable('reward_notes', { name: text('name').primaryKey(), value: text('value').notNull() });

/** Which entries arrived in an epoch, as spans. */
export const rewardArrivals = pgTable(
  'reward_arrivals',
  {
    epoch: epoch('epoch').notNull(),
    /** `<origin>.<incarnation>.<class>` */
    page: text('page').notNull(),
    /** Gateway that brought them; empty: not known. */
    via: text('via').notNull(),
    /** `counts`, `quota`: beyond their device's, `unknown`: of a device that is not enrolled, `elsewhere`: of one that belongs to another node. */
    kind: text('kind').notNull(),
    spans: bytes('spans').notNull(),
  },
  (table) => [primaryKey({ columns: [table.page, table.epoch, table.via, table.kind] }), index('reward_arrivals_epoch').on(table.epoch)],
);

/** Of an enrolled device, in an epoch: how much of it arrived from a node. */
export const rewardQuotas = pgTable(
  'reward_quotas',
  { epoch: epoch('epoch').notNull(), device: text('device').notNull(), origin: text('origin').notNull(), packets: count('packets').notNull() },
  (table) => [primaryKey({ columns: [table.epoch, table.device, table.origin] })],
);

/** Arrived, within the quota, and whether it counts is known when the epoch is over. As spans. */
export const rewardUndecided = pgTable(
  'reward_undecided',
  {
    epoch: epoch('epoch').notNull(),
    device: text('device').notNull(),
    page: text('page').notNull(),
    via: text('via').notNull(),
    spans: bytes('spans').notNull(),
  },
  (table) => [primaryKey({ columns: [table.epoch, table.device, table.page, table.via] }), index('reward_undecided_page').on(table.page)],
);

/** Where a device belongs. */
export const rewardHomes = pgTable('reward_homes', {
  device: text('device').primaryKey(),
  /** JSON of `Home`; null: nobody can say. */
  home: text('home'),
  /** Last epoch in which it came, and the last one in which it came from more than one node. */
  epoch: epoch('epoch').notNull(),
  disputed: epoch('disputed'),
  /** JSON: nodes that brought it then, four at most. */
  disputedBy: text('disputed_by').notNull().default('[]'),
});

/** Entries that a node has had something for: `vouched`, a receipt of the hub; `counted`, its pay. */
export const rewardTaken = pgTable(
  'reward_taken',
  {
    node: text('node').notNull(),
    page: text('page').notNull(),
    how: text('how').notNull(),
    spans: bytes('spans').notNull(),
    /** Last epoch in which something was added. */
    epoch: epoch('epoch').notNull(),
  },
  (table) => [primaryKey({ columns: [table.node, table.page, table.how] })],
);

/** What the hub signed for a gateway: the same request gets the same answer. */
export const rewardVouchers = pgTable(
  'reward_vouchers',
  { node: text('node').notNull(), epoch: epoch('epoch').notNull(), seq: count('seq').notNull(), ranges: text('ranges').notNull() },
  (table) => [primaryKey({ columns: [table.node, table.epoch, table.seq] }), index('reward_vouchers_epoch').on(table.epoch)],
);

/** Who heard whom: `by` is a node, or `hub`. */
export const rewardHeard = pgTable(
  'reward_heard',
  {
    epoch: epoch('epoch').notNull(),
    node: text('node').notNull(),
    by: text('by').notNull(),
    /** 16 hex digits. */
    minutes: text('minutes').notNull(),
    rttUs: count('rtt_us'),
    samples: count('samples').notNull(),
  },
  (table) => [primaryKey({ columns: [table.epoch, table.node, table.by] })],
);

/** One node's epoch, from its proof to its pay. */
export const rewardHours = pgTable(
  'reward_hours',
  {
    node: text('node').notNull(),
    epoch: epoch('epoch').notNull(),
    receivedAt: instant('received_at'),
    /** As the node sent it; null: only the ledger told of this hour. */
    packets: count('packets'),
    root: text('root'),
    signature: text('signature'),
    timestamp: count('timestamp'),
    parts: integer('parts').notNull().default(0),
    partsHere: integer('parts_here').notNull().default(0),
    /** JSON of `Judgement`: what the hub will attest. It is made once. */
    judged: text('judged'),
    /** From here on as the ledger has it. */
    accepted: epoch('accepted'),
    provedTx: text('proved_tx'),
    earning: count('earning'),
    uptimeBp: integer('uptime_bp'),
    /** 0xffffffff: nobody measured. */
    latencyUs: count('latency_us'),
    paidPackets: count('paid_packets'),
    bp: integer('bp'),
    shareBp: integer('share_bp'),
    gross: text('gross'),
    inTime: boolean('in_time'),
    attestedTx: text('attested_tx'),
    challenged: epoch('challenged'),
    challengedTx: text('challenged_tx'),
    /** Drawn or challenged, and its value is known. */
    mustShow: boolean('must_show').notNull().default(false),
    deadline: epoch('deadline'),
    revealedTx: text('revealed_tx'),
    amount: text('amount'),
    closed: text('closed'),
    closedTx: text('closed_tx'),
    /** JSON: reasons for people. */
    why: text('why').notNull().default('[]'),
    /** Why the hub wants to see it, though nobody drew it. */
    suspect: text('suspect'),
    version: integer('version').notNull().default(1),
    toldVersion: integer('told_version').notNull().default(0),
    retryAt: instant('retry_at').notNull().default(0),
    tries: integer('tries').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.node, table.epoch] }),
    index('reward_hours_epoch').on(table.epoch),
    index('reward_hours_open').on(table.epoch).where(sql`${table.closed} is null`),
    index('reward_hours_untold').on(table.node).where(sql`${table.toldVersion} < ${table.version}`),
  ],
);

/** Parts of an hour's message, until the hour is attested. */
export const rewardParts = pgTable(
  'reward_parts',
  { node: text('node').notNull(), epoch: epoch('epoch').notNull(), part: integer('part').notNull(), carried: text('carried').notNull() },
  (table) => [primaryKey({ columns: [table.node, table.epoch, table.part] })],
);

/** What somebody asked to be brought to the ledger: a node, or the hub itself. */
export const rewardAsks = pgTable(
  'reward_asks',
  {
    /** What it is for: asked twice, it is one. */
    key: text('key').primaryKey(),
    node: text('node'),
    /** fees or sponsor */
    account: text('account').notNull(),
    /** JSON of `CallOnTheWay`, or of what a classic transaction is to do. */
    call: text('call').notNull(),
    about: text('about'),
    askedAt: instant('asked_at').notNull(),
    /** waiting, done or refused */
    state: text('state').notNull(),
    tx: text('tx'),
    why: text('why').notNull().default('[]'),
    result: text('result'),
    told: boolean('told').notNull().default(false),
    retryAt: instant('retry_at').notNull().default(0),
    tries: integer('tries').notNull().default(0),
  },
  (table) => [index('reward_asks_waiting').on(table.askedAt).where(sql`${table.state} = 'waiting'`), index('reward_asks_node').on(table.node, table.askedAt)],
);

/** Transactions of the hub's accounts, in the order in which they were made. */
export const rewardTransactions = pgTable(
  'reward_transactions',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    account: text('account').notNull(),
    /** JSON: what it is for. */
    job: text('job').notNull(),
    call: text('call'),
    /** JSON of `Submission`. */
    submission: text('submission').notNull(),
    /** open, confirmed, failed, dead or unknown */
    state: text('state').notNull(),
    tx: text('tx').notNull(),
    /** Stroops. */
    fee: count('fee'),
    why: text('why'),
    madeAt: instant('made_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (table) => [uniqueIndex('reward_transactions_open').on(table.account).where(sql`${table.state} = 'open'`)],
);

/** Nodes as the contract has them. */
export const rewardNodes = pgTable('reward_nodes', {
  node: text('node').primaryKey(),
  publicKey: text('public_key').notNull().unique(),
  payout: text('payout').notNull(),
  nonce: count('nonce'),
  registered: epoch('registered').notNull(),
  probationFrom: epoch('probation_from').notNull(),
  caught: integer('caught').notNull().default(0),
  version: integer('version').notNull().default(1),
  toldVersion: integer('told_version').notNull().default(0),
});

/** The rule from an epoch on. */
export const rewardParams = pgTable('reward_params', { from: epoch('from').primaryKey(), params: text('params').notNull() });

/** Values of the hub's chain that the ledger knows. */
export const rewardValues = pgTable('reward_values', {
  epoch: epoch('epoch').primaryKey(),
  value: text('value').notNull(),
  /** Epoch in which it came. */
  known: epoch('known').notNull(),
  drawn: boolean('drawn').notNull(),
});

export const rewardProposals = pgTable('reward_proposals', {
  id: epoch('id').primaryKey(),
  node: text('node').notNull(),
  change: text('change').notNull(),
  votingEnds: epoch('voting_ends').notNull(),
  executableFrom: epoch('executable_from').notNull(),
  needed: count('needed').notNull(),
  yes: count('yes').notNull().default(0),
  no: count('no').notNull().default(0),
  executed: boolean('executed').notNull().default(false),
  retryAt: instant('retry_at').notNull().default(0),
  over: boolean('over').notNull().default(false),
});

/** Notes of operators about hours that were refused or lost, and what people answered. */
export const rewardAppeals = pgTable(
  'reward_appeals',
  {
    node: text('node').notNull(),
    epoch: epoch('epoch').notNull(),
    text: text('text').notNull(),
    at: instant('at').notNull(),
    answer: text('answer'),
    answeredAt: instant('answered_at'),
  },
  (table) => [primaryKey({ columns: [table.node, table.epoch] })],
);
