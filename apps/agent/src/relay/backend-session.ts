import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { writeToStream } from 'mqtt-packet';
import type { Logger } from 'pino';
import type { Clock } from '../ports.ts';

export interface BackendAddress {
  /** mqtt://host:port or mqtts://host:port */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}
export interface BackendKeys {
  readonly ca?: Buffer | undefined;
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
}
/** What was learned of the broker, for all sessions with it. */
export interface BrokerMemory {
  version: 4 | 5;
  /** It said so itself; else it only hung up, and the other version is tried again at the next occasion. */
  sure: boolean;
}

export interface BackendMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly packetId: number | undefined;
  readonly qos: 0 | 1 | 2;
  readonly dup: boolean;
  readonly retain: boolean;
  /** MQTT 5 only. */
  readonly expirySeconds: number | undefined;
  readonly properties: Readonly<Record<string, string>>;
}
export interface Subscription {
  readonly filter: string;
  /** Wants what the broker retained: of a command one must never see that. */
  readonly retained: boolean;
}
export interface SessionUp {
  readonly version: 4 | 5;
  /** How many unacknowledged publishes the broker takes. */
  readonly receiveMaximum: number;
  readonly maximumPacketBytes: number;
  /** CONNECT to CONNACK. */
  readonly connackMs: number;
}
export interface SessionDown {
  readonly why: string;
  /** Another client took the session over (MQTT 5 reason 0x8E). */
  readonly takenOver: boolean;
  /** How long it had been up; undefined: it was not. */
  readonly upMs: number | undefined;
}
export type PublishResult = { readonly is: 'done' } | { readonly is: 'refused'; readonly code: number } | { readonly is: 'lost' };

export interface BackendSessionOptions {
  readonly clientId: string;
  readonly address: BackendAddress;
  /** Read anew for every connection, so that renewed certificates need no restart. Throws when they cannot be read. */
  readonly keys: () => BackendKeys;
  readonly memory: BrokerMemory;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly onUp: (up: SessionUp) => void;
  readonly onDown: (down: SessionDown) => void;
  /** `acknowledge` sends the PUBACK, if the connection that brought the message still stands. */
  readonly onMessage: (message: BackendMessage, acknowledge: () => void) => void;
  readonly keepaliveSeconds?: number;
}

const retryMsMin = 500;
const retryMsMax = 30_000;
/** Up for this long: the next failure begins at the shortest delay again. */
const stableMs = 10_000;
const sessionExpirySeconds = 7 * 24 * 3600;
/** Unacknowledged messages that the broker may have with us (MQTT 5 Receive Maximum). */
export const receiveMax = 20;
/** A 3.1.1 broker keeps no such promise: beyond this its stream is not read on. */
const pendingMax = 256;
const subscribeRetryMs = 30_000;
const closeMsMax = 500;
const unsupportedVersion = new Set([0x01, 0x84]);
const takenOverCode = 0x8e;
/** Messages of one connection that are not acknowledged, and readers that wait until they are fewer. */
interface Incoming {
  pending: number;
  readonly stalled: (() => void)[];
}

type State =
  | { readonly at: 'idle' }
  | { readonly at: 'connecting'; readonly client: MqttClient; readonly version: 4 | 5 }
  | { readonly at: 'up'; readonly client: MqttClient; readonly version: 4 | 5; readonly since: number }
  | { readonly at: 'waiting'; readonly cancel: () => void }
  | { readonly at: 'closed' };

/**
 * One lasting MQTT session at the backend: connects until told otherwise, in MQTT 5 or, where the broker refuses that, 3.1.1.
 * Reconnecting is done here, with a new client object each time: mqtt.js would send again what the mesh has already been told is undelivered.
 */
export class BackendSession {
  readonly #options: BackendSessionOptions;
  #state: State = { at: 'idle' };
  #failures = 0;
  #publishing = new Set<(result: PublishResult) => void>();
  #wanted: readonly Subscription[] = [];
  #granted = new Set<string>();
  #cancelSubscribe: () => void = () => {};

  constructor(options: BackendSessionOptions) {
    this.#options = options;
  }

  get up(): boolean {
    return this.#state.at === 'up';
  }

