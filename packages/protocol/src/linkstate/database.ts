import type { Incarnation, NodeId } from '../ids.ts';
import type { CertifiedNode, Crypto } from '../ports.ts';
import { Millis } from '../units.ts';
import { type DeviceClaim, decodeClaims } from '../wire/claims.ts';
import { hex32, u32At } from '../wire/cursor.ts';
import { decodeLinkState, digestBuckets, encodeRecord, isWireError, signedBytes } from '../wire/index.ts';
import { type FloodRecord, type LinkState, type RecordKey, recordType } from '../wire/messages.ts';
import { recordHeaderBytes } from '../wire/records.ts';
import { bodyLengthOffset, bucketOf, bytesOf, type Entry, hex64, isNewer, keyBytes, nobody } from './entry.ts';
import { noPiece, RecordMemory } from './memory.ts';
import { Waiting } from './waiting.ts';

export interface DatabaseOptions {
  readonly self: NodeId;
  readonly incarnation: Incarnation;
  readonly crypto: Crypto;
  readonly expiryMs: number;
  /** Records; at the bound those of further nodes are refused and counted. */
  readonly recordsMax: number;
  readonly count: (name: string) => void;
  readonly onLinks: (now: Millis, origin: NodeId, incarnation: Incarnation, state: LinkState) => void;
  /** The node's links record is no more. */
  readonly onForgotten: (now: Millis, origin: NodeId) => void;
  /** All that the node claims now; none when its claims are no more. */
  readonly onClaims: (now: Millis, origin: NodeId, claims: readonly DeviceClaim[]) => void;
  readonly onDocument: (document: Uint8Array, number: number) => void;
  readonly onClash: (node: NodeId) => void;
  /** Somebody sends a record of this node that it has not made in this life. */
  readonly onBehind: (seen: Incarnation) => void;
}

export type Verdict =
  | { readonly at: 'taken'; readonly entry: Entry }
  /** The same is here already. */
  | { readonly at: 'same'; readonly entry: Entry }
  /** A newer one is here. */
  | { readonly at: 'older'; readonly entry: Entry }
  | { readonly at: 'refused' }
  /** Kept until its node's identity is known. */
  | { readonly at: 'waiting' };

interface Origin {
  readonly node: NodeId;
  certified: CertifiedNode | undefined;
  certificate: Uint8Array;
  identity: Entry | undefined;
  links: Entry | undefined;
  tombstone: Entry | undefined;
  devices: Entry | undefined;
}

type Slot = 'identity' | 'links' | 'tombstone' | 'devices';
const slotOf: Readonly<Record<number, Slot>> = {
  [recordType.identity]: 'identity',
  [recordType.links]: 'links',
  [recordType.tombstone]: 'tombstone',
  [recordType.devices]: 'devices',
};

const refused: Verdict = { at: 'refused' };
/** Records this close to their expiry are not taken: they would come and go between nodes whose clocks differ a little. */
const dyingMs = 30_000;
const noBytes = new Uint8Array(0);
/** For what a signature covers, while it is verified; a longer one gets memory of its own. */
const scratch = new Uint8Array(4096);

/**
 * The link-state database: newest record of each kind and node. docs/protocol.md §5
 * 1. A record is taken only with the signature of the key that the node's certificate names; the first key bound to an id stays bound while records last.
 * 2. A newer (incarnation, sequence) replaces; nothing else does.
 * 3. What expired here is remembered for one more expiry: an older copy does not come back from a part that was away.
 */
export class Database {
  readonly #o: DatabaseOptions;
  readonly #origins = new Map<NodeId, Origin>();
  #community: Entry | undefined;
  #document: Uint8Array | undefined;
  readonly #expired = new Map<string, { incarnation: number; sequence: number; until: Millis }>();
  readonly #revoked = new Set<NodeId>();
  readonly #waiting = new Waiting();
  readonly #memory = new RecordMemory();
  readonly #high = new Int32Array(digestBuckets);
  readonly #low = new Int32Array(digestBuckets);
  #hash: string | undefined;
  #behind = 0;
  size = 0;

  constructor(options: DatabaseOptions) {
    this.#o = options;
  }

  // ---- Reading

