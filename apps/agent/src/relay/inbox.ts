import { type Attach, type DeliveredEntry, type Detach, decodeApplication, type EntryId, isWireError, type NodeId, type Publish } from '@energymesh/protocol';
import type { Logger } from 'pino';
import type { DeviceDoor, Mesh } from '../ports.ts';
import type { DownTopic, TopicMap } from './classify.ts';
import { type CommandHead, commandHead } from './command.ts';
import type { OpenedJournal, Row } from './journal.ts';
import { rowBytes } from './quota.ts';
import type { CommandReport } from './reports.ts';
import { runsOf } from './runs.ts';
import { SeenCommands } from './seen.ts';
import type { SpoolFile } from './spool-file.ts';

export interface InboxLimits {
  /** Commands held here, in all and for one device; beyond it they stay with their gateway. */
  readonly heldMax: number;
  readonly heldPerDeviceMax: number;
  readonly redeliverMs: number;
}
export const inboxLimits: InboxLimits = { heldMax: 2048, heldPerDeviceMax: 256, redeliverMs: 5000 };

export interface InboxOptions {
  readonly file: SpoolFile;
  readonly mesh: Pick<Mesh, 'self' | 'delivered' | 'undelivered'>;
  readonly door: Pick<DeviceDoor, 'deliver'>;
  readonly topics: TopicMap;
  readonly report: (report: CommandReport) => void;
  /** Leases are for the gateway's part; undefined: this node is none. */
  readonly onLease: ((from: NodeId, message: Attach | Detach) => void) | undefined;
  readonly logger: Logger;
  readonly limits?: Partial<InboxLimits>;
}

interface Held {
  readonly row: number;
  readonly bytes: number;
  readonly device: string;
  readonly key: string;
  /** Of the backend's topic. */
  readonly remote: string;
  readonly head: CommandHead;
  readonly message: { readonly topic: string; readonly payload: Uint8Array; readonly properties: Readonly<Record<string, string>> };
  /** Spool time, milliseconds. */
  readonly expiresAt: number;
  readonly stop: AbortController;
  /** Acknowledged once this is durable: the entry itself and its repetitions. */
  owed: EntryId[];
  durable: boolean;
}

