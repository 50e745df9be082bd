import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A key pair on NIST P-256, for what devices verify: their TLS stacks (mbedTLS, BearSSL) know no Ed25519. */
export interface P256Key {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export const isP256 = (key: KeyObject): boolean => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';

export function generateP256Key(): P256Key {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

/** Throws TypeError when the text is no PKCS#8 PEM of a P-256 key. */
export function p256KeyFromPem(pem: string): P256Key {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch (cause) {
    throw new TypeError('private key: not a PKCS#8 PEM', { cause });
  }
  if (!isP256(privateKey)) throw new TypeError(`private key: expected P-256, got ${privateKey.asymmetricKeyType ?? 'an unknown kind'}`);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** PKCS#8 PEM; the caller stores it where only its own user reads. */
export const p256KeyToPem = (key: P256Key): string => key.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;

/** SHA-256 of the SubjectPublicKeyInfo, in base64url: what a node's request says of its door's key. */
export const p256PinOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('base64url');
