import type { NodeId, Traffic } from '../ids.ts';
import type { Channel, DropReason, EntryRun, Floor, NeighbourView } from '../io.ts';
import type { LinkView, RouteView, Surroundings } from '../parts.ts';
import { type Millis, never } from '../units.ts';
import { encode, patchHop } from '../wire/index.ts';
import { type Ack, type Bundle, type Credit, type Drop, dropCode, kind } from '../wire/messages.ts';
import { CreditReceiver, CreditSender } from './credits.ts';
import { Fifo } from './fifo.ts';
import { CarriedLedger } from './ledger.ts';
import { type Cargo, type Parcel, parcelOf, settled } from './parcel.ts';
import { LinkQueues } from './queues.ts';
import { SeenTransmissions } from './seen.ts';

/** docs/protocol.md §7.5: a third sight of one transmission ends a loop; a repeat alone never does. */
const sightsMax = 2;
const seenSize = 16_384;

export type Local = (now: Millis, message: Bundle | Ack | Drop, from: NodeId) => void;
type DropCode = Drop['reason'];

const reasons: Readonly<Record<DropCode, DropReason>> = {
  [dropCode.noRoute]: 'no-route',
  [dropCode.hopLimit]: 'hop-limit',
  [dropCode.loop]: 'loop',
  [dropCode.queueFull]: 'queue-full',
  [dropCode.noCredit]: 'no-credit',
  [dropCode.receiverFull]: 'receiver-full',
  [dropCode.noKey]: 'no-key',
};

interface Link {
  readonly node: NodeId;
  readonly queues: LinkQueues;
  readonly sending: Readonly<Record<Channel, CreditSender>>;
  readonly receiving: Readonly<Record<Channel, CreditReceiver>>;
}

interface Routeless {
  readonly parcel: Parcel;
  readonly until: Millis;
}

export interface ForwarderOptions {
  readonly surroundings: Surroundings;
  readonly links: LinkView;
  readonly routes: RouteView;
  /** Frames whose destination is this node, and drop notices about its own bundles that were dropped here. Must not send at once about the latter. */
  readonly local: Local;
  /** A bundle came over a link, before it goes on or is opened. */
  readonly took?: (now: Millis, from: NodeId, bundle: Bundle) => void;
  /** These reached the next hop: each entry once. */
  readonly carried?: (now: Millis, run: EntryRun, of: Traffic, next: NodeId | 'backend') => void;
}

/** Takes frames one hop further: docs/protocol.md §7. Bytes are patched in place and sent on as they came. */
export class Forwarder {
  readonly counters: Record<string, number> = {};
  readonly #s: Surroundings;
  readonly #linkView: LinkView;
  readonly #routes: RouteView;
  readonly #local: Local;
  readonly #tookBundle: ForwarderOptions['took'];
  readonly #carriedRun: ForwarderOptions['carried'];
  readonly #links = new Map<NodeId, Link>();
  readonly #seen: SeenTransmissions;
  readonly #ledger = new CarriedLedger();
  readonly #routeless = new Fifo<Routeless>();
  #routelessBytes = 0;
  #transmission = 0;
  #wakeAt: Millis = never;

  constructor(options: ForwarderOptions) {
    this.#s = options.surroundings;
    this.#linkView = options.links;
    this.#routes = options.routes;
    this.#local = options.local;
    this.#tookBundle = options.took;
    this.#carriedRun = options.carried;
    this.#seen = new SeenTransmissions(seenSize, Math.floor(options.surroundings.ports.random.next() * 0x1_0000_0000));
  }

