import { join } from 'node:path';
import { defaultConfig, type EntryRun, type NodeId, traffic } from '@energymesh/protocol';
import type { Logger } from 'pino';
import type { Clock, DeviceDirectory, DeviceDoor, DevicePublish, Intake, Mesh, MeshOutput } from '../ports.ts';
import { Attachment } from './attachment.ts';
import { defaultTopicRules, TopicMap, type TopicRule } from './classify.ts';
import { Courier } from './courier.ts';
import { type BackendConfig, type BackendState, Gateway } from './gateway.ts';
import type { DiskState } from './group-commit.ts';
import { Inbox } from './inbox.ts';
import { DeviceIntake } from './intake.ts';
import type { Journal } from './journal.ts';
import { JournalWorker } from './journal-worker.ts';
import { defaultPolice, Police, type PoliceConfig } from './police.ts';
import { reportBody } from './report-body.ts';
import { type ExpiryReport, ExpiryReports } from './reports.ts';
import { Roster } from './roster.ts';
import { runsOf } from './runs.ts';
import { Spool } from './spool.ts';
import { SpoolFile } from './spool-file.ts';
import { Ear, type HearCall, type HearTold, ToldTopics } from './told.ts';

export interface RelayOptions {
  readonly mesh: Mesh;
  readonly directory: DeviceDirectory;
  /** Given here, or by `useDoor` once it is there: the door needs the relay's intake first. */
  readonly door?: DeviceDoor;
  readonly config: {
    readonly community: string;
    readonly topics?: readonly TopicRule[] | undefined;
    /** Present: this node is a gateway. */
    readonly backend?: BackendConfig | undefined;
    /** Size of the spool's file, allocated at the first start. */
    readonly spoolBytesMax: number;
    /** Rates of class 0; undefined: the defaults. */
    readonly class0?: PoliceConfig | undefined;
  };
  readonly clock: Clock;
  /** Whether the wall clock may be believed; undefined: always. */
  readonly wallTrusted?: () => boolean;
  /** Whether this node's certificate lets it be a gateway now: fresh, by a clock that can be trusted; undefined: always. docs/protocol.md §2.4 */
  readonly gatewayAllowed?: () => boolean;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly dataDir: string;
  readonly logger: Logger;
  /** In place of the file `spool.db` in `dataDir`. */
  readonly journal?: Journal;
}

export interface RelayStats {
  /** Entries and their bytes in this node's custody on their way up, and the age of the oldest, milliseconds. */
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly oldestMs: number | undefined;
  /** Since start: entries that expired or could not be carried, and QoS 0 messages that found no room or were above the rate of class 0. */
  readonly expired: number;
  readonly dropped: number;
  /** Messages above the rate of class 0 that were carried as class 1 since start, and topics that are in class 1 for it now. */
  readonly demoted: number;
  readonly demotedTopics: number;
  readonly spool: DiskState | { readonly at: 'opening' };
  /** The quota is used up: devices have to wait. */
  readonly full: boolean;
  /** Since start: what went to the disk. */
  readonly written: { readonly rows: number; readonly bytes: number; readonly commits: number };
  readonly backend: BackendState;
  /** The gateway that holds this node's session. */
  readonly attachedTo: NodeId | undefined;
  /** Topics that the backend refuses now: their messages wait at their origins. */
  readonly refusedTopics: readonly { readonly topic: string; readonly code: number; readonly count: number }[];
  readonly counters: Readonly<Record<string, number>>;
}

/**
 * From the device's PUBLISH to the backend's PUBACK and back: the topic map, the spool, the uplink and downlink of a gateway, the lease and the inbox
 * of every node. docs/devices.md, docs/decisions/0005-spool.md, 0006-uplink.md
 */
export class Relay implements Intake, AsyncDisposable {
  readonly #options: RelayOptions;
  readonly #file: SpoolFile;
  readonly #spool: Spool;
  readonly #police: Police;
  readonly #intake: DeviceIntake;
  readonly #courier: Courier;
  readonly #gateway: Gateway | undefined;
  readonly #inbox: Inbox;
  readonly #roster: Roster;
  readonly #attachment: Attachment;
  readonly #ear: Ear;
  #toldWanted = false;
  #callsWanted = false;
  readonly #reports: ExpiryReports;
  readonly #handlers = new Set<() => void>();
  readonly #nodeTopic: string;
  readonly #since: number;
  #door = Promise.withResolvers<DeviceDoor>();
  #unsubscribe: () => void = () => {};
  #told = false;
  #closing: Promise<void> | undefined;

  /** Resolves at once: the spool opens meanwhile, and counts as full until it has. Throws TopicMapError. */
  static async open(options: RelayOptions, signal?: AbortSignal): Promise<Relay> {
    signal?.throwIfAborted();
    const relay = new Relay(options);
    relay.#start();
    return relay;
  }

