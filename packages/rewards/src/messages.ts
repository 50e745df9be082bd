import { type Domain, decodeRangeList, type EntryRange, encodeRangeList, isWireError, type Sha256, toldMessage } from '@energymesh/protocol';
import type * as z from 'zod';
import { type FromNode, fromNode } from './from-node.ts';
import { type Told, told } from './told.ts';

/** Of one message: what an entry of the mesh has room for, and some. */
export const messageBytesMax = 96 * 1024;

/** Backend topic on which a node tells its hub. The hub believes what an entry's origin says, not the topic. */
export const fromNodeTopic = (community: string, node: string): string => `energymesh/${community}/node/${node}/rewards`;
/** And the one on which it is told; QoS 1, to the node's own session. */
export const toldTopic = (community: string, node: string): string => `energymesh/${community}/node/${node}/told`;
/** What is told is worth telling for so long: MQTT's Message Expiry Interval. */
export const toldExpirySeconds = 7 * 86_400;

/** A RangeError where the message is longer than `messageBytesMax`: whoever makes it splits it before. */
export const encodeMessage = (message: FromNode): Buffer => within(Buffer.from(JSON.stringify(message)));

/** Undefined: not one of ours. Fields of later versions are left out. */
export const readFromNode = (bytes: Uint8Array): FromNode | undefined => read(fromNode, bytes);

/** Whom something is told, under which contract. */
export interface ToldTo {
  readonly domain: Domain;
  /** Public key. */
  readonly node: Uint8Array;
  readonly sha256: Sha256;
}
/** The hub's signature comes first, as so many hex digits. */
const signatureDigits = 128;

/** The hub's signature and JSON: gateways bring it, and none of them can speak in the hub's name. docs/protocol.md §10.5 */
export function encodeTold(message: Told, { domain, node, sha256 }: ToldTo, sign: (message: Uint8Array) => Uint8Array): Buffer {
  const content = Buffer.from(JSON.stringify(message));
  const signature = Buffer.from(sign(toldMessage(domain, node, sha256(content))));
  return within(Buffer.concat([Buffer.from(signature.toString('hex')), content]));
}

/** Undefined: not one of ours. `forged`: not the hub's, or told to another. `holds` is strict, and of the hub's key. */
export function readTold(
  bytes: Uint8Array,
  { domain, node, sha256 }: ToldTo,
  holds: (message: Uint8Array, signature: Uint8Array) => boolean,
): Told | 'forged' | undefined {
  const content = bytes.subarray(signatureDigits);
  const message = read(told, content);
  if (!message) return undefined;
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, signatureDigits).toString('latin1');
  if (!/^[0-9a-f]{128}$/.test(digits)) return undefined;
  return holds(toldMessage(domain, node, sha256(content)), Buffer.from(digits, 'hex')) ? message : 'forged';
}

function within(bytes: Buffer): Buffer {
  if (bytes.byteLength > messageBytesMax) throw new RangeError(`message: ${bytes.byteLength} bytes`);
  return bytes;
}

function read<T>(schema: z.ZodType<T>, bytes: Uint8Array): T | undefined {
  if (bytes.byteLength > messageBytesMax || bytes[0] !== 0x7b) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

export const rangesText = (ranges: readonly EntryRange[]): string => Buffer.from(encodeRangeList(ranges)).toString('base64');

/** Undefined: no list of ranges. */
export function rangesOfText(text: string): EntryRange[] | undefined {
  const ranges = decodeRangeList(Buffer.from(text, 'base64'));
  return isWireError(ranges) ? undefined : ranges;
}