  start(): void {
    if (this.#state.at === 'idle') this.#connect();
  }

  /** QoS 1. `done` runs once. */
  publish(
    topic: string,
    payload: Buffer,
    options: { retain: boolean; properties?: { userProperties: Record<string, string>; contentType?: string } },
    done: (result: PublishResult) => void,
  ): void {
    if (this.#state.at !== 'up') {
      done({ is: 'lost' });
      return;
    }
    this.#publishing.add(done);
    this.#state.client.publish(topic, payload, { qos: 1, ...options }, (error) => {
      if (!this.#publishing.delete(done)) return;
      if (!error) done({ is: 'done' });
      else if ('code' in error && typeof error.code === 'number') done({ is: 'refused', code: error.code });
      else done({ is: 'lost' });
    });
  }

  /** Replaces the subscriptions; they are made anew after every CONNACK. */
  subscribe(subscriptions: readonly Subscription[]): void {
    this.#wanted = subscriptions;
    if (this.#state.at === 'up') this.#subscribe();
  }

  /** The broker's session has a subscription that nobody wants any more. */
  unsubscribe(filter: string): void {
    if (this.#state.at === 'up') this.#state.client.unsubscribe(filter);
  }

  /** Leaves; the broker keeps the session for its next holder. */
  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { at: 'closed' };
    this.#cancelSubscribe();
    if (state.at === 'waiting') state.cancel();
    this.#lose();
    if (state.at === 'connecting') state.client.end(true);
    if (state.at !== 'up') return;
    // A DISCONNECT, then the socket: what was not acknowledged stays with the broker.
    const { stream } = state.client;
    const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
    writeToStream({ cmd: 'disconnect' }, stream, { protocolVersion: state.version });
    stream.end();
    const cancel = this.#options.clock.after(closeMsMax, () => stream.destroy());
    await closed;
    cancel();
    state.client.end(true);
  }

  #connect(): void {
    const { address, clientId, memory, clock, logger } = this.#options;
    const version = memory.version;
    let keys: BackendKeys;
    try {
      keys = this.#options.keys();
    } catch (error) {
      this.#retry(`its certificates cannot be read: ${error instanceof Error ? error.message : String(error)}`, undefined, false);
      return;
    }
    const startedAt = clock.monotonic();
    const client = connect(address.url, this.#clientOptions(version, clientId, keys));
    this.#state = { at: 'connecting', client, version };
    let why = 'the connection was closed';
    let code: number | string | undefined;
    let ended = false;
    const incoming: Incoming = { pending: 0, stalled: [] };
    client.handleMessage = (packet, done) => this.#receive(client, incoming, packet, done);
    client.on('connect', (connack) => {
      if (ended) return;
      this.#state = { at: 'up', client, version, since: clock.monotonic() };
      const { receiveMaximum, maximumPacketSize } = connack.properties ?? {};
      logger.info({ clientId, version, sessionPresent: connack.sessionPresent }, 'connected to the backend');
      this.#granted.clear();
      this.#subscribe();
      this.#options.onUp({
        version,
        receiveMaximum: receiveMaximum ?? 65_535,
        maximumPacketBytes: maximumPacketSize ?? 268_435_455,
        connackMs: clock.monotonic() - startedAt,
      });
    });
    client.on('disconnect', (packet) => {
      code = packet.reasonCode;
      why = `the broker disconnected with reason ${packet.reasonCode}`;
    });
    const end = (): void => {
      if (ended) return;
      ended = true;
      client.end(true);
      if (this.#state.at === 'closed' || !('client' in this.#state) || this.#state.client !== client) return;
      this.#ended(version, why, code);
    };
    client.on('error', (error) => {
      why = error.message || error.name;
      if ('code' in error && (typeof error.code === 'number' || typeof error.code === 'string')) code = error.code;
      end();
    });
    client.on('close', end);
  }

