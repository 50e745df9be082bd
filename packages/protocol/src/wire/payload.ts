import { defaultConfig } from '../config.ts';
import { clampU48, Reader, Writer } from './cursor.ts';
import type { PackedEntry, WireError } from './messages.ts';

/** What packing adds to an entry's body, at most: three varints of 48 bits. */
export const packedEntryOverheadMax = 21;

/** Entries of one bundle, in order of their sequences, before compression and seal. Ages are rounded down to whole milliseconds. docs/protocol.md §6.4 */
export function packEntries(entries: readonly PackedEntry[]): Uint8Array {
  const writer = new Writer(entries.reduce((sum, entry) => sum + entry.body.byteLength + 8, 0));
  for (const entry of entries) writer.varint(clampU48(entry.ageMs)).varint(clampU48(entry.lifetimeMs)).varint(entry.body.byteLength).put(entry.body);
  return writer.done();
}

/** Exactly `count` entries, nothing after them. Bodies are views into `bytes`. */
export function unpackEntries(bytes: Uint8Array, count: number, entryBytesMax: number = defaultConfig.entryBytesMax): PackedEntry[] | WireError {
  const reader = new Reader(bytes);
  const entries: PackedEntry[] = [];
  for (let i = 0; i < count && reader.error === undefined; i++) {
    const ageMs = reader.varint();
    const lifetimeMs = reader.varint();
    const length = reader.varint();
    if (length > entryBytesMax) reader.fail('too-long');
    entries.push({ ageMs, lifetimeMs, body: reader.take(length) });
  }
  reader.end();
  return reader.error === undefined ? entries : reader.wireError();
}
