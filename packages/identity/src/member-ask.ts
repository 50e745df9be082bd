import { sign, verify } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { type NodeKey, publicKeyFromRaw } from './keys.ts';

const CONTEXT = Buffer.from('EnergyMesh member ask 1\0');
const CHANNEL_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Both ends of one TLS 1.3 connection have it and nobody else: RFC 9266. What is signed with it counts on this connection only, so nothing needs a clock or a number. */
export const channelOf = (socket: TLSSocket): Uint8Array => socket.exportKeyingMaterial(CHANNEL_BYTES, 'EXPORTER-Channel-Binding', Buffer.alloc(0));

const signed = (channel: Uint8Array, ask: string): Buffer => Buffer.concat([CONTEXT, channel, Buffer.from(ask)]);

/** A member's word to its hub: Ed25519 by the node's key, 64 bytes. */
export const signAsk = (key: NodeKey, channel: Uint8Array, ask: string): Uint8Array => new Uint8Array(sign(null, signed(channel, ask), key.privateKey));

/** Never throws. */
export function holdsAsk(rawPublicKey: Uint8Array, channel: Uint8Array, ask: string, signature: Uint8Array): boolean {
  if (rawPublicKey.length !== 32 || signature.length !== SIGNATURE_BYTES) return false;
  return verify(null, signed(channel, ask), publicKeyFromRaw(rawPublicKey), signature);
}
