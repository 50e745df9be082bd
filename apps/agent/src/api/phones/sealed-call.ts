import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * A call of a paired phone to its node, and the answer, as they go through whoever carries them: sealed for the node, signed by the phone, answered under a
 * key that only these two can derive. Runs in both: nothing but @noble here. docs/app.md, "Bytes"
 *
 *     call    "EMP1" | kind 1 | node 8 | phone 8 | ephemeral X25519 key 32 | nonce 12 | ciphertext | tag 16 | ECDSA P-256 signature 64
 *     answer  "EMA1" | first 16 bytes of SHA-256 of the call | nonce 12 | ciphertext | tag 16
 */
export type CallKind = 'call' | 'pair';
const kinds: readonly CallKind[] = ['call', 'pair'];

const callMagic = utf8ToBytes('EMP1');
const answerMagic = utf8ToBytes('EMA1');
const signatureContext = utf8ToBytes('EnergyMesh phone call 1\0');
const headBytes = 4 + 1 + 8 + 8 + 32;
const nonceBytes = 12;
const tagBytes = 16;
const signatureBytes = 64;
export const callTagBytes = 16;
/** What a phone may say at once. */
export const callBytesMax = 16 * 1024;

export type RandomBytes = (bytes: number) => Uint8Array;

/** The call as the node reads it, before anything of it is believed. */
export interface ReadCall {
  readonly kind: CallKind;
  /** 16 hex digits each; the phone of a pairing is the one that wants to be paired. */
  readonly node: string;
  readonly phone: string;
  /** What the signature is over. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Undefined: no call. */
export function readCall(bytes: Uint8Array): ReadCall | undefined {
  if (bytes.length > callBytesMax || bytes.length < headBytes + nonceBytes + tagBytes + signatureBytes || !startsWith(bytes, callMagic)) return undefined;
  const kind = kinds[bytes[4] ?? -1];
  if (!kind) return undefined;
  const end = bytes.length - signatureBytes;
  return {
    kind,
    node: bytesToHex(bytes.subarray(5, 13)),
    phone: bytesToHex(bytes.subarray(13, 21)),
    signed: concatBytes(signatureContext, bytes.subarray(0, end)),
    signature: bytes.subarray(end),
    bytes,
  };
}

/** By which an answer is told from others. */
export const callTag = (call: Uint8Array): Uint8Array => sha256(call).subarray(0, callTagBytes);

/** Undefined: no answer. */
export const answerTag = (answer: Uint8Array): Uint8Array | undefined =>
  answer.length >= 4 + callTagBytes + nonceBytes + tagBytes && startsWith(answer, answerMagic) ? answer.subarray(4, 4 + callTagBytes) : undefined;

export interface SealedCall {
  /** To be signed (ECDSA P-256, SHA-256, r | s). */
  readonly toSign: Uint8Array;
  finish(signature: Uint8Array): {
    readonly bytes: Uint8Array;
    /** Undefined: not the node's answer to this call. */
    open(answer: Uint8Array): Uint8Array | undefined;
  };
}

/** The phone's side. `nodeKey` is the node's X25519 key as the pairing code had it. Throws when it is none. */
export function sealCall(
  of: { readonly kind: CallKind; readonly node: string; readonly phone: string; readonly nodeKey: Uint8Array; readonly text: Uint8Array },
  random: RandomBytes,
): SealedCall {
  const secret = random(32);
  const ephemeral = x25519.getPublicKey(secret);
  const shared = x25519.getSharedSecret(secret, of.nodeKey);
  const head = concatBytes(callMagic, Uint8Array.of(kinds.indexOf(of.kind)), hexToBytes(of.node), hexToBytes(of.phone), ephemeral);
  const nonce = random(nonceBytes);
  const box = chacha20poly1305(derive('to node', shared, of.nodeKey, head), nonce, head).encrypt(of.text);
  const unsigned = concatBytes(head, nonce, box);
  return {
    toSign: concatBytes(signatureContext, unsigned),
    finish: (signature) => {
      const bytes = concatBytes(unsigned, signature);
      return {
        bytes,
        open: (answer) => {
          const tag = answerTag(answer);
          if (!tag || !same(tag, callTag(bytes))) return undefined;
          const start = 4 + callTagBytes;
          const key = derive('to phone', shared, of.nodeKey, bytes);
          return opened(key, answer.subarray(start, start + nonceBytes), answer.subarray(start + nonceBytes), answer.subarray(0, start));
        },
      };
    },
  };
}

/** The node's side. Undefined: not sealed for this key, or changed on the way. Whose call it is, the signature says. */
export function openCall(
  call: ReadCall,
  nodeSecret: Uint8Array,
  random: RandomBytes,
): { readonly text: Uint8Array; answer(text: Uint8Array): Uint8Array } | undefined {
  const nodeKey = x25519.getPublicKey(nodeSecret);
  const head = call.bytes.subarray(0, headBytes);
  let shared: Uint8Array;
  try {
    // Throws on points of small order.
    shared = x25519.getSharedSecret(nodeSecret, head.subarray(headBytes - 32));
  } catch {
    return undefined;
  }
  const nonce = call.bytes.subarray(headBytes, headBytes + nonceBytes);
  const box = call.bytes.subarray(headBytes + nonceBytes, call.bytes.length - signatureBytes);
  const text = opened(derive('to node', shared, nodeKey, head), nonce, box, head);
  if (!text) return undefined;
  return {
    text,
    answer: (plain) => {
      const start = concatBytes(answerMagic, callTag(call.bytes));
      // By chance, not by count: one call may be answered twice.
      const fresh = random(nonceBytes);
      return concatBytes(start, fresh, chacha20poly1305(derive('to phone', shared, nodeKey, call.bytes), fresh, start).encrypt(plain));
    },
  };
}

export const sealKeyOf = (secret: Uint8Array): Uint8Array => x25519.getPublicKey(secret);

/** A phone is known by the hash of its key (65 bytes, uncompressed point). */
export const phoneIdOf = (publicKey: Uint8Array): string => bytesToHex(sha256(publicKey).subarray(0, 8));

function derive(to: 'to node' | 'to phone', shared: Uint8Array, nodeKey: Uint8Array, about: Uint8Array): Uint8Array {
  return hkdf(sha256, shared, nodeKey, concatBytes(utf8ToBytes(`EnergyMesh phone call 1 ${to}\0`), sha256(about)), 32);
}

function opened(key: Uint8Array, nonce: Uint8Array, box: Uint8Array, head: Uint8Array): Uint8Array | undefined {
  try {
    return chacha20poly1305(key, nonce, head).decrypt(box);
  } catch {
    return undefined;
  }
}

const startsWith = (bytes: Uint8Array, start: Uint8Array): boolean => start.every((byte, i) => bytes[i] === byte);
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && startsWith(a, b);
