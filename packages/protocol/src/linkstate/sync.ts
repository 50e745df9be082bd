import type { NodeId } from '../ids.ts';
import { Millis, never } from '../units.ts';
import { digestBuckets, encode } from '../wire/index.ts';
import { type Digest, kind, type RecordKey, type Request, recordType, type Summary } from '../wire/messages.ts';
import type { Database } from './database.ts';
import { type Entry, isNewer } from './entry.ts';
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
  /** No exchange is started before. */
  nextAt: Millis;
  waitMs: number;
  /** Database hash when the last exchange was started: equal again means that it brought nothing. */
  startedWith: string;
  /** When the first comparison is due; `never` when it was answered, or is the other end's to make. */
  firstAt: Millis;
  /** Digests of this neighbour are answered from then on. */
  answerAt: Millis;
  /** The last hello had this node's own hash. */
  isEqual: boolean;
}

/** Hellos with another hash before an exchange is started; the higher id leaves the start to the lower for a while. */
const mismatchesMin = 2;
const mismatchesOther = 4;
/** Flooding is in flight if news was taken within this time; a mismatch of so many hellos is none of its making. */
const movingMs = 700;
const mismatchesMax = 6;
/** A new link is compared after this, whatever moves: each side's part may be unknown to the other. */
const firstMs = 50;
const unansweredMs = 900;
const waitMsMin = 1500;
const waitMsMax = 60_000;
const answerMsMin = 250;
/** Keys of a summary or request; what is left over comes with the next round. */
const keysMax = 2048;
/** A record that was asked for is not asked for elsewhere for so long. */
const askedMs = 1000;
const askedMax = 8192;
/** A database this small is told to a new neighbour whole. */
const tellAllMax = 64;
const offer = '0000000000000000';

/**
 * Finds what flooding missed: a hash in hello, then digests per bucket, then keys, then records. docs/protocol.md §5.6
 * 1. Records travel only to whoever asked for them: a node that comes with five links gets each once.
 * 2. Rounds that bring nothing double the wait to 60 s; hostile or unlike databases cost one digest a minute.
 */
export class Sync {
  readonly #o: SyncOptions;
  readonly #links = new Map<NodeId, Link>();
  readonly #asked = new Map<string, Millis>();
  /** Links that are not `isEqual`. */
  #unequal = 0;
  #wakeAt: Millis = never;
  /** When news was last taken, from anybody: hashes are expected to differ for a moment. */
  #movedAt = Number.NEGATIVE_INFINITY as Millis;

  constructor(options: SyncOptions) {
    this.#o = options;
  }

  addLink(now: Millis, node: NodeId): void {
    const { database, flooding, self } = this.#o;
    const firstAt = self < node ? Millis(now + firstMs) : never;
    this.#links.set(node, { mismatches: 0, nextAt: now, waitMs: waitMsMin, startedWith: '', firstAt, answerAt: now, isEqual: false });
    this.#unequal++;
    if (firstAt < this.#wakeAt) this.#wakeAt = firstAt;
    if (database.size <= tellAllMax) database.each((entry) => flooding.tell(now, node, entry));
    else this.#introduce(now, node);
  }

  /** A new neighbour needs this node's own records before anything else. */
  #introduce(now: Millis, node: NodeId): void {
    const { database, flooding, self } = this.#o;
    for (const type of [recordType.identity, recordType.links]) {
      const entry = database.find({ type, origin: self, incarnation: 0 as RecordKey['incarnation'], sequence: 0 });
      if (entry) flooding.tell(now, node, entry);
    }
  }

