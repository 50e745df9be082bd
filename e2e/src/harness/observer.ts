import type { ConnectionOptions } from 'node:tls';
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { until } from '../community/until.ts';

export interface Seen {
  readonly device: string;
  readonly what: string;
  readonly payload: string;
  /** Entry id, by MQTT 5 user property or by the 3.1.1 envelope; undefined when neither came. */
  readonly id: string | undefined;
  readonly at: number;
}

/** A backend program at the broker: sees every device message that arrives there, raw, with its entry id. */
export class Observer {
  /** In order of arrival, raw: duplicates included. */
  readonly seen: Seen[] = [];
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
  }

  static async connect(
    broker: { readonly url: string; readonly username: string; readonly password: string; readonly ca?: string },
    protocolVersion: 4 | 5,
  ): Promise<Observer> {
    const settings: IClientOptions & Pick<ConnectionOptions, 'checkServerIdentity'> = {
      clientId: 'observer',
      username: broker.username,
      password: broker.password,
      protocolVersion,
      clean: false,
      ...(protocolVersion === 5 ? { properties: { sessionExpiryInterval: 3600, receiveMaximum: 1000 } } : {}),
      ...(broker.ca ? { ca: broker.ca } : {}),
    };
    const client = await mqtt.connectAsync(broker.url, settings);
    const observer = new Observer(client);
    client.on('message', (topic, payload, packet) => observer.#take(topic, payload, packet));
    await client.subscribeAsync('energymesh/+/em/#', { qos: 1 });
    return observer;
  }

  /** Publishes as a backend program does, for instance a command. */
  async publish(topic: string, payload: string, expirySeconds?: number): Promise<void> {
    await this.#client.publishAsync(topic, payload, {
      qos: 1,
      ...(expirySeconds === undefined ? {} : { properties: { messageExpiryInterval: expirySeconds } }),
    });
  }

  /** Once each, by entry id. */
  unique(device?: string, what?: string): readonly Seen[] {
    const ids = new Set<string>();
    return this.seen.filter((s) => {
      if ((device && s.device !== device) || (what && s.what !== what)) return false;
      if (s.id === undefined) return true;
      if (ids.has(s.id)) return false;
      ids.add(s.id);
      return true;
    });
  }

  async sees(what: string, msMax: number, test: (observer: Observer) => boolean): Promise<void> {
    await until(what, msMax, () => test(this));
  }

  close(): Promise<void> {
    return this.#client.endAsync(true);
  }

  #take(topic: string, raw: Buffer, packet: IPublishPacket): void {
    const [, , , device, what] = topic.split('/');
    if (!device || !what || what === 'command') return;
    const property = packet.properties?.userProperties?.['em-id'];
    const opened = property === undefined ? openEnvelope(raw) : undefined;
    this.seen.push({
      device,
      what,
      at: performance.now(),
      payload: opened?.payload ?? raw.toString(),
      id: (Array.isArray(property) ? property[0] : property) ?? opened?.id,
    });
  }
}

function openEnvelope(raw: Buffer): { id: string; payload: string } | undefined {
  try {
    const value: unknown = JSON.parse(raw.toString());
    if (!value || typeof value !== 'object' || !('em' in value) || !('id' in value)) return undefined;
    const payload = 'payload64' in value ? Buffer.from(String(value.payload64), 'base64').toString() : 'payload' in value ? String(value.payload) : '';
    return { id: String(value.id), payload };
  } catch {
    return undefined;
  }
}
