import { Readable } from 'node:stream';
import MemoryPersistence, { type ClientId, type Filter, type Queued } from 'aedes-persistence/asyncPersistence.js';
import type { QueuedRow, SessionChange, StoredSessions } from '../store/sessions.ts';
import { type QueueLimits, QueueRoom } from './queue-room.ts';

export interface DurableSessionsOptions {
  readonly stored: StoredSessions;
  /** Resolves when the change is on disk; changes are written in the order of the calls. For `later` nobody waits. */
  readonly write: (change: SessionChange, when: 'now' | 'later') => Promise<void>;
  /** Resolves when a client that is here has had time to acknowledge: what it has not by then is written. */
  readonly patience: () => Promise<unknown>;
  readonly now: () => number;
  readonly limits: QueueLimits & {
    /** Sessions kept; beyond it the one longest away ends. */
    readonly sessionsMax: number;
    /** How long a session lives without a connection. */
    readonly awayMsMax: number;
  };
  /** Counts what a session lost. */
  readonly lost: (reason: 'queue-full' | 'queue-expired' | 'session-ended', client: string, detail: string) => void;
}

interface KeptSession {
  readonly filters: Map<string, number>;
  awaySince: number | undefined;
  /** Settles when its last change is on disk, or is known not to be. */
  written: Promise<void>;
}

/** A message in a session's queue: aedes names it by broker and counter, the disk by its row. */
interface Held {
  readonly row: number;
  readonly bytes: number;
  readonly expiresAt: number | undefined;
  messageId?: number | undefined;
  /** It is on disk, or on its way there. */
  written: boolean;
  /** Called when it leaves the queue. */
  released?: () => void;
}

const keyOf = (packet: Pick<Queued, 'brokerId' | 'brokerCounter'>): string => `${packet.brokerId}:${packet.brokerCounter}`;
/** No packet has this id: it names a queued message that was never sent. */
const unsentId = -1;

/**
 * aedes's sessions, subscriptions and queues, in memory as aedes-persistence has them and on disk before anybody is told. docs/decisions/0013-hub-durability.md
 * 1. A message that `stored` waits for is queued, and so sent, while it is being written; any other when it is on disk for every session that wants it.
 * 2. A message leaves the disk after it was acknowledged, and never gets there if that comes first; if it is forgotten the message comes twice.
 * 3. Beyond the limits a new message is not queued for that session, and counted.
 * 4. Packet ids, the second half of QoS 2, wills and retained messages are in memory: after a restart a message that waits comes with a new packet id.
 */
export class DurableSessions extends MemoryPersistence {
  readonly #options: DurableSessionsOptions;
  readonly #sessions = new Map<string, KeptSession>();
  readonly #held = new Map<string, Map<string, Held>>();
  readonly #room: QueueRoom;
  readonly #awaited = new WeakMap<Uint8Array, (written: Promise<unknown>) => void>();
  readonly #refused = new WeakMap<Uint8Array, { readonly clients: ReadonlySet<string>; readonly byAll: boolean }>();
  #lastRow: number;

  private constructor(options: DurableSessionsOptions) {
    super();
    this.#options = options;
    this.#room = new QueueRoom(options.limits);
    this.#lastRow = options.stored.queue.at(-1)?.id ?? 0;
  }

  static async open(options: DurableSessionsOptions): Promise<DurableSessions> {
    const made = new DurableSessions(options);
    await made.#load(options.stored);
    return made;
  }

  get count(): number {
    return this.#sessions.size;
  }
  get waiting(): number {
    return this.#room.messages;
  }

