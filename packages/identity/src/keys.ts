import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** An Ed25519 key pair: a node's, a hub's or a CA's. The private half stays in this object and in the PEM that the caller stores. */
export interface NodeKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** 32 bytes. */
  readonly rawPublicKey: Uint8Array;
  /** 16 lower-case hex digits: first 8 bytes of SHA-256 of the raw public key. */
  readonly nodeId: string;
  /** What people compare: base32 in groups of four. */
  readonly fingerprint: string;
}

/** DER in front of the 32 bytes of an Ed25519 SubjectPublicKeyInfo: RFC 8410 §4. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

function expectRaw(raw: Uint8Array): void {
  if (raw.length !== 32) throw new TypeError(`public key: expected 32 bytes, got ${raw.length}`);
}

/** Node id of a raw Ed25519 public key. docs/protocol.md §2.1 */
export function nodeIdOf(rawPublicKey: Uint8Array): string {
  expectRaw(rawPublicKey);
  return sha256(rawPublicKey).subarray(0, 8).toString('hex');
}

/** A community's id is made from its root key as a node's is from its own: 16 hex digits. */
export const communityIdOf = (rawRootKey: Uint8Array): string => nodeIdOf(rawRootKey);

/** Base32 (RFC 4648 §6, lower case) of the first 10 bytes of SHA-256 of the raw public key, e.g. `mfra-abcd-efgh-2345`. */
export function fingerprintOf(rawPublicKey: Uint8Array): string {
  expectRaw(rawPublicKey);
  return inFours(sha256(rawPublicKey));
}

/** The first 10 bytes in base32, as people compare them. */
export function inFours(hash: Uint8Array): string {
  let bits = 0n;
  for (const byte of hash.subarray(0, 10)) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let shift = 75n; shift >= 0n; shift -= 5n) text += BASE32[Number((bits >> shift) & 31n)];
  return text.match(/.{4}/g)!.join('-');
}

/** What an invite pins: 64 hex digits, SHA-256 of the raw root public key. Longer than the id, which is not meant to resist a search. */
export function keyPinOf(rawPublicKey: Uint8Array): string {
  expectRaw(rawPublicKey);
  return sha256(rawPublicKey).toString('hex');
}

/** The 32 bytes of an Ed25519 public key; undefined for keys of another kind. */
export function rawPublicKeyOf(key: KeyObject): Uint8Array | undefined {
  if (key.asymmetricKeyType !== 'ed25519') return undefined;
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki.subarray(spki.length - 32));
}

export function publicKeyFromRaw(rawPublicKey: Uint8Array): KeyObject {
  expectRaw(rawPublicKey);
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, rawPublicKey]), format: 'der', type: 'spki' });
}

function describe(privateKey: KeyObject): NodeKey {
  const publicKey = createPublicKey(privateKey);
  const raw = rawPublicKeyOf(publicKey);
  if (!raw) throw new TypeError(`private key: expected Ed25519, got ${publicKey.asymmetricKeyType ?? 'an unknown kind'}`);
  return { privateKey, publicKey, rawPublicKey: raw, nodeId: nodeIdOf(raw), fingerprint: fingerprintOf(raw) };
}

export const generateNodeKey = (): NodeKey => describe(generateKeyPairSync('ed25519').privateKey);

/** Throws TypeError when the text is no PKCS#8 PEM of an Ed25519 key. */
export function nodeKeyFromPem(pem: string): NodeKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new TypeError('private key: not a PKCS#8 PEM', { cause });
  }
  return describe(key);
}

/** PKCS#8 PEM; the caller stores it where only its own user reads. */
export const nodeKeyToPem = (key: NodeKey): string => key.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