  private constructor(options: RelayOptions) {
    this.#options = options;
    const { mesh, config, clock, logger, directory, dataDir } = options;
    const wallTrusted = options.wallTrusted ?? (() => true);
    const topics = new TopicMap(config.topics ?? defaultTopicRules(config.community));
    this.#since = clock.wall();
    const told = new ToldTopics(config.community);
    this.#nodeTopic = `energymesh/${config.community}/node/${mesh.self}`;
    const journal = options.journal ?? new JournalWorker({ file: join(dataDir, 'spool.db'), reserveBytes: config.spoolBytesMax });
    this.#file = new SpoolFile({ journal, clock, wallTrusted, logger });
    this.#reports = new ExpiryReports({ clock, send: (report) => this.#sendReport(report) });
    this.#spool = new Spool({
      file: this.#file,
      mesh,
      logger,
      onLost: (lost) => {
        this.#reports.lost(lost);
        this.#changed();
      },
      onSettled: (cls) => cls === 0 && this.#police.evaluate(),
    });
    this.#police = new Police({
      config: config.class0 ?? defaultPolice,
      settlement: this.#spool,
      clock,
      logger,
      keep: (demoted) => this.#file.group.note(demotedNote, demoted || undefined),
    });
    // After the spool, which opens first: what is demoted is known by its backlog.
    this.#file.onOpened((opened) => this.#police.open(opened.notes.get(demotedNote)));
    this.#intake = new DeviceIntake({ spool: this.#spool, topics, police: this.#police, clock });
    this.#courier = new Courier({ mesh, clock });
    this.#gateway =
      config.backend &&
      new Gateway({
        config: config.backend,
        mesh,
        courier: this.#courier,
        topics,
        told,
        documentTopic: `energymesh/${config.community}/document`,
        report: (report) => this.#reports.command(report),
        onUnfit: (unfit) => this.#reports.unfit(unfit),
        onChange: () => {
          this.#attachment.changed();
          this.#changed();
        },
        clock,
        random: options.random ?? Math.random,
        wallTrusted,
        allowed: options.gatewayAllowed ?? (() => true),
        entryBytesMax: defaultConfig.entryBytesMax,
        logger,
      });
    this.#ear = new Ear({
      self: mesh.self,
      topics: told,
      isGateway: (node) => {
        const { gateway, nodes } = mesh.topology();
        return node === gateway || (node === mesh.self ? this.#gateway !== undefined : nodes.some((one) => one.node === node && one.gateway !== undefined));
      },
      delivered: (runs) => mesh.delivered(runs),
      undelivered: (runs, reason) => mesh.undelivered(runs, reason),
      logger,
    });
    this.#inbox = new Inbox({
      ear: this.#ear,
      file: this.#file,
      mesh,
      courier: this.#courier,
      door: { deliver: async (device, message, abort) => (await this.#door.promise).deliver(device, message, abort) },
      topics,
      report: (report) => this.#reports.command(report),
      onLease: this.#gateway && ((from, message) => this.#gateway?.onLease(from, message)),
      logger,
    });
    this.#roster = new Roster({
      file: this.#file,
      directory,
      mesh,
      logger,
      onChange: () => {
        mesh.setDevices(this.#roster.connected);
        this.#attachment.changed();
      },
    });
    this.#attachment = new Attachment({
      mesh,
      courier: this.#courier,
      filters: () => [
        ...(this.#toldWanted ? [told.filter(mesh.self)] : []),
        ...(this.#callsWanted ? [told.filter(mesh.self, 'call')] : []),
        ...this.#roster.devices().flatMap((device) => topics.filters(device)),
      ],
      ownBackend: () => this.#gateway?.holdsOwn ?? false,
      clock,
      logger,
    });
    this.#file.onState(() => this.#changed());
  }

  accept(publish: DevicePublish, signal: AbortSignal): Promise<void> {
    return this.#intake.accept(publish, signal);
  }

  /** Resolves when the report is in custody; `topic` is the backend's. Class 2, traffic "report". Rejects with IntakeRefused. */
  publishReport(topic: string, payload: Uint8Array): Promise<void> {
    return this.#spool.accept({ class: 2, traffic: traffic.report, lifetimeMs: reportLifetimeMs, body: reportBody(topic, payload) });
  }

  /** Resolves when the answer to a call is on its way up; it is worth nothing after half a minute. Rejects with IntakeRefused. */
  publishReply(payload: Uint8Array): Promise<void> {
    return this.#spool.accept({ class: 1, traffic: traffic.report, lifetimeMs: replyLifetimeMs, body: reportBody(`${this.#nodeTopic}/reply`, payload) });
  }

  useDoor(door: DeviceDoor): void {
    this.#door.resolve(door);
    this.#roster.useDoor(door);
  }

  /** Who takes what the backend tells this node itself. */
  listen(hear: HearTold): void {
    this.#ear.listen(hear);
  }

  /** Who takes calls of phones that came through the hub. */
  listenToCalls(hear: HearCall): void {
    this.#ear.listenToCalls(hear);
  }

  /** Whether somebody may call through the hub: then this node holds a session there too. */
  wantCalls(wanted: boolean): void {
    if (wanted === this.#callsWanted) return;
    this.#callsWanted = wanted;
    this.#attachment.changed();
  }

  /** Whether the backend has anything to tell: then this node holds a session there, devices or not. */
  wantTold(wanted: boolean): void {
    if (wanted === this.#toldWanted) return;
    this.#toldWanted = wanted;
    this.#attachment.changed();
  }

  stats(): RelayStats {
    const gateway = this.#gateway;
    const spooled = this.#spool.stats();
    const { demoted, delayed, dropped } = this.#police.counters;
    const prefixed = (prefix: string, counters: Readonly<Record<string, number>>) =>
      Object.entries(counters).map(([name, value]) => [`${prefix}.${name}`, value]);
    return {
      ...spooled,
      dropped: spooled.dropped + dropped,
      demoted,
      demotedTopics: this.#police.demotedTopics,
      spool: this.#file.state,
      full: this.#file.quota.capacityBytes > 0 && !this.#file.quota.fits('up1', 1024),
      written: this.#file.group.written,
      backend: gateway?.state ?? { state: 'not-a-gateway', since: this.#since },
      attachedTo: this.#attachment.gateway,
      refusedTopics: gateway?.uplink.refused() ?? [],
      counters: Object.fromEntries([
        ...prefixed('inbox', { ...this.#inbox.counters(), ...this.#ear.counters }),
        ...prefixed('roster', this.#roster.counters()),
        ...(gateway ? [...prefixed('uplink', gateway.uplink.counters()), ...prefixed('downlink', gateway.downlink.counters())] : []),
        ['intake.resent', this.#intake.resent],
        ...prefixed('class0', { demoted, delayed, dropped }),
      ]),
    };
  }

  /** Called (once per turn of the event loop at most) after the spool's or the backend's state changed, or something was lost. Returns the unsubscriber. */
  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Refuses new messages, hands the sessions back to the backend, writes what is pending. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #start(): void {
    this.#unsubscribe = this.#options.mesh.subscribe((output) => this.#on(output));
    if (this.#options.door) this.useDoor(this.#options.door);
    this.#gateway?.start();
    this.#attachment.changed();
    void this.#file.start();
  }

  async #close(): Promise<void> {
    this.#reports.flush();
    this.#roster.close();
    this.#attachment.close();
    this.#courier.close();
    this.#police.close();
    this.#spool.close();
    this.#inbox.close();
    await this.#gateway?.close();
    this.#unsubscribe();
    await this.#file.close();
  }

  #on(output: MeshOutput): void {
    switch (output.type) {
      case 'deliver': {
        const up = output.entries.filter(({ id }) => id.stream === 'backend');
        const down = output.entries.filter(({ id }) => id.stream !== 'backend');
        if (down.length > 0) this.#inbox.deliver(down);
        if (up.length === 0) break;
        if (this.#gateway) this.#gateway.deliver(up);
        else this.#options.mesh.undelivered(runsOf(up.map(({ id }) => id)), 'not-a-gateway');
        break;
      }
      case 'released':
      case 'expired': {
        const [up, between] = split(output.runs);
        if (up.length > 0) this.#spool.on({ ...output, runs: up });
        if (between.length > 0) this.#courier.on({ ...output, runs: between });
        break;
      }
      case 'expelled':
        if (output.run.stream === 'backend') this.#spool.on(output);
        else this.#courier.on(output);
        break;
      case 'room':
        if (output.stream === 'backend') this.#spool.on(output);
        else this.#courier.on(output);
        break;
      case 'claims':
        // First the roster: what it loses is what the inbox sends on.
        this.#roster.claimed(output.devices);
        this.#inbox.claimed(output.devices);
        break;
      case 'event':
        if (output.event.kind === 'route-changed' || output.event.kind === 'topology-changed') this.#attachment.changed();
        break;
    }
  }

  #sendReport(report: ExpiryReport): void {
    this.#options.logger.warn({ report }, 'not delivered');
    const payload = Buffer.from(JSON.stringify(report));
    const body = reportBody(`${this.#nodeTopic}/expired`, payload);
    // A report that finds no room is dropped and counted: it has been logged.
    this.#spool.offer({ class: 2, traffic: traffic.report, lifetimeMs: reportLifetimeMs, body });
  }

  #changed(): void {
    if (this.#told) return;
    this.#told = true;
    setImmediate(() => {
      this.#told = false;
      for (const handler of this.#handlers) handler();
    });
  }
}

const demotedNote = 'demoted';
const replyLifetimeMs = 30_000;
const reportLifetimeMs = 7 * 24 * 3_600_000;

function split(runs: readonly EntryRun[]): [backend: EntryRun[], between: EntryRun[]] {
  return [runs.filter(({ stream }) => stream === 'backend'), runs.filter(({ stream }) => stream !== 'backend')];
}
