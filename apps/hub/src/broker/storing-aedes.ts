import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';
import type { DurableSessions } from './durable-sessions.ts';

type Done = (error?: Error) => void;
/** aedes declares the form without a client only; its own handlers call the other. */
type Publish = (packet: PublishPacket, client: Client | Done, done?: Done) => void;

/**
 * aedes writes the PUBACK first and publishes then, or never if the connection ended in between. Here what a client publishes with QoS 1 is published in
 * `authorizePublish`, by `take`, and aedes's own call later waits for that one.
 */
export class StoringAedes extends Aedes {
  readonly #sessions: DurableSessions;
  readonly #begun = new WeakMap<object, Promise<void>>();

  constructor(options: Omit<AedesOptions, 'persistence'>, sessions: DurableSessions) {
    super({ ...options, persistence: sessions });
    this.#sessions = sessions;
  }

  /** Publishes; resolves when every session that wants the message has it on disk, not when it was sent to those that are here. */
  take(packet: PublishPacket, client: Client): Promise<void> {
    const stored = this.#sessions.stored(packet.payload as Buffer);
    const published = new Promise<void>((resolve, reject) => {
      this.#aedesPublish(packet, client, (error) => (error ? reject(error) : resolve()));
    });
    this.#begun.set(packet, published);
    return Promise.race([stored, published]);
  }

  override publish(packet: PublishPacket, client: Client | Done, done?: Done): void {
    const begun = this.#begun.get(packet);
    if (begun && done) begun.then(() => done(), done);
    else this.#aedesPublish(packet, client, done);
  }

  get #aedesPublish(): Publish {
    return super.publish.bind(this) as Publish;
  }
}
