import type { Incarnation, NodeId, TrafficClass } from '../ids.ts';
import { hex64At, type Reader, u48At, type Writer } from './cursor.ts';
import { beginFrame, headerBytes, wireVersion } from './frame.ts';
import { kind, type Routed, type WireError } from './messages.ts';

/*
 * Routed frames keep everything that a relay reads or changes at fixed offsets: docs/protocol.md §6.1.
 *  0 version  1 kind  2 flags u16 (bit 0 congested)  4 body length u32
 *  8 class  9 hop limit  10 encoding  11 traffic and stream  12 destination  20 origin  28 incarnation u32  32 transmission u48  38 reserved u16
 */
const flagsAt = 3;
const classAt = 8;
const hopLimitAt = 9;
const destinationAt = 12;
const originAt = 20;
const incarnationAt = 28;
const transmissionAt = 32;
export const routedBytes = 40;

export const congestedFlag = 1;
const nobody = '0000000000000000';
export const trafficMask = 3;
const trafficMax = 2;
export const streamBit = 1 << 2;

export type RoutedKind = typeof kind.bundle | typeof kind.ack | typeof kind.drop;
export interface RoutedPeek extends Routed {
  readonly kind: RoutedKind;
}

export const isRoutedKind = (of: number): of is RoutedKind => of === kind.bundle || of === kind.ack || of === kind.drop;

/** What a relay needs to know, without decoding the rest. Undefined when it is no routed frame or the fixed part is cut or out of range. */
export function peekRouted(frame: Uint8Array): RoutedPeek | undefined {
  if (frame.byteLength < routedBytes || frame[0] !== wireVersion) return undefined;
  const of = frame[1]!;
  const cls = frame[classAt]!;
  if (!isRoutedKind(of) || cls > 3) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, routedBytes);
  return {
    kind: of,
    class: cls as TrafficClass,
    hopLimit: frame[hopLimitAt]!,
    congested: (frame[flagsAt]! & congestedFlag) !== 0,
    destination: hex64At(view, destinationAt) as NodeId,
    origin: hex64At(view, originAt) as NodeId,
    incarnation: view.getUint32(incarnationAt) as Incarnation,
    transmission: u48At(view, transmissionAt),
  };
}

/** Changes the hop limit in place: the caller owns the bytes. */
export function patchHop(frame: Uint8Array, hopLimit: number): void {
  frame[hopLimitAt] = hopLimit;
}

/** Sets the congested bit in place: the caller owns the bytes. */
export function markCongested(frame: Uint8Array): void {
  frame[flagsAt] = frame[flagsAt]! | congestedFlag;
}

/** In place: what the seal and the MAC leave out (congested bit, length, hop limit) becomes zero. docs/protocol.md §6.2 */
export function clearMutable(bytes: Uint8Array): void {
  bytes[flagsAt] = bytes[flagsAt]! & ~congestedFlag;
  bytes.fill(0, 4, headerBytes);
  bytes[hopLimitAt] = 0;
}

/** The AEAD nonce: incarnation u32, transmission u48, u16 of zero. As these stand in the frame. docs/protocol.md §9.2 */
export function nonceOf(header: { readonly incarnation: Incarnation; readonly transmission: number }): Uint8Array {
  const nonce = new Uint8Array(12);
  const view = new DataView(nonce.buffer);
  view.setUint32(0, header.incarnation);
  view.setUint16(4, Math.floor(header.transmission / 0x1_0000_0000));
  view.setUint32(6, header.transmission % 0x1_0000_0000);
  return nonce;
}

/** Header up to offset 40. `size` counts what follows. */
export function beginRouted(of: RoutedKind, routed: Routed, encoding: number, bits: number, size: number): Writer {
  if (routed.destination === nobody || routed.origin === nobody) throw new RangeError('routed: node id of zeros');
  if (routed.transmission < 1) throw new RangeError('routed: transmission numbers start at 1');
  return beginFrame(of, routedBytes - headerBytes + size, routed.congested ? congestedFlag : 0)
    .u8(routed.class)
    .u8(routed.hopLimit)
    .u8(encoding)
    .u8(bits)
    .hex64(routed.destination)
    .hex64(routed.origin)
    .u32(routed.incarnation)
    .u48(routed.transmission)
    .u16(0);
}

export interface RoutedFields extends Routed {
  readonly encoding: number;
  readonly bits: number;
}

/** Reads offsets 8 to 40; failures are left in the reader. The masks say which bits this kind knows. */
export function readRouted(reader: Reader, flags: number, encodingMask: number, bitsMask: number): RoutedFields {
  if ((flags & ~congestedFlag) !== 0) reader.fail('reserved');
  const cls = reader.u8();
  if (cls > 3) reader.fail('range');
  const hopLimit = reader.u8();
  const encoding = reader.u8();
  reader.zero(encoding & ~encodingMask);
  const bits = reader.u8();
  reader.zero(bits & ~bitsMask);
  if ((bits & trafficMask) > trafficMax) reader.fail('range');
  const destination = reader.id();
  if (destination === nobody) reader.fail('range');
  const origin = reader.id();
  if (origin === nobody) reader.fail('range');
  const incarnation = reader.incarnation();
  const transmission = reader.u48();
  if (transmission === 0) reader.fail('range');
  reader.zero(reader.u16());
  return { class: cls as TrafficClass, hopLimit, congested: (flags & congestedFlag) !== 0, encoding, bits, destination, origin, incarnation, transmission };
}

export const isWireError = (value: object): value is WireError => 'error' in value;
