import type { Status, TrafficToday } from '../live/model.ts';
import { clockMinute } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import type { Situation } from './situation.ts';

/** A clause of the sentence: never broken across lines. `figure` is the number that tests and eyes look for. */
export interface Clause {
  readonly text: string;
  readonly figure?: { readonly name: 'packets-today' | 'earned-today'; readonly value: number; readonly text: string };
  /** Greyed: known from before. */
  readonly past?: boolean;
}

export interface Saying {
  readonly clauses: readonly Clause[];
  readonly lede?: string;
}

/** The page's one sentence, true if read aloud. `now` is the node's time. */
export function sentence(status: Status | undefined, situation: Situation, now: number, name: string | undefined, timeZone?: string): Saying {
  const { say } = frameStrings;
  if (!status || situation.at === 'asking') return { clauses: [{ text: say.asking(name) }] };
  const packets: Clause = packetsClause(status.carrying.packetsToday);
  const lasted = (since: number | undefined) => (since === undefined ? undefined : Math.max(0, now - since));
  const { waiting } = status.carrying;
  switch (situation.at) {
    case 'past':
      return {
        clauses: [
          { text: say.asOf(clockMinute(situation.since, timeZone)) },
          { text: say.neighboursThen(status.neighbours), past: true },
          { ...packets, past: true },
        ],
      };
    case 'alone':
      return { clauses: say.alone.map((text) => ({ text })), lede: say.aloneLede(status.node.community, lasted(situation.since)) };
    case 'no-gateway':
      return { clauses: say.noGateway(status.neighbours).map((text) => ({ text })), lede: say.noGatewayLede(waiting, lasted(situation.since)) };
    case 'backend-cut':
      return { clauses: say.backendCut.map((text) => ({ text })), lede: say.backendCutLede(waiting, now - situation.since, status.backend.url) };
    default:
      return { clauses: [{ text: say.onlineFor(now - status.startedAt) }, { text: say.neighbours(status.neighbours) }, packets] };
  }
}

export function packetsClause(value: number): Clause {
  const { figure, rest } = frameStrings.say.packetsToday(value);
  return { text: rest, figure: { name: 'packets-today', value, text: figure } };
}

/**
 * Status and traffic are told a moment apart. A screen that shows both has one number: the one whose parts stand below it, of all three
 * types, so that it never says 0 beside a report that was carried.
 */
export function counted(status: Status, traffic: Pick<TrafficToday, 'totals'> | undefined): Status {
  if (!traffic) return status;
  const { devices, betweenNodes, reports } = traffic.totals.packets;
  return { ...status, carrying: { ...status.carrying, packetsToday: devices + betweenNodes + reports } };
}

export const spoken = ({ clauses }: Saying): string => clauses.map((clause) => `${clause.figure?.text ?? ''}${clause.text}`).join(' ');
