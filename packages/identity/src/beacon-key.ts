import { createHash, createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';
import { type NodeKey, nodeIdOf } from './keys.ts';

/** The HMAC key of a community's beacons after it was rotated, as the community document carries it: for each member, and nobody else. docs/protocol.md §2.6 */
export interface SealedBeaconKey {
  /** How often it was rotated: grows by one. */
  readonly epoch: number;
  /** When, milliseconds since 1970 by the hub's clock. */
  readonly since: number;
  /** X25519, 32 bytes in base64url; a new one in each document. */
  readonly ephemeral: string;
  /** First 8 bytes of SHA-256 of the key with its context, hex: whether it was opened rightly. */
  readonly check: string;
  /** For each member node id (8 bytes) and sealed key (32), in base64url. */
  readonly sealed: string;
}

const entryBytes = 40;
const keyBytes = 32;
/** DER in front of the 32 bytes of an X25519 key: RFC 8410 §4 and §7. */
const spkiPrefix = Buffer.from('302a300506032b656e032100', 'hex');
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** `members`: raw Ed25519 public keys. One whose key is no good for an agreement is left out: it made that key itself. */
export function sealBeaconKey(what: {
  readonly community: string;
  readonly key: Uint8Array;
  readonly epoch: number;
  readonly since: number;
  readonly members: readonly Uint8Array[];
}): SealedBeaconKey {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const ephemeral = rawX25519(publicKey);
  const entries = what.members.flatMap((member) => {
    const [node, theirs] = [nodeIdOf(member), montgomeryOf(member)];
    const secret = agree(privateKey, theirs);
    return secret ? [Buffer.concat([Buffer.from(node, 'hex'), xor(what.key, padOf({ secret, ephemeral, theirs, node, ...what }))])] : [];
  });
  const sealed = Buffer.concat(entries).toString('base64url');
  return { epoch: what.epoch, since: what.since, ephemeral: Buffer.from(ephemeral).toString('base64url'), check: checkOf(what.key), sealed };
}

/** Undefined when there is nothing for this node, or what there is does not fit. */
export function openBeaconKey(sealed: SealedBeaconKey, what: { readonly community: string; readonly key: NodeKey }): Uint8Array | undefined {
  const entries = Buffer.from(sealed.sealed, 'base64url');
  const own = Buffer.from(what.key.nodeId, 'hex');
  for (let at = 0; at + entryBytes <= entries.length; at += entryBytes) {
    if (!entries.subarray(at, at + 8).equals(own)) continue;
    const ephemeral = Buffer.from(sealed.ephemeral, 'base64url');
    const secret = agree(agreementKeyOf(what.key), ephemeral);
    if (!secret) return undefined;
    const theirs = montgomeryOf(what.key.rawPublicKey);
    const pad = padOf({ secret, ephemeral, theirs, node: what.key.nodeId, community: what.community, epoch: sealed.epoch });
    const key = xor(entries.subarray(at + 8, at + entryBytes), pad);
    return checkOf(key) === sealed.check ? key : undefined;
  }
  return undefined;
}

/** The secret is new with every document, so the pad is used once; the document's signature says that nobody changed it. */
function padOf(of: { secret: Buffer; ephemeral: Uint8Array; theirs: Uint8Array; node: string; community: string; epoch: number }): Uint8Array {
  const epoch = Buffer.alloc(4);
  epoch.writeUInt32BE(of.epoch);
  const info = Buffer.concat([Buffer.from('EnergyMesh beacon key 1\0'), Buffer.from(of.community, 'hex'), Buffer.from(of.node, 'hex'), epoch]);
  return new Uint8Array(hkdfSync('sha256', of.secret, Buffer.concat([of.ephemeral, of.theirs]), info, keyBytes));
}

const checkOf = (key: Uint8Array): string => createHash('sha256').update('EnergyMesh beacon key check 1\0').update(key).digest('hex').slice(0, 16);

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from(a, (byte, i) => byte ^ b[i]!);
}

const rawX25519 = (key: KeyObject): Uint8Array => new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(-keyBytes));

/** Undefined for a public key of small order, with which everybody would agree on the same secret. */
function agree(privateKey: KeyObject, raw: Uint8Array): Buffer | undefined {
  try {
    return diffieHellman({ privateKey, publicKey: createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' }) });
  } catch {
    return undefined;
  }
}

/** The X25519 key of an Ed25519 key: its secret scalar, RFC 8032 §5.1.5. The two uses of one key do not harm each other (Thormarker 2021). */
function agreementKeyOf(key: NodeKey): KeyObject {
  const seed = key.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-keyBytes);
  const scalar = createHash('sha512').update(seed).digest().subarray(0, keyBytes);
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, scalar]), format: 'der', type: 'pkcs8' });
}

const prime = 2n ** 255n - 19n;

/** From the Edwards curve to Montgomery's: u = (1 + y) / (1 - y), RFC 7748 §4.1. Both 32 bytes, little-endian. */
export function montgomeryOf(rawEd25519: Uint8Array): Uint8Array {
  const y = BigInt(`0x${Buffer.from(rawEd25519).reverse().toString('hex')}`) & (2n ** 255n - 1n);
  const u = ((1n + y) * power(1n - y, prime - 2n)) % prime;
  return new Uint8Array(Buffer.from(u.toString(16).padStart(64, '0'), 'hex').reverse());
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, ((base % prime) + prime) % prime];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}