  /** XOR of the hashes of all records' keys: 16 hex digits. */
  get hash(): string {
    if (this.#hash !== undefined) return this.#hash;
    let high = 0;
    let low = 0;
    for (let i = 0; i < digestBuckets; i++) {
      high ^= this.#high[i]!;
      low ^= this.#low[i]!;
    }
    this.#hash = hex64(high, low);
    return this.#hash;
  }

  bucketHash(bucket: number): string {
    return hex64(this.#high[bucket]!, this.#low[bucket]!);
  }

  /** Number of the newest community document; 0 for none. */
  get community(): number {
    return this.#community?.sequence ?? 0;
  }

  get document(): Uint8Array | undefined {
    return this.#document;
  }

  get communityEntry(): Entry | undefined {
    return this.#community;
  }

  /** Highest incarnation seen of a node; 0 for none. */
  incarnationOf(node: NodeId): number {
    const o = this.#origins.get(node);
    return o ? Math.max(o.identity?.incarnation ?? 0, o.links?.incarnation ?? 0, o.tombstone?.incarnation ?? 0) : 0;
  }

  certified(node: NodeId): CertifiedNode | undefined {
    return this.#origins.get(node)?.certified;
  }

  isRevoked(node: NodeId): boolean {
    return this.#revoked.has(node);
  }

  /** Nodes with a links record. */
  *nodes(): Generator<NodeId> {
    for (const o of this.#origins.values()) if (o.links) yield o.node;
  }

  each(visit: (entry: Entry) => void): void {
    if (this.#community) visit(this.#community);
    for (const o of this.#origins.values()) {
      if (o.identity) visit(o.identity);
      if (o.links) visit(o.links);
      if (o.devices) visit(o.devices);
      if (o.tombstone) visit(o.tombstone);
    }
  }

  find(key: RecordKey): Entry | undefined {
    if (key.type === recordType.community) return this.#community;
    const slot = slotOf[key.type];
    return slot && this.#origins.get(key.origin)?.[slot];
  }

  /** The record of exactly this key, where that settles the matter: a node's own may be a copied card's. */
  same(key: RecordKey): Entry | undefined {
    const entry = key.origin === this.#o.self ? undefined : this.find(key);
    return entry && entry.sequence === key.sequence && entry.incarnation === key.incarnation ? entry : undefined;
  }

  /** Whether a record of this key would be news. */
  wants(key: RecordKey): boolean {
    if (key.origin === this.#o.self || this.#revoked.has(key.origin)) return false;
    const entry = this.find(key);
    return entry ? isNewer(key, entry) : this.#mayCome(key);
  }

  /** Whether a record that is not here is neither an old one of what expired nor of a node that left. */
  #mayCome(key: RecordKey): boolean {
    const expired = this.#expired.size === 0 ? undefined : this.#expired.get(`${key.type}${key.origin}`);
    if (expired && !isNewer(key, expired)) return false;
    return !this.#buried(key);
  }

  // ---- Writing

  /** A record of this node itself, just made. */
  putOwn(now: Millis, record: FloodRecord): Entry {
    const origin = this.#origin(this.#o.self);
    const slot = slotOf[record.type]!;
    if (slot === 'identity') origin.certified = this.#o.crypto.certified(record.body);
    return this.#put(now, origin, slot, record);
  }

  /** A community document from outside the mesh, or of a record. Undefined when it is not newer or not the CA's. */
  putDocument(now: Millis, document: Uint8Array, ageSeconds = 0): Entry | undefined {
    const number = this.#o.crypto.communityDocumentNumber(document);
    if (number === undefined || number <= this.community) return undefined;
    const record: FloodRecord = {
      type: recordType.community,
      origin: nobody,
      incarnation: 0 as Incarnation,
      sequence: number,
      ageSeconds,
      body: document,
      signature: noBytes,
    };
    this.#document = document.slice();
    this.#community = this.#write(now, this.#community, record);
    this.#o.onDocument(this.#document, number);
    return this.#community;
  }

  /** `from`: the neighbour that sent it. */
  accept(now: Millis, record: FloodRecord, from: NodeId): Verdict {
    if (record.type === recordType.community) return this.#acceptDocument(now, record);
    if (record.origin === this.#o.self) return this.#acceptOwn(record);
    if (this.#revoked.has(record.origin)) return this.#refuse('record-revoked');
    const known = this.find(record);
    if (known && !isNewer(record, known)) return { at: isNewer(known, record) ? 'older' : 'same', entry: known };
    if (record.ageSeconds * 1000 > this.#o.expiryMs - dyingMs) return this.#refuse('record-expired');
    if (!known && !this.#mayCome(record)) return this.#refuse('record-buried');
    if (!known && this.size >= this.#o.recordsMax) return this.#refuse('records-full');
    if (record.type === recordType.identity) return this.#acceptIdentity(now, record);
    return this.#acceptSigned(now, record, from);
  }

  #refuse(name: string): Verdict {
    this.#o.count(name);
    return refused;
  }

  #acceptDocument(now: Millis, record: FloodRecord): Verdict {
    if (this.#community && record.sequence <= this.#community.sequence) {
      return { at: record.sequence === this.#community.sequence ? 'same' : 'older', entry: this.#community };
    }
    if (this.#o.crypto.communityDocumentNumber(record.body) !== record.sequence) return this.#refuse('record-forged');
    const entry = this.putDocument(now, record.body, record.ageSeconds);
    return entry ? { at: 'taken', entry } : refused;
  }

  /** Own records come back as echoes; one that this life has not made says that the node is known by a later incarnation. */
  #acceptOwn(record: FloodRecord): Verdict {
    const own = this.find(record);
    const foreign = own !== undefined && own.sequence === record.sequence && !sameBytes(bytesOf(own).subarray(-record.signature.byteLength), record.signature);
    if (record.incarnation > this.#o.incarnation || (record.incarnation === this.#o.incarnation && own !== undefined && (foreign || isNewer(record, own)))) {
      const origin = this.#origins.get(this.#o.self);
      const key = origin?.certified?.publicKey;
      if (!key || !this.#o.crypto.verify(key, signedBytes(record, scratch), record.signature)) return this.#refuse('record-forged');
      this.behind(record.incarnation);
      return refused;
    }
    return own ? { at: isNewer(own, record) ? 'older' : 'same', entry: own } : refused;
  }

  /** Reported once per incarnation seen. */
  behind(seen: Incarnation): void {
    if (seen < this.#o.incarnation || seen <= this.#behind) return;
    this.#behind = seen;
    this.#o.onBehind(seen);
  }

  #acceptIdentity(now: Millis, record: FloodRecord): Verdict {
    const known = this.#origins.get(record.origin);
    const certified = known && sameBytes(known.certificate, record.body) ? known.certified : this.#o.crypto.certified(record.body);
    if (!certified || certified.node !== record.origin) return this.#refuse('record-forged');
    if (known?.certified && !sameBytes(known.certified.publicKey, certified.publicKey)) {
      this.#o.onClash(record.origin);
      return this.#refuse('id-clash');
    }
    if (!this.#o.crypto.verify(certified.publicKey, signedBytes(record, scratch), record.signature)) return this.#refuse('record-forged');
    const origin = this.#origin(record.origin);
    origin.certified = certified;
    origin.certificate = record.body.slice();
    return { at: 'taken', entry: this.#put(now, origin, 'identity', record) };
  }

  #acceptSigned(now: Millis, record: FloodRecord, from: NodeId): Verdict {
    const origin = this.#origins.get(record.origin);
    if (!origin?.certified) {
      if (!this.#waiting.put(record, from)) this.#o.count('waiting-full');
      return { at: 'waiting' };
    }
    if (!this.#o.crypto.verify(origin.certified.publicKey, signedBytes(record, scratch), record.signature)) return this.#refuse('record-forged');
    if (record.type === recordType.tombstone) return { at: 'taken', entry: this.#bury(now, origin, record) };
    if (record.type === recordType.devices) return this.#acceptClaims(now, origin, record);
    const state = decodeLinkState(record.body);
    if (isWireError(state)) return this.#refuse('record-broken');
    const entry = this.#put(now, origin, 'links', record);
    this.#o.onLinks(now, record.origin, record.incarnation, origin.certified.mayBeGateway ? state : { ...state, gateway: undefined });
    if (origin.devices && origin.devices.incarnation < record.incarnation) this.#removeDevices(now, origin);
    return { at: 'taken', entry };
  }

  #acceptClaims(now: Millis, origin: Origin, record: FloodRecord): Verdict {
    const claims = decodeClaims(record.body);
    if (isWireError(claims)) return this.#refuse('record-broken');
    const entry = this.#put(now, origin, 'devices', record);
    this.#o.onClaims(now, record.origin, claims);
    return { at: 'taken', entry };
  }

  /** Records that waited for this identity. */
  released(origin: NodeId): { record: FloodRecord; from: NodeId }[] {
    return this.#waiting.take(origin);
  }

  /** The node has left for good: its other records up to this incarnation go, and stay away. */
  #bury(now: Millis, origin: Origin, record: FloodRecord): Entry {
    const entry = this.#put(now, origin, 'tombstone', record);
    if (origin.links && origin.links.incarnation <= record.incarnation) this.#removeLinks(now, origin);
    if (origin.devices && origin.devices.incarnation <= record.incarnation) this.#removeDevices(now, origin);
    return entry;
  }

  /** Claims are of the life of the links: those of an earlier one are over. */
  #buried(key: RecordKey): boolean {
    if (key.type !== recordType.links && key.type !== recordType.devices) return false;
    const origin = this.#origins.get(key.origin);
    if (key.type === recordType.devices && origin?.links && key.incarnation < origin.links.incarnation) return true;
    return origin?.tombstone !== undefined && key.incarnation <= origin.tombstone.incarnation;
  }

  #origin(node: NodeId): Origin {
    let origin = this.#origins.get(node);
    if (!origin) {
      origin = { node, certified: undefined, certificate: noBytes, identity: undefined, links: undefined, tombstone: undefined, devices: undefined };
      this.#origins.set(node, origin);
    }
    return origin;
  }

  #put(now: Millis, origin: Origin, slot: Slot, record: FloodRecord): Entry {
    const entry = this.#write(now, origin[slot], record);
    origin[slot] = entry;
    return entry;
  }

  #write(now: Millis, known: Entry | undefined, record: FloodRecord): Entry {
    const entry: Entry = known ?? {
      type: record.type,
      origin: record.origin,
      bucket: bucketOf(record.origin),
      incarnation: record.incarnation,
      sequence: record.sequence,
      piece: noPiece(),
      bornAt: now,
      hashHigh: 0,
      hashLow: 0,
    };
    if (known) this.#mix(known);
    else this.size++;
    entry.incarnation = record.incarnation;
    entry.sequence = record.sequence;
    this.#memory.keep(entry.piece, encoded(record));
    entry.bornAt = Millis(now - record.ageSeconds * 1000);
    const hash = this.#o.crypto.hash64(keyBytes(record.type, record.origin, record.incarnation, record.sequence));
    entry.hashHigh = hex32(hash, 0) | 0;
    entry.hashLow = hex32(hash, 8) | 0;
    this.#mix(entry);
    return entry;
  }

  /** Adds an entry to the hashes, or takes it out. */
  #mix(entry: Entry): void {
    this.#high[entry.bucket]! ^= entry.hashHigh;
    this.#low[entry.bucket]! ^= entry.hashLow;
    this.#hash = undefined;
  }

  #unput(entry: Entry): void {
    this.#mix(entry);
    this.#memory.release(entry.piece);
    this.size--;
  }

  #removeLinks(now: Millis, origin: Origin): void {
    if (!origin.links) return;
    this.#unput(origin.links);
    origin.links = undefined;
    this.#o.onForgotten(now, origin.node);
  }

  #removeDevices(now: Millis, origin: Origin): void {
    if (!origin.devices) return;
    this.#unput(origin.devices);
    origin.devices = undefined;
    this.#o.onClaims(now, origin.node, []);
  }

  /** The records of revoked nodes go and are refused from now on. */
  revoke(now: Millis, nodes: readonly NodeId[]): void {
    this.#revoked.clear();
    for (const node of nodes) {
      this.#revoked.add(node);
      const origin = this.#origins.get(node);
      if (!origin || node === this.#o.self) continue;
      this.#removeLinks(now, origin);
      this.#removeDevices(now, origin);
      if (origin.identity) this.#unput(origin.identity);
      if (origin.tombstone) this.#unput(origin.tombstone);
      this.#origins.delete(node);
    }
  }

  /** Takes out what is older than its expiry; own records are refreshed before, the community document stays. */
  expire(now: Millis): void {
    for (const [key, t] of this.#expired) if (t.until <= now) this.#expired.delete(key);
    const before = now - this.#o.expiryMs;
    for (const origin of [...this.#origins.values()]) {
      if (origin.node === this.#o.self) continue;
      if (origin.links && origin.links.bornAt <= before) {
        this.#remember(now, origin.links);
        this.#removeLinks(now, origin);
      }
      if (origin.devices && origin.devices.bornAt <= before) {
        this.#remember(now, origin.devices);
        this.#removeDevices(now, origin);
      }
      for (const slot of ['identity', 'tombstone'] as const) {
        const entry = origin[slot];
        if (!entry || entry.bornAt > before || (slot === 'identity' && (origin.links || origin.devices))) continue;
        this.#remember(now, entry);
        this.#unput(entry);
        origin[slot] = undefined;
      }
      if (!origin.identity && !origin.links && !origin.tombstone && !origin.devices) this.#origins.delete(origin.node);
    }
  }

  #remember(now: Millis, entry: Entry): void {
    const key = `${entry.type}${entry.origin}`;
    this.#expired.delete(key);
    this.#expired.set(key, { incarnation: entry.incarnation, sequence: entry.sequence, until: Millis(now + this.#o.expiryMs) });
    // At the bound the oldest memory goes: the worst is one more expiry of a dead node's record.
    if (this.#expired.size > this.#o.recordsMax) this.#expired.delete(this.#expired.keys().next().value!);
  }
}

/** The record's encoding, to be copied. One that was decoded stands whole in its frame, which saves encoding it again. */
function encoded(record: FloodRecord): Uint8Array {
  const { body, signature } = record;
  const at = body.byteOffset - recordHeaderBytes;
  const whole = body.buffer === signature.buffer && signature.byteOffset === body.byteOffset + body.byteLength && signature.byteLength > 0 && at >= 0;
  if (!whole) return encodeRecord(record);
  const stood = new Uint8Array(body.buffer, at, recordHeaderBytes + body.byteLength + signature.byteLength);
  return u32At(stood, bodyLengthOffset) === body.byteLength ? stood : encodeRecord(record);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let i = 0; i < a.byteLength; i++) if (a[i] !== b[i]) return false;
  return true;
}
