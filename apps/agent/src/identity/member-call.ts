import type { TLSSocket } from 'node:tls';
import { channelOf, derOfPem, type NodeKey, signAsk } from '@energymesh/identity';
import type { Enrolment } from './enrolment.ts';
import { callHub, HubError } from './hub-client.ts';
import type { TrustedTime } from './trusted-time.ts';

/** Whoever asks sits before a page: all hubs together have so long. */
const patienceMs = 7000;

/** A member's wish, signed for the one connection that it goes over: POST /members. Asks the hubs in turn. Throws HubError. docs/hub.md */
export async function askAsMember(options: {
  readonly ask: object;
  readonly enrolment: Pick<Enrolment, 'hubs' | 'root'>;
  readonly key: NodeKey;
  readonly time: TrustedTime;
  readonly signal: AbortSignal;
  readonly call?: typeof callHub;
}): Promise<unknown> {
  const { enrolment, key, time, call = callHub } = options;
  const root = derOfPem(enrolment.root)?.[0] as Uint8Array;
  const ask = JSON.stringify(options.ask);
  const body = (socket: TLSSocket) => ({ node: key.nodeId, ask, signature: Buffer.from(signAsk(key, channelOf(socket), ask)).toString('base64url') });
  let last: unknown = new HubError('unreachable', 'this node knows no hub');
  for (const hub of enrolment.hubs) {
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(patienceMs / enrolment.hubs.length)]);
    try {
      return await call({ hub, path: '/members', body, trust: { root }, clock: time.reading(), signal });
    } catch (error) {
      options.signal.throwIfAborted();
      // A hub that said no has spoken for all.
      if (!(error instanceof HubError) || !error.shouldRetry()) throw error;
      last = error;
    }
  }
  throw last;
}
