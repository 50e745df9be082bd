import {
  type Attach,
  type DeliveredEntry,
  type Detach,
  type DeviceHash,
  decodeApplication,
  type EntryId,
  isWireError,
  type NodeId,
} from '@energymesh/protocol';
import type { Logger } from 'pino';
import type { DeviceDoor, Mesh } from '../ports.ts';
import type { DownTopic, TopicMap } from './classify.ts';
import { commandHead } from './command.ts';
import type { Courier } from './courier.ts';
import { type Command, type CommandId, commandOf, commandOfRow, type Held, held as heldOf, keyOf, metaOf } from './held.ts';
import type { OpenedJournal, Row } from './journal.ts';
import { Onward } from './onward.ts';
import { rowBytes } from './quota.ts';
import type { CommandReport } from './reports.ts';
import { runsOf } from './runs.ts';
import { SeenCommands } from './seen.ts';
import type { SpoolFile } from './spool-file.ts';
import type { Ear } from './told.ts';

export interface InboxLimits {
  /** Commands held here, in all and for one device; beyond it they stay with their gateway. */
  readonly heldMax: number;
  readonly heldPerDeviceMax: number;
  readonly redeliverMs: number;
}
export const inboxLimits: InboxLimits = { heldMax: 2048, heldPerDeviceMax: 256, redeliverMs: 5000 };

export interface InboxOptions {
  readonly file: SpoolFile;
  readonly mesh: Pick<Mesh, 'self' | 'delivered' | 'undelivered' | 'holder'>;
  readonly courier: Pick<Courier, 'send'>;
  readonly door: Pick<DeviceDoor, 'deliver'>;
  readonly topics: TopicMap;
  /** What is for the node itself; undefined: nothing is. */
  readonly ear?: Pick<Ear, 'take'>;
  readonly report: (report: CommandReport) => void;
  /** Leases are for the gateway's part; undefined: this node is none. */
  readonly onLease: ((from: NodeId, message: Attach | Detach) => void) | undefined;
  readonly logger: Logger;
  readonly limits?: Partial<InboxLimits>;
}

