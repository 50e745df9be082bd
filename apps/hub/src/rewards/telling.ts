import { latencyUnknownUs } from '@energymesh/protocol';
import type { About, Told, ToldHour, ToldHourState } from '@energymesh/rewards';
import type { AskRow } from '../store/rewards/asks.ts';
import type { HourRow } from '../store/rewards/hours.ts';

function stateOf(hour: HourRow): { readonly state: ToldHourState; readonly tx: string | null } {
  if (hour.closed === 'paid') return { state: 'paid', tx: hour.closedTx };
  if (hour.closed === 'lost') return { state: 'lost', tx: hour.closedTx };
  if (hour.closed === 'refused') return { state: 'refused', tx: null };
  if (hour.revealedTx !== null) return { state: 'revealed', tx: hour.revealedTx };
  if (hour.attestedTx !== null) return { state: 'attested', tx: hour.attestedTx };
  return hour.accepted === null ? { state: 'received', tx: null } : { state: 'proved', tx: hour.provedTx };
}

/** All that is known of an hour. */
export function hourTold(hour: HourRow): ToldHour {
  const { epoch, accepted, earning, uptimeBp, latencyUs, paidPackets, bp, shareBp, gross, amount } = hour;
  const { state, tx } = stateOf(hour);
  const why = JSON.parse(hour.why) as string[];
  const known = {
    tx,
    accepted,
    earning,
    uptimeBp,
    packets: paidPackets,
    bp,
    shareBp,
    gross,
    amount,
    latencyUs: latencyUs === latencyUnknownUs ? null : latencyUs,
  };
  return { kind: 'hour', epoch, state, ...present(known), ...(why.length > 0 && { why }) };
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };
const present = <T extends object>(fields: T): Present<T> => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Present<T>;

/** Undefined: nobody has to show it, or it was shown. */
export function challengeTold(hour: HourRow, value: string | undefined, samples: number): Told | undefined {
  const { epoch, accepted, mustShow, revealedTx, closed, deadline, suspect, challenged } = hour;
  if (!mustShow || revealedTx !== null || closed !== null || accepted === null || value === undefined) return undefined;
  const why = challenged !== null && suspect !== null ? { why: [suspect] } : {};
  return { kind: 'challenge', epoch, accepted, value, samples, ...(deadline !== null && { deadline }), ...why };
}

/** Undefined: nobody is to be told, or it is not over. */
export function askTold({ about, state, tx, why, result }: AskRow): Told | undefined {
  if (about === null || state === 'waiting') return undefined;
  const of = JSON.parse(about) as About;
  const reasons = JSON.parse(why) as string[];
  const found = result === null ? {} : of.kind === 'claim' ? { amount: result } : of.kind === 'propose' ? { proposal: Number(result) } : {};
  return {
    kind: 'asked',
    about: of,
    state: state === 'done' ? 'done' : 'refused',
    ...(tx !== null && { tx }),
    ...(reasons.length > 0 && { why: reasons }),
    ...found,
  };
}
