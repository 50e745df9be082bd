import { clampU32, Reader, Writer } from './cursor.ts';
import { beginFrame, endFrame, headerBytes } from './frame.ts';
import { type FloodRecord, kind, type Records, recordType, type WireError } from './messages.ts';
import { utf8Encode } from './utf8.ts';

/** Bytes of a record beside its body and signature. */
export const recordHeaderBytes = 26;
export const signatureBytes = 64;
export const recordsPerFrameMax = 4096;

const known = new Set<number>(Object.values(recordType));
const noOrigin = '0000000000000000';
const tag = utf8Encode('EnergyMesh record 1\0');

/** How long the record is inside a `records` frame; the frame adds 10 bytes (header and count). */
export const recordBytes = (record: FloodRecord): number => recordHeaderBytes + record.body.byteLength + record.signature.byteLength;

/** What the origin signs: everything but the age, behind a tag of its own. Written into `scratch` where that is given and long enough. docs/protocol.md §5.3 */
export function signedBytes(record: Pick<FloodRecord, 'type' | 'origin' | 'incarnation' | 'sequence' | 'body'>, scratch?: Uint8Array<ArrayBuffer>): Uint8Array {
  const size = tag.byteLength + 17 + record.body.byteLength;
  return new Writer(scratch && scratch.byteLength >= size ? scratch : size)
    .put(tag)
    .u8(record.type)
    .hex64(record.origin)
    .u32(record.incarnation)
    .u32(record.sequence)
    .put(record.body)
    .done();
}

function writeRecord(writer: Writer, record: FloodRecord): void {
  const signed = record.type !== recordType.community;
  if (record.signature.byteLength !== (signed ? signatureBytes : 0)) throw new RangeError(`record: signature of ${record.signature.byteLength} bytes`);
  writer
    .u8(record.type)
    .u8(record.signature.byteLength)
    .hex64(record.origin)
    .u32(record.incarnation)
    .u32(record.sequence)
    .u32(clampU32(record.ageSeconds))
    .u32(record.body.byteLength)
    .put(record.body)
    .put(record.signature);
}

/** Undefined for a type that this version does not know. Failures are left in the reader. */
function readRecord(reader: Reader, recordBytesMax: number): FloodRecord | undefined {
  const type = reader.u8();
  const signatureLength = reader.u8();
  const origin = reader.id();
  const incarnation = reader.incarnation();
  const sequence = reader.u32();
  const ageSeconds = reader.u32();
  const bodyLength = reader.u32();
  if (bodyLength > recordBytesMax) reader.fail('too-long');
  const body = reader.take(bodyLength);
  const signature = reader.take(signatureLength);
  if (!known.has(type)) return undefined;
  if (type === recordType.community) {
    if (signatureLength !== 0 || origin !== noOrigin || incarnation !== 0) reader.fail('range');
  } else if (signatureLength !== signatureBytes || origin === noOrigin) reader.fail('range');
  return { type: type as FloodRecord['type'], origin, incarnation, sequence, ageSeconds, body, signature };
}

export function encodeRecords(message: Records): Uint8Array {
  if (message.records.length > recordsPerFrameMax) throw new RangeError(`records: ${message.records.length} in a frame`);
  const writer = beginFrame(
    kind.records,
    message.records.reduce((sum, record) => sum + recordBytes(record), 2),
  ).u16(message.records.length);
  for (const record of message.records) writeRecord(writer, record);
  return endFrame(writer);
}

/** Records of unknown types are left out. Bodies and signatures are views into the frame. */
export function decodeRecords(frame: Uint8Array, flags: number, recordBytesMax: number): Records | WireError {
  const reader = new Reader(frame, headerBytes);
  reader.zero(flags);
  const count = reader.u16();
  if (count > recordsPerFrameMax) reader.fail('range');
  const records: FloodRecord[] = [];
  for (let i = 0; i < count && reader.error === undefined; i++) {
    const record = readRecord(reader, recordBytesMax);
    if (record) records.push(record);
  }
  reader.end();
  return reader.error === undefined ? { kind: kind.records, records } : reader.wireError(kind.records);
}

/** One record on its own, for keeping it in a file or a table. */
export function encodeRecord(record: FloodRecord): Uint8Array {
  const writer = new Writer(recordBytes(record));
  writeRecord(writer, record);
  return writer.done();
}

/** A type that this version does not know is a 'range' error here. */
export function decodeRecord(bytes: Uint8Array, recordBytesMax: number): FloodRecord | WireError {
  const reader = new Reader(bytes);
  const record = readRecord(reader, recordBytesMax);
  reader.end();
  if (record === undefined) reader.fail('range');
  return record === undefined || reader.error !== undefined ? reader.wireError() : record;
}
