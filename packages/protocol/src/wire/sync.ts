import { Reader, type Writer } from './cursor.ts';
import { beginFrame, endFrame, headerBytes } from './frame.ts';
import { type Digest, kind, type RecordKey, type Request, type Summary, type WireError } from './messages.ts';

/** docs/protocol.md §5.6: the first byte of a record's origin modulo this. */
export const digestBuckets = 64;
/** More keys than these go into further frames. */
export const keysPerFrameMax = 8192;
const keyBytes = 17;

export function encodeDigest(digest: Digest): Uint8Array {
  if (digest.buckets.length !== digestBuckets) throw new RangeError(`digest: ${digest.buckets.length} buckets`);
  const writer = beginFrame(kind.digest, digestBuckets * 8);
  for (const hash of digest.buckets) writer.hex64(hash);
  return endFrame(writer);
}

export function decodeDigest(frame: Uint8Array, flags: number): Digest | WireError {
  const reader = new Reader(frame, headerBytes);
  reader.zero(flags);
  const buckets: string[] = [];
  for (let i = 0; i < digestBuckets && reader.error === undefined; i++) buckets.push(reader.hex64());
  reader.end();
  return reader.error === undefined ? { kind: kind.digest, buckets } : reader.wireError(kind.digest);
}

function writeKeys(writer: Writer, keys: readonly RecordKey[]): void {
  if (keys.length > keysPerFrameMax) throw new RangeError(`keys: ${keys.length} in a frame`);
  writer.u16(keys.length);
  for (const key of keys) writer.u8(key.type).hex64(key.origin).u32(key.incarnation).u32(key.sequence);
}

/** Types that this version does not know are kept: a key is only compared. */
function readKeys(reader: Reader): RecordKey[] {
  const count = reader.u16();
  if (count > keysPerFrameMax) reader.fail('range');
  const keys: RecordKey[] = [];
  for (let i = 0; i < count && reader.error === undefined; i++) {
    keys.push({ type: reader.u8(), origin: reader.id(), incarnation: reader.incarnation(), sequence: reader.u32() });
  }
  return keys;
}

export function encodeSummary(summary: Summary): Uint8Array {
  const writer = beginFrame(kind.summary, 10 + summary.keys.length * keyBytes).hex64(summary.mask);
  writeKeys(writer, summary.keys);
  return endFrame(writer);
}

export function decodeSummary(frame: Uint8Array, flags: number): Summary | WireError {
  const reader = new Reader(frame, headerBytes);
  reader.zero(flags);
  const mask = reader.hex64();
  const keys = readKeys(reader);
  reader.end();
  return reader.error === undefined ? { kind: kind.summary, mask, keys } : reader.wireError(kind.summary);
}

export function encodeRequest(request: Request): Uint8Array {
  const writer = beginFrame(kind.request, 2 + request.keys.length * keyBytes);
  writeKeys(writer, request.keys);
  return endFrame(writer);
}

export function decodeRequest(frame: Uint8Array, flags: number): Request | WireError {
  const reader = new Reader(frame, headerBytes);
  reader.zero(flags);
  const keys = readKeys(reader);
  reader.end();
  return reader.error === undefined ? { kind: kind.request, keys } : reader.wireError(kind.request);
}
