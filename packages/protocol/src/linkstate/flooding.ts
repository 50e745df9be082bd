import type { NodeId } from '../ids.ts';
import { Millis, never } from '../units.ts';
import { Writer } from '../wire/cursor.ts';
import { headerBytes, wireVersion } from '../wire/index.ts';
import { kind } from '../wire/messages.ts';
import { ageOffset, bytesOf, type Entry } from './entry.ts';

export interface FloodingOptions {
  readonly coalesceMs: number;
  readonly bulkRecords: number;
  readonly bulkFactor: number;
  readonly hurriesMax: number;
  /** Whether news is sent to a neighbour: docs/protocol.md §5.5. */
  readonly isCore: (now: Millis, node: NodeId) => boolean;
  /** Hands a `records` frame to a neighbour; false when it is gone. */
  readonly send: (node: NodeId, frame: Uint8Array) => boolean;
}

/** A frame is closed when it reaches this; one larger record still goes alone. */
const frameBytes = 16 * 1024;
/** Per link and flush; the rest goes with the next. */
const flushBytesMax = 128 * 1024;
/** A burst of losses does not make more than one flush in this time. */
const hurryMs = 5;
/** Hurried flushes are counted by the second: half a community may have gone. */
const secondMs = 1000;

interface Link {
  readonly node: NodeId;
  /** In order of arrival: an identity before the links record that needs it. Bounded by the database. */
  readonly pending: Set<Entry>;
}

/** A `records` frame of entries as they are kept, with their age of now. docs/protocol.md §5.5 */
export function recordsFrame(now: Millis, entries: readonly Entry[]): Uint8Array {
  let size = 2;
  for (const entry of entries) size += entry.piece.size;
  const writer = new Writer(headerBytes + size).u8(wireVersion).u8(kind.records).u16(0).u32(size).u16(entries.length);
  for (const entry of entries) {
    const at = writer.at;
    writer.put(bytesOf(entry)).patchU32(at + ageOffset, Math.max(0, Math.floor((now - entry.bornAt) / 1000)));
  }
  return writer.done();
}

/**
 * Sends news on to neighbours that have not shown to have it: on the core, together after 50 ms; on every link and at once when it tells of a lost link,
 * since the way round may lie outside the core, but only so often a second: where half a community goes, the core is enough. What this misses,
 * synchronisation finds. docs/protocol.md §5.5
 * Only the newest version of a record is ever pending, and once per link.
 */
export class Flooding {
  readonly #o: FloodingOptions;
  readonly #links = new Map<NodeId, Link>();
  #flushAt: Millis = never;
  #flushedAt = Number.NEGATIVE_INFINITY as Millis;
  #hurries = 0;
  #flushIsHurried = false;
  /** When the second began in which they are counted. */
  #hurriedAt = Number.NEGATIVE_INFINITY as Millis;
  /** The last flush was large: most of what neighbours pass on meanwhile need not be sent back to them. */
  #isBulk = false;

  constructor(options: FloodingOptions) {
    this.#o = options;
  }

  addLink(node: NodeId): void {
    this.#links.set(node, { node, pending: new Set() });
  }

  removeLink(node: NodeId): void {
    this.#links.delete(node);
  }

  isPending(node: NodeId): boolean {
    return (this.#links.get(node)?.pending.size ?? 0) > 0;
  }

  /** News; `except` is the neighbour that told it. */
  spread(now: Millis, entry: Entry, except: NodeId | undefined, hurry: boolean): void {
    let any = false;
    const at = hurry ? this.#hurry(now) : never;
    const all = at < never;
    for (const link of this.#links.values()) {
      if (link.node === except) link.pending.delete(entry);
      else if (all || this.#o.isCore(now, link.node)) {
        link.pending.add(entry);
        any = true;
      }
    }
    if (any) this.#due(now, at);
  }

  /** For one neighbour: it asked, or it showed an older one. */
  tell(now: Millis, node: NodeId, entry: Entry): void {
    const link = this.#links.get(node);
    if (!link) return;
    link.pending.add(entry);
    this.#due(now, never);
  }

  /** The neighbour has this one. */
  has(node: NodeId, entry: Entry): void {
    this.#links.get(node)?.pending.delete(entry);
  }

  #due(now: Millis, hurriedAt: Millis): void {
    const at = hurriedAt < never ? hurriedAt : now + this.#o.coalesceMs * (this.#isBulk && now < this.#flushedAt + secondMs ? this.#o.bulkFactor : 1);
    if (at < this.#flushAt) this.#flushAt = Millis(at);
  }

  /** When a hurried flush may be; `never` when this second has had its share. */
  #hurry(now: Millis): Millis {
    if (now > this.#hurriedAt + secondMs) {
      this.#hurries = 0;
      this.#hurriedAt = now;
    }
    const at = Millis(Math.max(now, this.#flushedAt + hurryMs));
    if (at >= this.#flushAt && this.#flushIsHurried) return this.#flushAt;
    if (this.#hurries >= this.#o.hurriesMax) return never;
    this.#hurries++;
    this.#flushIsHurried = true;
    return at;
  }

  get wakeAt(): Millis {
    return this.#flushAt;
  }

  wake(now: Millis): void {
    if (now < this.#flushAt) return;
    this.#flushAt = never;
    this.#flushIsHurried = false;
    this.#flushedAt = now;
    let most = 0;
    let last: Entry[] = [];
    let frames: Uint8Array[] = [];
    for (const link of this.#links.values()) {
      if (link.pending.size === 0) continue;
      const entries = this.#take(link);
      if (entries.length === 0) continue;
      most = Math.max(most, entries.length);
      if (!sameEntries(entries, last)) {
        frames = framesOf(now, entries);
        last = entries;
      }
      for (const frame of frames) this.#o.send(link.node, frame);
      if (link.pending.size > 0) this.#due(now, never);
    }
    this.#isBulk = most >= this.#o.bulkRecords;
  }

  #take(link: Link): Entry[] {
    const entries: Entry[] = [];
    let bytes = 0;
    for (const entry of link.pending) {
      bytes += entry.piece.size;
      if (entries.length > 0 && bytes > flushBytesMax) break;
      entries.push(entry);
    }
    if (entries.length === link.pending.size) link.pending.clear();
    else for (const entry of entries) link.pending.delete(entry);
    // what left the database meanwhile is not told any more
    return entries.every(isKept) ? entries : entries.filter(isKept);
  }
}

const isKept = (entry: Entry): boolean => entry.piece.size > 0;

function sameEntries(a: readonly Entry[], b: readonly Entry[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function framesOf(now: Millis, entries: readonly Entry[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let from = 0;
  let bytes = 0;
  for (let i = 0; i < entries.length; i++) {
    const { size } = entries[i]!.piece;
    if (i > from && bytes + size > frameBytes) {
      frames.push(recordsFrame(now, entries.slice(from, i)));
      from = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < entries.length) frames.push(recordsFrame(now, entries.slice(from)));
  return frames;
}
