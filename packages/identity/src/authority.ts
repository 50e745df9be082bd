import { randomBytes, sign } from 'node:crypto';
import { z } from 'zod';
import { cryptoKeysOf, distinguishedName, ed25519, publicKeyOfCsr, publicKeyOfDoorCsr } from './csr.ts';
import { derOfPem, pemOfDer } from './der.ts';
import { DeviceRoot, deviceRootData, type IssuedDoor } from './device-root.ts';
import { communityIdOf, generateNodeKey, keyPinOf, type NodeKey, nodeIdOf, nodeKeyFromPem, nodeKeyToPem, publicKeyFromRaw } from './keys.ts';
import { expectName } from './names.ts';
import { type Role, urn, validity } from './profile.ts';
import { newSerial } from './serial.ts';
import { x509 } from './x509.ts';

/** Everything that a community's authority is, as plain text. The caller stores it where only its own user reads (0600) and backs it up. */
const authorityData = z.object({
  version: z.literal(1),
  name: z.string(),
  rootCertificate: z.string(),
  rootKey: z.string(),
  issuingCertificate: z.string(),
  issuingKey: z.string(),
  /** 32 bytes in base64url: the HMAC key of the community's beacons. */
  beaconKey: z.string().regex(/^[\w-]{43}$/),
  /** How often it was rotated, and when last: milliseconds since 1970. Absent in what was saved before it ever was. */
  beaconEpoch: z.int().min(0).max(0xffff_ffff).default(0),
  beaconSince: z.int().min(0).default(0),
  /** Absent in what was saved before devices had a root of their own. */
  deviceRoot: deviceRootData.optional(),
});
export type AuthorityData = z.infer<typeof authorityData>;

/** The HMAC key of the community's beacons: 32 bytes. docs/protocol.md §2.6 */
export interface BeaconKey {
  readonly key: Uint8Array;
  /** How often it was rotated. */
  readonly epoch: number;
  /** When last, milliseconds since 1970; 0: never. */
  readonly since: number;
}

export interface Issued {
  /** Leaf and issuing certificate. */
  readonly chainPem: string;
  readonly node: string;
  /** Lower-case hex. */
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** The request's signature does not hold, or it is no request. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

interface Profile {
  readonly name: string;
  readonly node?: string;
  readonly roles: readonly Role[];
  readonly publicKey: NodeKey['publicKey'];
  readonly ca?: { readonly pathLength: number };
  readonly names?: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Root, issuing CA and device root of one community. docs/protocol.md §2.4 */
export class CommunityAuthority {
  readonly id: string;
  readonly name: string;
  readonly rootPem: string;
  /** SHA-256 of the raw root public key, 64 hex digits: what invites pin. */
  readonly rootPin: string;
  #beacon: BeaconKey;
  #issuingPem: string;
  readonly #root: NodeKey;
  readonly #issuing: NodeKey;
  readonly #devices: DeviceRoot;

