import { createPublicKey, KeyObject, type webcrypto } from 'node:crypto';
import { type NodeKey, rawPublicKeyOf } from './keys.ts';
import { expectName } from './names.ts';
import { ecdsa, isP256, type P256Key, p256PinOf } from './p256.ts';
import { x509 } from './x509.ts';

export interface CryptoKeys {
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
}
export const ed25519 = { name: 'Ed25519' } as const;

/** The pair as WebCrypto takes it: what @peculiar/x509 signs with. */
export function cryptoKeysOf(key: NodeKey): CryptoKeys {
  return { privateKey: key.privateKey.toCryptoKey(ed25519, false, ['sign']), publicKey: key.publicKey.toCryptoKey(ed25519, true, ['verify']) };
}

/** A distinguished name of UTF8Strings: no value is parsed as a name, so none can become another attribute. */
export const distinguishedName = (parts: readonly (readonly ['CN' | 'O' | 'OU', string])[]): x509.Name =>
  new x509.Name(parts.map(([type, utf8String]) => ({ [type]: [{ utf8String }] })));

export const csrBytesMax = 2048;

/** PKCS#10 request in PEM, signed by the node's key. Name: see `normalName`. */
export async function createCsr(key: NodeKey, name: string): Promise<string> {
  return request(name, cryptoKeysOf(key), ed25519);
}

/** As `createCsr`, by the key of the node's device door. */
export async function createDoorCsr(key: P256Key, name: string): Promise<string> {
  return request(
    name,
    { privateKey: key.privateKey.toCryptoKey(ecdsa, false, ['sign']), publicKey: key.publicKey.toCryptoKey(ecdsa, true, ['verify']) },
    ecdsa,
  );
}

/** What a node sends to be enrolled or renewed. */
export interface Requests {
  readonly csr: string;
  readonly doorCsr: string;
}

/** The node's request says which key its door has (as challenge password), so that nobody else's door is certified as this node's. */
export async function createRequests(key: NodeKey, door: P256Key, name: string): Promise<Requests> {
  const pin = new x509.ChallengePasswordAttribute(p256PinOf(door.publicKey));
  return { csr: await request(name, cryptoKeysOf(key), ed25519, [pin]), doorCsr: await createDoorCsr(door, name) };
}

/** The raw public key of the node that asks; undefined unless both signatures hold and its request names the door's key. */
export async function requesterOf({ csr, doorCsr }: Requests): Promise<Uint8Array | undefined> {
  const [raw, door] = [await publicKeyOfCsr(csr), await publicKeyOfDoorCsr(doorCsr)];
  if (!raw || !door) return undefined;
  const pin = new x509.Pkcs10CertificateRequest(csr).attributes.find((attribute) => attribute instanceof x509.ChallengePasswordAttribute);
  return pin?.password === p256PinOf(door) ? raw : undefined;
}

async function request(name: string, keys: CryptoKeys, signingAlgorithm: typeof ed25519 | typeof ecdsa, attributes: x509.Attribute[] = []): Promise<string> {
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: distinguishedName([['CN', expectName('node name', name)]]),
    keys,
    signingAlgorithm,
    attributes,
  });
  return made.toString('pem');
}

/** The raw public key of a request whose own signature holds; undefined otherwise. Nothing else in a request is believed. */
export async function publicKeyOfCsr(pem: string): Promise<Uint8Array | undefined> {
  if (pem.length > csrBytesMax) return undefined;
  try {
    const request = new x509.Pkcs10CertificateRequest(pem);
    if (!(await request.verify())) return undefined;
    const key = await request.publicKey.export(ed25519, ['verify']);
    return rawPublicKeyOf(KeyObject.from(key as unknown as webcrypto.CryptoKey));
  } catch {
    return undefined;
  }
}

/** As `publicKeyOfCsr`, of a request by a P-256 key. */
export async function publicKeyOfDoorCsr(pem: string): Promise<KeyObject | undefined> {
  if (pem.length > csrBytesMax) return undefined;
  try {
    const request = new x509.Pkcs10CertificateRequest(pem);
    const key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
    return isP256(key) && (await request.verify()) ? key : undefined;
  } catch {
    return undefined;
  }
}
