import type { LogEntry } from '../live/model.ts';
import { homeStrings } from '../strings/en/home.ts';

export type LogMark = 'going-on' | 'healed' | 'event' | 'needs-you';

const breaks: ReadonlySet<LogEntry['kind']> = new Set(['neighbour-down', 'gateway-lost', 'backend-down']);

export interface LogLine {
  readonly id: number;
  readonly at: number;
  readonly mark: LogMark;
  readonly text: string;
  readonly healedMs: number | undefined;
}

/** One line of the log in words. A break without a healing time is still going on, unless something younger of its kind says otherwise. */
export function logLine(entry: LogEntry, younger: readonly LogEntry[]): LogLine {
  const mended = entry.healedMs !== undefined;
  const overtaken = breaks.has(entry.kind) && younger.some((other) => ends(other, entry));
  const mark: LogMark = mended ? 'healed' : breaks.has(entry.kind) && !overtaken ? 'going-on' : entry.kind === 'refused' ? 'needs-you' : 'event';
  return { id: entry.id, at: entry.at, mark, text: textOf(entry), healedMs: entry.healedMs };
}

function ends(other: LogEntry, entry: LogEntry): boolean {
  if (other.at < entry.at || other.id <= entry.id) return false;
  // A restart forgets what was broken before it.
  if (other.kind === 'started') return true;
  if (entry.kind === 'backend-down') return other.kind === 'backend-up';
  if (entry.kind === 'gateway-lost') return other.kind === 'gateway-found';
  return other.kind === 'neighbour-up' && other.node === entry.node;
}

function textOf(entry: LogEntry): string {
  const { kinds, someone } = homeStrings.log;
  const name = entry.nodeName ?? someone;
  switch (entry.kind) {
    case 'neighbour-up':
    case 'neighbour-down':
      return kinds[entry.kind](name);
    case 'gateway-found':
      return kinds['gateway-found'](entry.nodeName);
    case 'device-connected':
    case 'device-disconnected':
      return kinds[entry.kind](entry.detail);
    // The agent's own words say more here: an address, a reason.
    case 'route-changed':
    case 'backend-up':
    case 'backend-down':
    case 'login':
    case 'refused':
      return kinds[entry.kind](entry.detail ? sentence(entry.detail) : undefined);
    default:
      return kinds[entry.kind]();
  }
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
