import type { Link } from '../home/situation.ts';
import { type ContactState, silenceMsMax } from './contact.ts';

/** Its figures older than this while it answers: it tells of the past. The node renews them at least every five seconds. */
export const statusAgeMsMax = 25_000;
/** Before the first answer, asking looks like asking for this long. */
const patienceMs = 6000;

/** What the page says about its link. `now` is the browser's clock, `statusAt` the node's. */
export function linkOf(contact: ContactState, statusAt: number | undefined, now: number, browserOnline: boolean): Link {
  const nodeNow = now + contact.offsetMs;
  if (contact.heardAt === undefined) {
    if (now - contact.since < patienceMs) return { at: 'asking' };
    return { at: browserOnline ? 'unreachable' : 'offline', lastHeard: statusAt };
  }
  if (now - Math.max(contact.heardAt, contact.resumedAt) > (contact.silenceMsMax ?? silenceMsMax))
    return { at: browserOnline ? 'unreachable' : 'offline', lastHeard: contact.heardAt + contact.offsetMs };
  if (statusAt === undefined) return { at: 'asking' };
  return nodeNow - statusAt > statusAgeMsMax ? { at: 'old', lastHeard: statusAt } : { at: 'live' };
}
