import * as z from 'zod';

/**
 * Rewards as the page reads them: docs/proofs.md and docs/earnings.md. Instants are Unix milliseconds, amounts stroops in decimal text (10,000,000 are
 * 1 XLM), hashes and keys hex. `hour` always means an epoch: of `epochSeconds`, an hour but for test networks.
 */
const stroops = z.string().regex(/^\d{1,19}$/);
const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const address = z.string().max(120);
const epoch = z.int().min(0).max(0xffff_ffff);
const count = z.number();

/** pending: carried, the proof is not on the ledger yet. proved: it is. claimed: the claim is sent. paid: confirmed on the ledger. lost: will pay nothing. unknown: a gap. */
export const hourStage = z.enum(['running', 'pending', 'proved', 'claimed', 'paid', 'lost', 'unknown']);
export const amounts = z.object({ pending: stroops, proved: stroops, claimed: stroops, paid: stroops, lost: stroops });

export const rewardHour = z.object({
  epoch,
  start: z.number(),
  end: z.number(),
  stage: hourStage,
  /** What the stage is made of, in order of an hour's life: docs/earnings.md. */
  step: z.enum([
    'open',
    'built',
    'sent',
    'proved',
    'attested',
    'to-show',
    'showing',
    'shown',
    'claimable',
    'claimed',
    'paid',
    'forfeited',
    'refused',
    'unknown',
  ]),
  /** Who says so: the ledger itself, the hub, or only this node. */
  source: z.enum(['ledger', 'hub', 'node']),
  packets: z.object({
    /** That next hops signed for: what the proof says. */
    proved: count,
    /** Of these the hub saw arrive within quotas and caps. */
    earning: count.optional(),
    /** That are paid, after the node's cap. */
    paid: count.optional(),
  }),
  /** What it pays, as far as is known; absent: nobody knows. */
  amount: stroops.optional(),
  /** False: reckoned by this node, by the rule and without what the hub will say. */
  exact: z.boolean(),
  /** Before the community's budget. */
  gross: stroops.optional(),
  /** The rule that this hour is paid by. Basis points: 10,000 are the whole. */
  rule: z
    .object({
      stroopsPer1000: count,
      bonusUptimeBp: count,
      bonusLatencyBp: count,
      penaltyBp: count,
      bp: count,
      /** Below 10,000 on probation. */
      shareBp: count,
      uptimeHighBp: count,
      uptimeLowBp: count,
      latencyUsMax: count,
      /** The first rule of all, as nobody told this node the community's. */
      assumed: z.boolean(),
    })
    .optional(),
  /** As the hub attested. */
  uptimeBp: count.optional(),
  latencyUs: count.optional(),
  /** `feeStroops`: what this node paid for the whole transaction, which may have brought other hours too; absent: nothing, or it is not known any more. */
  transactions: z.array(
    z.object({ of: z.enum(['proof', 'attestation', 'reveal', 'claim', 'forfeit']), hash: hex32, at: z.number().optional(), feeStroops: stroops.optional() }),
  ),
  /** Why it pays less than everything, or nothing: names of docs/earnings.md, "Reasons"; unknown ones are shown as they are. */
  why: z.array(z.string().max(40)),
  /** The hour has to be shown to be paid. */
  show: z.object({ because: z.enum(['drawn', 'challenged', 'not-attested']), until: z.number().optional() }).optional(),
  /** The address that was paid. */
  payout: address.optional(),
  next: z.object({ what: z.enum(['close', 'send', 'prove', 'attest', 'draw', 'show', 'settle', 'claim', 'pay']), at: z.number().optional() }).optional(),
  appeal: z.object({ text: z.string(), state: z.enum(['sent', 'taken', 'answered', 'refused']), answer: z.string().optional() }).optional(),
});

const period = z.object({
  from: z.number(),
  to: z.number(),
  amounts,
  packets: count,
  hours: count,
  /** Hours of which nothing is known here. */
  unknown: count,
});

