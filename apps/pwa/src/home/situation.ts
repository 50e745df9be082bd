import type { Status } from '../live/model.ts';

/** What the link from this page to the node looks like. Instants are the node's time. */
export type Link =
  | { readonly at: 'asking' }
  | { readonly at: 'live' }
  /** The node answers, but what it tells is old. */
  | { readonly at: 'old'; readonly lastHeard: number }
  /** No answer since. */
  | { readonly at: 'unreachable'; readonly lastHeard: number | undefined }
  /** This phone has no network at all. */
  | { readonly at: 'offline'; readonly lastHeard: number | undefined };

/** The one thing that the whole page is about, most important first. */
export type Situation =
  | { readonly at: 'asking' }
  | { readonly at: 'past'; readonly since: number }
  | { readonly at: 'alone'; readonly since: number | undefined }
  | { readonly at: 'no-gateway'; readonly since: number | undefined }
  | { readonly at: 'backend-cut'; readonly since: number }
  | { readonly at: 'needs-you' }
  | { readonly at: 'well' };

/** Problems that leave the node useful: they show in the row, not as the page's sentence. */
export type Problem = Status['wellness']['problems'][number];

export function situationOf(status: Status | undefined, link: Link): Situation {
  if (!status) return { at: 'asking' };
  if (link.at === 'old' || link.at === 'unreachable' || link.at === 'offline') return { at: 'past', since: Math.min(status.at, link.lastHeard ?? status.at) };
  const since = (code: Problem['code']) => status.wellness.problems.find((problem) => problem.code === code)?.since;
  const connected = status.backend.state === 'connected';
  if (status.node.gateway && !connected) return { at: 'backend-cut', since: since('no-backend') ?? status.backend.since };
  // A gateway without neighbours still carries its own devices' messages.
  if (status.neighbours === 0 && !(status.node.gateway && connected)) return { at: 'alone', since: since('no-neighbour') };
  if (!status.gateway && !status.node.gateway) return { at: 'no-gateway', since: since('no-gateway') };
  return status.wellness.well ? { at: 'well' } : { at: 'needs-you' };
}

/** Whether the node moves packets on now: what "Carrying?" answers. */
export function carrying(status: Status): 'yes' | 'ready' | 'keeping' {
  const wayOut = status.node.gateway ? status.backend.state === 'connected' : status.gateway !== undefined;
  if (!wayOut) return 'keeping';
  return status.carrying.packetsLastMinute > 0 || status.carrying.packetsToday > 0 ? 'yes' : 'ready';
}
