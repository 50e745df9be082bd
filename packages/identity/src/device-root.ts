import { type KeyObject, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { distinguishedName } from './csr.ts';
import { derOfPem, pemOfDer } from './der.ts';
import { ecdsa, generateP256Key, type P256Key, p256KeyFromPem, p256KeyToPem } from './p256.ts';
import { urn, validity } from './profile.ts';
import { newSerial } from './serial.ts';
import { x509 } from './x509.ts';

export const deviceRootData = z.object({ certificate: z.string(), key: z.string() });
export type DeviceRootData = z.infer<typeof deviceRootData>;

/** A door's certificate. */
export interface IssuedDoor {
  /** The leaf alone: the device has the root that signed it. */
  readonly pem: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** The name that every door of every community answers to: a device expects this one, whatever address it has dialled. */
export const doorName = 'energymesh.local';

interface Owner {
  readonly name: string;
  readonly community: string;
}

/**
 * What devices pin: an ECDSA P-256 root that signs the certificates of the nodes' device doors itself, so that a microcontroller has one
 * certificate to read and one signature to verify. Nodes and hubs never believe it. docs/decisions/0006-identity.md
 */
export class DeviceRoot {
  readonly pem: string;
  readonly #key: P256Key;

  private constructor(pem: string, key: P256Key) {
    this.pem = pem;
    this.#key = key;
  }

  /** `now`: milliseconds since 1970. */
  static async create(owner: Owner & { readonly now: number }): Promise<DeviceRoot> {
    const key = generateP256Key();
    const usages = x509.KeyUsageFlags;
    const der = await certificate(owner, owner.name, key.publicKey, key, {
      notBefore: owner.now - validity.backdateMs,
      notAfter: owner.now + validity.rootMs,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(usages.keyCertSign | usages.cRLSign, true),
        new x509.SubjectAlternativeNameExtension([{ type: 'url', value: urn.community(owner.community) }]),
      ],
      unit: 'devices',
    });
    return new DeviceRoot(pemOfDer(der), key);
  }

  /** Throws TypeError when key and certificate do not belong together. */
  static load(data: DeviceRootData): DeviceRoot {
    const key = p256KeyFromPem(data.key);
    const der = derOfPem(data.certificate)?.[0];
    if (!der || !new X509Certificate(der).checkPrivateKey(key.privateKey)) throw new TypeError('device root: certificate and key do not belong together');
    return new DeviceRoot(data.certificate, key);
  }

  save(): DeviceRootData {
    return { certificate: this.pem, key: p256KeyToPem(this.#key) };
  }

  /** `publicKey`: P-256, whose possession was shown. `name`: the node's; `owner.name` the community's. */
  async issue(owner: Owner, door: { readonly publicKey: KeyObject; readonly node: string; readonly name: string; readonly now: number }): Promise<IssuedDoor> {
    const notAfter = door.now + validity.doorMs;
    const der = await certificate(owner, door.name, door.publicKey, this.#key, {
      notBefore: door.now - validity.backdateMs,
      notAfter,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([
          { type: 'dns', value: `${door.node}.${doorName}` },
          { type: 'dns', value: doorName },
          { type: 'url', value: urn.community(owner.community) },
          { type: 'url', value: urn.node(door.node) },
        ]),
      ],
      unit: undefined,
    });
    return { pem: pemOfDer(der), notAfter };
  }
}

async function certificate(
  owner: Owner,
  name: string,
  publicKey: KeyObject,
  signer: P256Key,
  what: { notBefore: number; notAfter: number; extensions: x509.Extension[]; unit: 'devices' | undefined },
): Promise<Uint8Array> {
  const verifying = (key: KeyObject) => key.toCryptoKey(ecdsa, true, ['verify']);
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: distinguishedName([['CN', name], ['O', owner.name], ...(what.unit ? ([['OU', what.unit]] as const) : [])]),
    issuer: distinguishedName([
      ['CN', owner.name],
      ['O', owner.name],
      ['OU', 'devices'],
    ]),
    notBefore: new Date(what.notBefore),
    notAfter: new Date(what.notAfter),
    signingAlgorithm: ecdsa,
    publicKey: verifying(publicKey),
    signingKey: signer.privateKey.toCryptoKey(ecdsa, false, ['sign']),
    extensions: [
      ...what.extensions,
      await x509.SubjectKeyIdentifierExtension.create(verifying(publicKey)),
      await x509.AuthorityKeyIdentifierExtension.create(verifying(signer.publicKey)),
    ],
  });
  return new Uint8Array(made.rawData);
}

/** Undefined when the door's certificate is for this key and node and signed by the root; else what is wrong. Dates are for devices to judge. */
export function faultOfDoor(door: { readonly pem: string; readonly rootPem: string; readonly node: string; readonly key: P256Key }): string | undefined {
  try {
    const [leaf, root] = [new X509Certificate(door.pem), new X509Certificate(door.rootPem)];
    if (!root.ca || !leaf.checkIssued(root) || !leaf.verify(root.publicKey)) return 'it is not signed by the device root';
    if (!leaf.checkPrivateKey(door.key.privateKey)) return 'it is for another key';
    return leaf.subjectAltName?.split(', ').includes(`URI:${urn.node(door.node)}`) ? undefined : `it is not for node ${door.node}`;
  } catch {
    return 'it cannot be read';
  }
}