/**
 * The node's end of the way down: takes custody of what is for its devices and delivers it, also after a restart, until it expires.
 *
 * 1. The mesh's acknowledgement follows the durable commit.
 * 2. A command (by its id) is delivered once in 24 h; one older than the last taken on its topic is not delivered, but reported.
 * 3. What expires undelivered is reported, and may then be sent again under the same id.
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #limits: InboxLimits;
  readonly #seen: SeenCommands;
  readonly #held = new Map<number, Held>();
  readonly #byKey = new Map<string, Held>();
  /** Came while the spool was opening: sent back, they would come again out of order. */
  #early: { entry: DeliveredEntry; message: Publish; down: DownTopic; at: number }[] = [];
  #opened = false;
  #closed = false;
  #timer: { due: number; cancel: () => void } | undefined;
  readonly #counters = { taken: 0, delivered: 0, repeated: 0, older: 0, expired: 0, refused: 0, malformed: 0 };

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#limits = { ...inboxLimits, ...options.limits };
    this.#seen = new SeenCommands(options.file.group, () => options.file.ages.now());
    options.file.onOpened((opened) => this.#open(opened));
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters, held: this.#held.size };
  }

  deliver(entries: readonly DeliveredEntry[]): void {
    for (const entry of entries) this.#take(entry);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    for (const held of this.#held.values()) held.stop.abort(new Error('the node is stopping'));
  }

  #open(opened: OpenedJournal): void {
    this.#seen.restore(opened.notes);
    this.#options.file.quota.take('down', opened.tables.down.bytes);
    void this.#reload(0);
  }

  async #reload(after: number): Promise<void> {
    const { file, logger } = this.#options;
    let rows: Row[];
    try {
      rows = await file.journal.load('down', after, { rowsMax: this.#limits.heldMax, bytesMax: Number.MAX_SAFE_INTEGER });
    } catch (error) {
      logger.warn({ err: error }, 'commands in the spool cannot be read');
      file.clock.after(this.#limits.redeliverMs, () => void this.#reload(after));
      return;
    }
    this.#opened = true;
    for (const row of rows) {
      const message = decodeApplication(row.body);
      const down = 'kind' in message && message.kind === 'publish' ? this.#options.topics.down(message.topic) : undefined;
      if (down) {
        const held = this.#hold(row, message as Publish, down);
        held.durable = true;
        this.#handOver(held);
      } else {
        file.group.discard('down', row.row);
        file.quota.give('down', rowBytes(row.body.byteLength));
      }
    }
    const now = this.#options.file.clock.monotonic();
    for (const { entry, message, down, at } of this.#early.splice(0)) this.#takeCommand({ ...entry, ageMs: entry.ageMs + now - at }, message, down);
    this.#watch();
  }

  #take(entry: DeliveredEntry): void {
    const message = decodeApplication(entry.body);
    if (isWireError(message) || 'unknown' in message) {
      this.#refuse(entry, isWireError(message) ? message.error : `unknown kind ${message.unknown}`);
      return;
    }
    if (message.kind !== 'publish') {
      this.#options.onLease?.(entry.id.origin, message);
      this.#settle([entry.id]);
      return;
    }
    const down = this.#options.topics.down(message.topic);
    if (!down) {
      this.#refuse(entry, 'no rule of the topic map takes it down');
      return;
    }
    this.#takeCommand(entry, message, down);
  }

  /** Sending it again would not help: settled, and counted. */
  #refuse(entry: DeliveredEntry, what: string): void {
    this.#counters.malformed++;
    this.#options.logger.warn({ origin: entry.id.origin, what }, 'an entry for this node cannot be used');
    this.#settle([entry.id]);
  }

  #takeCommand(entry: DeliveredEntry, message: Publish, down: DownTopic): void {
    const { file, mesh, report } = this.#options;
    if (!this.#opened && !this.#closed && this.#early.length < this.#limits.heldPerDeviceMax) {
      this.#early.push({ entry, message, down, at: file.clock.monotonic() });
      return;
    }
    if (!this.#opened || this.#closed) {
      mesh.undelivered(runsOf([entry.id]), 'full');
      return;
    }
    const head = commandHead(message.payload, message.properties);
    const { origin, incarnation, class: cls, sequence } = entry.id;
    const key = head.id === undefined ? `#${origin}.${incarnation}.${cls}.${sequence}` : `${down.device}/${head.id}`;
    const known = this.#byKey.get(key);
    if (known || this.#seen.has(key)) {
      this.#counters.repeated++;
      if (known && !known.durable) known.owed.push(entry.id);
      else this.#settle([entry.id]);
      return;
    }
    const order = { origin, incarnation, class: cls, sequence, topic: message.topic };
    if (this.#seen.isOlder(order)) {
      this.#counters.older++;
      report({ kind: 'command', id: head.id, device: down.device, topic: message.topic, node: mesh.self, at: file.clock.wall(), why: 'older-than-delivered' });
      this.#settle([entry.id]);
      return;
    }
    const ofDevice = [...this.#held.values()].reduce((sum, held) => sum + (held.device === down.device ? 1 : 0), 0);
    if (this.#held.size >= this.#limits.heldMax || ofDevice >= this.#limits.heldPerDeviceMax || !file.quota.fits('down', rowBytes(entry.body.byteLength))) {
      this.#counters.refused++;
      mesh.undelivered(runsOf([entry.id]), 'full');
      return;
    }
    const row: Row = {
      table: 'down',
      row: file.nextRow(),
      incarnation,
      sequence,
      traffic: entry.traffic,
      born: file.ages.now() - entry.ageMs,
      // Everything that comes down ends: an entry without a lifetime gets the rule's.
      lifetimeMs: entry.lifetimeMs > 0 ? entry.lifetimeMs : down.lifetimeMs,
      ...file.ages.stamp(),
      meta: JSON.stringify({ key, origin, class: cls }),
      body: entry.body,
    };
    this.#counters.taken++;
    file.quota.take('down', rowBytes(row.body.byteLength));
    const held = this.#hold(row, message, down);
    held.owed.push(entry.id);
    const note = this.#seen.add(key, order);
    file.group.append(
      row,
      () => {
        held.durable = true;
        this.#settle(held.owed.splice(0));
        this.#handOver(held);
      },
      { lingerMs: 0, note },
    );
    this.#watch();
  }

  #hold(row: Row, message: Publish, down: DownTopic): Held {
    const head = commandHead(message.payload, message.properties);
    const held: Held = {
      row: row.row,
      bytes: rowBytes(row.body.byteLength),
      device: down.device,
      key: keyOf(row.meta) ?? `row ${row.row}`,
      remote: message.topic,
      head,
      message: { topic: down.topic, payload: message.payload, properties: message.properties },
      expiresAt: row.born + row.lifetimeMs,
      stop: new AbortController(),
      owed: [],
      durable: false,
    };
    this.#held.set(held.row, held);
    this.#byKey.set(held.key, held);
    return held;
  }

  #handOver(held: Held): void {
    if (this.#closed || !this.#held.has(held.row)) return;
    this.#options.door.deliver(held.device, held.message, held.stop.signal).then(
      () => {
        if (this.#drop(held)) this.#counters.delivered++;
      },
      (error: unknown) => {
        if (held.stop.signal.aborted) return;
        this.#options.logger.warn({ device: held.device, err: error }, 'the device door refused a command: tried again until it expires');
        this.#options.file.clock.after(this.#limits.redeliverMs, () => this.#handOver(held));
      },
    );
  }

  #drop(held: Held): boolean {
    if (this.#closed || !this.#held.delete(held.row)) return false;
    this.#byKey.delete(held.key);
    this.#options.file.group.discard('down', held.row);
    this.#options.file.quota.give('down', held.bytes);
    return true;
  }

  #settle(ids: readonly EntryId[]): void {
    if (ids.length > 0) this.#options.mesh.delivered(runsOf(ids));
  }

  #watch(): void {
    let due = Number.POSITIVE_INFINITY;
    for (const held of this.#held.values()) due = Math.min(due, held.expiresAt);
    if (this.#timer?.due === due || this.#closed) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (due === Number.POSITIVE_INFINITY) return;
    const { clock, ages } = this.#options.file;
    this.#timer = { due, cancel: clock.after(Math.max(0, due - ages.now()), () => this.#expire()) };
  }

  #expire(): void {
    this.#timer = undefined;
    const { file, mesh, report } = this.#options;
    for (const held of [...this.#held.values()]) {
      if (held.expiresAt > file.ages.now()) continue;
      this.#drop(held);
      this.#seen.forget(held.key);
      this.#settle(held.owed.splice(0));
      held.stop.abort(new Error('expired'));
      this.#counters.expired++;
      report({ kind: 'command', id: held.head.id, device: held.device, topic: held.remote, node: mesh.self, at: file.clock.wall(), why: 'expired' });
    }
    this.#watch();
  }
}

function keyOf(meta: string | undefined): string | undefined {
  if (meta === undefined) return undefined;
  try {
    const { key } = JSON.parse(meta) as { key?: unknown };
    return typeof key === 'string' ? key : undefined;
  } catch {
    return undefined;
  }
}
