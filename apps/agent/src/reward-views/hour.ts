import { epochStart } from '@energymesh/protocol';
import type { RewardHour } from '../api/rewards-schema.ts';
import type { Fact, HourRecord } from '../reward-book.ts';
import type { Account } from '../rewards/account.ts';
import { type Circumstances, dueFrom, type HourState, packetsOf, reckon, reckonPackets, stageOf, stateOf } from '../rewards/hour.ts';
import { graceSeconds } from '../rewards/keeper.ts';

/** An hour as the page shows it, with everything that explains its figure. */
export function hourView(record: HourRecord, account: Account): RewardHour {
  const of = account.keeper.circumstancesToShow();
  const { epochSeconds } = account.terms;
  const ms = (epoch: number): number => epochStart(epoch, epochSeconds) * 1000;
  const state = stateOf(record, of);
  const { epoch, attested, paid } = record;
  const packets = state.at === 'open' ? account.keeper.packetsSoFar(epoch) : packetsOf(record);
  const reward = state.at === 'open' ? reckonPackets(packets, epoch, undefined, of) : reckon(record, of);
  const params = of.params(epoch);
  const show = 'because' in state ? state : undefined;
  return {
    epoch,
    start: ms(epoch),
    end: ms(epoch + 1),
    stage: stageOfHour(state, epoch, of),
    step: state.at === 'empty' ? (attested ? 'attested' : 'proved') : state.at,
    source: sourceOf(record),
    packets: {
      proved: packets,
      ...(attested?.earning !== undefined && { earning: attested.earning }),
      ...(reward && (attested || paid) && { paid: paid?.packets ?? reward.packets }),
    },
    ...(paid ? { amount: paid.amount } : reward && { amount: reward.gross.toString() }),
    exact: paid !== undefined || state.at === 'empty',
    ...(attested?.gross !== undefined && { gross: attested.gross }),
    ...(reward && {
      rule: {
        ...{ stroopsPer1000: params.stroopsPer1000, uptimeHighBp: params.uptimeHighBp, uptimeLowBp: params.uptimeLowBp, latencyUsMax: params.latencyUsMax },
        ...{ bonusUptimeBp: reward.bonusUptimeBp, bonusLatencyBp: reward.bonusLatencyBp, penaltyBp: reward.penaltyBp, bp: reward.bp, shareBp: reward.shareBp },
        assumed: account.rules.paramsBy === undefined,
      },
    }),
    ...(attested?.uptimeBp !== undefined && { uptimeBp: attested.uptimeBp }),
    ...(attested?.latencyUs !== undefined && { latencyUs: attested.latencyUs }),
    transactions: transactionsOf(record),
    why: reasonsOf(record, state, of),
    ...(show && { show: { because: show.because, ...(show.because !== 'not-attested' && { until: ms(show.deadline + 1) }) } }),
    ...(paid?.payout !== undefined && { payout: paid.payout }),
    ...nextOf(record, state, { of, ms, graceMs: graceSeconds(epochSeconds) * 1000 }),
    ...appealOf(record, account),
  };
}

/** An hour that is over and not closed yet waits for its proof. */
const stageOfHour = (state: HourState, epoch: number, of: Circumstances): RewardHour['stage'] =>
  state.at === 'open' && epoch < of.epoch ? 'pending' : stageOf(state);

function sourceOf({ paid, forfeited, revealed, attested, proved }: HourRecord): RewardHour['source'] {
  const newest = paid ?? forfeited ?? revealed ?? attested ?? proved;
  return newest === undefined ? 'node' : newest.by;
}

function transactionsOf({ proved, attested, revealed, paid, forfeited, fees }: HourRecord): RewardHour['transactions'] {
  const of = { proof: proved, attestation: attested, reveal: revealed, claim: paid, forfeit: forfeited } as const;
  return (Object.entries(of) as [keyof typeof of, Fact | undefined][]).flatMap(([name, fact]) => {
    if (fact?.tx === undefined) return [];
    const own = name === 'attestation' || name === 'forfeit' ? undefined : fees?.[name];
    const feeStroops = own?.tx === fact.tx ? own.fee : undefined;
    return [{ of: name, hash: fact.tx, ...(fact.at !== undefined && { at: fact.at }), ...(feeStroops !== undefined && { feeStroops }) }];
  });
}

/** What was told, and what follows from the figures. docs/earnings.md, "Reasons" */
function reasonsOf(record: HourRecord, state: HourState, of: Circumstances): string[] {
  const { epoch, attested, paid, why = [] } = record;
  const params = of.params(epoch);
  const packets = packetsOf(record);
  const reward = reckon(record, of);
  const found = new Set(why);
  if (state.at !== 'open' && packets === 0) found.add('no-packets');
  if (attested?.earning !== undefined && attested.earning < packets) found.add('not-all-earned');
  if (Math.min(packets, attested?.earning ?? packets) > params.nodeCap) found.add('node-cap');
  if (reward && reward.penaltyBp > 0) found.add('uptime-low');
  if (reward && packets > 0 && reward.shareBp < 10_000) found.add('on-probation');
  if (paid && reward && BigInt(paid.amount) < reward.gross) found.add('over-budget');
  if (state.at === 'to-show' && state.missed) found.add('window-over');
  return [...found].slice(0, 24);
}

function nextOf(
  record: HourRecord,
  state: HourState,
  { of, ms, graceMs }: { readonly of: Circumstances; readonly ms: (epoch: number) => number; readonly graceMs: number },
): Pick<RewardHour, 'next'> {
  const { epoch, proved, attested } = record;
  switch (state.at) {
    case 'open':
      return { next: { what: 'close', at: ms(epoch + 1) + graceMs } };
    case 'built':
      return { next: { what: 'send' } };
    case 'sent':
      return { next: { what: 'prove' } };
    case 'to-show':
      return state.missed ? {} : { next: { what: 'show' } };
    case 'showing':
      return { next: { what: 'show' } };
    case 'claimable':
      return { next: { what: 'claim' } };
    case 'claimed':
      return { next: { what: 'pay' } };
    case 'proved':
    case 'attested':
    case 'shown': {
      if (!attested) return { next: { what: 'attest' } };
      const due = dueFrom(record, of)!;
      return of.epoch < due ? { next: { what: 'settle', at: ms(due) } } : { next: { what: 'draw', at: ms(proved!.accepted + 1) } };
    }
    default:
      return {};
  }
}

function appealOf({ epoch, appeal }: HourRecord, account: Account): Pick<RewardHour, 'appeal'> {
  if (!appeal) return {};
  const asked = account.errands.get(`appeal:${epoch}`)?.state;
  const state = appeal.answer !== undefined ? 'answered' : asked === 'refused' ? 'refused' : asked === 'taken' || asked === 'done' ? 'taken' : 'sent';
  return { appeal: { text: appeal.text, state, ...(appeal.answer !== undefined && { answer: appeal.answer }) } };
}
