import { X509Certificate } from 'node:crypto';
import { chainLengthMax } from './der.ts';
import { rawPublicKeyOf } from './keys.ts';
import { nameLengthMax } from './names.ts';

/** The certificate profile of a community. docs/protocol.md §2.4 */
export const days = (count: number): number => count * 86_400_000;
export const validity = {
  rootMs: days(3650),
  issuingMs: days(730),
  leafMs: days(30),
  /** notBefore lies so far back, so that a clock a little behind does not refuse a new certificate. */
  backdateMs: days(2),
  /** An expired node certificate still relays, floods and renews for so long. */
  staleMs: days(90),
  /** A door's: devices know no staleness, so it lasts for as long as other nodes accept its node. */
  doorMs: days(120),
} as const;

export const urn = {
  community: (id: string) => `urn:energymesh:community:${id}`,
  node: (id: string) => `urn:energymesh:node:${id}`,
  role: (role: Role) => `urn:energymesh:role:${role}`,
};

/** `issuing` is a CA's; `server` a hub's; a node has `relay` and may have `gateway`. */
const roles = ['relay', 'gateway', 'server', 'issuing', 'root'] as const;
export type Role = (typeof roles)[number];

/** What a certificate claims. Worth nothing before its signature is verified. */
export interface Claims {
  readonly x509: X509Certificate;
  readonly ca: boolean;
  readonly publicKey: Uint8Array;
  readonly name: string;
  readonly organisation: string;
  readonly community: string;
  /** Absent in CA certificates. */
  readonly node: string | undefined;
  readonly roles: ReadonlySet<Role>;
  readonly clientAuth: boolean;
  readonly serverAuth: boolean;
  /** Lower-case hex. */
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A certificate of the profile is about 600 bytes. */
export const certificateBytesMax = 2048;
export const bundleBytesMax = certificateBytesMax * chainLengthMax;

const URI = /^URI:urn:energymesh:(community|node|role):([a-z0-9]{1,16})$/;
const HEX16 = /^[0-9a-f]{16}$/;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/** Undefined when the bytes are no certificate of this profile: hostile bytes never throw. */
export function readClaims(der: Uint8Array): Claims | undefined {
  if (der.length > certificateBytesMax) return undefined;
  try {
    return claimsOf(new X509Certificate(der));
  } catch {
    return undefined;
  }
}

function claimsOf(x509: X509Certificate): Claims | undefined {
  const publicKey = rawPublicKeyOf(x509.publicKey);
  const subject = x509.toLegacyObject().subject as unknown as Readonly<Record<string, unknown>>;
  const [name, organisation] = [subject.CN, subject.O];
  if (!publicKey || typeof name !== 'string' || typeof organisation !== 'string') return undefined;
  if (name.length > nameLengthMax || organisation.length > nameLengthMax) return undefined;
  const communities: string[] = [];
  const nodes: string[] = [];
  const claimed = new Set<Role>();
  for (const entry of x509.subjectAltName?.split(', ') ?? []) {
    const match = URI.exec(entry);
    if (match?.[1] === 'community') communities.push(match[2]!);
    else if (match?.[1] === 'node') nodes.push(match[2]!);
    else if (match?.[1] === 'role' && (roles as readonly string[]).includes(match[2]!)) claimed.add(match[2] as Role);
  }
  if (communities.length !== 1 || nodes.length > 1 || !HEX16.test(communities[0]!)) return undefined;
  return {
    x509,
    ca: x509.ca,
    publicKey,
    name,
    organisation,
    community: communities[0]!,
    node: nodes[0],
    roles: claimed,
    clientAuth: x509.keyUsage?.includes(CLIENT_AUTH) ?? false,
    serverAuth: x509.keyUsage?.includes(SERVER_AUTH) ?? false,
    serial: x509.serialNumber.toLowerCase(),
    notBefore: x509.validFromDate.getTime(),
    notAfter: x509.validToDate.getTime(),
  };
}
