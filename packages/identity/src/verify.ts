import { createHash, type KeyObject } from 'node:crypto';
import { splitDer } from './der.ts';
import { communityIdOf, keyPinOf, nodeIdOf, publicKeyFromRaw } from './keys.ts';
import { bundleBytesMax, type Claims, type Role, readClaims, validity } from './profile.ts';

/** The verifier's own clock: untrusted until something better than a Pi's start-up time is known. `now`: milliseconds since 1970. */
export interface ClockReading {
  readonly now: number;
  readonly trusted: boolean;
}

export type RefusalReason =
  /** No certificate of the profile's shape, or too long. */
  | 'malformed'
  /** Another community's. */
  | 'foreign-community'
  /** Claims this community, but no chain of signatures leads to the pinned root key. */
  | 'bad-signature'
  /** Genuine, but not for this use: wrong role, key usage or node id. */
  | 'profile'
  | 'revoked'
  /** Expired more than 90 days ago by a trusted clock. */
  | 'expired';

/** Apart from the verdict on the signature: stale and unknown may relay, flood and renew; no gateway role, proofs or invites. docs/protocol.md §2.4 */
export type Dates = 'fresh' | 'stale' | 'unknown';

export interface Accepted {
  readonly ok: true;
  /** 16 hex digits. */
  readonly node: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly name: string;
  readonly roles: ReadonlySet<Role>;
  /** Lower-case hex. */
  readonly serial: string;
  readonly dates: Dates;
  readonly notAfter: number;
  /** When the CA signed it: a floor for a clock that knows nothing better. */
  readonly issuedAt: number;
}
export interface Refused {
  readonly ok: false;
  readonly reason: RefusalReason;
  readonly detail: string;
}
export type Verdict = Accepted | Refused;

export interface Circumstances {
  readonly clock: ClockReading;
  /** Asked with node id and serial (lower-case hex). */
  readonly revoked?: (node: string, serial: string) => boolean;
}

interface Genuine {
  readonly leaf: Claims;
  readonly node: string;
  /** The earliest end in the chain. */
  readonly notAfter: number;
}

const refuse = (reason: RefusalReason, detail: string): Refused => ({ ok: false, reason, detail });

/**
 * Verifies certificates against one pinned root key: the signatures itself, never by OpenSSL's verdict (a rogue CA with wrong dates gives the same code as a
 * genuine certificate read by a wrong clock); dates and revocation are judged anew at every call, only signatures that hold are remembered.
 */
export class CertificateVerifier {
  readonly community: string;
  readonly #rootKey: KeyObject;
  readonly #cacheEntriesMax: number;
  /** By SHA-256 of the bundle; the oldest entry goes at the bound. */
  readonly #genuine = new Map<string, Genuine>();
  /** Issuing certificates seen and verified, by serial, for leaves that come alone; the oldest goes at the bound. */
  readonly #issuers = new Map<string, Claims>();
  static readonly issuersMax = 16;

  constructor(options: { readonly rawRootKey: Uint8Array; readonly cacheEntriesMax?: number }) {
    this.#rootKey = publicKeyFromRaw(options.rawRootKey);
    this.#cacheEntriesMax = options.cacheEntriesMax ?? 2048;
    this.community = communityIdOf(options.rawRootKey);
  }

  /** Pins the key of a root certificate in PEM; undefined when it is none, or not the one whose SHA-256 the `pin` gives. Its own signature and community id must hold. */
  static fromRoot(rootDer: Uint8Array, pin?: string): CertificateVerifier | undefined {
    const claims = readClaims(rootDer);
    if (!claims?.ca || !claims.roles.has('root') || claims.community !== communityIdOf(claims.publicKey)) return undefined;
    if (pin !== undefined && keyPinOf(claims.publicKey) !== pin) return undefined;
    return claims.x509.verify(publicKeyFromRaw(claims.publicKey)) ? new CertificateVerifier({ rawRootKey: claims.publicKey }) : undefined;
  }

  get cached(): number {
    return this.#genuine.size;
  }

  /** `bundle`: leaf, then its issuing certificate (may be left out when it was seen before), then anything that a TLS peer sends after it; end to end in DER. */
  verifyNode(bundle: Uint8Array, circumstances: Circumstances): Verdict {
    return this.#verify(bundle, circumstances, (roles) => roles.has('relay') || roles.has('gateway'));
  }

  /** As `verifyNode`, for a hub's server certificate. Which host it stands for is left to the caller's host name check. */
  verifyServer(bundle: Uint8Array, circumstances: Circumstances): Verdict {
    return this.#verify(bundle, circumstances, (roles) => roles.has('server'));
  }