  removeLink(node: NodeId): void {
    if (this.#links.get(node)?.isEqual === false) this.#unequal--;
    this.#links.delete(node);
  }

  /** News was taken. */
  moved(now: Millis): void {
    this.#movedAt = now;
  }

  get wakeAt(): Millis {
    return this.#wakeAt;
  }

  wake(now: Millis): void {
    if (now < this.#wakeAt) return;
    this.#wakeAt = never;
    for (const [node, link] of this.#links) {
      if (link.firstAt <= now) {
        link.firstAt = Millis(now + unansweredMs);
        this.#start(now, node, link);
      }
      if (link.firstAt < this.#wakeAt) this.#wakeAt = link.firstAt;
    }
  }

  /** A hello of a link's urgent connection. False when nothing came of it. */
  hello(now: Millis, node: NodeId, hash: string, community: number): boolean {
    const { database, flooding } = this.#o;
    const isEqual = hash === database.hash;
    if (isEqual && this.#unequal === 0 && community >= database.community) return false;
    const link = this.#links.get(node);
    if (!link) return false;
    const tells = community < database.community && database.communityEntry !== undefined;
    if (tells) flooding.tell(now, node, database.communityEntry!);
    if (isEqual !== link.isEqual) {
      link.isEqual = isEqual;
      this.#unequal += isEqual ? -1 : 1;
    }
    if (isEqual) {
      link.mismatches = 0;
      link.waitMs = waitMsMin;
      link.firstAt = never;
      return tells;
    }
    link.mismatches++;
    if (link.mismatches < (this.#o.self < node ? mismatchesMin : mismatchesOther) || now < link.nextAt) return tells;
    if (link.mismatches < mismatchesMax && (now < this.#movedAt + movingMs || flooding.isPending(node))) return tells;
    this.#start(now, node, link);
    return true;
  }

  #start(now: Millis, node: NodeId, link: Link): void {
    const { database } = this.#o;
    link.waitMs = link.startedWith === database.hash ? Math.min(link.waitMs * 2, waitMsMax) : waitMsMin;
    link.startedWith = database.hash;
    link.nextAt = Millis(now + link.waitMs);
    this.#o.send(node, encode({ kind: kind.digest, buckets: Array.from({ length: digestBuckets }, (_, i) => database.bucketHash(i)) }));
  }

  /** Answers with what is here in the buckets that differ: as many buckets as fit. More than four a second are not answered. */
  digest(now: Millis, node: NodeId, digest: Digest): void {
    const { database } = this.#o;
    const link = this.#links.get(node);
    if (!link || now < link.answerAt) return;
    link.answerAt = Millis(now + answerMsMin);
    const byBucket: (Entry[] | undefined)[] = digest.buckets.map((hash, i) => (hash === database.bucketHash(i) ? undefined : []));
    database.each((entry) => byBucket[entry.bucket]?.push(entry));
    const keys: RecordKey[] = [];
    let mask = 0n;
    for (const [i, entries] of byBucket.entries()) {
      if (!entries) continue;
      if (keys.length > 0 && keys.length + entries.length > keysMax) break;
      mask |= 1n << BigInt(i);
      for (const entry of entries.slice(0, keysMax)) keys.push(keyOf(entry));
    }
    if (mask !== 0n) this.#o.send(node, encode({ kind: kind.summary, mask: mask.toString(16).padStart(16, '0'), keys }));
  }

  /** Asks for what is newer there, offers what is newer here: a summary that covers no bucket is such an offer. */
  summary(now: Millis, node: NodeId, summary: Summary): void {
    const { database } = this.#o;
    const link = this.#links.get(node);
    if (!link) return;
    link.firstAt = never;
    this.#ask(now, node, summary.keys);
    if (summary.mask === offer) return;
    const mask = BigInt(`0x${summary.mask}`);
    const theirs = new Set<Entry>();
    for (const key of summary.keys) {
      const entry = database.find(key);
      if (entry && !isNewer(entry, key)) theirs.add(entry);
    }
    const keys: RecordKey[] = [];
    const covered = Array.from({ length: digestBuckets }, (_, i) => (mask & (1n << BigInt(i))) !== 0n);
    database.each((entry) => {
      if (keys.length < keysMax && covered[entry.bucket] && !theirs.has(entry)) keys.push(keyOf(entry));
    });
    if (keys.length > 0) this.#o.send(node, encode({ kind: kind.summary, mask: offer, keys }));
  }

  #ask(now: Millis, node: NodeId, offered: readonly RecordKey[]): void {
    for (const [name, until] of this.#asked) {
      if (until > now && this.#asked.size <= askedMax) break;
      this.#asked.delete(name);
    }
    const keys: RecordKey[] = [];
    for (const key of offered) {
      if (keys.length >= keysMax || this.#asked.size >= askedMax) break;
      if (!this.#o.database.wants(key)) continue;
      const name = `${key.type}${key.origin}${key.incarnation}.${key.sequence}`;
      if ((this.#asked.get(name) ?? 0) > now) continue;
      this.#asked.delete(name);
      this.#asked.set(name, Millis(now + askedMs));
      keys.push(key);
    }
    if (keys.length > 0) this.#o.send(node, encode({ kind: kind.request, keys }));
  }

  request(now: Millis, node: NodeId, request: Request): void {
    const { database, flooding } = this.#o;
    if (!this.#links.has(node)) return;
    for (const key of request.keys.slice(0, keysMax)) {
      const entry = database.find(key);
      if (entry) flooding.tell(now, node, entry);
    }
  }
}

const keyOf = (entry: Entry): RecordKey => ({ type: entry.type, origin: entry.origin, incarnation: entry.incarnation, sequence: entry.sequence });
