import { sign } from 'node:crypto';
import { createCsr, derOfPem, encodeIdentity, type NodeKey } from '@energymesh/identity';
import { z } from 'zod';
import { type Enrolment, verifierOf } from './enrolment.ts';
import { callHub, HubError } from './hub-client.ts';
import type { TrustedTime } from './trusted-time.ts';

/** Ed25519 by the node's key over this context, the request and the time in decimal: proves who asks, for this use only. docs/hub.md */
const context = 'EnergyMesh renewal 1\0';

const renewal = z.object({ chain: z.string().max(8192) });

export interface RenewOptions {
  readonly hub: string;
  readonly enrolment: Enrolment;
  readonly name: string;
  readonly key: NodeKey;
  readonly time: TrustedTime;
  readonly signal: AbortSignal;
  readonly call?: typeof callHub;
}

/** Asks a hub for a new certificate for the same key: POST /renew. Returns the new chain in PEM. Throws HubError. */
export async function renewOverHub(options: RenewOptions): Promise<string> {
  const { enrolment, key, time, hub, signal } = options;
  const verifier = verifierOf(enrolment);
  const root = derOfPem(enrolment.root)?.[0] as Uint8Array;
  const csr = await createCsr(key, options.name);
  const clock = time.reading();
  const timestamp = Math.floor(clock.now);
  const signature = sign(null, Buffer.from(`${context}${csr}\n${timestamp}`), key.privateKey).toString('base64');
  const body = { node: key.nodeId, csr, timestamp, signature };
  const answer = await (options.call ?? callHub)({ hub, path: '/renew', body, trust: { root }, clock, signal });
  try {
    const { chain } = renewal.parse(answer);
    const verdict = verifier.verifyNode(encodeIdentity(chain), { clock: { now: 0, trusted: false } });
    if (!verdict.ok) throw new TypeError(`${verdict.reason} (${verdict.detail})`);
    if (verdict.node !== key.nodeId) throw new TypeError(`it is for node ${verdict.node}`);
    return chain;
  } catch (cause) {
    throw new HubError('broken', `${hub}: the renewed certificate was not accepted: ${(cause as Error).message}`, { cause });
  }
}
