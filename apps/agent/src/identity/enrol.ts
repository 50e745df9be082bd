import { createCsr, encodeIdentity, type Invite, type NodeKey, parseInvite, verifyCommunityDocument } from '@energymesh/identity';
import type { Clock } from '../ports.ts';
import { admission, type Enrolment, verifierOf } from './enrolment.ts';
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
export async function redeemInvite(options: EnrolOptions): Promise<{ readonly enrolment: Enrolment; readonly document: Uint8Array }> {
  const invite = parseInvite(options.invite);
  if (!invite) throw new InviteUnreadable('the invite cannot be read: expected the line that begins with EM1-, whole, or the invite file');
  const body = { token: invite.token, csr: await createCsr(options.key, options.name), name: options.name };
  const call = options.call ?? callHub;
  for (let attempt = 0; ; attempt++) {
    options.signal.throwIfAborted();
    const hub = invite.hubs[attempt % invite.hubs.length] as string;
    try {
      const answer = await call({ hub, path: '/enrol', body, trust: { pin: invite.root }, clock: options.time.reading(), signal: options.signal });
      return accept(hub, answer, invite, options.key);
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

/** Believes nothing that does not verify under the pinned root: HubError `broken`. */
function accept(hub: string, answer: unknown, invite: Invite, key: NodeKey): { enrolment: Enrolment; document: Uint8Array } {
  try {
    const told = admission.parse(answer);
    const { chain, root, community, backend } = told;
    if (community.id !== invite.community.id) throw new TypeError(`admitted to community ${community.id}, the invite is for ${invite.community.id}`);
    const verifier = verifierOf({ root, community }, invite.root);
    // No clock: a fresh certificate is fresh, and this node's own clock may still be in 1970.
    const verdict = verifier.verifyNode(encodeIdentity(chain), { clock: { now: 0, trusted: false } });
    if (!verdict.ok) throw new TypeError(`the certificate does not verify: ${verdict.reason} (${verdict.detail})`);
    if (verdict.node !== key.nodeId) throw new TypeError(`the certificate is for node ${verdict.node}, this is ${key.nodeId}`);
    const document = Buffer.from(told.document, 'base64');
    const read = verifyCommunityDocument(document, verifier);
    if (!read.ok) throw new TypeError(`the community document does not verify: ${read.reason}`);
    const beaconKey = Buffer.from(told.beaconKey, 'base64');
    if (beaconKey.length !== 32) throw new TypeError(`beacon key: expected 32 bytes, got ${beaconKey.length}`);
    const enrolment = { chain, root, community, beaconKey, hubs: invite.hubs, backend, gateway: verdict.roles.has('gateway') };
    return { enrolment, document };
  } catch (cause) {
    throw new HubError('broken', `${hub}: the hub's answer was not accepted: ${(cause as Error).message}`, { cause });
  }
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
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
