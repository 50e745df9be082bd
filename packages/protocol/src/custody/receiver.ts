import type { Forwarder } from '../forwarding/forwarder.ts';
import type { NodeId, Stream, TrafficClass } from '../ids.ts';
import type { DeliveredEntry, EntryRun, Floor } from '../io.ts';
import type { RouteView, Surroundings } from '../parts.ts';
import { Millis, never } from '../units.ts';
import { ackMacInput, ackRunsMax, associatedData, isWireError, nonceOf, unpackEntries } from '../wire/index.ts';
import { type Ack, type Bundle, dropCode, kind, type PackedEntry, streamOf } from '../wire/messages.ts';
import type { KeyRing } from './keyring.ts';
import { type Chunk, type Delivery, type Load, Source } from './source.ts';

/** Acknowledgements of one source within this time go together; the first after a pause goes at once. docs/protocol.md §8.4 */
const ackCoalesceMs = 2;
/**
 * Sources kept; at the bound the oldest that is idle gives way: its origin's floor tells what is needed to go on, an entry whose acknowledgement was
 * lost may be delivered once more. Those with something pending stay, so their number is bounded by `receiveEntriesMax`.
 */
const sourcesMax = 32_768;
/** Of payloads that wait for a gap or an answer, per entry of `receiveEntriesMax` on average: by default 32 MiB in all. One bundle may go beyond. */
const entryBytesMean = 2048;
/** Of a bundle, inflated. */
const payloadBytesMax = 1024 * 1024;

export interface ReceiverOptions {
  readonly surroundings: Surroundings;
  readonly routes: RouteView;
  readonly forwarder: Forwarder;
  readonly keys: KeyRing;
  readonly count: (name: string, by?: number) => void;
  readonly ownDelivered: (now: Millis, stream: Stream, cls: TrafficClass, runs: Ack['runs'], echoTransmission: number) => void;
  readonly ownRefused: (now: Millis, transmission: number) => void;
}

interface Arrival {
  readonly origin: NodeId;
  readonly stream: Stream;
  readonly class: TrafficClass;
  readonly incarnation: Chunk['incarnation'];
  readonly first: number;
  readonly floor: Floor;
  readonly traffic: Chunk['traffic'];
  readonly transmission: number;
  readonly congested: boolean;
  readonly bytes: number;
}

/** The receiver's side of custody: opens, sorts out what came before, delivers in order, acknowledges what was answered. docs/protocol.md §8.10 */
export class Receiver {
  readonly #o: ReceiverOptions;
  readonly #s: Surroundings;
  readonly #sources = new Map<string, Source>();
  readonly #gapped = new Set<Source>();
  readonly #toAck = new Set<Source>();
  readonly #load: Load = { entries: 0, bytes: 0 };
  /** Never later than what is due; may be earlier. */
  wakeAt: Millis = never;

  constructor(options: ReceiverOptions) {
    this.#o = options;
    this.#s = options.surroundings;
  }