  /** Resolves when the message of this payload, which is about to be published, is on disk for every session that wants it; rejects when it cannot be. */
  stored(payload: Uint8Array): Promise<unknown> {
    return new Promise<unknown>((resolve) => this.#awaited.set(payload, resolve));
  }

  /** Whether sessions wanted the message of this payload, and none had room for it. */
  wasRefused(payload: Uint8Array): boolean {
    return this.#refused.get(payload)?.byAll ?? false;
  }

  /** Whether this session had no room for the message of this payload: then it is not sent either, for aedes closes the connection when what it sends is not queued. */
  lacks(client: string, payload: Uint8Array): boolean {
    return this.#refused.get(payload)?.clients.has(client) ?? false;
  }

  /** A session's client came or went. */
  present(client: string, here: boolean): void {
    const session = this.#sessions.get(client);
    if (!session) return;
    session.awaySince = here ? undefined : this.#options.now();
    this.#writeLater({ change: 'session', client, awaySince: session.awaySince ?? null });
  }

  /** Ends sessions that were away for too long, and drops messages past their lifetime. */
  async sweep(): Promise<void> {
    const now = this.#options.now();
    for (const [client, session] of this.#sessions) {
      if (session.awaySince !== undefined && now - session.awaySince > this.#options.limits.awayMsMax) await this.#end(client, 'away for too long');
    }
    for (const client of [...this.#held.keys()]) for await (const _ of this.#unexpired(client));
  }

  override async addSubscriptions(client: ClientId, filters: readonly Filter[]): Promise<void> {
    const session = this.#sessions.get(client.id) ?? (await this.#begin(client.id));
    const changed = filters.filter(({ topic, qos }) => session.filters.get(topic) !== qos);
    for (const { topic, qos } of changed) session.filters.set(topic, qos);
    await super.addSubscriptions(client, filters);
    await this.#writeAll(
      session,
      changed.map(({ topic, qos }) => ({ change: 'subscribe', client: client.id, filter: topic, qos })),
    );
  }

  override async removeSubscriptions(client: ClientId, filters: readonly string[]): Promise<void> {
    await super.removeSubscriptions(client, filters);
    const session = this.#sessions.get(client.id);
    if (!session) return;
    const gone = filters.filter((filter) => session.filters.delete(filter));
    await this.#writeAll(
      session,
      gone.map((filter) => ({ change: 'unsubscribe', client: client.id, filter })),
    );
  }

  /** aedes empties the queue itself, when the client connects with clean session on. */
  override async cleanSubscriptions(client: ClientId): Promise<void> {
    await super.cleanSubscriptions(client);
    if (this.#sessions.delete(client.id)) await this.#options.write({ change: 'end', client: client.id }, 'now');
  }

  override outgoingEnqueue(to: { readonly clientId: string }, packet: Queued): Promise<void> {
    return this.outgoingEnqueueCombi([to], packet);
  }

  override async outgoingEnqueueCombi(to: readonly { readonly clientId: string }[], packet: Queued): Promise<void> {
    const { topic, payload, qos, messageExpiry: expiresAt } = packet;
    const bytes = payload.length + topic.length;
    const taken = to.filter(({ clientId }) => this.#room.take(clientId, bytes) || this.#lose('queue-full', clientId, topic));
    if (taken.length < to.length) {
      const here = new Set(taken.map(({ clientId }) => clientId));
      const clients = new Set(to.map(({ clientId }) => clientId).filter((client) => !here.has(client)));
      this.#refused.set(payload, { clients, byAll: taken.length === 0 });
    }
    const queued = taken.map(({ clientId: client }): { row: QueuedRow; held: Held } => {
      const id = ++this.#lastRow;
      return { row: { id, client, topic, payload, qos, expiresAt: expiresAt ?? null }, held: { row: id, bytes, expiresAt, written: false } };
    });
    const told = this.#awaited.get(payload);
    // Who awaits it does not acknowledge what could not be written; that it was sent all the same is no more than a message that comes twice.
    if (told) told(Promise.all(queued.map(({ row, held }) => this.#writeUnlessReleased(row, held))));
    else await this.#writeFirst(queued);
    for (const { row, held } of queued) this.#hold(row.client, packet, held);
    await super.outgoingEnqueueCombi(taken, packet);
  }

  /** aedes asks with a packet that has no packet id when it decided not to send it: that one goes, and not whichever was not sent yet. */
  override async outgoingClearMessageId(client: ClientId, packet: Partial<Queued>): Promise<Queued | undefined> {
    if (packet.messageId === undefined) return packet.brokerId === undefined ? undefined : this.#discard(client, packet as Queued);
    const cleared = await super.outgoingClearMessageId(client, { messageId: packet.messageId });
    if (cleared) this.#release(client.id, keyOf(cleared));
    return cleared;
  }

  /** aedes gave a queued message its packet id, or put the second half of QoS 2 in its place: then the client has it, and the disk need not. */
  override async outgoingUpdate(client: ClientId, packet: Queued): Promise<void> {
    await super.outgoingUpdate(client, packet);
    const queue = this.#held.get(client.id) ?? new Map<string, Held>();
    if (packet.cmd !== 'pubrel') {
      const held = queue.get(keyOf(packet));
      if (held) held.messageId = packet.messageId;
      return;
    }
    for (const [key, held] of queue) if (held.messageId === packet.messageId) return this.#release(client.id, key);
  }

  override outgoingStream(client: ClientId): Readable {
    return Readable.from(this.#unexpired(client.id));
  }

  async #load({ sessions, subscriptions, queue }: StoredSessions): Promise<void> {
    const now = this.#options.now();
    for (const { client, awaySince } of sessions) {
      this.#sessions.set(client, { filters: new Map(), awaySince: awaySince ?? now, written: Promise.resolve() });
    }
    for (const { client, filter, qos } of subscriptions) {
      this.#sessions.get(client)?.filters.set(filter, qos);
      await super.addSubscriptions({ id: client }, [{ topic: filter, qos }]);
    }
    for (const row of queue) await this.#loadMessage(row);
  }

  async #loadMessage({ id, client, topic, payload, qos, expiresAt }: QueuedRow): Promise<void> {
    const bytes = payload.length + topic.length;
    this.#room.take(client, bytes);
    const more = { brokerId: 'stored', brokerCounter: id, retain: false, dup: false, ...(expiresAt === null ? {} : { messageExpiry: expiresAt }) };
    const packet: Queued = { cmd: 'publish', topic, payload: Buffer.from(payload), qos, ...more };
    this.#hold(client, packet, { row: id, bytes, expiresAt: expiresAt ?? undefined, written: true });
    await super.outgoingEnqueueCombi([{ clientId: client }], packet);
  }

  async #begin(client: string): Promise<KeptSession> {
    if (this.#sessions.size >= this.#options.limits.sessionsMax) {
      const away = [...this.#sessions].filter(([, session]) => session.awaySince !== undefined);
      const [longest] = away.sort(([, a], [, b]) => a.awaySince! - b.awaySince!);
      if (!longest) throw new Error('too many sessions');
      await this.#end(longest[0], 'too many sessions');
    }
    const meanwhile = this.#sessions.get(client);
    if (meanwhile) return meanwhile;
    const session: KeptSession = {
      filters: new Map(),
      awaySince: undefined,
      written: this.#options.write({ change: 'session', client, awaySince: null }, 'now'),
    };
    this.#sessions.set(client, session);
    return session;
  }

  async #end(client: string, why: string): Promise<void> {
    this.#options.lost('session-ended', client, why);
    this.#sessions.delete(client);
    await super.cleanSubscriptions({ id: client });
    for await (const packet of super.outgoingStream({ id: client }) as AsyncIterable<Queued>) await this.#discard({ id: client }, packet);
    await this.#options.write({ change: 'end', client }, 'now');
  }

  /** What still waits for a client; what is past its lifetime and was never sent is dropped on the way. */
  async *#unexpired(client: string): AsyncGenerator<Queued> {
    const now = this.#options.now();
    for await (const packet of super.outgoingStream({ id: client }) as AsyncIterable<Queued>) {
      const { expiresAt } = this.#held.get(client)?.get(keyOf(packet)) ?? {};
      if (expiresAt === undefined || expiresAt > now || packet.messageId !== undefined) yield packet;
      else {
        this.#lose('queue-expired', client, packet.topic);
        await this.#discard({ id: client }, packet);
      }
    }
  }

  async #discard(client: ClientId, packet: Queued): Promise<Queued | undefined> {
    try {
      await super.outgoingUpdate(client, { ...packet, messageId: unsentId });
    } catch {
      return undefined;
    }
    const cleared = await super.outgoingClearMessageId(client, { messageId: unsentId });
    this.#release(client.id, keyOf(packet));
    return cleared;
  }

  /** A client that is here has mostly acknowledged before the disk could have: then the message need not be written. */
  async #writeUnlessReleased(row: QueuedRow, held: Held): Promise<void> {
    const session = this.#sessions.get(row.client);
    if (session && session.awaySince === undefined) {
      let gone = false;
      const released = new Promise<void>((resolve) => {
        held.released = () => {
          gone = true;
          resolve();
        };
      });
      await Promise.race([released, this.#options.patience()]);
      if (gone) return;
    }
    held.written = true;
    await this.#options.write({ change: 'queue', row }, 'now');
  }

  async #writeFirst(queued: readonly { row: QueuedRow; held: Held }[]): Promise<void> {
    try {
      for (const { held } of queued) held.written = true;
      await Promise.all(queued.map(({ row }) => this.#options.write({ change: 'queue', row }, 'now')));
    } catch (error) {
      for (const { row, held } of queued) {
        this.#room.give(row.client, held.bytes);
        this.#writeLater({ change: 'done', id: row.id });
      }
      throw error;
    }
  }

  #hold(client: string, packet: Queued, held: Held): void {
    const queue = this.#held.get(client) ?? new Map<string, Held>();
    this.#held.set(client, queue.set(keyOf(packet), held));
  }

  #release(client: string, key: string): void {
    const queue = this.#held.get(client);
    const held = queue?.get(key);
    if (!queue || !held) return;
    queue.delete(key);
    if (queue.size === 0) this.#held.delete(client);
    this.#room.give(client, held.bytes);
    held.released?.();
    if (held.written) this.#writeLater({ change: 'done', id: held.row });
  }

  /** Resolves after what another call wrote, too: aedes stores the filters of one SUBSCRIBE once per filter. */
  async #writeAll(session: KeptSession, changes: readonly SessionChange[]): Promise<void> {
    const before = session.written.catch(() => undefined);
    session.written = Promise.all([before, ...changes.map((change) => this.#options.write(change, 'now'))]).then(() => undefined);
    await session.written;
  }

  /** If it fails, the message comes again after a restart, or the session counts as present for longer. */
  #writeLater(change: SessionChange): void {
    this.#options.write(change, 'later').catch(() => undefined);
  }

  #lose(reason: 'queue-full' | 'queue-expired', client: string, topic: string): false {
    this.#options.lost(reason, client, topic);
    return false;
  }
}