  #clientOptions(version: 4 | 5, clientId: string, keys: BackendKeys): IClientOptions {
    const { username, password } = this.#options.address;
    return {
      protocolVersion: version,
      clientId,
      clean: false,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      connectTimeout: 10_000,
      keepalive: this.#options.keepaliveSeconds ?? 15,
      rejectUnauthorized: true,
      subscribeBatchSize: 100,
      ...(username !== undefined ? { username } : {}),
      ...(password !== undefined ? { password } : {}),
      ...(keys.ca ? { ca: keys.ca } : {}),
      ...(keys.cert && keys.key ? { cert: keys.cert, key: keys.key } : {}),
      ...(version === 5 ? { properties: { sessionExpiryInterval: sessionExpirySeconds, receiveMaximum: receiveMax } } : {}),
    };
  }

  /** mqtt.js hands messages over one at a time and sends the PUBACK when `done` is called without an error. An error means none, and that it goes on. */
  #receive(client: MqttClient, incoming: Incoming, packet: IPublishPacket, done: (error?: Error) => void): void {
    const { messageId, qos, dup, retain, topic } = packet;
    const { userProperties = {}, correlationData, contentType, messageExpiryInterval } = packet.properties ?? {};
    const properties: Record<string, string> = {};
    for (const [name, value] of Object.entries(userProperties)) properties[name] = Array.isArray(value) ? value.join(', ') : value;
    if (contentType) properties['content-type'] = contentType;
    if (correlationData) properties['correlation-data'] = correlationData.toString('hex');
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    let acknowledged = false;
    const acknowledge = (): void => {
      if (acknowledged || qos === 0) return;
      acknowledged = true;
      incoming.pending--;
      incoming.stalled.shift()?.();
      if (this.#state.at !== 'up' || this.#state.client !== client) return;
      writeToStream({ cmd: 'puback', messageId: messageId ?? 0, reasonCode: 0 }, client.stream, { protocolVersion: this.#state.version });
    };
    if (qos > 0) incoming.pending++;
    this.#options.onMessage({ topic, payload, packetId: messageId, qos, dup, retain, expirySeconds: messageExpiryInterval, properties }, acknowledge);
    const goOn = (): void => done(qos > 0 ? new Error('acknowledged later') : undefined);
    if (incoming.pending < pendingMax) goOn();
    else incoming.stalled.push(goOn);
  }

  #subscribe(): void {
    this.#cancelSubscribe();
    if (this.#state.at !== 'up') return;
    const { client, version } = this.#state;
    const wanted = new Set(this.#wanted.map(({ filter }) => filter));
    for (const filter of this.#granted)
      if (!wanted.has(filter)) {
        this.#granted.delete(filter);
        client.unsubscribe(filter);
      }
    const fresh = this.#wanted.filter(({ filter }) => !this.#granted.has(filter));
    for (const retained of [false, true]) {
      const filters = fresh.filter((s) => s.retained === retained).map(({ filter }) => filter);
      if (filters.length === 0) continue;
      for (const filter of filters) this.#granted.add(filter);
      // Retain handling 2: a retained "unlock" must never arrive late. No local: our own messages don't come back.
      client.subscribe(filters, { qos: 1, ...(version === 5 ? { rh: retained ? 0 : 2, nl: !retained } : {}) }, (error) => {
        if (!error || this.#state.at !== 'up' || this.#state.client !== client) return;
        for (const filter of filters) this.#granted.delete(filter);
        this.#options.logger.warn({ clientId: this.#options.clientId, err: error.message, filters: filters.length }, 'the backend refused a subscription');
        this.#cancelSubscribe = this.#options.clock.after(subscribeRetryMs, () => this.#subscribe());
      });
    }
  }

  #ended(version: 4 | 5, why: string, code: number | string | undefined): void {
    const { memory, clock } = this.#options;
    const wasUp = this.#state.at === 'up' ? clock.monotonic() - this.#state.since : undefined;
    let atOnce = false;
    if (wasUp === undefined) {
      const refused = typeof code === 'number' && unsupportedVersion.has(code);
      // Some old brokers answer a CONNECT they don't understand by closing.
      const hungUp = code === undefined || code === 'ECONNRESET' || code === 'EPIPE';
      if (refused || hungUp) {
        if (memory.version === version) Object.assign(memory, { version: version === 5 ? 4 : 5, sure: refused });
        atOnce = version === 5;
      }
    } else {
      if (wasUp >= stableMs) this.#failures = 0;
      if (!memory.sure) memory.version = 5;
    }
    this.#lose();
    this.#retry(why, wasUp, code === takenOverCode, atOnce);
  }

  #lose(): void {
    const publishing = this.#publishing;
    this.#publishing = new Set();
    for (const done of publishing) done({ is: 'lost' });
  }

  #retry(why: string, upMs: number | undefined, takenOver: boolean, atOnce = false): void {
    const { clock, random, logger, clientId } = this.#options;
    const delay = atOnce ? 0 : Math.min(retryMsMax, retryMsMin * 2 ** this.#failures) * (0.5 + random() / 2);
    if (!atOnce) this.#failures++;
    this.#cancelSubscribe();
    const level = upMs === undefined && this.#failures > 1 ? 'debug' : 'warn';
    logger[level]({ clientId, why, retryMs: Math.round(delay) }, 'no connection to the backend');
    this.#state = { at: 'waiting', cancel: clock.after(Math.max(delay, 0), () => this.#connect()) };
    this.#options.onDown({ why, takenOver, upMs });
  }
}
