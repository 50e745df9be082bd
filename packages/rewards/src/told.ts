import * as z from 'zod';
import { params } from './params.ts';
import { account, base64, basisPoints, count, epoch, hash, nodeId, payout, reason, signature, stroops, u32 } from './values.ts';

/** The hub's signature for a gateway's hop, with the ranges it is about: a node that started again meanwhile can use it. */
export const voucher = z.object({ kind: z.literal('voucher'), epoch, seq: u32.min(1), ranges: base64(7168).min(28), signature });

/** Hour states as the hub sees them, in their order; `refused`: no proof of it will be taken; `lost`: forfeited. */
export const hourStates = ['received', 'proved', 'attested', 'revealed', 'paid', 'refused', 'lost'] as const;

/**
 * How far an hour has come. Every field that is known stands in it, so the newest message says all; an older one that comes late changes nothing.
 * `why`: reasons why packets do not earn, why it was refused, or why it was lost.
 */
export const hourTold = z.object({
  kind: z.literal('hour'),
  epoch,
  state: z.enum(hourStates),
  /** Of the transaction that brought it to this state. */
  tx: hash.optional(),
  /** Epoch in which the contract took the proof. */
  accepted: epoch.optional(),
  /** As attested. `latencyUs` is absent when nobody measured it. */
  earning: count.optional(),
  uptimeBp: z.int().min(0).max(10_000).optional(),
  latencyUs: u32.optional(),
  /** As the contract reckoned when it took the attestation. */
  packets: count.optional(),
  bp: basisPoints.optional(),
  shareBp: basisPoints.optional(),
  gross: stroops.optional(),
  /** Paid, after the budget. */
  amount: stroops.optional(),
  why: z.array(reason).max(16).optional(),
});

/** Show this hour: it was drawn, or the hub asks. All that the samples are drawn from, for a node that cannot ask the ledger. */
export const challenge = z.object({
  kind: z.literal('challenge'),
  epoch,
  /** Epoch in which the contract took the proof. */
  accepted: epoch,
  /** Chain value of the epoch after that. */
  value: hash,
  samples: z.int().min(1).max(16),
  /** Last epoch in which it can be shown. */
  deadline: epoch.optional(),
  why: z.array(reason).max(16).optional(),
});

const about = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('register'), nonce: u32 }),
  z.object({ kind: z.literal('openings'), epoch }),
  z.object({ kind: z.literal('claim'), epochs: z.array(epoch).min(1).max(32) }),
  z.object({ kind: z.literal('appeal'), epoch }),
  z.object({ kind: z.literal('propose'), nonce: u32 }),
  z.object({ kind: z.literal('vote'), proposal: u32 }),
  z.object({ kind: z.literal('sponsor'), address: account }),
]);

/** What became of something that was asked: `taken` (the hub has it, and goes on by itself), `done`, or `refused` for good. */
export const asked = z.object({
  kind: z.literal('asked'),
  about,
  state: z.enum(['taken', 'done', 'refused']),
  tx: hash.optional(),
  why: z.array(reason).max(16).optional(),
  /** Of a claim that is done, in stroops. */
  amount: stroops.optional(),
  /** Of a `propose` that is done. */
  proposal: u32.optional(),
  /** From a person: the answer to an appeal. */
  text: z.string().max(500).optional(),
});

/** A transaction that makes the node's account at the hub's cost; the node's wallet signs it if it is nothing but that. Amounts and sequence in decimal. */
export const cosign = z.object({
  kind: z.literal('cosign'),
  address: account,
  unsigned: z.object({
    source: account,
    sequence: z.string().regex(/^\d{1,19}$/),
    madeAt: count,
    validUntil: count,
    feeMaxStroops: stroops,
    envelope: base64(8192),
    hash,
  }),
});

/** How the node stands with the contract, and the rule in force: after a registration and whenever the rule changes, for nodes that cannot ask the ledger. */
export const standing = z.object({
  kind: z.literal('standing'),
  /** As of this epoch. */
  epoch,
  registered: z.boolean(),
  payout: payout.optional(),
  /** Highest nonce that was used. */
  nonce: u32.optional(),
  /** On probation in epochs before this one. */
  probationUntil: epoch.optional(),
  caught: count.optional(),
  params,
  /** All nodes that are registered with the contract: receipts of others cannot be shown, so nodes leave them out of their trees. */
  vouchers: z.array(nodeId).max(4096).optional(),
});

export const told = z.discriminatedUnion('kind', [voucher, hourTold, challenge, asked, cosign, standing]);

export type Told = z.infer<typeof told>;
export type ToldHour = z.infer<typeof hourTold>;
export type ToldHourState = (typeof hourStates)[number];
export type About = z.infer<typeof about>;

/** The hub's own reasons. Whoever shows them has words for these, and shows others as they are. */
export const hubReasons = [
  'not-arrived',
  'unknown-device',
  'over-device-quota',
  'device-elsewhere',
  'over-pair-cap',
  'counted-before',
  'sums-differ',
  'next-not-registered',
  'parts-missing',
  'bad-signature',
  'malformed',
  'another-proof',
  'not-a-member',
  'no-funds',
  'on-probation',
] as const;
export type HubReason = (typeof hubReasons)[number];