/**
 * The node's end of the way down: takes custody of what is for its devices and delivers it, also after a restart, until it expires.
 *
 * 1. The mesh's acknowledgement follows the durable commit.
 * 2. A command (by its id) is delivered once in 24 h; one older than the last taken on its topic is not delivered, but reported.
 * 3. What expires undelivered is reported, and may then be sent again under the same id.
 * 4. What is for a device that another node serves is sent on to it, and forgotten once that has it durably. docs/protocol.md §10.4
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #limits: InboxLimits;
  readonly #seen: SeenCommands;
  readonly #onward: Onward;
  readonly #held = new Map<number, Held>();
  readonly #byKey = new Map<string, Held>();
  /** Came while the spool was opening: sent back, they would come again out of order. */
  #early: { entry: DeliveredEntry; command: Command; down: DownTopic; at: number }[] = [];
  #opened = false;
  #closed = false;
  #timer: { due: number; cancel: () => void } | undefined;
  readonly #counters = { taken: 0, delivered: 0, repeated: 0, older: 0, expired: 0, refused: 0, malformed: 0, sentOn: 0 };

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#limits = { ...inboxLimits, ...options.limits };
    this.#seen = new SeenCommands(options.file.group, () => options.file.ages.now());
    this.#onward = new Onward({
      mesh: options.mesh,
      courier: options.courier,
      file: options.file,
      of: (device) => [...this.#held.values()].filter((held) => held.deviceHash === device && held.durable),
      onHere: (held) => this.#handOver(held),
      onSent: (held, to) => this.#sent(held, to),
    });
    options.file.onOpened((opened) => this.#open(opened));
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters, held: this.#held.size };
  }

  deliver(entries: readonly DeliveredEntry[]): void {
    for (const entry of entries) this.#take(entry);
  }

  /** These devices have another holder now, maybe this node. */
  claimed(devices: readonly DeviceHash[]): void {
    if (this.#held.size === 0 || this.#closed) return;
    const here = new Set([...this.#held.values()].map((held) => held.deviceHash));
    for (const device of devices) if (here.has(device)) this.#onward.look(device);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#onward.close();
    for (const held of this.#held.values()) held.atDoor?.abort(new Error('the node is stopping'));
  }

  #open(opened: OpenedJournal): void {
    this.#seen.restore(opened.notes);
    this.#options.file.quota.take('down', opened.tables.down.bytes);
    void this.#reload(0);
  }

  async #reload(after: number): Promise<void> {
    const { file, logger, mesh } = this.#options;
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
      const command = isWireError(message) || 'unknown' in message ? undefined : commandOfRow(row, message, mesh.self);
      const down = command && this.#options.topics.down(command.publish.topic);
      if (command && down) {
        const held = this.#hold(row, command, down);
        held.durable = true;
        this.#onward.enter(held);
      } else {
        file.group.discard('down', row.row);
        file.quota.give('down', rowBytes(row.body.byteLength));
      }
    }
    const now = this.#options.file.clock.monotonic();
    for (const { entry, command, down, at } of this.#early.splice(0)) this.#takeCommand({ ...entry, ageMs: entry.ageMs + now - at }, command, down);
    this.#watch();
  }

  #take(entry: DeliveredEntry): void {
    const message = decodeApplication(entry.body);
    if (isWireError(message) || 'unknown' in message) {
      this.#refuse(entry, isWireError(message) ? message.error : `unknown kind ${message.unknown}`);
      return;
    }
    if (message.kind === 'attach' || message.kind === 'detach') {
      this.#options.onLease?.(entry.id.origin, message);
      this.#settle([entry.id]);
      return;
    }
    if (message.kind === 'publish' && this.#options.ear?.take(entry, message)) return;
    const command = commandOf(message, entry.id as CommandId);
    const down = command && this.#options.topics.down(message.topic);
    if (!down) {
      this.#refuse(entry, 'no rule of the topic map takes it down');
      return;
    }
    this.#takeCommand(entry, command, down);
  }

  /** Sending it again would not help: settled, and counted. */
  #refuse(entry: DeliveredEntry, what: string): void {
    this.#counters.malformed++;
    this.#options.logger.warn({ origin: entry.id.origin, what }, 'an entry for this node cannot be used');
    this.#settle([entry.id]);
  }

  #takeCommand(entry: DeliveredEntry, command: Command, down: DownTopic): void {
    const { file, mesh, report } = this.#options;
    if (!this.#opened && !this.#closed && this.#early.length < this.#limits.heldPerDeviceMax) {
      this.#early.push({ entry, command, down, at: file.clock.monotonic() });
      return;
    }
    if (!this.#opened || this.#closed) {
      mesh.undelivered(runsOf([entry.id]), 'full');
      return;
    }
    const { topic, payload, properties } = command.publish;
    const head = commandHead(payload, properties);
    const { origin, incarnation, stream, class: cls, sequence } = command.id;
    const key = keyOf(down.device, head, command.id);
    const known = this.#byKey.get(key);
    if (known || this.#seen.has(key)) {
      this.#counters.repeated++;
      if (known && !known.durable) known.owed.push(entry.id);
      else this.#settle([entry.id]);
      return;
    }
    const born = file.ages.now() - entry.ageMs;
    const order = { origin, incarnation, stream, class: cls, sequence, topic, transferred: command.transferred, born };
    if (this.#seen.isOlder(order)) {
      this.#counters.older++;
      report({ kind: 'command', id: head.id, device: down.device, topic, node: mesh.self, at: file.clock.wall(), why: 'older-than-delivered' });
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
      born,
      // Everything that comes down ends: an entry without a lifetime gets the rule's.
      lifetimeMs: entry.lifetimeMs > 0 ? entry.lifetimeMs : down.lifetimeMs,
      ...file.ages.stamp(),
      meta: metaOf(command.id),
      body: entry.body,
    };
    this.#counters.taken++;
    file.quota.take('down', rowBytes(row.body.byteLength));
    const held = this.#hold(row, command, down);
    held.owed.push(entry.id);
    const note = this.#seen.add(key, order);
    file.group.append(
      row,
      () => {
        held.durable = true;
        this.#settle(held.owed.splice(0));
        if (!this.#closed && this.#held.has(held.row)) this.#onward.enter(held);
      },
      { lingerMs: 0, note },
    );
    this.#watch();
  }

  #hold(row: Row, command: Command, down: DownTopic): Held {
    const held = heldOf(row, command, down);
    this.#held.set(held.row, held);
    this.#byKey.set(held.key, held);
    return held;
  }

  /** The device is this node's, or nobody's: it may come here. */
  #handOver(held: Held): void {
    if (this.#closed || held.atDoor || !this.#held.has(held.row)) return;
    const { door, logger, file } = this.#options;
    const stop = new AbortController();
    held.atDoor = stop;
    const { payload, properties } = held.publish;
    door.deliver(held.device, { topic: held.topic, payload, properties }, stop.signal).then(
      () => {
        if (this.#drop(held)) this.#counters.delivered++;
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        held.atDoor = undefined;
        logger.warn({ device: held.device, err: error }, 'the device door refused a command: tried again until it expires');
        file.clock.after(this.#limits.redeliverMs, () => {
          if (!this.#closed && this.#held.has(held.row)) this.#onward.enter(held);
        });
      },
    );
  }

  /** It is in another node's custody. Should the device come back before it is delivered there, it is welcome again. */
  #sent(held: Held, to: NodeId): void {
    if (!this.#drop(held)) return;
    held.atDoor?.abort(new Error('sent on'));
    this.#seen.forget(held.key);
    this.#counters.sentOn++;
    this.#options.logger.info({ device: held.device, node: to, id: held.head.id }, 'a command was sent on to where its device is now');
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
      held.atDoor?.abort(new Error('expired'));
      this.#counters.expired++;
      report({ kind: 'command', id: held.head.id, device: held.device, topic: held.publish.topic, node: mesh.self, at: file.clock.wall(), why: 'expired' });
    }
    this.#watch();
  }
}
