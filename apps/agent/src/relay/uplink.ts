import { type DeliveredEntry, decodeApplication, type EntryId, type Publish, trafficClasses } from '@energymesh/protocol';
import { generate } from 'mqtt-packet';
import type { Logger } from 'pino';
import type { Clock, Mesh } from '../ports.ts';
import type { BackendSession, PublishResult, SessionDown, SessionUp } from './backend-session.ts';
import { provenanceOf, userProperties, wrap } from './envelope.ts';
import { entryName, runsOf } from './runs.ts';
import { topicNameError } from './topics.ts';

export interface UplinkLimits {
  /** Unacknowledged publishes; fewer where the broker says so (MQTT 5 Receive Maximum). */
  readonly inflightMax: number;
  /** Entries and payload bytes taken from the mesh and not acknowledged yet; what comes beyond is handed back. */
  readonly heldMax: number;
  readonly heldBytesMax: number;
  /** A topic that the broker refuses is left alone for this long, doubling. */
  readonly refusedMsMin: number;
  readonly refusedMsMax: number;
  readonly refusedTopicsMax: number;
}
export const uplinkLimits: UplinkLimits = {
  // As many as the hub's broker takes of one client: with a PUBACK after 300 ms, as from a busy hub, 256 would carry 850 messages/s.
  inflightMax: 1000,
  heldMax: 16_384,
  heldBytesMax: 8 * 1024 * 1024,
  refusedMsMin: 1000,
  refusedMsMax: 60_000,
  refusedTopicsMax: 1024,
};

/** A broker closed the connection on a publish this often, with nothing else under way: the publish is why. */
const strikesMax = 2;

/** MQTT 5 reason codes, used for what is found out here too. */
const packetTooLarge = 0x95;
const unspecified = 0x80;
/** Topic name invalid, packet too large, payload format invalid: it is the message, and sending it again changes nothing. */
const unfitCodes: ReadonlySet<number> = new Set([0x90, packetTooLarge, 0x99]);

/** A message that this backend can never take. */
export interface Unfit {
  readonly id: string;
  readonly topic: string;
  readonly code: number;
  readonly bytes: number;
}

export interface UplinkOptions {
  readonly mesh: Pick<Mesh, 'delivered' | 'undelivered'>;
  readonly session: Pick<BackendSession, 'publish' | 'up'>;
  /** Whether a topic's payloads are wrapped where the broker speaks 3.1.1. */
  readonly envelope: (topic: string) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onRoundTrip: (ms: number) => void;
  readonly onUnfit: (unfit: Unfit) => void;
  readonly limits?: Partial<UplinkLimits>;
}

interface Item {
  readonly entry: DeliveredEntry;
  readonly message: Publish;
  readonly takenAt: number;
}

