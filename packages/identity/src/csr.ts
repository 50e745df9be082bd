import { KeyObject, type webcrypto } from 'node:crypto';
import { type NodeKey, rawPublicKeyOf } from './keys.ts';
import { expectName } from './names.ts';
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
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: distinguishedName([['CN', expectName('node name', name)]]),
    keys: cryptoKeysOf(key),
    signingAlgorithm: ed25519,
  });
  return request.toString('pem');
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
