import { type CertificateVerifier, encodeIdentity, faultOfDoor, type NodeKey, type P256Key, p256KeyToPem, verifyCommunityDocument } from '@energymesh/identity';
import { z } from 'zod';
import { backend, type Enrolment, verifierOf } from './enrolment.ts';
import { HubError } from './hub-client.ts';

/** What the hub answers to a node that it admits or whose certificate it renews: docs/hub.md. Unknown fields are left alone. */
const admission = z.object({
  chain: z.string().max(8192),
  root: z.string().max(4096),
  door: z.string().max(4096),
  deviceRoot: z.string().max(4096),
  community: z.object({ id: z.string(), name: z.string().min(1).max(64) }),
  /** 32 bytes in base64url. */
  beaconKey: z.string().regex(/^[\w-]{43}$/),
  beaconEpoch: z.int().min(0).default(0),
  /** Base64. */
  document: z.base64().max(256 * 1024),
  backend: backend.optional(),
  /** In place of those known: a hub has taken over from the node that made the community. */
  hubs: z
    .array(z.url({ protocol: /^https$/ }).max(200))
    .min(1)
    .max(4)
    .optional(),
});

export interface Admission {
  readonly enrolment: Enrolment;
  readonly document: Uint8Array;
}

/**
 * Believes nothing of a hub's answer that does not verify: root by the invite's pin (or equal to the one known), certificate for this key under it,
 * certificate for this door's key, community document. Throws HubError `broken`.
 */
export function admitted(
  answer: unknown,
  expected: {
    readonly hub: string;
    readonly hubs: readonly string[];
    readonly community: string;
    readonly pin?: string;
    readonly root?: string;
    readonly key: NodeKey;
    readonly doorKey: P256Key;
  },
): Admission {
  try {
    const { chain, root, community, backend, ...told } = admission.parse(answer);
    if (community.id !== expected.community) throw new TypeError(`of community ${community.id}, expected ${expected.community}`);
    // The id is too short to be believed: the pin, or the root known already, is what counts.
    const verifier = verifierOf({ root: expected.root ?? root, community }, expected.pin);
    const gateway = holdsFor(expected.key, chain, verifier);
    const fault = faultOfDoor({ pem: told.door, rootPem: told.deviceRoot, node: expected.key.nodeId, key: expected.doorKey });
    if (fault !== undefined) throw new TypeError(`the door's certificate does not verify: ${fault}`);
    const door = { key: p256KeyToPem(expected.doorKey), certificate: told.door, root: told.deviceRoot };
    const document = Buffer.from(told.document, 'base64');
    const read = verifyCommunityDocument(document, verifier);
    if (!read.ok) throw new TypeError(`the community document does not verify: ${read.reason}`);
    const beacon = { beaconKey: Buffer.from(told.beaconKey, 'base64url'), beaconEpoch: told.beaconEpoch, formerBeaconKeys: [] };
    return { enrolment: { chain, root: expected.root ?? root, door, community, ...beacon, hubs: told.hubs ?? expected.hubs, backend, gateway }, document };
  } catch (cause) {
    throw new HubError('broken', `${expected.hub}: the hub's answer was not accepted: ${(cause as Error).message}`, { cause });
  }
}

/** Whether the certificate makes this node a gateway. Throws TypeError when it is not this node's. */
function holdsFor(key: NodeKey, chain: string, verifier: CertificateVerifier): boolean {
  // No clock: a fresh certificate is fresh, and this node's own clock may still be in 1970.
  const verdict = verifier.verifyNode(encodeIdentity(chain), { clock: { now: 0, trusted: false } });
  if (!verdict.ok) throw new TypeError(`the certificate does not verify: ${verdict.reason} (${verdict.detail})`);
  if (verdict.node !== key.nodeId) throw new TypeError(`the certificate is for node ${verdict.node}, this is ${key.nodeId}`);
  return verdict.roles.has('gateway');
}