  private constructor(data: AuthorityData, devices: DeviceRoot) {
    this.#devices = devices;
    this.#root = nodeKeyFromPem(data.rootKey);
    this.#issuing = nodeKeyFromPem(data.issuingKey);
    this.#issuingPem = data.issuingCertificate;
    this.id = communityIdOf(this.#root.rawPublicKey);
    this.name = data.name;
    this.rootPem = data.rootCertificate;
    this.rootPin = keyPinOf(this.#root.rawPublicKey);
    this.#beacon = { key: new Uint8Array(Buffer.from(data.beaconKey, 'base64url')), epoch: data.beaconEpoch, since: data.beaconSince };
  }

  /** A new community with new keys. `now`: milliseconds since 1970. */
  static async create(options: { readonly name: string; readonly now: number }): Promise<CommunityAuthority> {
    const name = expectName('community name', options.name);
    const root = generateNodeKey();
    const issuing = generateNodeKey();
    const draft: AuthorityData = {
      version: 1,
      name,
      rootCertificate: '',
      rootKey: nodeKeyToPem(root),
      issuingCertificate: '',
      issuingKey: nodeKeyToPem(issuing),
      beaconKey: randomBytes(32).toString('base64url'),
      beaconEpoch: 0,
      beaconSince: 0,
    };
    const devices = await DeviceRoot.create({ name, community: communityIdOf(root.rawPublicKey), now: options.now });
    const unsigned = new CommunityAuthority(draft, devices);
    const dates = { notBefore: options.now - validity.backdateMs, notAfter: options.now + validity.rootMs };
    const rootCertificate = await unsigned.#certificate({ name, roles: ['root'], publicKey: root.publicKey, ca: { pathLength: 1 }, ...dates }, root);
    const authority = new CommunityAuthority({ ...draft, rootCertificate: pemOfDer(rootCertificate) }, devices);
    await authority.renewIssuing(options.now);
    return authority;
  }

  /** Makes the device root where the data has none yet: the caller saves when `save` returns something else. Throws TypeError or ZodError when the data is not what `save` returned. */
  static async load(data: unknown, now: number): Promise<CommunityAuthority> {
    const parsed = authorityData.parse(data);
    const community = communityIdOf(nodeKeyFromPem(parsed.rootKey).rawPublicKey);
    const devices = parsed.deviceRoot ? DeviceRoot.load(parsed.deviceRoot) : await DeviceRoot.create({ name: parsed.name, community, now });
    return new CommunityAuthority(parsed, devices);
  }

  save(): AuthorityData {
    return {
      version: 1,
      name: this.name,
      rootCertificate: this.rootPem,
      rootKey: nodeKeyToPem(this.#root),
      issuingCertificate: this.#issuingPem,
      issuingKey: nodeKeyToPem(this.#issuing),
      beaconKey: Buffer.from(this.#beacon.key).toString('base64url'),
      beaconEpoch: this.#beacon.epoch,
      beaconSince: this.#beacon.since,
      deviceRoot: this.#devices.save(),
    };
  }

  get beacon(): BeaconKey {
    return this.#beacon;
  }
  get beaconKey(): Uint8Array {
    return this.#beacon.key;
  }

  /** A new key for beacons. The caller saves afterwards, or takes it back by the function returned. */
  rotateBeaconKey(now: number): () => void {
    const before = this.#beacon;
    this.#beacon = { key: new Uint8Array(randomBytes(32)), epoch: before.epoch + 1, since: now };
    return () => {
      this.#beacon = before;
    };
  }

  get issuingPem(): string {
    return this.#issuingPem;
  }

  /** What is flashed into devices. */
  get deviceRootPem(): string {
    return this.#devices.pem;
  }

  get rawRootKey(): Uint8Array {
    return this.#root.rawPublicKey;
  }

  /** A new issuing certificate for the same issuing key. The caller saves afterwards. */
  async renewIssuing(now: number): Promise<void> {
    const der = await this.#certificate(
      {
        name: this.name,
        roles: ['issuing'],
        publicKey: this.#issuing.publicKey,
        ca: { pathLength: 0 },
        notBefore: now - validity.backdateMs,
        notAfter: now + validity.issuingMs,
      },
      this.#root,
    );
    this.#issuingPem = pemOfDer(der);
  }

  /** A node's certificate for the key in its request, whose signature is checked; name and roles are the caller's decision. Throws BadRequest. */
  async issueNode(request: { csrPem: string; name: string; roles: { relay: boolean; gateway: boolean }; now: number }): Promise<Issued> {
    const raw = await publicKeyOfCsr(request.csrPem);
    if (!raw) throw new BadRequest('certificate request: malformed, not Ed25519, or its signature does not hold');
    const granted: Role[] = [...(request.roles.relay ? (['relay'] as const) : []), ...(request.roles.gateway ? (['gateway'] as const) : [])];
    return this.#issue(raw, { name: expectName('node name', request.name), roles: granted, now: request.now });
  }

  /** A server's certificate (a hub's): `names` are the DNS names and IP addresses under which it is reached. */
  async issueServer(request: { publicKey: Uint8Array; name: string; names: readonly string[]; now: number }): Promise<Issued> {
    return this.#issue(request.publicKey, { name: expectName('server name', request.name), roles: ['server'], names: request.names, now: request.now });
  }

  /** The certificate of a node's device door, for the P-256 key in its request, whose signature is checked; node and name are the caller's decision. Throws BadRequest. */
  async issueDoor(request: { csrPem: string; node: string; name: string; now: number }): Promise<IssuedDoor> {
    const publicKey = await publicKeyOfDoorCsr(request.csrPem);
    if (!publicKey) throw new BadRequest('certificate request: malformed, not P-256, or its signature does not hold');
    const { node, now } = request;
    return this.#devices.issue({ name: this.name, community: this.id }, { publicKey, node, name: expectName('node name', request.name), now });
  }

  /** Ed25519 signature by the issuing key: 64 bytes. */
  signByIssuing(data: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, data, this.#issuing.privateKey));
  }

  async #issue(raw: Uint8Array, what: { name: string; roles: readonly Role[]; names?: readonly string[]; now: number }): Promise<Issued> {
    const node = nodeIdOf(raw);
    const notAfter = what.now + validity.leafMs;
    const publicKey = publicKeyFromRaw(raw);
    const der = await this.#certificate({ ...what, node, publicKey, notBefore: what.now - validity.backdateMs, notAfter }, this.#issuing);
    const serial = new x509.X509Certificate(der as Uint8Array<ArrayBuffer>).serialNumber.toLowerCase();
    return { chainPem: pemOfDer(der) + this.#issuingPem, node, serial, notAfter };
  }

  async #certificate(profile: Profile, signer: NodeKey): Promise<Uint8Array> {
    const usages = x509.KeyUsageFlags;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: newSerial(),
      subject: this.#subject(profile.name, profile.ca && (profile.ca.pathLength > 0 ? 'root' : 'issuing')),
      issuer: this.#subject(this.name, profile.ca ? 'root' : 'issuing'),
      notBefore: new Date(profile.notBefore),
      notAfter: new Date(profile.notAfter),
      signingAlgorithm: ed25519,
      publicKey: profile.publicKey.toCryptoKey(ed25519, true, ['verify']),
      signingKey: cryptoKeysOf(signer).privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(profile.ca !== undefined, profile.ca?.pathLength, true),
        new x509.KeyUsagesExtension(profile.ca ? usages.keyCertSign | usages.cRLSign | usages.digitalSignature : usages.digitalSignature, true),
        ...(profile.ca ? [] : [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth, x509.ExtendedKeyUsage.serverAuth])]),
        new x509.SubjectAlternativeNameExtension(this.#alternativeNames(profile)),
        await x509.SubjectKeyIdentifierExtension.create(profile.publicKey.toCryptoKey(ed25519, true, ['verify'])),
        await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey.toCryptoKey(ed25519, true, ['verify'])),
      ],
    });
    return new Uint8Array(certificate.rawData);
  }

  #subject(name: string, unit: 'root' | 'issuing' | undefined): x509.Name {
    return distinguishedName([['CN', name], ['O', this.name], ...(unit ? ([['OU', unit]] as const) : [])]);
  }

  #alternativeNames(profile: Profile): { type: 'url' | 'dns' | 'ip'; value: string }[] {
    const uris = [urn.community(this.id), ...(profile.node ? [urn.node(profile.node)] : []), ...profile.roles.map(urn.role)];
    const hosts = (profile.names ?? []).map((value) => ({ type: isAddress(value) ? ('ip' as const) : ('dns' as const), value }));
    return [...uris.map((value) => ({ type: 'url' as const, value })), ...hosts];
  }
}

const isAddress = (name: string): boolean => name.includes(':') || /^\d{1,3}(\.\d{1,3}){3}$/.test(name);

/** The first certificate of a PEM text as DER; throws TypeError when there is none. */
export function firstDer(pem: string): Uint8Array {
  const der = derOfPem(pem)?.[0];
  if (!der) throw new TypeError('expected a certificate in PEM');
  return der;
}
