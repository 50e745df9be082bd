import type { Forwarder } from '../forwarding/forwarder.ts';
import type { Incarnation, NodeId, Stream, TrafficClass } from '../ids.ts';
import type { EntryRun, Floor, Submission } from '../io.ts';
import type { RouteView, Surroundings } from '../parts.ts';
import type { PairKeys } from '../ports.ts';
import { type Millis, never } from '../units.ts';
import { ackMacInput, associatedData, nonceOf, packEntries } from '../wire/index.ts';
import { type Ack, type Bundle, type BundleHeader, type Drop, dropCode, kind, type PackedEntry } from '../wire/messages.ts';
import type { Batch } from './batch.ts';
import type { KeyRing } from './keyring.ts';
import { type Budget, Lane } from './lane.ts';
import { Peer } from './peer.ts';

/** Lanes and destinations kept; at the bound idle ones give way, and without one that is idle a submission is expelled as full. */
const lanesMax = 8192;
const peersMax = 2048;
/** The share of `sendBufferBytesMax`, the bound of one lane, that all lanes together may hold. */
const budgetLanes = 4;
/** Bundles of a class per round while the lanes of one destination share its window; class 0 goes first as long as it has any. */
const turns = [Number.POSITIVE_INFINITY, 4, 2, 1] as const;
/** First wait after a drop notice, doubling with each round of notices without progress: a notice is not authenticated, so it must not make a storm. */
const dropWaitMs: Readonly<Record<Drop['reason'], number>> = {
  [dropCode.noRoute]: 100,
  [dropCode.hopLimit]: 100,
  [dropCode.loop]: 100,
  [dropCode.queueFull]: 50,
  [dropCode.noCredit]: 50,
  [dropCode.receiverFull]: 100,
  [dropCode.noKey]: 200,
};
const dropWaitMsMax = 5000;

/** A bundle of this node's own for this node itself (a gateway's own devices). */
export interface OwnBundle {
  readonly stream: Stream;
  readonly class: TrafficClass;
  readonly batch: Batch;
  readonly floor: Floor;
  readonly transmission: number;
  readonly entries: readonly PackedEntry[];
}

export interface SenderOptions {
  readonly surroundings: Surroundings;
  readonly routes: RouteView;
  readonly forwarder: Forwarder;
  readonly keys: KeyRing;
  readonly count: (name: string, by?: number) => void;
  /** Hands a bundle to this node's own receiver. False when it has no room. */
  readonly deliverOwn: (now: Millis, bundle: OwnBundle) => boolean;
}

/** The origin's side of custody: docs/protocol.md §8. Holds entries till they are acknowledged end to end or expired. */
export class Sender {
  readonly #o: SenderOptions;
  readonly #s: Surroundings;
  /** By stream, then by class. */
  readonly #lanes = new Map<Stream, (Lane | undefined)[]>();
  #laneCount = 0;
  readonly #budget: Budget;
  readonly #wanting = new Set<Lane>();
  /** Those that hold entries. */
  readonly #active = new Set<Lane>();
  readonly #peers = new Map<NodeId, Peer>();
  readonly #flights = new Map<number, Lane>();
  /** Never later than what is due; may be earlier. */
  wakeAt: Millis = never;

  constructor(options: SenderOptions) {
    this.#o = options;
    this.#s = options.surroundings;
    this.#budget = { bytes: 0, bytesMax: options.surroundings.config.sendBufferBytesMax * budgetLanes };
  }