  onBundle(now: Millis, bundle: Bundle): void {
    const { forwarder, keys, count } = this.#o;
    if (!bundle.encoding.sealed || bundle.origin === this.#s.self) return this.#refuse(bundle, 'unsealed');
    const stream = streamOf(bundle);
    if (!this.#hasRoom(bundle, stream)) {
      count('receiver-full');
      return forwarder.notice(now, bundle, dropCode.receiverFull);
    }
    const pair = keys.of(bundle.origin, bundle.incarnation);
    if (!pair) {
      /** Of an incarnation that is over, nothing waits for an answer. */
      if (!keys.isNewer(bundle.origin, bundle.incarnation)) return this.#refuse(bundle, 'stale-incarnation');
      count('no-key');
      return forwarder.notice(now, bundle, dropCode.noKey);
    }
    const opened = pair.open(nonceOf(bundle), associatedData(bundle), bundle.payload);
    if (!opened) return this.#refuse(bundle, 'forged');
    const packed = bundle.encoding.deflate ? this.#s.ports.compression?.inflate(opened, payloadBytesMax) : opened;
    const entries = packed && unpackEntries(packed, bundle.count, this.#s.config.entryBytesMax);
    if (!entries || isWireError(entries)) return count('unreadable');
    this.#accept(now, { ...bundle, stream, incarnation: bundle.entryIncarnation, bytes: bundle.payload.byteLength }, entries);
  }

  /** Entries of this node's own for itself. False when there is no room. */
  acceptOwn(now: Millis, own: Omit<Arrival, 'origin' | 'congested' | 'bytes'>, entries: readonly PackedEntry[]): boolean {
    if (!this.#hasRoom({ origin: this.#s.self, class: own.class, entryIncarnation: own.incarnation, first: own.first, count: entries.length }, own.stream))
      return false;
    const bytes = entries.reduce((sum, entry) => sum + entry.body.byteLength, 0);
    this.#accept(now, { ...own, origin: this.#s.self, congested: false, bytes }, entries);
    return true;
  }

  /** Durable here, or with the backend: acknowledged, and for the backend counted as carried. */
  delivered(now: Millis, runs: readonly EntryRun[]): void {
    for (const run of runs) {
      const source = this.#sources.get(sourceKey(run.origin, run.stream, run.class));
      const parts = source?.answer(run.incarnation, run.first, run.count) ?? [];
      if (!source || parts.length === 0) {
        this.#o.count('answer-unknown');
        continue;
      }
      for (const part of parts) {
        source.acknowledged(part);
        this.#noteAck(source, part.chunk.incarnation, part, part.chunk.transmission, part.chunk.congested);
        if (run.stream === 'backend') {
          const { traffic, bytesEach } = part.chunk;
          const carriedRun = { ...run, first: part.first, count: part.count };
          this.#o.forwarder.carried(now, { run: carriedRun, traffic, bytes: bytesEach * part.count, floor: undefined }, 'backend');
        }
      }
    }
    this.#flushDue(now);
  }

  /** Not taken: unlearned, and the origin is told, so that it need not wait for its timeout. */
  undelivered(now: Millis, runs: readonly EntryRun[]): void {
    const transmissions = new Map<number, Source>();
    for (const run of runs) {
      const source = this.#sources.get(sourceKey(run.origin, run.stream, run.class));
      for (const part of source?.answer(run.incarnation, run.first, run.count) ?? []) {
        source!.refused(part);
        this.#o.count('undelivered', part.count);
        transmissions.set(part.chunk.transmission, source!);
      }
    }
    for (const [transmission, { origin }] of transmissions) {
      if (origin === this.#s.self) this.#o.ownRefused(now, transmission);
      else this.#o.forwarder.notice(now, { origin, transmission }, dropCode.receiverFull);
    }
  }

  wake(now: Millis): void {
    if (now < this.wakeAt) return;
    this.wakeAt = never;
    for (const source of this.#gapped) {
      const deliveries = source.giveUp(now - this.#s.config.reorderMs);
      if (deliveries.length > 0) this.#o.count('gaps-given-up');
      this.#emit(now, source, deliveries);
      this.#watch(source);
    }
    this.#flushDue(now);
  }

  #hasRoom(bundle: Pick<Bundle, 'origin' | 'class' | 'entryIncarnation' | 'first' | 'count'>, stream: Stream): boolean {
    const { receiveEntriesMax, bundleEntriesMax } = this.#s.config;
    if (this.#load.entries + bundle.count <= receiveEntriesMax && this.#load.bytes < receiveEntriesMax * entryBytesMean) return true;
    /** What closes a gap frees more than it takes. */
    const source = this.#sources.get(sourceKey(bundle.origin, stream, bundle.class));
    return (
      source?.isNext(bundle.entryIncarnation, bundle.first) === true && source.waitingCount > 0 && this.#load.entries <= receiveEntriesMax + bundleEntriesMax
    );
  }

  #accept(now: Millis, arrival: Arrival, entries: readonly PackedEntry[]): void {
    const { incarnation, first } = arrival;
    const source = this.#source(arrival);
    const discarded = source.raise(arrival.floor);
    if (discarded > 0) this.#o.count('settled-elsewhere', discarded);
    const { fresh, settled } = source.sort(incarnation, first, entries.length);
    for (const range of settled) this.#noteAck(source, incarnation, range, arrival.transmission, arrival.congested);
    if (settled.length > 0) this.#o.count('acked-again', settled.length);
    const known = entries.length - fresh.reduce((sum, range) => sum + range.count, 0);
    if (known > 0) this.#o.count('repeated', known);
    if (fresh.length > 0 && source.isFull(incarnation) && !source.isNext(incarnation, first)) {
      this.#o.count('receiver-full');
      if (arrival.origin !== this.#s.self) this.#o.forwarder.notice(now, arrival, dropCode.receiverFull);
      else this.#o.ownRefused(now, arrival.transmission);
      return;
    }
    const deliveries = source.drain();
    for (const range of fresh) {
      const part = fresh.length === 1 && range.count === entries.length ? entries : entries.slice(range.first - first, range.first - first + range.count);
      deliveries.push(...source.take(chunkOf(now, arrival, range.first, part, entries.length)));
    }
    this.#emit(now, source, deliveries);
    this.#watch(source);
    this.#flushDue(now);
  }

  #emit(now: Millis, source: Source, deliveries: readonly Delivery[]): void {
    const out: DeliveredEntry[] = [];
    const { origin, stream, class: cls } = source;
    /** The way here is part of an entry's age; no clock but the links' own costs knows it. */
    const transitMs = origin === this.#s.self ? 0 : Math.round(this.#o.routes.costMs(origin) ?? 0);
    for (const { chunk, late } of deliveries) {
      for (let i = 0; i < chunk.entries.length; i++) {
        const { ageMs, lifetimeMs, body } = chunk.entries[i]!;
        const age = ageMs + transitMs + Math.max(0, now - chunk.arrivedAt);
        const sequence = chunk.first + i;
        if (lifetimeMs > 0 && age >= lifetimeMs) {
          source.skip(chunk, sequence);
          this.#o.count('expired-on-the-way');
          this.#dropped({ origin, incarnation: chunk.incarnation, stream, class: cls, first: sequence, count: 1 }, 'expired');
          continue;
        }
        if (late) this.#o.count('late');
        const id = { origin, incarnation: chunk.incarnation, stream, class: cls, sequence };
        out.push({ id, traffic: chunk.traffic, ageMs: age, lifetimeMs, body, late });
      }
    }
    if (out.length > 0) this.#s.emit({ type: 'deliver', from: origin, entries: out });
  }

  #watch(source: Source): void {
    const since = source.waitingSince;
    if (since === undefined) this.#gapped.delete(source);
    else {
      this.#gapped.add(source);
      this.#by(Millis(since + this.#s.config.reorderMs));
    }
  }

  #noteAck(source: Source, incarnation: Chunk['incarnation'], range: { first: number; count: number }, transmission: number, congested: boolean): void {
    const { ack } = source;
    const last = ack.runs[ack.runs.length - 1];
    if (last && last.incarnation === incarnation && last.first + last.count === range.first) last.count += range.count;
    else ack.runs.push({ incarnation, first: range.first, count: range.count });
    if (transmission > ack.echo) ack.echo = transmission;
    if (congested) ack.sawCongestion = true;
    this.#toAck.add(source);
  }

  #flushDue(now: Millis): void {
    for (const source of this.#toAck) {
      const dueAt = source.ack.sentAt + ackCoalesceMs;
      if (source.class !== 0 && source.origin !== this.#s.self && dueAt > now) this.#by(Millis(dueAt));
      else {
        this.#toAck.delete(source);
        this.#acknowledge(now, source);
      }
    }
  }

  #acknowledge(now: Millis, source: Source): void {
    const { ack } = source;
    const runs = this.#ackRuns(source);
    const { echo, sawCongestion } = ack;
    ack.runs = [];
    ack.echo = 0;
    ack.sawCongestion = false;
    ack.sentAt = now;
    if (source.origin === this.#s.self) return this.#o.ownDelivered(now, source.stream, source.class, runs, echo);
    const pair = this.#o.keys.present(source.origin);
    /** The origin is not known any more: it sends again when it is, and is answered then. */
    if (!pair) return this.#o.count('ack-no-key');
    for (let at = 0; at < runs.length; at += ackRunsMax) {
      const unsigned: Omit<Ack, 'mac'> = {
        kind: kind.ack,
        class: 0,
        hopLimit: this.#s.config.hopLimit,
        congested: false,
        destination: source.origin,
        origin: this.#s.self,
        incarnation: this.#s.incarnation,
        transmission: this.#o.forwarder.nextTransmission(),
        stream: source.stream === 'backend' ? 'backend' : 'node',
        ackedClass: source.class,
        sawCongestion,
        echoTransmission: echo,
        runs: runs.slice(at, at + ackRunsMax),
      };
      this.#o.forwarder.originate(now, { ...unsigned, mac: pair.keys.mac(ackMacInput(unsigned)) });
    }
  }

  /** Each run widened to all that is acknowledged around it, ascending and disjoint: so a lost acknowledgement is made good by the next. */
  #ackRuns(source: Source): { incarnation: Chunk['incarnation']; first: number; count: number }[] {
    const wide = source.ack.runs.map((run) => {
      const around = source.ackedAround(run.incarnation, run.first);
      if (!around) return run;
      const first = Math.min(around.first, run.first);
      return { incarnation: run.incarnation, first, count: Math.min(0xffff_ffff, Math.max(around.first + around.count, run.first + run.count) - first) };
    });
    wide.sort((a, b) => a.incarnation - b.incarnation || a.first - b.first);
    const out: typeof wide = [];
    for (const run of wide) {
      const last = out[out.length - 1];
      if (last && last.incarnation === run.incarnation && run.first <= last.first + last.count) {
        last.count = Math.max(last.first + last.count, run.first + run.count) - last.first;
      } else out.push({ ...run });
    }
    return out;
  }

  #source(arrival: Arrival): Source {
    const key = sourceKey(arrival.origin, arrival.stream, arrival.class);
    let source = this.#sources.get(key);
    if (source) return source;
    if (this.#sources.size >= sourcesMax) {
      for (const [old, idle] of this.#sources) {
        if (!idle.isIdle) continue;
        this.#sources.delete(old);
        break;
      }
    }
    source = new Source(arrival.origin, arrival.stream, arrival.class, arrival.floor, this.#load);
    this.#sources.set(key, source);
    return source;
  }

  #refuse(bundle: Bundle, reason: 'unsealed' | 'forged' | 'stale-incarnation'): void {
    this.#o.count(reason);
    const run = {
      origin: bundle.origin,
      incarnation: bundle.entryIncarnation,
      stream: streamOf(bundle),
      class: bundle.class,
      first: bundle.first,
      count: bundle.count,
    };
    this.#dropped(run, reason);
  }

  #dropped(run: EntryRun, reason: 'unsealed' | 'forged' | 'stale-incarnation' | 'expired'): void {
    this.#s.emit({ type: 'event', event: { kind: 'dropped', run, reason } });
  }

  #by(at: Millis): void {
    if (at < this.wakeAt) this.wakeAt = at;
  }
}

const sourceKey = (origin: NodeId, stream: Stream, cls: TrafficClass): string => `${origin}${cls}${stream}`;

function chunkOf(now: Millis, arrival: Arrival, first: number, entries: readonly PackedEntry[], all: number): Chunk {
  const { incarnation, traffic, transmission, congested, bytes } = arrival;
  return { incarnation, first, entries, traffic, arrivedAt: now, transmission, congested, bytesEach: Math.ceil(bytes / all) };
}