  /** The claims of an issuing certificate that the pinned root signed; undefined otherwise. */
  issuing(der: Uint8Array): Claims | undefined {
    const claims = readClaims(der);
    if (!claims?.ca || !claims.roles.has('issuing') || claims.community !== this.community) return undefined;
    const known = this.#issuers.get(claims.serial);
    if (known && Buffer.compare(known.x509.raw, claims.x509.raw) === 0) return known;
    if (!claims.x509.verify(this.#rootKey)) return undefined;
    remember(this.#issuers, claims.serial, claims, CertificateVerifier.issuersMax);
    return claims;
  }

  /** Remembers the issuing certificates in a bundle that the root signed, for leaves that come alone: a TLS server may see no more than these. */
  learn(bundle: Uint8Array): void {
    for (const der of splitDer(bundle) ?? []) this.issuing(der);
  }

  #verify(bundle: Uint8Array, circumstances: Circumstances, fits: (roles: ReadonlySet<Role>) => boolean): Verdict {
    const genuine = this.#signatures(bundle);
    if ('reason' in genuine) return genuine;
    const { leaf, node } = genuine;
    if (!fits(leaf.roles)) return refuse('profile', `roles ${[...leaf.roles].join(', ') || 'none'} do not fit`);
    if (circumstances.revoked?.(node, leaf.serial)) return refuse('revoked', `node ${node} is revoked`);
    const dates = datesOf(genuine, circumstances.clock);
    if (dates === 'expired') return refuse('expired', `expired on ${new Date(genuine.notAfter).toISOString()}`);
    const issuedAt = leaf.notBefore + validity.backdateMs;
    const { publicKey, name, roles, serial } = leaf;
    return { ok: true, node, publicKey, name, roles, serial, dates, notAfter: genuine.notAfter, issuedAt };
  }

  #signatures(bundle: Uint8Array): Genuine | Refused {
    if (bundle.length > bundleBytesMax) return refuse('malformed', `${bundle.length} bytes`);
    const key = createHash('sha256').update(bundle).digest('base64');
    const known = this.#genuine.get(key);
    if (known) return known;
    const verdict = this.#chain(bundle);
    if (!('reason' in verdict)) remember(this.#genuine, key, verdict, this.#cacheEntriesMax);
    return verdict;
  }

  #chain(bundle: Uint8Array): Genuine | Refused {
    const [leafDer, issuingDer] = splitDer(bundle) ?? [];
    const leaf = leafDer && readClaims(leafDer);
    if (!leaf) return refuse('malformed', 'no certificate of the community profile');
    if (leaf.community !== this.community) return refuse('foreign-community', `of community ${leaf.community}`);
    const sent = issuingDer && this.issuing(issuingDer);
    if (issuingDer && !sent) return refuse('bad-signature', "the issuing certificate is not signed by this community's root");
    const issuer = this.#issuerOf(leaf, sent);
    if (!issuer) return refuse('bad-signature', 'not signed by an issuing key of this community');
    if (leaf.ca || !leaf.clientAuth || !leaf.serverAuth) return refuse('profile', 'not a leaf for client and server authentication');
    const node = nodeIdOf(leaf.publicKey);
    if (leaf.node !== node) return refuse('profile', 'the node id is not that of the key');
    return { leaf, node, notAfter: Math.min(leaf.notAfter, issuer.notAfter) };
  }

  #issuerOf(leaf: Claims, sent: Claims | undefined): Claims | undefined {
    const candidates = sent ? [sent] : [...this.#issuers.values()].sort(later);
    return candidates.find((candidate) => leaf.x509.verify(publicKeyFromRaw(candidate.publicKey)));
  }
}

/** Of two that could have issued it (a renewed certificate has the same key) the one that lasts longer. */
function later(a: Claims, b: Claims): number {
  return b.notAfter - a.notAfter;
}

function datesOf(genuine: Genuine, clock: ClockReading): Dates | 'expired' {
  // A clock that reads earlier than the CA's signature is wrong, whatever it thinks of itself.
  if (!clock.trusted || clock.now < genuine.leaf.notBefore) return 'unknown';
  if (clock.now <= genuine.notAfter) return 'fresh';
  return clock.now <= genuine.notAfter + validity.staleMs ? 'stale' : 'expired';
}

/** What a root certificate says of its community; its own signature holds. Undefined: it is none. */
export function communityOfRoot(der: Uint8Array): { readonly pin: string; readonly id: string; readonly name: string } | undefined {
  const claims = CertificateVerifier.fromRoot(der) && readClaims(der);
  return claims && { pin: keyPinOf(claims.publicKey), id: claims.community, name: claims.name };
}

/** Sets at the young end; at the bound the oldest goes. */
function remember<V>(map: Map<string, V>, key: string, value: V, entriesMax: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > entriesMax) for (const oldest of map.keys()) return void map.delete(oldest);
}