  submit(now: Millis, submission: Submission): void {
    if (submission.body.byteLength > this.#s.config.entryBytesMax) return this.#expel(submission, 'too-big');
    const lane = this.#lane(submission.stream, submission.class);
    const verdict = lane ? lane.offer(now, submission) : 'full';
    if (lane?.wantsRoom) this.#wanting.add(lane);
    if (!lane || verdict !== 'taken') return this.#expel(submission, verdict === 'taken' ? 'full' : verdict);
    this.#active.add(lane);
    this.#by(lane.expiryAt);
    this.#pump(now, lane);
  }

  declare(now: Millis, stream: Stream, cls: TrafficClass, floor: Floor): void {
    const lane = this.#lane(stream, cls);
    if (!lane) return;
    lane.declare(floor);
    this.#offerRoom();
    this.#pump(now, lane);
  }

  room(stream: Stream, cls: TrafficClass): number {
    return this.#lanes.get(stream)?.[cls]?.room ?? this.#s.config.sendBufferEntriesMax;
  }

  /** docs/protocol.md §8.4: only what the MAC proves to come from the node that the entries were sent to. */
  onAck(now: Millis, ack: Ack): void {
    const keys = this.#o.keys.of(ack.origin, ack.incarnation);
    if (!keys) return this.#o.count('ack-no-key');
    if (!isEqual(keys.mac(ackMacInput(ack)), ack.mac)) return this.#o.count('forged-ack');
    const lane = this.#lanes.get(ack.stream === 'backend' ? 'backend' : ack.origin)?.[ack.ackedClass];
    if (!lane) return this.#o.count('ack-unasked');
    this.#acknowledge(now, lane, ack.origin, ack.runs, ack.echoTransmission, ack.sawCongestion);
  }

  /** This node's own receiver is done with entries of its own: no frame, the same rules. */
  onOwnDelivered(now: Millis, stream: Stream, cls: TrafficClass, runs: Ack['runs'], echoTransmission: number): void {
    const lane = this.#lanes.get(stream)?.[cls];
    if (lane) this.#acknowledge(now, lane, this.#s.self, runs, echoTransmission, false);
  }

  /** docs/protocol.md §8.6: a notice hastens a retransmission, no more. */
  onDrop(now: Millis, droppedTransmission: number, reason: Drop['reason']): void {
    const lane = this.#flights.get(droppedTransmission);
    const batch = lane?.flights.get(droppedTransmission);
    if (!lane || !batch) return this.#o.count('drop-unknown');
    this.#o.count('drop-notices');
    if (reason === dropCode.queueFull || reason === dropCode.noCredit || reason === dropCode.receiverFull) lane.peer?.decrease(now);
    if (now >= lane.dropsUntil) {
      lane.dropsUntil = (now + Math.min(dropWaitMsMax, dropWaitMs[reason] * 2 ** Math.min(lane.drops, 10))) as Millis;
      lane.drops++;
    }
    this.#recall(lane, batch, lane.dropsUntil);
    this.#by(lane.dropsUntil);
  }

  /** docs/protocol.md §8.5: what was sent over an edge that vanished, or for keys or a gateway that are no more, is sent again at once. */
  onRoutesChanged(now: Millis): void {
    const { routes } = this.#o;
    for (const peer of this.#peers.values()) {
      const path = routes.pathTo(peer.node);
      const costMs = routes.costMs(peer.node);
      const moved = path.length !== peer.path.length || path.some((node, i) => node !== peer.path[i]);
      /** A cheaper path leaves the old one standing; a dearer or missing one says that an edge of it went. */
      const broken = moved && (costMs === undefined || peer.costMs === undefined || costMs >= peer.costMs);
      const incarnation = routes.agreement(peer.node)?.incarnation;
      const reborn = peer.incarnation !== undefined && incarnation !== undefined && incarnation !== peer.incarnation;
      peer.path = path;
      peer.costMs = costMs;
      if (peer.node === this.#s.self) continue;
      if (reborn) peer.incarnation = incarnation;
      for (const lane of peer.lanes) {
        if (broken || reborn) this.#recallAll(now, lane);
        if (moved || reborn) lane.hasten(now);
      }
    }
    const gateway = routes.gateway();
    const offering = new Set(routes.gateways().map((g) => g.node));
    for (const lane of this.#active) {
      const { peer } = lane;
      if (lane.stream === 'backend' && peer && gateway !== peer.node && !offering.has(peer.node)) {
        this.#recallAll(now, lane);
        lane.hasten(now);
      }
    }
    this.#pumpAll(now, this.#active);
  }

  wake(now: Millis): void {
    if (now < this.wakeAt) return;
    this.wakeAt = never;
    for (const lane of this.#active) {
      const expired = lane.expire(now, (t, batch) => this.#landed(lane, t, batch));
      if (expired.length > 0) {
        this.#o.count('expired', entriesIn(expired));
        this.#s.emit({ type: 'expired', runs: expired });
        this.#offerRoom();
      }
      if (this.#timeoutAt(lane) <= now) this.#timeout(now, lane);
    }
    this.#pumpAll(now, this.#active);
    for (const lane of this.#active) {
      if (lane.entries === 0) this.#active.delete(lane);
      else this.#by(Math.min(lane.expiryAt, this.#timeoutAt(lane)) as Millis);
    }
  }

  #acknowledge(now: Millis, lane: Lane, by: NodeId, ranges: Ack['runs'], echo: number, sawCongestion: boolean): void {
    const flight = lane.flights.get(echo);
    const rttMs = flight?.state.at === 'flight' && lane.peer?.node === by ? now - flight.state.sentAt : undefined;
    const inFlightBefore = lane.peer?.inFlight ?? 0;
    let landedBytes = 0;
    const runs: EntryRun[] = [];
    for (const range of ranges) {
      const settled = lane.acknowledge(by, range.incarnation, range.first, range.count, (t, batch) => {
        landedBytes += batch.bytes;
        this.#landed(lane, t, batch);
      });
      runs.push(...settled);
    }
    if (rttMs !== undefined) lane.srttMs = lane.srttMs === 0 ? rttMs : lane.srttMs + (rttMs - lane.srttMs) / 8;
    if (lane.peer?.node === by) lane.peer.acknowledged(now, landedBytes, inFlightBefore, sawCongestion, rttMs);
    if (runs.length === 0) return;
    lane.timeouts = 0;
    lane.drops = 0;
    lane.progressAt = now;
    this.#s.emit({ type: 'released', runs, by, rttMs: rttMs ?? lane.srttMs });
    this.#offerRoom();
    this.#pumpAll(now, lane.peer?.lanes ?? [lane]);
  }

  #offerRoom(): void {
    for (const lane of this.#wanting) {
      if (!lane.takeRoom()) continue;
      this.#wanting.delete(lane);
      this.#s.emit({ type: 'room', stream: lane.stream, class: lane.class });
    }
  }

  #landed(lane: Lane, transmission: number, batch: Batch): void {
    this.#flights.delete(transmission);
    if (lane.peer) lane.peer.inFlight -= batch.bytes;
  }

  #recall(lane: Lane, batch: Batch, notBefore: Millis): void {
    if (batch.state.at !== 'flight') return;
    this.#landed(lane, batch.state.transmission, batch);
    lane.recall(batch, notBefore);
  }

