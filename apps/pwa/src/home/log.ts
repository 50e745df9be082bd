import type { LogEntry } from '../live/model.ts';
import { short } from '../strings/format.ts';
import { homeStrings } from '../strings/home.ts';
import { told } from '../strings/said.ts';

export type LogMark = 'going-on' | 'healed' | 'event' | 'needs-you';

export const breaks: ReadonlySet<LogEntry['kind']> = new Set(['neighbour-down', 'gateway-lost', 'backend-down']);

export interface LogLine {
  readonly id: number;
  readonly at: number;
  readonly mark: LogMark;
  readonly text: string;
  readonly healedMs: number | undefined;
}

/** What belongs together in one line, and each of its entries as a line of its own, newest first. */
export interface LogStory extends LogLine {
  readonly parts: readonly LogLine[];
}

/** Entries of one kind that follow each other closer than this are one story: a mesh that finds its ways tries several. */
const foldMsMax = 120_000;
/** A way that changes this soon after a neighbour went quiet changed because of it. */
const becauseMsMax = 15_000;
const folds: ReadonlySet<LogEntry['kind']> = new Set(['route-changed', 'neighbour-up']);

/** `entries` newest first, as they are asked for; so are the stories. Nothing is left out: what is folded is in `parts`. */
export function logStories(entries: readonly LogEntry[]): LogStory[] {
  const groups: LogEntry[][] = [];
  for (const entry of entries.toReversed()) {
    const group = storyOf(entry, groups);
    if (group) group.push(entry);
    else groups.push([entry]);
  }
  return groups.toReversed().map((group) => {
    const parts = group.toReversed().map((entry) => logLine(entry, entries.slice(0, entries.indexOf(entry))));
    const lead = parts.at(-1) as LogLine;
    const newest = parts[0] as LogLine;
    if (group.length === 1) return { ...lead, parts };
    // A break leads its story: when it began, and how it ended. Otherwise the story is told from where it has come to.
    const broke = group[0]?.kind === 'neighbour-down';
    return { ...(broke ? lead : newest), text: tell(group), parts };
  });
}

/** The story that this entry goes on with. Only what folds may lie in between: anything else is a turn of events. */
function storyOf(entry: LogEntry, groups: readonly LogEntry[][]): LogEntry[] | undefined {
  if (!folds.has(entry.kind)) return undefined;
  for (const group of groups.toReversed()) {
    const [first, last] = [group[0] as LogEntry, group.at(-1) as LogEntry];
    if (entry.kind === 'route-changed' && first.kind === 'neighbour-down' && group.length === 1 && entry.at - first.at <= becauseMsMax) return group;
    if (last.kind === entry.kind && entry.at - last.at <= foldMsMax) return group;
    if (!folds.has(last.kind)) return undefined;
  }
  return undefined;
}

/** `group` oldest first, of more than one entry. */
function tell(group: readonly LogEntry[]): string {
  const { log } = homeStrings;
  const [first, last] = [group[0] as LogEntry, group.at(-1) as LogEntry];
  if (first.kind === 'neighbour-up') return log.heard([...new Set(group.map((entry) => entry.nodeName ?? log.someone))]);
  const moves = group.filter((entry) => entry.kind === 'route-changed');
  const moved = moves.length === 1 ? textOf(last) : log.movedOften(moves.length, short(last.at - (moves[0] as LogEntry).at), where(last));
  return first.kind === 'neighbour-down' ? `${textOf(first)} ${moved}` : moved;
}

/** One line of the log in words. A break without a healing time is still going on, unless something younger of its kind says otherwise. */
export function logLine(entry: LogEntry, younger: readonly LogEntry[]): LogLine {
  const mended = entry.healedMs !== undefined;
  const overtaken = breaks.has(entry.kind) && younger.some((other) => ends(other, entry));
  const mark: LogMark = mended ? 'healed' : breaks.has(entry.kind) && !overtaken ? 'going-on' : entry.kind === 'refused' ? 'needs-you' : 'event';
  return { id: entry.id, at: entry.at, mark, text: textOf(entry), healedMs: entry.healedMs };
}

/** Whether `other` says that what `entry` tells of is over. */
export function ends(other: LogEntry, entry: LogEntry): boolean {
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
    case 'route-changed':
      return kinds['route-changed'](where(entry));
    case 'phone-paired':
    case 'phone-removed':
    case 'device-connected':
    case 'device-disconnected':
      return kinds[entry.kind](entry.detail);
    // The agent's own words say more here: an address, a reason.
    case 'backend-up':
    case 'backend-down':
    case 'login':
    case 'refused':
      return kinds[entry.kind](entry.detail ? sentence(told(entry.detail, entry.said)) : undefined);
    default:
      return kinds[entry.kind]();
  }
}

/** "to School roof by way of Bakery", within a sentence. */
function where({ said }: LogEntry): string | undefined {
  const { gateway, node } = said?.params ?? {};
  return gateway === undefined ? undefined : homeStrings.log.to(gateway, node);
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
