import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import type { ExternalConfig } from '../config.ts';
import type { Arrival } from '../ingest/message.ts';
import { Tally } from '../tally.ts';
import type { Topics } from '../topics.ts';
import type { Broker, BrokerView } from './broker.ts';

export interface ExternalOptions {
  readonly config: ExternalConfig;
  /** The CA of the broker's certificate; undefined: a public one. */
  readonly caPem?: string | undefined;
  readonly community: string;
  readonly topics: Topics;
  /** Resolves when the message is committed; acknowledged only after that. */
  readonly ingest: (arrival: Arrival) => Promise<void>;
  readonly log: Logger;
}

const weekSeconds = 7 * 86_400;
/** Messages that the broker may have sent us unacknowledged: what a group commit can gather. */
const receiveMaximum = 500;

/**
 * The hub as a client of somebody's MQTT 5 broker: one persistent session, QoS 1.
 * 1. A PUBACK is written after the commit, by ourselves: mqtt.js acknowledges one message at a time, and would so make every commit one row.
 * 2. A message that could not be committed stays unacknowledged, and the connection is closed, so that the broker sends it again.
 * 3. A PUBACK goes to the connection that brought its message, or nowhere.
 */
export class ExternalBroker implements Broker {
  readonly #client: MqttClient;
  readonly #options: ExternalOptions;
  readonly #refused = new Tally();

  private constructor(client: MqttClient, options: ExternalOptions) {
    this.#client = client;
    this.#options = options;
    client.handleMessage = (packet, done) => this.#take(packet, done);
    client.on('connect', () => this.#subscribe());
    client.on('error', (error) => options.log.warn({ error: error.message }, 'the connection to the broker failed'));
    client.on('offline', () => options.log.warn('the connection to the broker is lost'));
  }

  /** Resolves at once: the broker may be away, and come later. */
  static async open(options: ExternalOptions): Promise<ExternalBroker> {
    const { config } = options;
    const settings: IClientOptions = {
      protocolVersion: 5,
      clientId: `energymesh-hub-${options.community}`,
      clean: false,
      keepalive: 30,
      reconnectPeriod: 2000,
      connectTimeout: 10_000,
      resubscribe: false,
      properties: { sessionExpiryInterval: weekSeconds, receiveMaximum },
      ...(config.username === undefined ? {} : { username: config.username }),
      ...(config.password === undefined ? {} : { password: config.password }),
      ...(options.caPem === undefined ? {} : { ca: options.caPem }),
    };
    return new ExternalBroker(mqtt.connect(config.url, settings), options);
  }

  async publish(message: { topic: string; payload: Uint8Array; retain?: boolean; expirySeconds?: number }): Promise<void> {
    const { topic, payload, retain = false, expirySeconds } = message;
    const properties = expirySeconds === undefined ? {} : { properties: { messageExpiryInterval: expirySeconds } };
    await this.#client.publishAsync(topic, Buffer.from(payload), { qos: 1, retain, ...properties });
  }

  /** Whom an external broker lets in is its own matter. */
  dismiss(): void {}

  present(): readonly string[] {
    return [];
  }

  view(): BrokerView {
    return { kind: 'external', connected: this.#client.connected, sessions: [], refused: this.#refused.view() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }

  #subscribe(): void {
    this.#client.subscribeAsync([...this.#options.topics.upward], { qos: 1 }).then(
      (granted) => {
        for (const { topic, qos } of granted) if (qos >= 128) this.#options.log.error({ topic }, 'the broker refused a subscription');
      },
      (error: Error) => this.#options.log.warn({ error: error.message }, 'subscribing failed'),
    );
  }

  #take(packet: IPublishPacket, done: (error?: Error) => void): void {
    const connection = this.#client.stream;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const properties = packet.properties?.userProperties as Record<string, string | string[]> | undefined;
    const committed = this.#options.ingest({ topic: packet.topic, payload, ...(properties ? { properties } : {}) });
    if (packet.qos === 0) {
      committed.catch(() => this.#refused.add('not-committed'));
      return done();
    }
    // An error here tells mqtt.js to go on without acknowledging.
    done(new Error('acknowledged after the commit'));
    const id = packet.messageId!;
    committed.then(
      () => {
        if (connection === this.#client.stream && !connection.destroyed) connection.write(puback(id));
      },
      () => {
        this.#refused.add('not-committed');
        if (connection === this.#client.stream) connection.destroy();
      },
    );
  }
}

/** PUBACK with reason Success, left out as MQTT 5 §3.4.2.1 allows. */
const puback = (id: number): Buffer => Buffer.from([0x40, 2, id >> 8, id & 0xff]);