export const earnings = z.object({
  at: z.number(),
  /** off: this community pays nothing. clock: hours count once the clock can be trusted. */
  state: z.enum(['off', 'clock', 'on']),
  terms: z
    .object({
      network: z.enum(['public', 'testnet', 'other']),
      passphrase: z.string(),
      contract: z.string(),
      epochSeconds: count,
      /** "Hours" of another length: a test network. */
      testHours: z.boolean(),
      /** Servers of Stellar RPC that a page may ask when this node is silent. */
      rpc: z.array(z.string().max(256)).max(8),
    })
    .optional(),
  /** This node to the contract. */
  publicKey: hex32,
  registration: z.object({
    state: z.enum(['unknown', 'none', 'asked', 'registered', 'refused']),
    payout: address.optional(),
    /** Asked for and not confirmed yet. */
    payoutAsked: address.optional(),
    probationUntil: z.number().optional(),
    caught: count.optional(),
    why: z.array(z.string()),
  }),
  ledger: z.object({
    /** Where the newest of what is shown comes from. */
    source: z.enum(['ledger', 'hub', 'none']),
    /** When the ledger, or the hub, was last heard; absent: never. */
    at: z.number().optional(),
    /** Nothing newer was there then. */
    upToDate: z.boolean(),
    /** In words, when the ledger cannot be asked. */
    why: z.string().optional(),
    /** Sums of the contract differ from the hours here: some hours are not known. */
    differs: z.boolean(),
    gaps: z.array(z.object({ from: z.number(), to: z.number() })),
  }),
  /** Of all hours that are kept. */
  totals: amounts,
  periods: z.object({ today: period, week: period, month: period }),
  /** The running one. */
  now: rewardHour.optional(),
  timeZone: z.string(),
});

export const series = z.object({
  at: z.number(),
  by: z.enum(['hour', 'day']),
  timeZone: z.string(),
  /** Without `amounts`: a gap, nothing is known of it. With: everything that is known, also where it is zero. */
  buckets: z.array(z.object({ start: z.number(), end: z.number(), amounts: amounts.optional(), packets: count.optional(), unknown: count })),
});

export const hours = z.object({ at: z.number(), hours: z.array(rewardHour) });
export const csv = z.object({ name: z.string(), text: z.string() });

/** What this node asked of the hub or the ledger, and was not answered yet or lately was. */
export const errand = z.object({
  id: z.string(),
  what: z.enum(['register', 'claim', 'appeal', 'propose', 'vote', 'sponsor', 'execute']),
  state: z.enum(['waiting', 'sent', 'taken', 'done', 'refused']),
  at: z.number(),
  tx: hex32.optional(),
  why: z.array(z.string()),
});
export const errands = z.object({ at: z.number(), errands: z.array(errand) });

const account = z.object({
  exists: z.boolean(),
  balance: stroops,
  /** What can be sent, fee included. */
  spendable: stroops,
  reserve: stroops,
  memoRequired: z.boolean(),
});
export const walletState = z.object({
  at: z.number(),
  /** none: not made yet. unconfirmed: the phrase was not confirmed as written down. damaged: the file cannot be read. */
  state: z.enum(['none', 'unconfirmed', 'confirmed', 'damaged']),
  why: z.string().optional(),
  address: address.optional(),
  /** Of an unconfirmed one: the phrase was shown (to one page only), and which words confirm it, from 1. */
  shown: z.boolean().optional(),
  words: count.optional(),
  ask: z.array(count).optional(),
  /** As last read from the ledger. */
  account: account.optional(),
  accountAt: z.number().optional(),
  /** In words, when the ledger cannot be asked. */
  unreachable: z.string().optional(),
  network: z.enum(['public', 'testnet', 'other']).optional(),
  payout: z.object({ address: address.optional(), own: z.boolean() }),
});

/** One half of a sealed channel: X25519 public keys, base64url. `api/sealed.ts` has both ends. */
export const sealKey = z.string().regex(/^[\w-]{43}$/);
export const sealedBox = z.object({ channel: z.string().regex(/^[\w-]{22}$/), box: z.string().regex(/^[\w-]{22,8192}$/) });
export const sealOpened = z.object({ channel: z.string(), key: sealKey });

export const movement = z.object({
  id: z.string(),
  kind: z.enum(['received', 'sent', 'fee', 'fee-returned']),
  amount: stroops,
  counterparty: address.optional(),
  memo: z.string().optional(),
  at: z.number(),
  tx: hex32,
});
export const movements = z.object({
  at: z.number(),
  /** Newest first. */
  movements: z.array(movement),
  /** When the ledger was last asked; absent: never. */
  readAt: z.number().optional(),
  /** Nothing before this is known: servers keep days, not years. */
  since: z.number().optional(),
  unreachable: z.string().optional(),
});

