import { join } from 'node:path';
import { CertificateVerifier, derOfPem, encodeIdentity } from '@energymesh/identity';
import { z } from 'zod';
import { readIfThere, writeDurably } from './files.ts';

const hex16 = z.string().regex(/^[0-9a-f]{16}$/);

/** How a gateway reaches the backend's broker, as the hub tells it: docs/hub.md. */
export const backend = z.object({
  url: z.string().max(300),
  protocol: z.enum(['3.1.1', '5']),
  login: z.discriminatedUnion('by', [
    z.object({ by: z.literal('certificate') }),
    z.object({ by: z.literal('password'), username: z.string(), password: z.string() }),
    z.object({ by: z.literal('nothing') }),
  ]),
  /** PEM: the CA of the broker's certificate; absent: a public one. */
  ca: z.string().max(16_384).optional(),
});
export type Backend = Readonly<z.infer<typeof backend>>;

const stored = z.object({
  version: z.literal(1),
  chain: z.string(),
  root: z.string(),
  door: z.object({ key: z.string(), certificate: z.string(), root: z.string() }),
  community: z.object({ id: hex16, name: z.string() }),
  beaconKey: z.base64(),
  beaconEpoch: z.int().min(0).default(0),
  formerBeaconKeys: z
    .array(z.object({ key: z.base64(), until: z.number() }))
    .max(16)
    .default([]),
  hubs: z.array(z.string()).max(4),
  backend: backend.optional(),
  gateway: z.boolean(),
});

/** This node's membership in a community, as it is kept on disk. */
export interface Enrolment {
  readonly chain: string;
  readonly root: string;
  /**
   * The device door's own P-256 key with its certificate, and the root that devices pin; all PEM. The key is a new one with each certificate and lies
   * with it in one file, so that after a power cut the two still belong together.
   */
  readonly door: { readonly key: string; readonly certificate: string; readonly root: string };
  readonly community: { readonly id: string; readonly name: string };
  readonly beaconKey: Uint8Array;
  /** How often the community had rotated it. */
  readonly beaconEpoch: number;
  /** Newest first; `until` in milliseconds since 1970. */
  readonly formerBeaconKeys: readonly { readonly key: Uint8Array; readonly until: number }[];
  readonly hubs: readonly string[];
  /** Of gateways. */
  readonly backend: Backend | undefined;
  readonly gateway: boolean;
}

const fileName = 'enrolment.json';

/** Undefined when the node is not enrolled. Throws, naming the file, when the file is there but broken: an operator enrols anew by removing it. */
export function loadEnrolment(folder: string): Enrolment | undefined {
  const path = join(folder, fileName);
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  try {
    const { version: _version, beaconKey, formerBeaconKeys, ...rest } = stored.parse(JSON.parse(text.toString('utf8')));
    const former = formerBeaconKeys.map(({ key, until }) => ({ key: Buffer.from(key, 'base64'), until }));
    const enrolment = { ...rest, beaconKey: Buffer.from(beaconKey, 'base64'), formerBeaconKeys: former, backend: rest.backend };
    verifierOf(enrolment);
    encodeIdentity(enrolment.chain);
    return enrolment;
  } catch (cause) {
    throw new Error(`${path}: the enrolment cannot be read; remove it to enrol anew`, { cause });
  }
}

export function storeEnrolment(folder: string, enrolment: Enrolment): void {
  const text = (key: Uint8Array) => Buffer.from(key).toString('base64');
  const formerBeaconKeys = enrolment.formerBeaconKeys.map(({ key, until }) => ({ key: text(key), until }));
  const content = { version: 1, ...enrolment, beaconKey: text(enrolment.beaconKey), formerBeaconKeys };
  writeDurably(join(folder, fileName), `${JSON.stringify(content, undefined, 2)}\n`);
}

/** Pins the root of the enrolment. Throws when it is no root certificate or another community's. */
export function verifierOf(enrolment: Pick<Enrolment, 'root' | 'community'>, pin?: string): CertificateVerifier {
  const root = derOfPem(enrolment.root)?.[0];
  const verifier = root && CertificateVerifier.fromRoot(root, pin);
  if (!verifier) throw new TypeError(pin === undefined ? 'root: not a root certificate' : 'root: not the root certificate that the invite names');
  if (verifier.community !== enrolment.community.id) throw new TypeError(`root: of community ${verifier.community}, expected ${enrolment.community.id}`);
  return verifier;
}