  #recallAll(now: Millis, lane: Lane): void {
    for (const batch of [...lane.flights.values()]) this.#recall(lane, batch, now);
  }

  /** max(1 s, 4 x rtt), doubling; anew with every progress, but not for ever while only others progress. docs/protocol.md §8.5 */
  #timeoutAt(lane: Lane): Millis {
    const oldest = lane.flights.values().next().value;
    if (oldest?.state.at !== 'flight' || lane.peer?.node === this.#s.self) return never;
    const { retransmitMsMin, retransmitMsMax, reorderMs } = this.#s.config;
    const waitMs = Math.min(retransmitMsMax, Math.max(retransmitMsMin, 4 * lane.srttMs) * 2 ** Math.min(lane.timeouts, 16));
    const { sentAt } = oldest.state;
    return Math.min(Math.max(sentAt, lane.progressAt) + waitMs, sentAt + 2 * waitMs + reorderMs) as Millis;
  }

  /** Nothing came back: all counts as lost, and one bundle asks whether the way is open again. */
  #timeout(now: Millis, lane: Lane): void {
    this.#o.count('timeouts');
    lane.timeouts++;
    lane.peer?.decrease(now, 0.5);
    this.#recallAll(now, lane);
  }

  /** The lane's destination as chosen now. A lane changes it only with nothing in flight: new entries wait for the old ones. docs/protocol.md §8.9 */
  #destination(lane: Lane): Peer | undefined {
    const node = lane.stream === 'backend' ? this.#o.routes.gateway() : lane.stream;
    if (node === undefined) return undefined;
    if (lane.peer?.node === node) return lane.peer;
    if (lane.flights.size > 0) return undefined;
    lane.peer?.lanes.delete(lane);
    lane.peer = this.#peer(node);
    lane.peer.lanes.add(lane);
    lane.srttMs = 0;
    lane.timeouts = 0;
    return lane.peer;
  }

  #pumpAll(now: Millis, lanes: Iterable<Lane>): void {
    const ordered = [...lanes].filter((lane) => lane.entries > 0).sort((a, b) => a.class - b.class);
    for (let busy = ordered.length > 0; busy; ) {
      busy = false;
      for (const lane of ordered) {
        for (let i = 0; i < turns[lane.class] && this.#sendOne(now, lane); i++) busy = true;
      }
    }
  }

  #pump(now: Millis, lane: Lane): void {
    while (this.#sendOne(now, lane));
  }

  /** What was sent before goes first, and while it waits nothing newer passes it. */
  #sendOne(now: Millis, lane: Lane): boolean {
    if (lane.entries === 0) return false;
    const peer = this.#destination(lane);
    if (!peer || (lane.timeouts > 0 && lane.flights.size > 0)) return false;
    const isOwn = peer.node === this.#s.self;
    const again = lane.firstAgain();
    const readyAt = again ? notBefore(again) : lane.readyAt(now, isOwn ? 0 : this.#s.config.bundleLingerMs);
    if (readyAt > now) {
      this.#by(readyAt);
      return false;
    }
    if (!peer.maySend(again ? again.bytes : lane.cutBytes, lane.class)) return false;
    if (isOwn) this.#sendOwn(now, lane, peer, again ?? lane.cut(now));
    else {
      const held = this.#o.routes.nextHop(peer.node) && this.#o.keys.present(peer.node);
      if (!held) return false;
      if (this.#isReborn(now, peer, held.incarnation)) return true;
      const batch = again ?? lane.cut(now);
      const transmission = this.#fly(now, lane, peer, batch);
      this.#by(this.#timeoutAt(lane));
      this.#o.forwarder.originate(now, this.#seal(lane, peer, batch, transmission, held.keys));
    }
    return true;
  }

  /** A key of another incarnation than was sealed for says that what is in flight will not be opened: it goes again, before anything else. */
  #isReborn(now: Millis, peer: Peer, incarnation: Incarnation): boolean {
    const before = peer.incarnation;
    peer.incarnation = incarnation;
    if (before === undefined || before === incarnation) return false;
    for (const lane of peer.lanes) this.#recallAll(now, lane);
    return true;
  }

  #by(at: Millis): void {
    if (at < this.wakeAt) this.wakeAt = at;
  }

  #fly(now: Millis, lane: Lane, peer: Peer, batch: Batch): number {
    if (batch.sentTo.length > 0) this.#o.count('retransmitted', batch.unsettled);
    for (const entry of batch.entries) entry.ageMs = Math.max(0, now - entry.bornAt);
    const transmission = this.#o.forwarder.nextTransmission();
    lane.fly(now, batch, transmission, peer.node);
    this.#flights.set(transmission, lane);
    peer.inFlight += batch.bytes;
    return transmission;
  }

  #sendOwn(now: Millis, lane: Lane, peer: Peer, batch: Batch): void {
    const transmission = this.#fly(now, lane, peer, batch);
    const own = { stream: lane.stream, class: lane.class, batch, floor: lane.floorToSend(), transmission, entries: batch.entries };
    if (!this.#o.deliverOwn(now, own)) this.onDrop(now, transmission, dropCode.receiverFull);
  }

  #seal(lane: Lane, peer: Peer, batch: Batch, transmission: number, keys: PairKeys): Bundle {
    const packed = packEntries(batch.entries);
    const deflated = this.#s.ports.compression?.deflate(packed);
    const isSmaller = deflated !== undefined && deflated.byteLength < packed.byteLength;
    const header: BundleHeader = {
      kind: kind.bundle,
      class: lane.class,
      hopLimit: this.#s.config.hopLimit,
      congested: false,
      destination: peer.node,
      origin: this.#s.self,
      incarnation: this.#s.incarnation,
      transmission,
      encoding: { deflate: isSmaller, sealed: true },
      traffic: batch.traffic,
      stream: lane.stream === 'backend' ? 'backend' : 'node',
      entryIncarnation: batch.incarnation,
      first: batch.first,
      count: batch.entries.length,
      floor: lane.floorToSend(),
    };
    return { ...header, payload: keys.seal(nonceOf(header), associatedData(header), isSmaller ? deflated : packed) };
  }

  #expel(submission: Submission, reason: 'full' | 'too-big' | 'out-of-order'): void {
    const { stream, class: cls, incarnation, sequence } = submission;
    this.#o.count(`expelled-${reason}`);
    this.#s.emit({ type: 'expelled', run: { origin: this.#s.self, incarnation, stream, class: cls, first: sequence, count: 1 }, reason });
  }

  #lane(stream: Stream, cls: TrafficClass): Lane | undefined {
    const known = this.#lanes.get(stream);
    if (known?.[cls]) return known[cls];
    if (this.#laneCount >= lanesMax && !this.#forgetIdleStream()) return undefined;
    const lane = new Lane(this.#s.self, stream, cls, this.#s.config, this.#budget);
    this.#laneCount++;
    const lanes = this.#lanes.get(stream) ?? [];
    lanes[cls] = lane;
    this.#lanes.set(stream, lanes);
    return lane;
  }

  #forgetIdleStream(): boolean {
    for (const [stream, lanes] of this.#lanes) {
      const all = lanes.filter((lane) => lane !== undefined);
      if (all.some((lane) => lane.entries > 0 || lane.wantsRoom)) continue;
      this.#lanes.delete(stream);
      this.#laneCount -= all.length;
      for (const lane of all) {
        lane.peer?.lanes.delete(lane);
        this.#active.delete(lane);
      }
      return true;
    }
    return false;
  }

  #peer(node: NodeId): Peer {
    let peer = this.#peers.get(node);
    if (peer) return peer;
    if (this.#peers.size >= peersMax) {
      const idle = [...this.#peers.values()].find((p) => p.inFlight === 0 && [...p.lanes].every((l) => l.entries === 0));
      if (idle) this.#forget(idle);
    }
    peer = new Peer(node, this.#s.config);
    peer.path = this.#o.routes.pathTo(node);
    peer.costMs = this.#o.routes.costMs(node);
    this.#peers.set(node, peer);
    return peer;
  }

  #forget(peer: Peer): void {
    this.#peers.delete(peer.node);
    for (const lane of peer.lanes) lane.peer = undefined;
  }
}

const notBefore = (batch: Batch): Millis => (batch.state.at === 'again' ? batch.state.notBefore : never);
const entriesIn = (runs: readonly EntryRun[]): number => runs.reduce((sum, run) => sum + run.count, 0);

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.byteLength ^ b.byteLength;
  for (let i = 0; i < a.byteLength; i++) difference |= a[i]! ^ (b[i] ?? 0);
  return difference === 0;
}
