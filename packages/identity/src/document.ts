import { verify } from 'node:crypto';
import { z } from 'zod';
import { type CommunityAuthority, firstDer } from './authority.ts';
import type { SealedBeaconKey } from './beacon-key.ts';
import { type DeviceCredential, deviceIdPattern, deviceRoles } from './devices.ts';
import { publicKeyFromRaw } from './keys.ts';
import { certificateBytesMax } from './profile.ts';
import type { CertificateVerifier } from './verify.ts';

/** At most so long: about 1,500 devices, or 1,150 beside the beacon key for 500 nodes. */
export const documentBytesMax = 128 * 1024;

export interface Revocation {
  readonly node: string;
  /** Only the certificate of this serial (lower-case hex); without it every certificate of the node. */
  readonly serial?: string;
}

/** The contract that pays this community's nodes, and where it is read. docs/proofs.md */
export interface RewardTerms {
  /** The network's passphrase. */
  readonly network: string;
  /** Strkey of the contract, C... */
  readonly contract: string;
  /** Ed25519, 64 hex digits: signs receipts of gateways' hops and attestations. */
  readonly hubKey: string;
  /** 3,600; any other length is a test network's. */
  readonly epochSeconds: number;
  /** URLs of Stellar RPC servers. */
  readonly rpc: readonly string[];
}

/** What every node of a community must know to decide without the hub: who is revoked, and which devices there are. docs/protocol.md §2.5 */
export interface CommunityDocument {
  /** Grows by at least one with every change; the highest wins. */
  readonly number: number;
  /** Milliseconds since 1970, by the hub's clock. */
  readonly issuedAt: number;
  readonly revoked: readonly Revocation[];
  readonly devices: readonly DeviceCredential[];
  /** Absent while the key of enrolment holds. */
  readonly beacon?: SealedBeaconKey | undefined;
  /** Absent: this community pays nothing. */
  readonly rewards?: RewardTerms | undefined;
  /** Origin of the community's app, whose pages may call nodes; absent: it has none. docs/app.md */
  readonly app?: string | undefined;
}

export interface VerifiedDocument extends CommunityDocument {
  readonly community: string;
  isRevoked(node: string, serial: string): boolean;
}
export type DocumentVerdict =
  | { readonly ok: true; readonly document: VerifiedDocument }
  | { readonly ok: false; readonly reason: 'malformed' | 'too-big' | 'foreign-community' | 'bad-signature' };

/** Layout: "EMD1", u16 length of the issuing certificate, that certificate (DER), 64 bytes Ed25519 signature over CONTEXT and body, body (JSON in UTF-8). */
const MAGIC = Buffer.from('EMD1');
const CONTEXT = Buffer.from('EnergyMesh community document 1\0');
const SIGNATURE_BYTES = 64;

