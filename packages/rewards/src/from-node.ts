import * as z from 'zod';
import { change } from './params.ts';
import { account, base64, count, epoch, hash, hex, nodeId, payout, publicKey, signature, u32 } from './values.ts';

/** Ranges of 21 bytes one after the other (docs/proofs.md §4.4), base64: `rangesText` and `rangesOfText`. */
const ranges = (bytesMax: number) => base64(Math.ceil(bytesMax / 3) * 4);
/** What a message has room for. */
export const rangesPerMessageMax = 3000;
export const partsMax = 64;

/** A gateway asks the hub to sign for what arrived through it: docs/protocol.md §7.7. Answered by a voucher, or not at all. */
export const vouch = z.object({ kind: z.literal('vouch'), epoch, seq: u32.min(1), ranges: ranges(256 * 21).min(28) });

/** Where this node's rewards go. Repeated until it is answered. */
export const register = z.object({ kind: z.literal('register'), payout, nonce: u32.min(1), signature });

export const proof = z.object({ packetCount: count, timestamp: count, root: hash, signature });

/** An hour: its proof in every part; what next hops signed for, and which neighbours were heard, spread over the parts. */
export const hour = z
  .object({
    kind: z.literal('hour'),
    epoch,
    part: z.int().min(1).max(partsMax),
    parts: z.int().min(1).max(partsMax),
    proof,
    /** Per public key of a next hop: the union of what it signed for in this epoch. */
    carried: z.array(z.object({ next: publicKey, ranges: ranges(rangesPerMessageMax * 21) })).max(64),
    /** Bit m of `minutes` stands for the m-th sixtieth of the epoch. `rttUs` is the mean of `samples` round trips; absent without any. */
    heard: z.array(z.object({ node: nodeId, minutes: hex(8), rttUs: u32.optional(), samples: count })).max(64),
  })
  .refine(({ part, parts }) => part <= parts, 'more parts than there are');

/** Openings of the samples in order, base64 of docs/proofs.md §5.3. */
export const openings = z.object({ kind: z.literal('openings'), epoch, openings: z.array(base64(4096)).min(1).max(16) });

export const claim = z.object({ kind: z.literal('claim'), epochs: z.array(epoch).min(1).max(32) });

/** To the people behind the hub, about an hour that was refused or lost. */
export const appeal = z.object({ kind: z.literal('appeal'), epoch, text: z.string().trim().min(1).max(500) });

export const propose = z.object({ kind: z.literal('propose'), nonce: u32.min(1), change, signature });
export const vote = z.object({ kind: z.literal('vote'), proposal: u32, yes: z.boolean(), signature });

/** Asks for a sponsored account: the node's wallet has none on the ledger yet. Answered by `cosign`. */
export const sponsor = z.object({ kind: z.literal('sponsor'), address: account });
/** The hub's transaction with the new account's signature on it; the hub adds its own and sends it. */
export const cosigned = z.object({ kind: z.literal('cosigned'), address: account, hash, envelope: base64(8192) });

export const fromNode = z.discriminatedUnion('kind', [vouch, register, hour, openings, claim, appeal, propose, vote, sponsor, cosigned]);

export type FromNode = z.infer<typeof fromNode>;
export type FromNodeKind = FromNode['kind'];
export type HourMessage = z.infer<typeof hour>;
export type HourContent = Pick<HourMessage, 'epoch' | 'proof' | 'carried' | 'heard'>;
