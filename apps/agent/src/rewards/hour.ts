import { epochsKept, epochsLapsed, isAudited, type Params, type Reward, rewardOf, seedOf } from '@energymesh/protocol';
import type { HourEntry, HourRecord, HourStage, Sent } from '../reward-book.ts';
import { sha256 } from './terms.ts';

/** The hub's chain value of an epoch. */
export interface ChainValue {
  readonly value: Uint8Array;
  /** By the ledger, as the hub was silent. */
  readonly drawn: boolean;
}

/** What hours are judged by. */
export interface Circumstances {
  /** The running epoch. */
  readonly epoch: number;
  readonly node: Uint8Array;
  params(epoch: number): Params;
  onProbation(epoch: number): boolean;
  /** Undefined: not known here. */
  value(epoch: number): ChainValue | undefined;
  /** The ledger cannot be asked: a value that is not known here may be there all the same. */
  readonly blind: boolean;
}

/** Why an hour has to be shown. */
export type Because = 'drawn' | 'challenged' | 'not-attested';

/** How far an hour is. What is to be done about it follows from this, and from nothing else. docs/earnings.md, "Life of an hour" */
export type HourState =
  | { readonly at: 'open' }
  | { readonly at: 'built' }
  | { readonly at: 'sent'; readonly sent: Sent }
  | { readonly at: 'proved' }
  | { readonly at: 'attested' }
  /** Waits to be shown; not any more once the last epoch for it is over. */
  | {
      readonly at: 'to-show';
      readonly because: Because;
      readonly seed: Uint8Array;
      readonly samples: number;
      readonly deadline: number;
      readonly missed: boolean;
    }
  | { readonly at: 'showing'; readonly because: Because; readonly seed: Uint8Array; readonly samples: number; readonly deadline: number; readonly sent: Sent }
  | { readonly at: 'shown' }
  | { readonly at: 'claimable' }
  | { readonly at: 'claimed'; readonly sent: Sent }
  /** On the ledger, and there is nothing to pay. */
  | { readonly at: 'empty' }
  | { readonly at: 'paid' }
  | { readonly at: 'forfeited' }
  | { readonly at: 'refused' };

export function stateOf(record: HourRecord, of: Circumstances): HourState {
  const { proof, proved, attested, paid, forfeited, refused, revealed, sentProof, sentOpenings, sentClaim } = record;
  if (paid) return { at: 'paid' };
  if (forfeited) return { at: 'forfeited' };
  if (!proved) {
    if (refused) return { at: 'refused' };
    if (!proof) return { at: 'open' };
    if (of.epoch > record.epoch + epochsKept) return { at: 'refused' };
    return sentProof ? { at: 'sent', sent: sentProof } : { at: 'built' };
  }
  if (isEmpty(record, of)) return { at: 'empty' };
  if (of.epoch >= proved.accepted + epochsLapsed) return { at: 'refused' };
  const params = of.params(record.epoch);
  const draw = drawOf(record, of);
  const because = draw && demandOf(record, of, draw);
  if (draw && because && !revealed) {
    const samples = record.draw?.samples ?? params.samples;
    const from = Math.max(proved.accepted + 1, record.challenged?.epoch ?? 0);
    // Whoever of both says later: showing in vain costs nothing, not showing the hour.
    const deadline = Math.max(record.draw?.deadline ?? 0, from + params.revealEpochs);
    // What nobody demanded but is asked for as the price of its pay has no end.
    const missed = because !== 'not-attested' && of.epoch > deadline;
    if (sentOpenings && !missed) return { at: 'showing', because, seed: draw.seed, samples, deadline, sent: sentOpenings };
    return { at: 'to-show', because, seed: draw.seed, samples, deadline, missed };
  }
  if (isDue(record, of, draw !== undefined)) return sentClaim ? { at: 'claimed', sent: sentClaim } : { at: 'claimable' };
  if (revealed) return { at: 'shown' };
  return attested ? { at: 'attested' } : { at: 'proved' };
}

/** The epoch from which on an hour can be paid, its draw aside. docs/proofs.md §7.3 */
export function dueFrom({ proved, attested, epoch }: HourRecord, of: Circumstances): number | undefined {
  if (!proved) return undefined;
  return proved.accepted + (attested ? of.params(epoch).settleEpochs : epochsKept);
}

