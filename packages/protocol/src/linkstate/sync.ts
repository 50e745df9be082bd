import type { NodeId } from '../ids.ts';
import { Millis } from '../units.ts';
import { digestBuckets, encode } from '../wire/index.ts';
import { type Digest, kind, type RecordKey, type Request, type Summary } from '../wire/messages.ts';
import type { Database } from './database.ts';
import { bucketOf, type Entry, isNewer } from './entry.ts';
import type { Flooding } from './flooding.ts';

export interface SyncOptions {
  readonly self: NodeId;
  readonly database: Database;
  readonly flooding: Flooding;
  readonly send: (node: NodeId, frame: Uint8Array) => boolean;
}

interface Link {
  /** Hellos in a row whose database hash was another one. */
  mismatches: number;
  /** Records came from or went to this neighbour: hashes are expected to differ for a moment. */
  movedAt: Millis;
  /** Not before. */
  nextAt: Millis;
  waitMs: number;
  /** Database hash when the last exchange was started: equal again means that it brought nothing. */
  startedWith: string;
}

/** Hellos with another hash before an exchange is started; the higher id leaves the start to the lower for a while. */
const mismatchesMin = 2;
const mismatchesOther = 4;
/** Flooding is in flight if records moved within this time. */
const movingMs = 700;
const waitMsMin = 1500;
const waitMsMax = 60_000;
/** One exchange at a time, the others profit from what it brings; a turn ends when nothing moved for a while, or at its bound. */
const turnMs = 2000;
const turnMsMax = 10_000;
const turnQuietMs = 500;
/** Keys of a summary or request; what is left over comes with the next round. */
const keysMax = 2048;
/** A database this small is told to a new neighbour whole. */
const tellAllMax = 64;

/**
 * Finds what flooding missed: a hash in hello, then digests per bucket, then keys, then records. docs/protocol.md §5.6
 * Rounds that bring nothing double the wait to 60 s; hostile or unlike databases cost one digest a minute.
 */
export class Sync {
  readonly #o: SyncOptions;
  readonly #links = new Map<NodeId, Link>();
  #turn: NodeId | undefined;
  #turnAt = Number.NEGATIVE_INFINITY as Millis;
  #turnMovedAt = Number.NEGATIVE_INFINITY as Millis;

  constructor(options: SyncOptions) {
    this.#o = options;
  }

  addLink(now: Millis, node: NodeId): void {
    this.#links.set(node, { mismatches: mismatchesMin - 1, movedAt: Millis(now - movingMs), nextAt: now, waitMs: waitMsMin, startedWith: '' });
    if (this.#o.database.size <= tellAllMax) for (const entry of this.#o.database.entries()) this.#o.flooding.tell(now, node, entry);
  }

  removeLink(node: NodeId): void {
    this.#links.delete(node);
    if (this.#turn === node) this.#turn = undefined;
  }

  /** Records moved on this link. */
  moved(now: Millis, node: NodeId): void {
    const link = this.#links.get(node);
    if (!link) return;
    link.movedAt = now;
    if (this.#turn === node) this.#turnMovedAt = now;
  }

  /** Another neighbour has the turn. */
  #busy(now: Millis, node: NodeId, quietMs: number): boolean {
    return this.#turn !== undefined && this.#turn !== node && now < this.#turnMovedAt + quietMs && now < this.#turnAt + turnMsMax;
  }

  #take(now: Millis, node: NodeId): void {
    if (this.#turn !== node || now >= this.#turnAt + turnMsMax) this.#turnAt = now;
    this.#turn = node;
    this.#turnMovedAt = now;
  }

  /** A hello of a link's urgent connection. The first mismatch of a new link is enough. */
  hello(now: Millis, node: NodeId, hash: string, community: number): void {
    const { database, flooding } = this.#o;
    const link = this.#links.get(node);
    if (!link) return;
    if (community < database.community && database.communityEntry) flooding.tell(now, node, database.communityEntry);
    if (hash === database.hash) {
      link.mismatches = 0;
      link.waitMs = waitMsMin;
      if (this.#turn === node) this.#turn = undefined;
      return;
    }
    link.mismatches++;
    if (link.mismatches < (this.#o.self < node ? mismatchesMin : mismatchesOther)) return;
    if (now < link.nextAt || now < link.movedAt + movingMs || flooding.isPending(node)) return;
    if (this.#busy(now, node, turnMs)) return;
    this.#start(now, node, link);
  }

  #start(now: Millis, node: NodeId, link: Link): void {
    const { database } = this.#o;
    link.waitMs = link.startedWith === database.hash ? Math.min(link.waitMs * 2, waitMsMax) : waitMsMin;
    link.startedWith = database.hash;
    link.nextAt = Millis(now + link.waitMs);
    this.#take(now, node);
    this.#o.send(node, encode({ kind: kind.digest, buckets: Array.from({ length: digestBuckets }, (_, i) => database.bucketHash(i)) }));
  }

  /** Answers with what is here in the buckets that differ: as many buckets as fit. While another exchange runs it is left unanswered; the other end asks again. */
  digest(now: Millis, node: NodeId, digest: Digest): void {
    const { database } = this.#o;
    if (!this.#links.has(node) || this.#busy(now, node, turnQuietMs)) return;
    this.#take(now, node);
    this.moved(now, node);
    const byBucket: Entry[][] = Array.from({ length: digestBuckets }, () => []);
    for (const entry of database.entries()) byBucket[entry.bucket]!.push(entry);
    const keys: RecordKey[] = [];
    let mask = 0n;
    for (let i = 0; i < digestBuckets; i++) {
      if (digest.buckets[i] === database.bucketHash(i)) continue;
      const entries = byBucket[i]!;
      if (keys.length > 0 && keys.length + entries.length > keysMax) break;
      mask |= 1n << BigInt(i);
      for (const entry of entries.slice(0, keysMax)) keys.push(keyOf(entry));
    }
    if (mask !== 0n) this.#o.send(node, encode({ kind: kind.summary, mask: mask.toString(16).padStart(16, '0'), keys }));
  }

  /** Asks for what is newer there, tells what is newer here. */
  summary(now: Millis, node: NodeId, summary: Summary): void {
    const { database, flooding } = this.#o;
    if (!this.#links.has(node)) return;
    this.moved(now, node);
    const mask = BigInt(`0x${summary.mask}`);
    const theirs = new Set<Entry>();
    const asked: RecordKey[] = [];
    for (const key of summary.keys) {
      if ((mask & (1n << BigInt(bucketOf(key.origin)))) === 0n) continue;
      const entry = database.find(key);
      if (entry && !isNewer(entry, key)) theirs.add(entry);
      if (asked.length < keysMax && database.wants(key)) asked.push(key);
    }
    for (const entry of database.entries()) {
      if ((mask & (1n << BigInt(entry.bucket))) !== 0n && !theirs.has(entry)) flooding.tell(now, node, entry);
    }
    if (asked.length > 0) this.#o.send(node, encode({ kind: kind.request, keys: asked }));
  }

  request(now: Millis, node: NodeId, request: Request): void {
    const { database, flooding } = this.#o;
    if (!this.#links.has(node)) return;
    this.moved(now, node);
    for (const key of request.keys.slice(0, keysMax)) {
      const entry = database.find(key);
      if (entry) flooding.tell(now, node, entry);
    }
  }
}

const keyOf = (entry: Entry): RecordKey => ({ type: entry.type, origin: entry.origin, incarnation: entry.incarnation, sequence: entry.sequence });
