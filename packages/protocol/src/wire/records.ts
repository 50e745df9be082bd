import type { Incarnation, NodeId } from '../ids.ts';
import { clampU32, idAt, Reader, u16At, u32At, Writer } from './cursor.ts';
import { beginFrame, endFrame, headerBytes } from './frame.ts';
import { type FloodRecord, kind, type RecordKey, type Records, recordType, type WireError } from './messages.ts';
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

/** Goes over one record. False for a type that this version does not know. Failures are left in the reader. */
function passRecord(reader: Reader, recordBytesMax: number): boolean {
  const type = reader.u8();
  const signatureLength = reader.u8();
  const origin = reader.id();
  const incarnation = reader.u32();
  reader.skip(8);
  const bodyLength = reader.u32();
  if (bodyLength > recordBytesMax) reader.fail('too-long');
  reader.skip(bodyLength);
  reader.skip(signatureLength);
  if (!known.has(type)) return false;
  if (type === recordType.community) {
    if (signatureLength !== 0 || origin !== noOrigin || incarnation !== 0) reader.fail('range');
  } else if (signatureLength !== signatureBytes || origin === noOrigin) reader.fail('range');
  return true;
}

/** The record at `at`, which was passed over before. Body and signature are views. */
function recordAt(bytes: Uint8Array, at: number): FloodRecord {
  const body = at + recordHeaderBytes;
  const signature = body + u32At(bytes, at + 22);
  return {
    type: bytes[at] as FloodRecord['type'],
    origin: idAt(bytes, at + 2),
    incarnation: u32At(bytes, at + 10) as Incarnation,
    sequence: u32At(bytes, at + 14),
    ageSeconds: u32At(bytes, at + 18),
    body: bytes.subarray(body, signature),
    signature: bytes.subarray(signature, signature + bytes[at + 1]!),
  };
}

/**
 * The records of a frame one after the other, by their keys: most are known already, and for those no object is worth making.
 * Records of unknown types are left out.
 */
export class RecordScan implements RecordKey {
  type = 0;
  origin = noOrigin as NodeId;
  incarnation = 0 as Incarnation;
  sequence = 0;
  readonly #frame: Uint8Array;
  #left: number;
  #at = -1;
  #next = headerBytes + 2;

  /** A frame that `scanRecords` has looked through. */
  constructor(frame: Uint8Array) {
    this.#frame = frame;
    this.#left = u16At(frame, headerBytes);
  }

  /** To the next record; false at the end. */
  next(): boolean {
    const frame = this.#frame;
    while (this.#left > 0) {
      this.#left--;
      const at = this.#next;
      this.#next = at + recordHeaderBytes + u32At(frame, at + 22) + frame[at + 1]!;
      if (!known.has(frame[at]!)) continue;
      this.#at = at;
      this.type = frame[at]!;
      this.origin = idAt(frame, at + 2);
      this.incarnation = u32At(frame, at + 10) as Incarnation;
      this.sequence = u32At(frame, at + 14);
      return true;
    }
    return false;
  }

  /** The whole of it. Body and signature are views into the frame. */
  record(): FloodRecord {
    return recordAt(this.#frame, this.#at);
  }
}

/** A whole `records` frame, header included. Nothing of a broken one is given. */
export function scanRecords(frame: Uint8Array, flags: number, recordBytesMax: number): RecordScan | WireError {
  const reader = new Reader(frame, headerBytes);
  reader.zero(flags);
  const count = reader.u16();
  if (count > recordsPerFrameMax) reader.fail('range');
  for (let i = 0; i < count && reader.error === undefined; i++) passRecord(reader, recordBytesMax);
  reader.end();
  return reader.error === undefined ? new RecordScan(frame) : reader.wireError(kind.records);
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
  const scan = scanRecords(frame, flags, recordBytesMax);
  if (!(scan instanceof RecordScan)) return scan;
  const records: FloodRecord[] = [];
  while (scan.next()) records.push(scan.record());
  return { kind: kind.records, records };
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
  const isKnown = passRecord(reader, recordBytesMax);
  reader.end();
  if (!isKnown) reader.fail('range');
  return reader.error === undefined ? recordAt(bytes, 0) : reader.wireError();
}
