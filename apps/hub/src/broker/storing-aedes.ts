import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';
import type { DurableSessions } from './durable-sessions.ts';

type Done = (error?: Error) => void;
/** aedes declares the form without a client only; its own handlers call the other. */
type Publish = (packet: PublishPacket, client: Client | Done | null, done?: Done) => void;

/**
 * aedes writes the PUBACK first and publishes then, or never if the connection ended in between. And it reads on only when it has answered for what it read
 * before. Here what a client publishes with QoS 1 is taken out of its hands in `authorizePublish`, by `take`: aedes goes on with a packet that wants no
 * answer, which it is told was published.
 */
export class StoringAedes extends Aedes {
  readonly #sessions: DurableSessions;
  readonly #taken = new WeakSet<object>();

  constructor(options: Omit<AedesOptions, 'persistence'>, sessions: DurableSessions) {
    super({ ...options, persistence: sessions });
    this.#sessions = sessions;
  }

  /** Publishes what `client` sent with QoS 1; who is here gets it at once. Resolves when every session that wants the message has it on disk. The PUBACK is the caller's. */
  take(packet: PublishPacket, client: Client): Promise<unknown> {
    const stored = this.store({ ...packet }, client);
    packet.qos = 0;
    this.#taken.add(packet);
    return stored;
  }

  /** Publishes a message of QoS 1; resolves when every session that wants it has it on disk, not when it was sent to those that are here. */
  store(packet: PublishPacket, client: Client | null): Promise<unknown> {
    const stored = this.#sessions.stored(packet.payload as Buffer);
    const published = new Promise<void>((resolve, reject) => {
      this.#aedesPublish(packet, client, (error) => (error ? reject(error) : resolve()));
    });
    return Promise.race([stored, published.then(() => stored)]);
  }

  override publish(packet: PublishPacket, client: Client | Done, done?: Done): void {
    // Never from within: aedes would parse what it is in the middle of parsing.
    if (this.#taken.has(packet) && done) queueMicrotask(done);
    else this.#aedesPublish(packet, client, done);
  }

  get #aedesPublish(): Publish {
    return super.publish.bind(this) as Publish;
  }
}
