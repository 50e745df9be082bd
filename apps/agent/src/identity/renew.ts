import { createRequests, derOfPem, generateP256Key, type NodeKey } from '@energymesh/identity';
import { type Admission, admitted } from './admission.ts';
import type { Enrolment } from './enrolment.ts';
import { callHub } from './hub-client.ts';
import type { TrustedTime } from './trusted-time.ts';

export interface RenewOptions {
  readonly hub: string;
  readonly enrolment: Enrolment;
  readonly name: string;
  readonly key: NodeKey;
  readonly time: TrustedTime;
  readonly signal: AbortSignal;
  readonly call?: typeof callHub;
}

/** Asks a hub for a new certificate for the same key, and one for a new key of the device door: POST /renew. The request's own signature shows who asks. Throws HubError. */
export async function renewOverHub(options: RenewOptions): Promise<Admission> {
  const { enrolment, key, time, hub, signal, call = callHub } = options;
  const root = derOfPem(enrolment.root)?.[0] as Uint8Array;
  const doorKey = generateP256Key();
  const body = await createRequests(key, doorKey, options.name);
  const answer = await call({ hub, path: '/renew', body, trust: { root }, clock: time.reading(), signal });
  return admitted(answer, { hub, hubs: enrolment.hubs, community: enrolment.community.id, root: enrolment.root, key, doorKey });
}
