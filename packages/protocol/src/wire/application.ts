import type { EntryId, NodeId, TrafficClass } from '../ids.ts';
import { Reader, Writer } from './cursor.ts';
import type { WireError } from './messages.ts';
import { utf8Encode } from './utf8.ts';

/** Version of the message inside an entry's body. docs/protocol.md §10.1 */
export const applicationVersion = 1;
export const applicationKind = { publish: 1, attach: 2, detach: 3, transfer: 4 } as const;

export const topicBytesMax = 1024;
export const clientBytesMax = 255;
export const propertiesMax = 32;
export const propertyBytesMax = 4096;
export const filtersMax = 2048;

/** A device's message on its way to the backend, or the backend's to a device. */
export interface Publish {
  readonly kind: 'publish';
  /** 1 to 1024 bytes of UTF-8, no NUL and no wildcard. */
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly dup: boolean;
  /** MQTT client id of the publisher, at most 255 bytes of UTF-8; empty when there is none. */
  readonly client: string;
  /** Of (client, packet id, topic, payload): 16 hex digits. docs/protocol.md §10.2 */
  readonly fingerprint?: string;
  /** User properties: at most 32, each key and value at most 4096 bytes of UTF-8. */
  readonly properties: Readonly<Record<string, string>>;
}

/** A node asks a gateway to hold its session at the backend. docs/protocol.md §10.3 */
export interface Attach {
  readonly kind: 'attach';
  /** u48; the highest wins. */
  readonly counter: number;
  readonly leaseSeconds: number;
  /** At most 2048 topic filters. */
  readonly filters: readonly string[];
}
export interface Detach {
  readonly kind: 'detach';
  readonly counter: number;
}
/** A message for a device, sent on by the node that held it to the one that serves the device now. docs/protocol.md §10.4 */
export interface Transfer extends Omit<Publish, 'kind'> {
  readonly kind: 'transfer';
  /** The entry in which the message first went to a node; its stream is that node. */
  readonly of: EntryId & { readonly stream: NodeId };
}
export type ApplicationMessage = Publish | Attach | Detach | Transfer;

/** What a transfer is longer than the publish that it carries. */
export const transferOverheadBytes = 27;

