import { createHmac } from 'node:crypto';
import {
  answerEpochs,
  type CarriedTo,
  earningOf,
  isAudited,
  type LeftOut,
  type Params,
  pagesOf,
  presenceOf,
  seedOf,
  suspicionOf,
  unitePages,
} from '@energymesh/protocol';
import { rangesOfText } from '@energymesh/rewards';
import type { Session } from '../store/database.ts';
import { arrivedOf, putTaken, takenBy } from '../store/rewards/arrivals.ts';
import { undecidedOf } from '../store/rewards/homes.ts';
import { addWhy, dropParts, type HourRow, heardOf, learnHour, owesAnswer, partsOfHour } from '../store/rewards/hours.ts';
import type { RewardsConfig } from './config.ts';
import { sha256 } from './values.ts';

/** What the hub attests of an hour, and why no more. Made once. */
export interface Judgement {
  readonly earning: number;
  readonly uptimeBp: number;
  readonly latencyUs: number;
  /** Packets that the node named, each once. */
  readonly named: number;
  readonly left: Readonly<Partial<Record<LeftOut, number>>>;
}

export interface JudgeOptions {
  readonly hubKey: string;
  readonly params: Params;
  /** Now. */
  readonly epoch: number;
  readonly onProbation: boolean;
  readonly publicKey: string;
  readonly registered: ReadonlySet<string>;
  readonly challenge: RewardsConfig['challenge'];
  /** Known to nobody else: what it draws cannot be foreseen. */
  readonly secret: Uint8Array;
  /** v(accepted + 1), which the hub knows before everybody. */
  readonly value: Uint8Array | undefined;
}

/** Counts what of an hour arrived, and keeps it with the entries that were counted, in the caller's transaction. docs/proofs.md §7.1 */
export async function judgeHour(session: Session, hour: HourRow, options: JudgeOptions): Promise<Judgement> {
  const { hubKey, params, publicKey, registered } = options;
  const carried: CarriedTo[] = [];
  for (const part of await partsOfHour(session, hour)) {
    for (const { next, ranges } of JSON.parse(part.carried) as { next: string; ranges: string }[]) {
      carried.push({ next, pages: pagesOf(rangesOfText(ranges) ?? []) });
    }
  }
  const pages = [...new Set(carried.flatMap((one) => [...one.pages.keys()]))];
  // Clocks differ, and what was carried in the first seconds may have arrived in the epoch before.
  const from = hour.epoch - 1;
  const arrived = await arrivedOf(session, pages, { from });
  const undecided = await undecidedOf(session, pages, { from, deviceQuota: params.deviceQuota });
  const countedBefore = await takenBy(session, hour.node, 'counted', pages);
  const found = earningOf({
    ...{ carried, node: publicKey, hub: hubKey, countedBefore, pairCap: params.pairCap },
    mayVouch: (next) => registered.has(next),
    counting: unitePages(arrived.counts, undecided.counts),
    overQuota: arrived.quota,
    unknown: arrived.unknown,
    elsewhere: unitePages(arrived.elsewhere, undecided.waits),
  });
  const after = [...found.counted].map(([page]) => [page, unitePages(countedBefore, found.counted).get(page)!] as const);
  await putTaken(session, hour.node, 'counted', hour.epoch, new Map(after));
  const judgement = { earning: found.earning, ...presenceOf(hour.node, await heardOf(session, hour)), named: found.named, left: found.left };
  const { onProbation, challenge, secret, epoch } = options;
  const owes = await owesAnswer(session, hour.node, epoch + params.revealEpochs - answerEpochs);
  const of = { packetCount: hour.packets ?? 0, found, complete: hour.parts === hour.partsHere, audited: isDrawn(hour, options) };
  const suspect = hour.suspect ?? suspicionOf({ ...of, onProbation, owes, challenge, lot: lotOf(hour, secret) });
  await learnHour(session, hour, { judged: JSON.stringify(judgement), ...(suspect !== undefined && { suspect }) });
  const why = [...Object.keys(found.left), ...(suspect === undefined ? [] : [suspect]), ...(hour.partsHere < hour.parts ? ['parts-missing'] : [])];
  if (why.length > 0) await addWhy(session, hour, ...why);
  await dropParts(session, hour);
  return judgement;
}

/** Whether the draw asks for the hour; false where that is not known. */
function isDrawn(hour: HourRow, { params, value, publicKey }: JudgeOptions): boolean {
  if (!value || !hour.packets) return false;
  const of = { merkleRoot: Buffer.from(hour.root!, 'hex'), node: Buffer.from(publicKey, 'hex'), epoch: hour.epoch };
  return isAudited(sha256, seedOf(sha256, { chainValue: value, ...of }), params.auditBp);
}

const lotOf = (hour: HourRow, secret: Uint8Array): number =>
  createHmac('sha256', secret).update(`challenge ${hour.node} ${hour.epoch}`).digest().readUInt32BE() % 10_000;
