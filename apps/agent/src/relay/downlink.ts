import { hash } from 'node:crypto';
import { type Attach, type Detach, encodeApplication, type NodeId, traffic, transferOverheadBytes, unfitForPublish } from '@energymesh/protocol';
import type { Logger } from 'pino';
import type { Clock } from '../ports.ts';
import type { BackendMessage, BackendSession, SessionDown, SessionUp } from './backend-session.ts';
import type { TopicMap } from './classify.ts';
import { commandHead, commandLifetimeMs } from './command.ts';
import type { Courier } from './courier.ts';
import { originOf } from './envelope.ts';
import { LeaseTable } from './lease.ts';
import type { CommandReport } from './reports.ts';
import type { ToldTopics } from './told.ts';
import { matches } from './topics.ts';

export type SessionHandlers = {
  readonly onUp: (up: SessionUp) => void;
  readonly onDown: (down: SessionDown) => void;
  readonly onMessage: (message: BackendMessage, acknowledge: () => void) => void;
};
type Session = Pick<BackendSession, 'start' | 'subscribe' | 'unsubscribe' | 'close'>;

export interface DownlinkOptions {
  readonly self: NodeId;
  /** This node's own session, which publishes too: it is never closed here. */
  readonly own: Pick<BackendSession, 'subscribe' | 'unsubscribe'>;
  readonly openSession: (node: NodeId, handlers: SessionHandlers) => Session;
  readonly courier: Pick<Courier, 'send'>;
  readonly topics: TopicMap;
  readonly told: ToldTopics;
  /** Where the hub keeps the newest community document, retained. */
  readonly documentTopic: string;
  readonly onDocument: (document: Uint8Array) => void;
  readonly report: (report: CommandReport) => void;
  readonly clock: Clock;
  readonly wallTrusted: () => boolean;
  readonly logger: Logger;
  readonly entryBytesMax: number;
}

interface Holder {
  readonly node: NodeId;
  readonly session: Pick<BackendSession, 'subscribe' | 'unsubscribe'> & Partial<Session>;
  filters: readonly string[];
  /** By packet id: on their way to the node, the broker not acknowledged. */
  readonly pending: Map<number, { readonly print: string; acknowledge: () => void }>;
  briefly: number;
}

/** A session that stood shorter than this was taken from us: where the broker cannot say so (3.1.1), three in a row do. */
const briefMs = 5000;
const brieflyMax = 3;
const lapseEveryMs = 5000;
const resendMs = 1000;

/**
 * The gateway's way down: holds the backend sessions of the nodes that lease it, and hands what the backend publishes to the node.
 *
 * 1. The broker's PUBACK follows the node's durable acknowledgement. Until then the broker has custody, and this gateway may die for good.
 * 2. A command that comes with RETAIN, or past its deadline, goes no further: acknowledged and reported.
 * 3. Everything that goes down expires; what expired is acknowledged and reported.
 */
export class Downlink {
  readonly #options: DownlinkOptions;
  readonly #leases: LeaseTable;
  readonly #holders = new Map<NodeId, Holder>();
  readonly #own: Holder;
  #cancel: () => void = () => {};
  #closed = false;
  readonly #counters = { commands: 0, retained: 0, unmapped: 0, echoes: 0, expired: 0, refusedFilters: 0, lapsed: 0, takenOver: 0, staleAttaches: 0 };

  constructor(options: DownlinkOptions) {
    this.#options = options;
    this.#leases = new LeaseTable(options.clock);
    this.#own = { node: options.self, session: options.own, filters: [], pending: new Map(), briefly: 0 };
    this.#subscribe(this.#own);
    this.#watch();
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters, leases: this.#leases.all().length };
  }