  /** Both connections of a link are up, their figures start at zero. */
  addLink(now: Millis, node: NodeId): void {
    this.removeLink(now, node);
    const { config } = this.#s;
    this.#links.set(node, {
      node,
      queues: new LinkQueues(config),
      sending: { urgent: new CreditSender('urgent', config), bulk: new CreditSender('bulk', config) },
      receiving: { urgent: new CreditReceiver('urgent', config), bulk: new CreditReceiver('bulk', config) },
    });
    this.#retryRouteless(now);
  }

  /** What still waited for the link is routed anew; what was sent and not receipted is the origin's to send again. */
  removeLink(now: Millis, node: NodeId): void {
    const link = this.#links.get(node);
    if (!link) return;
    this.#links.delete(node);
    for (const parcel of link.queues.drain()) this.#route(now, parcel, this.#routeDeadline(now));
  }

  /** `bytes` is the whole frame; it is changed in place and kept, so the caller must not reuse it. */
  onFrame(now: Millis, from: NodeId, channel: Channel, message: Bundle | Ack | Drop | Credit, bytes: Uint8Array): void {
    const link = this.#links.get(from);
    if (!link) return this.#count('frame-without-link');
    if (message.kind === kind.credit) return this.#onCredit(now, link, message);
    if (message.kind === kind.bundle) {
      this.#took(now, link, channel, message, bytes.byteLength);
      this.#tookBundle?.(now, from, message);
    }
    if (message.destination === this.#s.self) return this.#local(now, message, from);
    const parcel = parcelOf(message, bytes);
    if (message.hopLimit <= 1) return this.#drop(now, parcel, dropCode.hopLimit);
    if (this.#seen.sight(message.origin, message.incarnation, message.transmission) > sightsMax) return this.#drop(now, parcel, dropCode.loop);
    patchHop(bytes, message.hopLimit - 1);
    this.#count('relayed');
    this.#route(now, parcel, this.#routeDeadline(now));
  }

  /** Sends a message of this node's own. */
  originate(now: Millis, message: Bundle | Ack | Drop): void {
    if (message.destination === this.#s.self) return this.#local(now, message, this.#s.self);
    this.#route(now, parcelOf(message, encode(message)), this.#routeDeadline(now));
  }

  /** Numbers every frame that this node originates: never twice within an incarnation. docs/protocol.md §6.1 */
  nextTransmission(): number {
    return ++this.#transmission;
  }

  onRoutesChanged(now: Millis): void {
    this.#retryRouteless(now);
  }

  /** Counts entries as carried that reached `next`, once per entry id and node. docs/protocol.md §8.8 */
  carried(now: Millis, cargo: Omit<Cargo, 'floor'> & { readonly floor: Floor | undefined }, next: NodeId | 'backend'): void {
    for (const run of this.#ledger.count(now, cargo.run, cargo.floor)) {
      const bytes = Math.round((cargo.bytes * run.count) / cargo.run.count);
      this.#count('carried', run.count);
      this.#s.emit({ type: 'carried', run, traffic: cargo.traffic, bytes, next, own: run.origin === this.#s.self });
      this.#carriedRun?.(now, run, cargo.traffic, next);
    }
  }

  /** Tells the origin of a bundle that it goes no further from here. */
  notice(now: Millis, about: Pick<Parcel, 'origin' | 'transmission'>, reason: DropCode): void {
    const { self, incarnation, config } = this.#s;
    const notice: Drop = {
      kind: kind.drop,
      class: 0,
      hopLimit: config.hopLimit,
      congested: false,
      destination: about.origin,
      origin: self,
      incarnation,
      transmission: this.nextTransmission(),
      reason,
      droppedTransmission: about.transmission,
    };
    this.originate(now, notice);
  }

  /** Never later than what is due; may be earlier. */
  get wakeAt(): Millis {
    return this.#wakeAt;
  }

  #by(at: number): void {
    if (at < this.#wakeAt) this.#wakeAt = at as Millis;
  }

  #nextWake(): Millis {
    let at: number = this.#routeless.peek()?.until ?? never;
    for (const { queues, receiving } of this.#links.values()) {
      at = Math.min(at, receiving.urgent.dueAt, receiving.bulk.dueAt, queues.starvesAt(this.#s.config.creditWaitMsMax));
    }
    return at as Millis;
  }

  wake(now: Millis): void {
    if (now < this.#wakeAt) return;
    for (const link of this.#links.values()) {
      if (link.receiving.urgent.dueAt <= now) this.#report(link, 'urgent');
      if (link.receiving.bulk.dueAt <= now) this.#report(link, 'bulk');
      this.#pump(now, link);
      for (const parcel of link.queues.starved(now, this.#s.config.creditWaitMsMax)) this.#drop(now, parcel, dropCode.noCredit);
    }
    for (let head = this.#routeless.peek(); head && head.until <= now; head = this.#routeless.peek()) {
      this.#routeless.shift();
      this.#routelessBytes -= head.parcel.bytes.byteLength;
      this.#drop(now, head.parcel, dropCode.noRoute);
    }
    this.#wakeAt = this.#nextWake();
  }

  queues(node: NodeId): NeighbourView['queues'] {
    return this.#links.get(node)?.queues.view() ?? [];
  }

  #routeDeadline(now: Millis): Millis {
    return (now + this.#s.config.routeWaitMs) as Millis;
  }

  /** To the next hop, or into the wait for a route: a table that is being recomputed must not cost a frame. docs/protocol.md §7.6 */
  #route(now: Millis, parcel: Parcel, until: Millis): void {
    const hop = this.#routes.nextHop(parcel.destination);
    const link = hop && this.#links.get(hop);
    if (!link) return this.#await(now, parcel, until);
    if (!parcel.cargo) {
      /** Acknowledgements and notices are small, and free custody elsewhere: they pass the queue. */
      if (!this.#linkView.send(link.node, 'urgent', parcel.bytes)) this.#await(now, parcel, until);
      return;
    }
    const channel = parcel.class === 0 ? 'urgent' : 'bulk';
    const queueIsEmpty = channel === 'urgent' ? link.queues.isEmpty(0) : link.queues.bulkIsEmpty;
    if (queueIsEmpty && link.sending[channel].maySend(parcel.bytes.byteLength)) {
      this.#send(now, link, channel, parcel);
      return;
    }
    if (!link.queues.push(now, parcel)) return this.#drop(now, parcel, dropCode.queueFull);
    this.#by(now + this.#s.config.creditWaitMsMax);
    this.#pump(now, link);
  }

  #await(now: Millis, parcel: Parcel, until: Millis): void {
    if (until <= now || this.#routelessBytes + parcel.bytes.byteLength > this.#s.config.queueBytesMax) return this.#drop(now, parcel, dropCode.noRoute);
    this.#routeless.push({ parcel: settled(parcel), until });
    this.#by(until);
    this.#routelessBytes += parcel.bytes.byteLength;
  }

  #retryRouteless(now: Millis): void {
    const waiting = this.#routeless.drain();
    this.#routelessBytes = 0;
    for (const { parcel, until } of waiting) this.#route(now, parcel, until);
  }

  #pump(now: Millis, link: Link): void {
    const { queues, sending } = link;
    for (let p = queues.shiftUrgent(now, sending.urgent.maySend); p; p = queues.shiftUrgent(now, sending.urgent.maySend)) {
      if (!this.#send(now, link, 'urgent', p)) return;
    }
    for (let p = queues.shiftBulk(now, sending.bulk.maySend); p; p = queues.shiftBulk(now, sending.bulk.maySend)) {
      if (!this.#send(now, link, 'bulk', p)) return;
    }
  }

  /** False when the link turned out to be down: `removeLink` is about to come, till then nothing more is tried. */
  #send(now: Millis, link: Link, channel: Channel, parcel: Parcel): boolean {
    if (!this.#linkView.send(link.node, channel, parcel.bytes)) {
      this.#await(now, parcel, this.#routeDeadline(now));
      return false;
    }
    link.sending[channel].sent(parcel.cargo!, parcel.bytes.byteLength);
    if (parcel.class === 0) this.#linkView.touch(now, link.node);
    return true;
  }

  #took(now: Millis, link: Link, channel: Channel, bundle: Bundle, bytes: number): void {
    if (bundle.class === 0) this.#linkView.touch(now, link.node);
    const receiving = link.receiving[channel];
    if (!receiving.took(now, bytes, this.#linkView.bytesPerSecond(link.node))) this.#count('credit-overrun');
    if (receiving.dueAt <= now) this.#report(link, channel);
    else this.#by(receiving.dueAt);
  }

  /** Credits always go by the urgent connection, where no bulk of the other direction holds them up. */
  #report(link: Link, channel: Channel): void {
    this.#linkView.send(link.node, 'urgent', encode(link.receiving[channel].report()));
  }

  #onCredit(now: Millis, link: Link, credit: Credit): void {
    const counted = link.sending[credit.channel].receipt(credit, (cargo) => this.carried(now, cargo, link.node));
    if (!counted) this.#count('credit-false');
    this.#pump(now, link);
  }

  #drop(now: Millis, parcel: Parcel, reason: DropCode): void {
    this.#count(`drop-${reasons[reason]}`);
    if (!parcel.cargo) return this.#count('notice-lost');
    this.#s.emit({ type: 'event', event: { kind: 'dropped', run: parcel.cargo.run, reason: reasons[reason] } });
    if (parcel.origin === this.#s.self && parcel.incarnation !== this.#s.incarnation) return;
    this.notice(now, parcel, reason);
  }

  #count(name: string, by = 1): void {
    this.counters[name] = (this.counters[name] ?? 0) + by;
  }
}
