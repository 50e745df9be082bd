import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { mnemonicToSeed } from '@scure/bip39';
import { encodeStrkey } from '../input/strkey.ts';

/** DER in front of the 32 bytes of an Ed25519 private key in PKCS#8: RFC 8410 §7. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const hardened = 0x8000_0000;

/** The largest account index: SLIP-0010 has 31 bits for it. */
export const accountIndexMax = hardened - 1;

/** SLIP-0010 for ed25519, where every step is a hardened one: HMAC-SHA512 of 0x00 | key | index under the chain code. */
function derive(seed: Uint8Array, path: readonly number[]): Uint8Array {
  let node = createHmac('sha512', 'ed25519 seed').update(seed).digest();
  for (const index of path) {
    const data = Buffer.alloc(37);
    node.copy(data, 1, 0, 32);
    data.writeUInt32BE(hardened + index, 33);
    const next = createHmac('sha512', node.subarray(32)).update(data).digest();
    node.fill(0);
    data.fill(0);
    node = next;
  }
  const key = new Uint8Array(node.subarray(0, 32));
  node.fill(0);
  return key;
}

/** The 32 bytes of the key at m/44'/148'/index': SEP-5. `passphrase` is BIP-39's "25th word". */
export async function accountSecret(words: readonly string[], index: number, passphrase = ''): Promise<Uint8Array> {
  if (!Number.isInteger(index) || index < 0 || index > accountIndexMax) throw new RangeError(`account index ${index}`);
  const seed = await mnemonicToSeed(words.join(' '), passphrase);
  const secret = derive(seed, [44, 148, index]);
  seed.fill(0);
  return secret;
}

function keyOf(secret: Uint8Array): KeyObject {
  const der = Buffer.concat([pkcs8Prefix, secret]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return key;
}

const addressOf = (key: KeyObject): string => {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return encodeStrkey('account', spki.subarray(spki.length - 32));
};

/** Signs for one account. The key stays behind `sign`. */
export interface AccountSigner {
  /** G... */
  readonly address: string;
  /** 64 bytes of Ed25519 over a 32-byte hash. */
  sign(hash: Uint8Array): Promise<Uint8Array>;
}

export function signerOf(secret: Uint8Array): AccountSigner {
  const key = keyOf(secret);
  return { address: addressOf(key), sign: async (hash) => new Uint8Array(sign(null, hash, key)) };
}
