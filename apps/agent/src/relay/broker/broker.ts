import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import type { IConnectPacket } from 'mqtt-packet';
import type { Logger } from 'pino';
import { type Clock, type DeviceDirectory, type DeviceDoor, type DeviceIdentity, type DevicePublish, type Intake, IntakeRefused } from '../../ports.ts';
import { ownsClientId } from './acl.ts';
import { Connection, type Host } from './connection.ts';
import { type DoorLimits, defaultLimits, FailedLogins } from './limits.ts';
import { type DownMessage, Session } from './session.ts';
import { type Will, Wills } from './wills.ts';

export interface DeviceBrokerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The door's certificate and key, PEM: P-256, under the device root that devices pin. */
  readonly tls: { readonly cert: string; readonly key: string };
  readonly directory: DeviceDirectory;
  readonly intake: Intake;
  readonly clock: Clock;
  readonly logger: Logger;
  /** SQLite file of the wills. */
  readonly willsFile: string;
  readonly limits?: Partial<DoorLimits>;
}

/**
 * The local broker: MQTT 3.1, 3.1.1 and 5 over TLS for the devices of the community, nobody else.
 * A QoS 1 PUBACK leaves when the intake has custody, in the order of the PUBLISHes.
 */
export class DeviceBroker implements DeviceDoor {
  readonly #options: DeviceBrokerOptions;
  readonly #limits: DoorLimits;
  readonly #server: Server;
  readonly #wills: Wills;
  readonly #failed: FailedLogins;
  readonly #connections = new Map<Connection, { readonly address: string; readonly socket: TLSSocket; since: number }>();
  /** By client id; bounded by sessionsPerDeviceMax for each known device. */
  readonly #sessions = new Map<string, Session>();
  readonly #handlers = new Set<(change: { device: string; connected: boolean }) => void>();
  readonly #counters = new Map<string, number>();
  readonly #stopping = new AbortController();
  #forgetDirectory: () => void = () => {};

  private constructor(options: DeviceBrokerOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#failed = new FailedLogins(this.#limits.failedLoginsPerMinuteMax);
    this.#wills = new Wills(options.willsFile);
    const tls: TlsOptions = { cert: options.tls.cert, key: options.tls.key, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 };
    this.#server = createServer(tls, (socket) => this.#accept(socket));
    this.#server.maxConnections = this.#limits.connectionsMax;
    this.#server.on('tlsClientError', () => this.#count('failed the TLS handshake'));
  }

  static async open(options: DeviceBrokerOptions, signal?: AbortSignal): Promise<DeviceBroker> {
    const broker = new DeviceBroker(options);
    await new Promise<void>((resolve, reject) => {
      broker.#server.once('error', reject);
      broker.#server.listen({ port: options.port, host: options.host, ...(signal ? { signal } : {}) }, resolve);
    });
    broker.#forgetDirectory = options.directory.onChange(() => broker.#recheck());
    // Whoever was connected when the last run died never said DISCONNECT.
    for (const will of broker.#wills.left()) broker.#publishWill(will);
    return broker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** For connections from now on: the door's certificate was renewed. */
  renewTls(tls: DeviceBrokerOptions['tls']): void {
    this.#server.setSecureContext({ cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' });
  }

  /** Refusals and closings by reason. */
  counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counters);
  }

  connected(): readonly { readonly device: string; readonly since: number }[] {
    return [...this.#connections].flatMap(([connection, { since }]) => (connection.session ? [{ device: connection.session.device.id, since }] : []));
  }

  onChange(handler: (change: { device: string; connected: boolean }) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  async deliver(device: string, message: DownMessage, signal: AbortSignal): Promise<void> {
    // each turn needs a session that the device itself discarded
    while ((await (await this.#sessionFor(device, message.topic, signal)).deliver(message, signal)) === 'discarded');
  }

  /** A session of the device that wants the topic; waits for one. */
  #sessionFor(device: string, topic: string, signal: AbortSignal): Promise<Session> {
    const find = (): Session | undefined => {
      const own = [...this.#sessions.values()].filter((s) => s.device.id === device && s.wants(topic));
      return own.find((s) => s.connected) ?? own[0];
    };
    const found = find();
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.delete(look);
        signal.removeEventListener('abort', abort);
      };
      const look = (): void => {
        const session = find();
        if (!session) return;
        stop();
        resolve(session);
      };
      const abort = (): void => {
        stop();
        reject(signal.reason instanceof Error ? signal.reason : new Error('delivery aborted'));
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort);
      this.#waiting.add(look);
    });
  }
  /** Deliveries without a session yet; bounded by the relay's spool, which started them. */
  readonly #waiting = new Set<() => void>();

  #accept(socket: TLSSocket): void {
    const address = socket.remoteAddress ?? '';
    socket.on('error', () => socket.destroy());
    if (this.#failed.blocked(address, this.#options.clock.wall())) {
      this.#count('failed to log in too often');
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    const host: Host = {
      clock: this.#options.clock,
      intake: this.#options.intake,
      limits: this.#limits,
      admit: (connect, connection) => this.#admit(connect, connection, address),
      refused: (why, device) => {
        this.#count(why);
        this.#options.logger.info({ device, why }, 'device refused');
      },
      keepWill: (session, connect) => {
        const will = connect.will;
        if (will)
          this.#wills.keep({
            clientId: session.clientId,
            device: session.device.id,
            topic: will.topic,
            payload: Buffer.from(will.payload),
            qos: will.qos ?? 0,
            retain: will.retain ?? false,
          });
      },
      subscribed: () => this.#lookAgain(),
      ended: (connection, clean) => this.#ended(connection, clean),
    };
    this.#connections.set(new Connection(socket, host), { address, socket, since: this.#options.clock.wall() });
  }

