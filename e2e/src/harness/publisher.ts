import { setTimeout as delay } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { connectDevice } from '../devices/device.ts';

/** A device that publishes numbered messages and remembers which of them its node acknowledged. */
export class Publisher {
  readonly device: string;
  readonly client: MqttClient;
  /** Numbers that got a PUBACK. */
  readonly acknowledged = new Set<number>();
  sent = 0;

  private constructor(device: string, client: MqttClient) {
    this.device = device;
    this.client = client;
  }

  static async connect(device: { readonly id: string; readonly token: string; readonly url: string }, ca: string): Promise<Publisher> {
    const client = connectDevice({ ...device, ca });
    client.on('error', () => {}); // it connects again by itself
    await new Promise<void>((resolve) => client.once('connect', () => resolve()));
    return new Publisher(device.id, client);
  }

  /** One message; resolves with its PUBACK. */
  async publish(body: object = {}, what = 'telemetry'): Promise<number> {
    const n = ++this.sent;
    await this.client.publishAsync(`em/${this.device}/${what}`, JSON.stringify({ n, t: Date.now(), ...body }), { qos: 1 });
    this.acknowledged.add(n);
    return n;
  }

  /** At `perSecond` for `seconds`, not waiting for PUBACKs but at the end for all of them. */
  async stream(perSecond: number, seconds: number, body: object = {}): Promise<void> {
    const total = Math.round(perSecond * seconds);
    const started = performance.now();
    const pending: Promise<unknown>[] = [];
    for (let i = 0; i < total; ) {
      const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * perSecond) + 1);
      for (; i < due; i++) pending.push(this.publish(body));
      if (i < total) await delay(5);
    }
    await Promise.all(pending);
  }

  get closed(): boolean {
    return this.client.disconnecting || this.client.disconnected;
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }

  /** After `close`; numbers go on. */
  async reopen(): Promise<void> {
    const connected = new Promise<void>((resolve) => this.client.once('connect', () => resolve()));
    this.client.reconnect();
    await connected;
  }
}
