import { createRequests, generateP256Key, type NodeKey, parseInvite } from '@energymesh/identity';
import type { Clock } from '../ports.ts';
import { type Admission, admitted } from './admission.ts';
import { callHub, HubError } from './hub-client.ts';
import type { TrustedTime } from './trusted-time.ts';

const backoffMsMin = 1_000;
const backoffMsMax = 60_000;

export class InviteUnreadable extends Error {
  override readonly name = 'InviteUnreadable';
}

export interface EnrolOptions {
  /** The line or the file's text as `energymesh` printed it. */
  readonly invite: string;
  /** What the node asks to be called; the hub decides. */
  readonly name: string;
  readonly key: NodeKey;
  readonly clock: Clock;
  readonly time: TrustedTime;
  readonly signal: AbortSignal;
  /** Uniform in [0, 1): spreads the retries of nodes that were switched on together. */
  readonly random: () => number;
  /** Told of every attempt that failed and when the next one is made. */
  readonly onRetry?: (error: HubError, afterMs: number) => void;
  readonly call?: typeof callHub;
}

/**
 * Redeems an invite. Tries the invite's hubs in turn, with growing pauses, until one answers or `signal` aborts. The token's use is counted by the hub
 * per key, so that an answer lost on the way costs nothing. Throws InviteUnreadable, HubError (refused, or an answer that does not verify), or the signal's reason.
 */
export async function redeemInvite(options: EnrolOptions): Promise<Admission> {
  const invite = parseInvite(options.invite);
  if (!invite) throw new InviteUnreadable('the invite cannot be read: expected the line that begins with EM1-, whole, or the invite file');
  const doorKey = generateP256Key();
  const body = { token: invite.token, ...(await createRequests(options.key, doorKey, options.name)), name: options.name };
  const call = options.call ?? callHub;
  for (let attempt = 0; ; attempt++) {
    options.signal.throwIfAborted();
    const hub = invite.hubs[attempt % invite.hubs.length] as string;
    try {
      const answer = await call({ hub, path: '/enrol', body, trust: { pin: invite.root }, clock: options.time.reading(), signal: options.signal });
      return admitted(answer, { hub, hubs: invite.hubs, community: invite.community.id, pin: invite.root, key: options.key, doorKey });
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof HubError) || !error.shouldRetry()) throw error;
      const round = Math.floor(attempt / invite.hubs.length);
      const afterMs = Math.min(backoffMsMax, backoffMsMin * 2 ** Math.min(round, 10)) * (0.5 + options.random());
      options.onRetry?.(error, afterMs);
      await pause(options.clock, afterMs, options.signal);
    }
  }
}

export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => {
    cancel();
    reject(signal.reason);
  };
  const cancel = clock.after(ms, () => {
    signal.removeEventListener('abort', abort);
    resolve();
  });
  signal.addEventListener('abort', abort, { once: true });
  return promise;
}