  #admit(connect: IConnectPacket, connection: Connection, address: string): ReturnType<Host['admit']> {
    const device = connect.username !== undefined && connect.password ? this.#options.directory.authenticate(connect.username, connect.password) : undefined;
    if (!device) {
      this.#failed.add(address, this.#options.clock.wall());
      return { refused: connect.username === undefined ? 5 : 4, why: connect.username === undefined ? 'gave no credentials' : 'gave wrong credentials' };
    }
    if (!ownsClientId(device.id, connect.clientId)) return { refused: 2, why: 'has a client id that is not its own' };
    const known = this.#sessions.get(connect.clientId);
    for (const other of this.#connections.keys()) if (other !== connection && other.session?.clientId === connect.clientId) other.takenOver();
    if (known && !connect.clean) return this.#connected({ session: known, present: true });
    const own = [...this.#sessions.values()].filter((s) => s.device.id === device.id && s.clientId !== connect.clientId);
    if (own.length >= this.#limits.sessionsPerDeviceMax) {
      const idle = own.find((s) => !s.connected);
      if (!idle) return { refused: 3, why: 'has too many sessions' };
      this.#discard(idle.clientId);
    }
    this.#discard(connect.clientId);
    const session = new Session(connect.clientId, device, this.#limits.deliveringMax);
    this.#sessions.set(connect.clientId, session);
    return this.#connected({ session, present: false });
  }

  #discard(clientId: string): void {
    const session = this.#sessions.get(clientId);
    this.#sessions.delete(clientId);
    session?.discard();
  }

  #connected<T extends { session: Session }>(admitted: T): T {
    this.#tell(admitted.session.device.id, true);
    // after the connection has attached the session, waiting deliveries look again
    queueMicrotask(() => this.#lookAgain());
    return admitted;
  }

  #lookAgain(): void {
    for (const look of [...this.#waiting]) look();
  }

  #ended(connection: Connection, clean: boolean): void {
    this.#connections.delete(connection);
    const session = connection.session;
    if (!session) return;
    const will = this.#stopping.signal.aborted ? undefined : this.#wills.of(session.clientId);
    if (will && clean) this.#wills.drop(will.clientId);
    if (will && !clean && !session.connected) this.#publishWill(will);
    if (!session.connected) this.#tell(session.device.id, false);
  }

  #publishWill(will: Will): void {
    const device: DeviceIdentity | undefined = this.#options.directory.known().find((d) => d.id === will.device);
    if (!device) return this.#wills.drop(will.clientId);
    const publish: DevicePublish = {
      device,
      clientId: will.clientId,
      topic: will.topic,
      payload: will.payload,
      qos: will.qos,
      dup: false,
      retain: will.retain,
      packetId: undefined,
      properties: {},
    };
    this.#options.intake.accept(publish, this.#stopping.signal).then(
      () => this.#wills.drop(will.clientId),
      (error: unknown) => {
        // What no later start could publish either goes; the rest waits for one.
        const never = error instanceof IntakeRefused && (error.why === 'no-topic' || error.why === 'too-big');
        if (never) this.#wills.drop(will.clientId);
        const why = error instanceof Error ? error.message : 'refused';
        this.#options.logger.warn({ device: will.device, error: why }, never ? 'will dropped: it can never be carried' : 'will kept for the next start');
      },
    );
  }

  dismiss(device: string): void {
    for (const connection of [...this.#connections.keys()]) if (connection.session?.device.id === device) connection.takenOver(true);
    for (const [id, session] of this.#sessions) if (session.device.id === device) this.#discard(id);
    this.#wills.dropDevice(device);
  }

  /** A device that the community no longer knows is sent away. */
  #recheck(): void {
    const known = new Set(this.#options.directory.known().map((d) => d.id));
    for (const connection of [...this.#connections.keys()])
      if (connection.session && !known.has(connection.session.device.id)) connection.close('is no longer a device of the community', 0x87);
    for (const [id, session] of this.#sessions) if (!known.has(session.device.id)) this.#discard(id);
  }

  #tell(device: string, connected: boolean): void {
    for (const handler of this.#handlers) handler({ device, connected });
  }

  #count(why: string): void {
    this.#counters.set(why, (this.#counters.get(why) ?? 0) + 1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#forgetDirectory();
    for (const [connection, { socket }] of [...this.#connections]) {
      connection.shutDown();
      socket.destroySoon();
    }
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#wills.close();
  }
}
