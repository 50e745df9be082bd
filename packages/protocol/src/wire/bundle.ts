import type { Traffic } from '../ids.ts';
import { Reader, u48Max } from './cursor.ts';
import { endFrame, headerBytes } from './frame.ts';
import { type Bundle, type BundleHeader, kind, type WireError } from './messages.ts';
import { beginRouted, clearMutable, readRouted, routedBytes, streamBit, trafficMask } from './routed.ts';

/** Where the payload starts. docs/protocol.md §6.2 */
export const bundleHeaderBytes = 62;

const deflateBit = 1;
const sealedBit = 2;

/** The whole frame; `payload` is packed entries, or what deflate or the seal made of them, as `header.encoding` says. */
export function encodeBundle(header: BundleHeader, payload: Uint8Array): Uint8Array {
  if (header.first < 1 || header.count < 1 || header.first + header.count > u48Max) throw new RangeError(`bundle: run ${header.first}+${header.count}`);
  const encoding = (header.encoding.deflate ? deflateBit : 0) | (header.encoding.sealed ? sealedBit : 0);
  const bits = header.traffic | (header.stream === 'node' ? streamBit : 0);
  const writer = beginRouted(kind.bundle, header, encoding, bits, bundleHeaderBytes - routedBytes + payload.byteLength)
    .u48(header.first)
    .u16(header.count)
    .u32(header.floor.incarnation)
    .u48(header.floor.sequence)
    .u32(header.entryIncarnation)
    .put(payload);
  return endFrame(writer);
}

/** `payload` is a view into the frame. */
export function decodeBundle(frame: Uint8Array, flags: number, bundleEntriesMax: number): Bundle | WireError {
  const reader = new Reader(frame, headerBytes);
  const { encoding, bits, ...routed } = readRouted(reader, flags, deflateBit | sealedBit, trafficMask | streamBit);
  const first = reader.u48();
  if (first < 1) reader.fail('range');
  const count = reader.u16();
  if (count < 1 || count > bundleEntriesMax || first + count > u48Max) reader.fail('range');
  const floor = { incarnation: reader.incarnation(), sequence: reader.u48() };
  const entryIncarnation = reader.incarnation();
  if (reader.error !== undefined) return reader.wireError(kind.bundle);
  return {
    kind: kind.bundle,
    ...routed,
    encoding: { deflate: (encoding & deflateBit) !== 0, sealed: (encoding & sealedBit) !== 0 },
    traffic: (bits & trafficMask) as Traffic,
    stream: (bits & streamBit) !== 0 ? 'node' : 'backend',
    first,
    count,
    floor,
    entryIncarnation,
    payload: reader.take(reader.left),
  };
}

/**
 * What the seal of a bundle vouches for beside the payload: its 62-byte clear header, with the congested bit, the length and the hop limit
 * zero, because relays change the first and the last, and the length is known only once sealed. docs/protocol.md §6.2
 */
export function associatedData(of: Uint8Array | BundleHeader): Uint8Array {
  const header = of instanceof Uint8Array ? new Uint8Array(of.subarray(0, bundleHeaderBytes)) : encodeBundle(of, new Uint8Array(0));
  clearMutable(header);
  return header;
}