export const memo = z.object({ kind: z.enum(['none', 'text', 'id', 'hash', 'return']), text: z.string().max(64).default('') });
export const withdrawal = z.object({
  id: z.string(),
  at: z.number(),
  to: address,
  amount: stroops,
  memo,
  feeMax: stroops,
  fee: stroops.optional(),
  state: z.enum(['sending', 'confirmed', 'failed', 'expired', 'unknown']),
  tx: hex32,
  why: z.string().optional(),
});
export const withdrawals = z.object({ at: z.number(), withdrawals: z.array(withdrawal) });
/** `refused` names what is wrong: docs/earnings.md, "Withdraw". `max`, `min`: what would do. */
export const withdrawPlan = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    /** To be confirmed with it, once, before `validUntil`. */
    id: z.string(),
    kind: z.enum(['payment', 'create-account', 'contract']),
    to: address,
    amount: stroops,
    memo,
    feeLikely: stroops,
    feeMax: stroops,
    left: stroops,
    validUntil: z.number(),
  }),
  z.object({
    ok: z.literal(false),
    refused: z.string(),
    detail: z.string().optional(),
    max: stroops.optional(),
    min: stroops.optional(),
    feeMax: stroops.optional(),
  }),
]);
/** `account-missing`: good, once somebody makes the account. */
export const payoutAnswer = z.object({
  ok: z.boolean(),
  refused: z.string().optional(),
  warning: z.enum(['account-missing', 'not-checked']).optional(),
  min: stroops.optional(),
});

const paramsShape = z.record(z.string(), z.number());
export const change = z.union([z.object({ params: paramsShape }), z.object({ hub: z.object({ hubKey: hex32, anchor: hex32, anchorEpoch: epoch }) })]);
export const rules = z.object({
  at: z.number(),
  source: z.enum(['ledger', 'hub', 'assumed']),
  readAt: z.number().optional(),
  /** All 20, by their names in docs/proofs.md in camelCase. */
  params: paramsShape,
  bounds: z.record(z.string(), z.object({ min: z.number(), max: z.number(), initial: z.number() })),
  epochSeconds: count,
});
export const proposal = z.object({
  id: count,
  change,
  by: hex32,
  byName: z.string().optional(),
  votingEnds: z.number(),
  executableFrom: z.number(),
  executableUntil: z.number(),
  eligible: count,
  needed: count,
  yes: count,
  no: count,
  state: z.enum(['voting', 'waiting', 'executable', 'executed', 'rejected', 'no-quorum', 'expired']),
  mine: z.object({ yes: z.boolean(), state: z.enum(['waiting', 'sent', 'taken', 'done', 'refused']), why: z.array(z.string()) }).optional(),
});
export const proposals = z.object({
  at: z.number(),
  source: z.enum(['ledger', 'none']),
  readAt: z.number().optional(),
  /** Newest first. */
  proposals: z.array(proposal),
});

export type Earnings = z.infer<typeof earnings>;
export type RewardHour = z.infer<typeof rewardHour>;
export type HourStage = z.infer<typeof hourStage>;
export type Amounts = z.infer<typeof amounts>;
export type Series = z.infer<typeof series>;
export type Hours = z.infer<typeof hours>;
export type Csv = z.infer<typeof csv>;
export type Errand = z.infer<typeof errand>;
export type Errands = z.infer<typeof errands>;
export type WalletState = z.infer<typeof walletState>;
export type Movements = z.infer<typeof movements>;
export type Movement = z.infer<typeof movement>;
export type MemoText = z.infer<typeof memo>;
export type Withdrawal = z.infer<typeof withdrawal>;
export type Withdrawals = z.infer<typeof withdrawals>;
export type WithdrawPlan = z.infer<typeof withdrawPlan>;
export type PayoutAnswer = z.infer<typeof payoutAnswer>;
export type ChangeShown = z.infer<typeof change>;
export type Rules = z.infer<typeof rules>;
export type Proposal = z.infer<typeof proposal>;
export type Proposals = z.infer<typeof proposals>;
export type SealedBox = z.infer<typeof sealedBox>;