  /** A node's word about its session, out of the mesh. */
  onLease(from: NodeId, message: Attach | Detach): void {
    if (message.kind === 'detach') {
      if (this.#leases.detach(from, message.counter) && from !== this.#options.self) this.#release(from);
      return;
    }
    // Of what is told to nodes each may hear its own.
    const { topics, told } = this.#options;
    const filters = message.filters.filter((filter) => told.mayHear(from, filter) || topics.mayAsk(filter));
    this.#counters.refusedFilters += message.filters.length - filters.length;
    const outcome = this.#leases.attach(from, message.counter, message.leaseSeconds, filters);
    if (outcome !== 'held') {
      this.#counters.staleAttaches++;
      if (outcome === 'full') this.#options.logger.warn({ node: from }, 'no more leases: this gateway holds as many sessions as it may');
      return;
    }
    const holder = from === this.#options.self ? this.#own : (this.#holders.get(from) ?? this.#hold(from));
    holder.filters = filters;
    this.#subscribe(holder);
  }

  /** Of this node's own session. */
  onOwnMessage(message: BackendMessage, acknowledge: () => void): void {
    if (message.topic === this.#options.documentTopic) {
      this.#options.onDocument(message.payload);
      acknowledge();
    } else this.#onMessage(this.#own, message, acknowledge);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    const holders = [...this.#holders.values()];
    this.#holders.clear();
    await Promise.all(holders.map(({ session }) => session.close?.()));
  }

  #hold(node: NodeId): Holder {
    const session = this.#options.openSession(node, {
      onUp: () => {},
      onDown: (down) => this.#onDown(node, down),
      onMessage: (message, acknowledge) => this.#onMessage(holder, message, acknowledge),
    });
    const holder: Holder = { node, session, filters: [], pending: new Map(), briefly: 0 };
    this.#holders.set(node, holder);
    session.start();
    return holder;
  }

  #subscribe(holder: Holder): void {
    const wanted = holder.filters.map((filter) => ({ filter, retained: false }));
    holder.session.subscribe(holder === this.#own ? [{ filter: this.#options.documentTopic, retained: true }, ...wanted] : wanted);
  }

  #release(node: NodeId): void {
    const holder = this.#holders.get(node);
    this.#holders.delete(node);
    void holder?.session.close?.();
  }

  #onDown(node: NodeId, { takenOver, upMs }: SessionDown): void {
    const holder = this.#holders.get(node);
    if (!holder || upMs === undefined) return;
    holder.briefly = upMs < briefMs ? holder.briefly + 1 : 0;
    if (!takenOver && holder.briefly < brieflyMax) return;
    this.#counters.takenOver++;
    this.#options.logger.info({ node }, 'another gateway holds the session of this node now');
    this.#leases.drop(node);
    this.#release(node);
  }

  #watch(): void {
    this.#cancel = this.#options.clock.after(lapseEveryMs, () => {
      for (const node of this.#leases.lapse()) {
        this.#counters.lapsed++;
        if (node !== this.#options.self) this.#release(node);
      }
      this.#watch();
    });
  }

  #onMessage(holder: Holder, message: BackendMessage, acknowledge: () => void): void {
    const { topics, clock, logger, wallTrusted } = this.#options;
    const { topic, payload, properties } = message;
    const told = this.#options.told.of(topic);
    const down = told?.node === holder.node ? { ...told, device: undefined } : topics.down(topic);
    // Nobody waits for word of what was told in vain: it is told again.
    const report = (what: CommandReport): void => (told ? undefined : this.#options.report(what));
    const head = told ? { id: undefined, expiresAt: undefined, ttlSeconds: undefined } : commandHead(payload, properties);
    const about = { kind: 'command' as const, id: head.id, device: down?.device, topic, node: holder.node, at: clock.wall() };
    if (!down || unfitForPublish({ topic, client: '', properties })) {
      this.#counters.unmapped++;
      logger.warn({ topic }, 'the backend sent what no rule of the topic map takes down');
      acknowledge();
      return;
    }
    if (originOf(properties, payload) !== undefined) {
      this.#counters.echoes++;
      acknowledge();
      return;
    }
    if (message.retain) {
      this.#counters.retained++;
      report({ ...about, why: 'retained' });
      acknowledge();
      return;
    }
    // An older subscription of this session still brings it: carried, and the subscription ended.
    if (!holder.filters.some((filter) => matches(filter, topic))) holder.session.unsubscribe(topic);
    const print = hash('sha256', Buffer.concat([Buffer.from(`${topic}\0`), payload]));
    const again = message.packetId === undefined ? undefined : holder.pending.get(message.packetId);
    if (again?.print === print && message.dup) {
      again.acknowledge = acknowledge;
      return;
    }
    const lifetimeMs = commandLifetimeMs(head, down.lifetimeMs, message.expirySeconds, clock.wall(), wallTrusted());
    const body = encodeApplication({ kind: 'publish', topic, payload, qos: 1, retain: false, dup: message.dup, client: '', properties });
    const why = lifetimeMs <= 0 ? 'expired' : body.byteLength > this.#options.entryBytesMax - transferOverheadBytes ? 'too-big' : undefined;
    if (why) {
      this.#counters.expired++;
      report({ ...about, why });
      acknowledge();
      return;
    }
    this.#counters.commands++;
    const entry = { print, acknowledge };
    if (message.packetId !== undefined) holder.pending.set(message.packetId, entry);
    const until = clock.monotonic() + lifetimeMs;
    const settled = (expired: boolean): void => {
      if (message.packetId !== undefined && holder.pending.get(message.packetId) === entry) holder.pending.delete(message.packetId);
      if (expired) {
        this.#counters.expired++;
        report({ ...about, at: clock.wall(), why: 'expired' });
      }
      entry.acknowledge();
    };
    const send = async (): Promise<void> => {
      const left = until - clock.monotonic();
      if (left <= 0) return settled(true);
      const fate = await this.#options.courier.send({
        to: holder.node,
        class: down.class,
        traffic: told ? traffic.report : traffic.device,
        lifetimeMs: left,
        body,
      });
      if (this.#closed) return;
      if (fate !== 'refused') return settled(fate === 'expired');
      clock.after(resendMs, () => void send());
    };
    void send();
  }
}