function isDue(record: HourRecord, of: Circumstances, drawn: boolean): boolean {
  const from = dueFrom(record, of);
  if (from === undefined || of.epoch < from) return false;
  // Two epochs after the proof the hub has spoken, or nobody here would know: whoever brings the claim finds out.
  return drawn || (of.blind && of.epoch >= record.proved!.accepted + 2);
}

const isEmpty = (record: HourRecord, of: Circumstances): boolean =>
  packetsOf(record) === 0 || (record.attested !== undefined && reckon(record, of)?.gross === 0n);

interface Draw {
  readonly seed: Uint8Array;
  readonly drawn: boolean;
}

function drawOf({ epoch, proof, proved, draw }: HourRecord, of: Circumstances): Draw | undefined {
  const root = proved?.root ?? proof?.root;
  if (!proved || root === undefined) return undefined;
  const known = of.value(proved.accepted + 1);
  // The hub's word will do: openings of other packets are refused by the contract, and cost nothing.
  const value = known?.value ?? (draw && Buffer.from(draw.value, 'hex'));
  if (!value) return undefined;
  return { seed: seedOf(sha256, { chainValue: value, merkleRoot: Buffer.from(root, 'hex'), node: of.node, epoch }), drawn: known?.drawn ?? false };
}

function demandOf(record: HourRecord, of: Circumstances, { seed, drawn }: Draw): Because | undefined {
  if (record.challenged) return 'challenged';
  if (isAudited(sha256, seed, of.params(record.epoch).auditBp)) return 'drawn';
  // The hub asked, though nothing here says why: shown, as it does no harm.
  if (record.draw) return 'challenged';
  const silent = !record.attested && of.epoch >= record.proved!.accepted + epochsKept;
  return drawn || silent ? 'not-attested' : undefined;
}

export const packetsOf = ({ proof, proved }: HourRecord): number => proved?.packets ?? proof?.packets ?? 0;

/** What an hour pays before the budget, with the factors; undefined: there is no proof. Without the hub's word as if it never came. */
export function reckon(record: HourRecord, of: Circumstances): Reward | undefined {
  const { epoch, proof, proved, attested } = record;
  if (!proof && !proved) return undefined;
  return reckonPackets(packetsOf(record), epoch, attested, of);
}

export function reckonPackets(packetCount: number, epoch: number, attested: HourRecord['attested'], of: Circumstances): Reward {
  const told =
    attested?.uptimeBp !== undefined && attested.earning !== undefined
      ? { uptimeBp: attested.uptimeBp, latencyUs: attested.latencyUs ?? 0xffff_ffff, earning: attested.earning }
      : undefined;
  const onProbation = attested?.shareBp === undefined ? of.onProbation(epoch) : attested.shareBp < 10_000;
  const reward = rewardOf(of.params(epoch), { packetCount, attested: told, onProbation });
  return attested?.gross === undefined
    ? reward
    : { ...reward, gross: BigInt(attested.gross), bp: attested.bp ?? reward.bp, packets: attested.packets ?? reward.packets };
}

const stages: Record<HourState['at'], HourStage> = {
  open: 'running',
  built: 'pending',
  sent: 'pending',
  proved: 'proved',
  attested: 'proved',
  'to-show': 'proved',
  showing: 'proved',
  shown: 'proved',
  claimable: 'proved',
  claimed: 'claimed',
  empty: 'proved',
  paid: 'paid',
  forfeited: 'lost',
  refused: 'lost',
};
export const stageOf = (state: HourState): HourStage => stages[state.at];

export function entryOf(record: HourRecord, of: Circumstances): HourEntry {
  const state = stateOf(record, of);
  const amount = record.paid ? BigInt(record.paid.amount) : (reckon(record, of)?.gross ?? 0n);
  return { record, stage: stageOf(state), packets: packetsOf(record), amount: Number(amount), settled: isSettled(record, state, of) };
}

/** The hub's word for an end is waited on by the ledger's, where that can be asked: not for ever. */
const hearsayEpochs = 48;

function isSettled(record: HourRecord, { at }: HourState, of: Circumstances): boolean {
  if (at === 'refused') return true;
  // An hour of which nothing was carried ends with its proof, one that earns nothing with the hub's word.
  const end = at === 'paid' ? record.paid : at === 'forfeited' ? record.forfeited : at === 'empty' ? (record.attested ?? record.proved) : undefined;
  return end !== undefined && (end.by !== 'hub' || of.blind || of.epoch > record.epoch + hearsayEpochs);
}
