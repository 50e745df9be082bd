import type { DeviceIdentity } from '../../ports.ts';
import { matches } from '../topics.ts';

export interface DownMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly properties?: Readonly<Record<string, string>>;
}

interface Delivery {
  readonly message: DownMessage;
  readonly resolve: (how: 'acknowledged' | 'discarded') => void;
  /** Packet id while it is with the device. */
  packetId: number | undefined;
  sent: boolean;
}

/** How a session reaches its device while it is connected. */
export interface Line {
  publish(packetId: number, dup: boolean, message: DownMessage): void;
}

/**
 * One client's session: subscriptions and the deliveries that it has not acknowledged. MQTT 3.1.1 §3.1.2.4, §4.4.
 * Its messages are held by the relay's spool; here is only what is under way.
 */
export class Session {
  readonly clientId: string;
  readonly device: DeviceIdentity;
  readonly filters = new Map<string, 0 | 1 | 2>();
  readonly #deliveringMax: number;
  readonly #deliveries: Delivery[] = [];
  /** QoS 2 packet ids taken but not released: a second PUBLISH of one is the same message. */
  readonly received = new Set<number>();
  #line: Line | undefined;
  #nextPacketId = 1;

  constructor(clientId: string, device: DeviceIdentity, deliveringMax: number) {
    this.clientId = clientId;
    this.device = device;
    this.#deliveringMax = deliveringMax;
  }

  get connected(): boolean {
    return this.#line !== undefined;
  }

  wants(topic: string): boolean {
    for (const filter of this.filters.keys()) if (matches(filter, topic)) return true;
    return false;
  }

  /** The device is back: what it has not acknowledged goes again, marked as a duplicate (MQTT-4.4.0-1). */
  attach(line: Line): void {
    this.#line = line;
    for (const d of this.#deliveries) if (d.packetId !== undefined) line.publish(d.packetId, d.sent, d.message);
    this.#pump();
  }

  detach(line: Line): void {
    if (this.#line === line) this.#line = undefined;
  }

  /** Resolves on the device's PUBACK, or when the session ends without it; on abort it is taken back, also from the resend list. */
  deliver(message: DownMessage, signal: AbortSignal): Promise<'acknowledged' | 'discarded'> {
    return new Promise((resolve, reject) => {
      const delivery: Delivery = { message, resolve: (how) => done(() => resolve(how)), packetId: undefined, sent: false };
      const abort = (): void => {
        const at = this.#deliveries.indexOf(delivery);
        if (at >= 0) this.#deliveries.splice(at, 1);
        done(() => reject(signal.reason instanceof Error ? signal.reason : new Error('delivery aborted')));
        this.#pump();
      };
      const done = (then: () => void): void => {
        signal.removeEventListener('abort', abort);
        then();
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort);
      this.#deliveries.push(delivery);
      this.#pump();
    });
  }

  acknowledged(packetId: number): void {
    const at = this.#deliveries.findIndex((d) => d.packetId === packetId);
    if (at < 0) return;
    const [delivery] = this.#deliveries.splice(at, 1);
    delivery?.resolve('acknowledged');
    this.#pump();
  }

  /** The device asked for a clean session: what was under way in this one looks for another. */
  discard(): void {
    for (const delivery of this.#deliveries.splice(0)) delivery.resolve('discarded');
  }

  /** Called when a subscription may have made waiting deliveries wanted. */
  subscribed(): void {
    this.#pump();
  }

  #pump(): void {
    if (!this.#line) return;
    let under = this.#deliveries.reduce((n, d) => n + (d.packetId === undefined ? 0 : 1), 0);
    for (const d of this.#deliveries) {
      if (under >= this.#deliveringMax) return;
      if (d.packetId !== undefined || !this.wants(d.message.topic)) continue;
      d.packetId = this.#allocate();
      d.sent = true;
      under++;
      this.#line.publish(d.packetId, false, d.message);
    }
  }

  #allocate(): number {
    // deliveringMax is far below 65,535, so a free id is always near
    for (;;) {
      const id = this.#nextPacketId;
      this.#nextPacketId = id === 0xffff ? 1 : id + 1;
      if (!this.#deliveries.some((d) => d.packetId === id)) return id;
    }
  }
}