/**
 * The gateway's way up: entries of any node become publishes at the backend, and its PUBACK their end-to-end acknowledgement.
 *
 * 1. `mesh.delivered` follows the backend's PUBACK, never precedes it; nothing is kept here over a lost connection: the origins have custody.
 * 2. Publishes of one origin and class leave in the order in which the mesh delivered them.
 * 3. A publish that the broker refuses is not delivered. Its topic rests (1 s doubling to 60 s), its entries go back to their origins,
 *    which keep them until they are taken or expire. Only what is unfit in itself is settled, counted and reported; docs/decisions/0008-uplink.md.
 */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #limits: UplinkLimits;
  readonly #queues: readonly Item[][] = trafficClasses.map(() => []);
  readonly #inflight = new Set<Item>();
  readonly #refused = new Map<string, { until: number; delayMs: number; code: number; count: number }>();
  readonly #strikes = new Map<string, number>();
  #settled: EntryId[] = [];
  #returned: EntryId[] = [];
  #flushing = false;
  #held = 0;
  #heldBytes = 0;
  #link: SessionUp | undefined;
  /** Acknowledged something since the connection came up. */
  #answered = false;
  /** Connections in a row that were closed with publishes under way and none acknowledged. */
  #mute = 0;
  readonly #counters = { published: 0, refused: 0, unfit: 0, malformed: 0, returned: 0 };

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#limits = { ...uplinkLimits, ...options.limits };
  }

  counters(): Readonly<Record<'published' | 'refused' | 'unfit' | 'malformed' | 'returned', number>> {
    return { ...this.#counters };
  }
  /** Topics that the broker refuses now. */
  refused(): readonly { readonly topic: string; readonly code: number; readonly count: number }[] {
    return [...this.#refused].map(([topic, { code, count }]) => ({ topic, code, count }));
  }
  /** 0 idle .. 255 full. */
  get load(): number {
    return Math.min(255, Math.round((255 * this.#held) / this.#limits.heldMax));
  }

  deliver(entries: readonly DeliveredEntry[]): void {
    for (const entry of entries) this.#take(entry);
    this.#pump();
    this.#flushSoon();
  }

  onUp(link: SessionUp): void {
    this.#link = link;
    this.#answered = false;
    this.#pump();
  }

  /** The session's `done` callbacks have run before. */
  onDown({ upMs }: SessionDown): void {
    this.#link = undefined;
    if (upMs === undefined) return;
    for (const queue of this.#queues) for (const item of queue.splice(0)) this.#giveBack(item);
    this.#flushSoon();
  }

  #take(entry: DeliveredEntry): void {
    const message = decodeApplication(entry.body);
    if (!('kind' in message) || message.kind !== 'publish' || topicNameError(message.topic)) {
      // No other gateway could do better with these bytes: settled, and counted.
      this.#counters.malformed++;
      this.#settled.push(entry.id);
      return;
    }
    const rests = this.#refused.get(message.topic);
    const full = this.#held >= this.#limits.heldMax || this.#heldBytes + entry.body.byteLength > this.#limits.heldBytesMax;
    if (!this.#options.session.up || full || (rests && rests.until > this.#options.clock.monotonic())) {
      this.#counters.returned++;
      this.#returned.push(entry.id);
      return;
    }
    this.#held++;
    this.#heldBytes += entry.body.byteLength;
    this.#queues[entry.id.class]!.push({ entry, message, takenAt: this.#options.clock.monotonic() });
  }

  #pump(): void {
    const link = this.#link;
    if (!link) return;
    const max = this.#mute >= strikesMax ? 1 : Math.min(this.#limits.inflightMax, link.receiveMaximum);
    for (const queue of this.#queues)
      while (queue.length > 0 && this.#inflight.size < max && this.#link === link) {
        const item = queue.shift()!;
        this.#publish(item, link);
      }
  }

  #publish(item: Item, link: SessionUp): void {
    const { clock, session, envelope } = this.#options;
    const { message, entry } = item;
    const sentAt = clock.monotonic();
    const provenance = provenanceOf(entry, message, entry.ageMs + sentAt - item.takenAt);
    const plain = Buffer.from(message.payload.buffer, message.payload.byteOffset, message.payload.byteLength);
    const payload = link.version === 4 && envelope(message.topic) ? wrap(provenance, message.payload) : plain;
    const contentType = message.properties['content-type'];
    const properties = { userProperties: userProperties(provenance, message.properties), ...(contentType ? { contentType } : {}) };
    const options = { retain: message.retain, ...(link.version === 5 ? { properties } : {}) };
    // The entry's own size bounds the packet's; only near the broker's maximum is it measured.
    const bytesMax = payload.byteLength - message.payload.byteLength + entry.body.byteLength + 400;
    if (bytesMax > link.maximumPacketBytes) {
      const packet = { cmd: 'publish' as const, topic: message.topic, payload, qos: 1 as const, dup: false, messageId: 1, ...options };
      if (generate(packet, { protocolVersion: link.version }).byteLength > link.maximumPacketBytes) {
        this.#refuse(item, packetTooLarge);
        return;
      }
    }
    this.#inflight.add(item);
    session.publish(message.topic, payload, options, (result) => this.#answer(item, result, sentAt));
  }

  #answer(item: Item, result: PublishResult, sentAt: number): void {
    const alone = this.#inflight.size === 1;
    this.#inflight.delete(item);
    if (result.is === 'lost') {
      if (!this.#answered && alone && this.#mute >= strikesMax) this.#strike(item);
      else this.#giveBack(item);
      if (this.#inflight.size === 0 && !this.#answered) this.#mute++;
      this.#flushSoon();
      return;
    }
    this.#answered = true;
    this.#mute = 0;
    if (result.is === 'refused') this.#refuse(item, result.code);
    else {
      this.#options.onRoundTrip(this.#options.clock.monotonic() - sentAt);
      this.#counters.published++;
      this.#refused.delete(item.message.topic);
      this.#strikes.delete(item.message.topic);
      this.#drop(item);
      this.#settled.push(item.entry.id);
    }
    this.#flushSoon();
    this.#pump();
  }

  /** MQTT 3.1.1 cannot refuse a publish but by hanging up. */
  #strike(item: Item): void {
    const { topic } = item.message;
    const strikes = (this.#strikes.get(topic) ?? 0) + 1;
    if (this.#strikes.size < this.#limits.refusedTopicsMax) this.#strikes.set(topic, strikes);
    if (strikes >= strikesMax) this.#refuse(item, unspecified);
    else this.#giveBack(item);
  }

  #refuse(item: Item, code: number): void {
    const { topic } = item.message;
    if (unfitCodes.has(code)) {
      this.#counters.unfit++;
      this.#drop(item);
      this.#settled.push(item.entry.id);
      this.#options.onUnfit({ id: entryName(item.entry.id), topic, code, bytes: item.message.payload.byteLength });
      return;
    }
    this.#counters.refused++;
    const before = this.#refused.get(topic);
    const delayMs = Math.min(this.#limits.refusedMsMax, (before?.delayMs ?? this.#limits.refusedMsMin / 2) * 2);
    if (!before) {
      this.#options.logger.error(
        { topic, code: `0x${code.toString(16)}`, origin: item.entry.id.origin },
        'the backend refuses a topic: its messages stay where they come from',
      );
      if (this.#refused.size >= this.#limits.refusedTopicsMax) {
        const oldest = this.#refused.keys().next();
        if (!oldest.done) this.#refused.delete(oldest.value);
      }
    }
    this.#refused.set(topic, { until: this.#options.clock.monotonic() + delayMs, delayMs, code, count: (before?.count ?? 0) + 1 });
    this.#giveBack(item);
  }

  #giveBack(item: Item): void {
    this.#drop(item);
    this.#counters.returned++;
    this.#returned.push(item.entry.id);
  }

  #drop(item: Item): void {
    this.#held--;
    this.#heldBytes -= item.entry.body.byteLength;
  }

  /** Acknowledgements leave together: one range instead of one message each. */
  #flushSoon(): void {
    if (this.#flushing || this.#settled.length + this.#returned.length === 0) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      const settled = this.#settled;
      const returned = this.#returned;
      this.#settled = [];
      this.#returned = [];
      if (settled.length > 0) this.#options.mesh.delivered(runsOf(settled));
      if (returned.length > 0) this.#options.mesh.undelivered(runsOf(returned), this.#options.session.up ? 'refused' : 'backend-away');
    });
  }
}