const hex = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`));
/** Devices are tuples, not objects: half the bytes of a document that every node holds. Later versions may add fields, which are left alone. */
const bodySchema = z.object({
  version: z.literal(1),
  community: hex(16),
  number: z.int().min(1),
  issuedAt: z.int().min(0),
  revoked: z.array(z.union([z.tuple([hex(16)]), z.tuple([hex(16), z.string().regex(/^[0-9a-f]{1,40}$/)])])),
  devices: z.array(z.tuple([z.string().regex(deviceIdPattern), z.enum(deviceRoles), z.string().regex(/^[\w-]{11}$/), z.string().regex(/^[\w-]{43}$/)])),
  beacon: z
    .object({
      epoch: z.int().min(1).max(0xffff_ffff),
      since: z.int().min(0),
      ephemeral: z.string().regex(/^[\w-]{43}$/),
      check: hex(16),
      sealed: z.string().regex(/^[\w-]*$/),
    })
    .optional(),
  rewards: z
    .object({
      network: z.string().min(1).max(128),
      contract: z.string().regex(/^C[A-Z2-7]{55}$/),
      hubKey: hex(64),
      epochSeconds: z.int().min(10).max(3600),
      rpc: z.array(z.url({ protocol: /^https?$/ }).max(256)).max(8),
    })
    .optional(),
  app: z
    .string()
    .max(256)
    .regex(/^https:\/\/[a-z0-9.:[\]-]+$/)
    .optional(),
});

/** The document's bytes became longer than allowed: too many devices or revocations. */
export class DocumentTooBig extends Error {
  override readonly name = 'DocumentTooBig';
}

/** Throws DocumentTooBig beyond 128 KB. */
export function signCommunityDocument(authority: CommunityAuthority, document: CommunityDocument): Uint8Array {
  const body = Buffer.from(
    JSON.stringify({
      version: 1,
      community: authority.id,
      number: document.number,
      issuedAt: document.issuedAt,
      revoked: document.revoked.map(({ node, serial }) => (serial === undefined ? [node] : [node, serial])),
      devices: document.devices.map(({ id, role, salt, verifier }) => [id, role, salt, verifier]),
      beacon: document.beacon,
      rewards: document.rewards,
      app: document.app,
    }),
  );
  const issuing = firstDer(authority.issuingPem);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(issuing.length);
  const bytes = Buffer.concat([MAGIC, length, issuing, authority.signByIssuing(Buffer.concat([CONTEXT, body])), body]);
  if (bytes.length > documentBytesMax) throw new DocumentTooBig(`community document: ${bytes.length} bytes, at most ${documentBytesMax} are allowed`);
  return new Uint8Array(bytes);
}

/** Reads and verifies; hostile bytes give a reason, never an exception. Dates are not judged: a document holds until a higher number comes. */
export function verifyCommunityDocument(bytes: Uint8Array, verifier: CertificateVerifier): DocumentVerdict {
  if (bytes.length > documentBytesMax) return { ok: false, reason: 'too-big' };
  const parts = takeApart(bytes);
  if (!parts) return { ok: false, reason: 'malformed' };
  const issuing = verifier.issuing(parts.issuing);
  const body = parseBody(parts.body);
  if (body && body.community !== verifier.community) return { ok: false, reason: 'foreign-community' };
  if (!issuing || !verify(null, Buffer.concat([CONTEXT, parts.body]), publicKeyFromRaw(issuing.publicKey), parts.signature)) {
    return { ok: false, reason: 'bad-signature' };
  }
  return body ? { ok: true, document: withLookup(body) } : { ok: false, reason: 'malformed' };
}

function takeApart(bytes: Uint8Array): { issuing: Uint8Array; signature: Uint8Array; body: Uint8Array } | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length < 6 || !view.subarray(0, 4).equals(MAGIC)) return undefined;
  const end = 6 + view.readUInt16BE(4);
  if (end - 6 > certificateBytesMax || view.length <= end + SIGNATURE_BYTES) return undefined;
  return { issuing: view.subarray(6, end), signature: view.subarray(end, end + SIGNATURE_BYTES), body: view.subarray(end + SIGNATURE_BYTES) };
}

function parseBody(body: Uint8Array): z.infer<typeof bodySchema> | undefined {
  try {
    return bodySchema.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

function withLookup(body: z.infer<typeof bodySchema>): VerifiedDocument {
  const revoked = body.revoked.map(([node, serial]): Revocation => (serial === undefined ? { node } : { node, serial }));
  const whole = new Set(revoked.filter((entry) => entry.serial === undefined).map((entry) => entry.node));
  const single = new Set(revoked.filter((entry) => entry.serial !== undefined).map((entry) => `${entry.node}/${entry.serial}`));
  return {
    community: body.community,
    number: body.number,
    issuedAt: body.issuedAt,
    revoked,
    devices: body.devices.map(([id, role, salt, verifier]) => ({ id, role, salt, verifier })),
    beacon: body.beacon,
    rewards: body.rewards,
    app: body.app,
    isRevoked: (node, serial) => whole.has(node) || single.has(`${node}/${serial}`),
  };
}