const retainBit = 1 << 2;
const dupBit = 1 << 3;
const fingerprintBit = 1 << 4;
const nobody: string = '0000000000000000';
const wildcard = /[+#]/;

/** Values out of range are bugs of the caller: RangeError. */
export function encodeApplication(message: ApplicationMessage): Uint8Array {
  const writer = new Writer(64).u8(applicationVersion).u8(applicationKind[message.kind]);
  switch (message.kind) {
    case 'publish':
      writePublish(writer, message);
      break;
    case 'attach':
      if (message.filters.length > filtersMax) throw new RangeError(`attach: ${message.filters.length} filters`);
      writer.u48(message.counter).u32(message.leaseSeconds).u16(message.filters.length);
      for (const filter of message.filters) writeText(writer, filter, 1, topicBytesMax);
      break;
    case 'detach':
      writer.u48(message.counter);
      break;
    case 'transfer': {
      const { origin, incarnation, stream, class: cls, sequence } = message.of;
      if (origin === nobody || stream === nobody || sequence < 1) throw new RangeError('transfer: of no entry');
      writer.hex64(origin).u32(incarnation).hex64(stream).u8(cls).u48(sequence);
      writePublish(writer, message);
      break;
    }
  }
  return writer.done();
}

function writePublish(writer: Writer, message: Publish | Transfer): void {
  if (wildcard.test(message.topic)) throw new RangeError('publish: wildcard in the topic');
  const properties = Object.entries(message.properties).sort(([a], [b]) => (a < b ? -1 : 1));
  if (properties.length > propertiesMax) throw new RangeError(`publish: ${properties.length} properties`);
  writer.u8(message.qos | (message.retain ? retainBit : 0) | (message.dup ? dupBit : 0) | (message.fingerprint === undefined ? 0 : fingerprintBit));
  writeText(writer, message.topic, 1, topicBytesMax);
  writeText(writer, message.client, 0, clientBytesMax);
  if (message.fingerprint !== undefined) writer.hex64(message.fingerprint);
  writer.u8(properties.length);
  for (const [name, value] of properties) {
    writeText(writer, name, 0, propertyBytesMax);
    writeText(writer, value, 0, propertyBytesMax);
  }
  writer.put(message.payload);
}

/** Undefined when the message can be carried, else what is wrong with it: for callers that hold what a device or a backend sent. */
export function unfitForPublish(message: Pick<Publish, 'topic' | 'client' | 'properties'>): 'topic' | 'client' | 'properties' | undefined {
  const fits = (text: string, min: number, max: number): boolean => {
    if (!text.isWellFormed() || text.includes('\0') || text.length > max) return false;
    const size = utf8Encode(text).byteLength;
    return size >= min && size <= max;
  };
  if (!fits(message.topic, 1, topicBytesMax) || wildcard.test(message.topic)) return 'topic';
  if (!fits(message.client, 0, clientBytesMax)) return 'client';
  const properties = Object.entries(message.properties);
  if (properties.length > propertiesMax || !properties.flat().every((text) => fits(text, 0, propertyBytesMax))) return 'properties';
  return undefined;
}

function writeText(writer: Writer, text: string, min: number, max: number): void {
  const bytes = utf8Encode(text);
  if (bytes.byteLength < min || bytes.byteLength > max) throw new RangeError(`text: ${bytes.byteLength} bytes, expected ${min} to ${max}`);
  if (text.includes('\0')) throw new RangeError('text: NUL');
  writer.u16(bytes.byteLength).put(bytes);
}

function readText(reader: Reader, min: number, max: number): string {
  const length = reader.u16();
  if (length > max) reader.fail('too-long');
  if (length < min) reader.fail('range');
  const text = reader.text(length);
  if (text.includes('\0')) reader.fail('text');
  return text;
}

/** Never throws. `payload` is a view into `body`. */
export function decodeApplication(body: Uint8Array): ApplicationMessage | WireError | { readonly unknown: number } {
  const reader = new Reader(body);
  const version = reader.u8();
  const of = reader.u8();
  if (reader.error !== undefined) return reader.wireError();
  if (version !== applicationVersion) return { error: 'version', at: 0 };
  switch (of) {
    case applicationKind.publish:
      return readPublish(reader);
    case applicationKind.attach:
      return readAttach(reader);
    case applicationKind.detach: {
      const counter = reader.u48();
      reader.end();
      return reader.error === undefined ? { kind: 'detach', counter } : reader.wireError();
    }
    case applicationKind.transfer:
      return readTransfer(reader);
    default:
      return { unknown: of };
  }
}

function readPublish(reader: Reader): Publish | WireError {
  const bits = reader.u8();
  reader.zero(bits & 0xe0);
  const qos = bits & 3;
  if (qos > 2) reader.fail('range');
  const topic = readText(reader, 1, topicBytesMax);
  if (wildcard.test(topic)) reader.fail('text');
  const client = readText(reader, 0, clientBytesMax);
  const fingerprint = (bits & fingerprintBit) !== 0 ? { fingerprint: reader.hex64() } : {};
  const count = reader.u8();
  if (count > propertiesMax) reader.fail('range');
  const properties = new Map<string, string>();
  for (let i = 0; i < count && reader.error === undefined; i++) {
    const name = readText(reader, 0, propertyBytesMax);
    if (properties.has(name)) reader.fail('order');
    properties.set(name, readText(reader, 0, propertyBytesMax));
  }
  const payload = reader.take(reader.left);
  if (reader.error !== undefined) return reader.wireError();
  return {
    kind: 'publish',
    topic,
    payload,
    qos: qos as Publish['qos'],
    retain: (bits & retainBit) !== 0,
    dup: (bits & dupBit) !== 0,
    client,
    ...fingerprint,
    // fromEntries makes own properties, so that a hostile "__proto__" is a name like any other.
    properties: Object.fromEntries(properties),
  };
}

function readTransfer(reader: Reader): Transfer | WireError {
  const origin = reader.id();
  if (origin === nobody) reader.fail('range');
  const incarnation = reader.incarnation();
  const stream = reader.id();
  if (stream === nobody) reader.fail('range');
  const cls = reader.u8();
  if (cls > 3) reader.fail('range');
  const sequence = reader.u48();
  if (sequence < 1) reader.fail('range');
  const publish = readPublish(reader);
  return 'error' in publish ? publish : { ...publish, kind: 'transfer', of: { origin, incarnation, stream, class: cls as TrafficClass, sequence } };
}

function readAttach(reader: Reader): Attach | WireError {
  const counter = reader.u48();
  const leaseSeconds = reader.u32();
  const count = reader.u16();
  if (count > filtersMax) reader.fail('range');
  const filters: string[] = [];
  for (let i = 0; i < count && reader.error === undefined; i++) filters.push(readText(reader, 1, topicBytesMax));
  reader.end();
  return reader.error === undefined ? { kind: 'attach', counter, leaseSeconds, filters } : reader.wireError();
}
