import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * A channel between the page and the node for what nobody else may read, also over plain HTTP: recovery phrases. Each end makes an X25519 key for this
 * channel alone; the session's key goes into the derivation, so that nobody in between can be an end, and whoever gets it later cannot read what was
 * recorded. Runs in both: nothing but @noble here. docs/decisions/0019-sealed-phrase.md
 */
export interface SealedChannel {
  /** Base64url of nonce 12 | ciphertext | tag 16. */
  seal(text: string): string;
  /** Undefined: not of this channel, of this direction, or changed on the way. */
  open(box: string): string | undefined;
}

/** Fresh random bytes: `crypto.getRandomValues` is there on plain HTTP as well. */
export type RandomBytes = (bytes: number) => Uint8Array;

/** One end before it knows the other's key. */
export class SealEnd {
  /** The public key for the other end, base64url. */
  readonly key: string;
  readonly #of: 'page' | 'node';
  readonly #secret: Uint8Array;
  readonly #random: RandomBytes;

  constructor(of: 'page' | 'node', random: RandomBytes) {
    this.#of = of;
    this.#random = random;
    this.#secret = random(32);
    this.key = toText(x25519.getPublicKey(this.#secret));
  }

  /** `sessionKey` as OPAQUE left it. Undefined: the other end's key is none. */
  join(otherKey: string, sessionKey: string): SealedChannel | undefined {
    const other = toBytes(otherKey);
    if (other?.length !== 32) return undefined;
    let shared: Uint8Array;
    try {
      // Throws on points of small order.
      shared = x25519.getSharedSecret(this.#secret, other);
    } catch {
      return undefined;
    }
    const own = toBytes(this.key)!;
    const keys = this.#of === 'page' ? concatBytes(own, other) : concatBytes(other, own);
    const derive = (to: string): Uint8Array => hkdf(sha256, shared, utf8ToBytes(sessionKey), concatBytes(utf8ToBytes(`energymesh sealed 1 ${to}\0`), keys), 32);
    const [toNode, toPage] = [derive('to node'), derive('to page')];
    return this.#of === 'page' ? channel(toNode, toPage, this.#random) : channel(toPage, toNode, this.#random);
  }
}

const nonceBytes = 12;

function channel(out: Uint8Array, back: Uint8Array, random: RandomBytes): SealedChannel {
  return {
    seal: (text) => {
      const nonce = random(nonceBytes);
      return toText(concatBytes(nonce, chacha20poly1305(out, nonce).encrypt(utf8ToBytes(text))));
    },
    open: (box) => {
      const bytes = toBytes(box);
      if (!bytes || bytes.length < nonceBytes + 16) return undefined;
      try {
        return new TextDecoder('utf-8', { fatal: true }).decode(chacha20poly1305(back, bytes.subarray(0, nonceBytes)).decrypt(bytes.subarray(nonceBytes)));
      } catch {
        return undefined;
      }
    },
  };
}

function toText(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function toBytes(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
