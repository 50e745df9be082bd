import { createRequests, generateP256Key, type NodeKey } from '@energymesh/identity';
import type { Clock } from '../ports.ts';
import { type Admission, admitted } from './admission.ts';
import { pause } from './enrol.ts';
import { callHub, HubError } from './hub-client.ts';
import type { TrustedTime } from './trusted-time.ts';

/** Somebody may hold the phone with the approval in the other hand. */
const askEveryMs = 4000;
const backoffMsMax = 60_000;

export interface AskInOptions {
  /** https address. */
  readonly hub: string;
  /** SHA-256 of the community's root key, as it was met when the operator chose this community. */
  readonly pin: string;
  readonly community: string;
  readonly name: string;
  readonly key: NodeKey;
  readonly clock: Clock;
  readonly time: TrustedTime;
  readonly signal: AbortSignal;
  readonly random: () => number;
  /** The hub has the request, and nobody has decided yet. */
  readonly onOpen?: () => void;
  readonly onRetry?: (error: HubError, afterMs: number) => void;
  readonly call?: typeof callHub;
}

/** Asks to be taken in, again and again until a member has decided: POST /join. Throws HubError (refused, or an answer that does not verify) or the signal's reason. */
export async function askIn(options: AskInOptions): Promise<Admission> {
  const { hub, pin, key, name, clock, signal, call = callHub } = options;
  const doorKey = generateP256Key();
  const body = { ...(await createRequests(key, doorKey, name)), name };
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    let afterMs = askEveryMs * (0.75 + options.random() / 2);
    try {
      const answer = await call({ hub, path: '/join', body, trust: { pin }, clock: options.time.reading(), signal });
      const state = stateOf(answer);
      if (state === 'admitted') return admitted(answer, { hub, hubs: [hub], community: options.community, pin, key, doorKey });
      if (state === 'refused') throw new HubError('refused', `${hub}: a member of the community has refused this node`, { code: 'join-refused' });
      failures = 0;
      options.onOpen?.();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HubError) || !error.shouldRetry()) throw error;
      afterMs = Math.min(backoffMsMax, 1000 * 2 ** Math.min(failures++, 10)) * (0.5 + options.random());
      options.onRetry?.(error, afterMs);
    }
    await pause(clock, afterMs, signal);
  }
}

function stateOf(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'state' in answer ? answer.state : undefined;
}
