import {
  bundlesRootOf,
  type Domain,
  intersectPages,
  noPages,
  type Pages,
  packetsIn,
  pagesOf,
  rangesOf,
  receiptMessage,
  subtractPages,
  unitePages,
} from '@energymesh/protocol';
import { rangesOfText, rangesText, type Told } from '@energymesh/rewards';
import { and, eq } from 'drizzle-orm';
import type { Session } from '../store/database.ts';
import { arrivedOf, putTaken, takenBy } from '../store/rewards/arrivals.ts';
import { undecidedOf } from '../store/rewards/homes.ts';
import { rewardVouchers } from '../store/rewards/schema.ts';
import { sha256 } from './values.ts';

export interface VouchOptions {
  readonly domain: Domain;
  readonly hubKey: string;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/**
 * Signs for what arrived through a gateway, each entry once per gateway: docs/proofs.md §4.1. Of a request that names more it signs for the part. The same
 * request gets the same answer, as what was signed is kept and Ed25519 signs the same way twice. Undefined: there is nothing to sign for.
 */
export async function vouch(
  session: Session,
  { node, publicKey, epoch, seq, ranges }: { node: string; publicKey: string; epoch: number; seq: number; ranges: string },
  { domain, hubKey, sign }: VouchOptions,
): Promise<Told | undefined> {
  const table = rewardVouchers;
  const [before] = await session
    .select()
    .from(table)
    .where(and(eq(table.node, node), eq(table.epoch, epoch), eq(table.seq, seq)));
  const text = before?.ranges ?? (await takeNew(session, node, epoch, seq, ranges));
  if (!text) return undefined;
  const signed = rangesOfText(text)!;
  const receipt = { epoch, relay: Buffer.from(publicKey, 'hex'), next: Buffer.from(hubKey, 'hex'), seq };
  const message = receiptMessage(domain, { ...receipt, packets: packetsIn(signed), bundlesRoot: bundlesRootOf(sha256, signed) });
  return { kind: 'voucher', epoch, seq, ranges: text, signature: Buffer.from(sign(message)).toString('hex') };
}

/** The part that can be signed for, which is marked as signed. */
async function takeNew(session: Session, node: string, epoch: number, seq: number, ranges: string): Promise<string | undefined> {
  const wanted = pagesOf(rangesOfText(ranges) ?? []);
  const pages = [...wanted.keys()];
  const of = { from: epoch - 2, via: node };
  const arrived = await arrivedOf(session, pages, of);
  // It brought them, whoever they count for.
  const undecided = await undecidedOf(session, pages, { ...of, deviceQuota: 0 });
  const vouched = await takenBy(session, node, 'vouched', pages);
  const all = [...Object.values(arrived), ...Object.values(undecided)].reduce(unitePages, noPages);
  const fresh: Pages = subtractPages(intersectPages(wanted, all), vouched);
  if (fresh.size === 0) return undefined;
  const text = rangesText(rangesOf(fresh));
  await session.insert(rewardVouchers).values({ node, epoch, seq, ranges: text });
  const after = [...fresh.keys()].map((page) => [page, unitePages(vouched, fresh).get(page)!] as const);
  await putTaken(session, node, 'vouched', epoch, new Map(after));
  return text;
}
