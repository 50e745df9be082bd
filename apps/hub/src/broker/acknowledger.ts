import type { Duplex } from 'node:stream';
import { type QueueLimits, QueueRoom } from './queue-room.ts';

/** PUBACK. MQTT 3.1.1 §3.4 */
const puback = (id: number): Buffer => Buffer.from([0x40, 2, id >> 8, id & 0xff]);

/** Writes PUBACKs when messages are stored, and bounds how much is taken before that: whoever sends without waiting is not read any further. */
export class Acknowledger {
  readonly #room: QueueRoom;

  constructor(limits: QueueLimits) {
    this.#room = new QueueRoom(limits);
  }

  /**
   * Acknowledges message `id` of `bytes` on the connection when `stored` resolves, and closes the connection when it rejects. Resolves when more may be read:
   * at once, or when the PUBACK has left if too much of this client, or of all, is unacknowledged.
   */
  async answer(message: { client: string; id: number; bytes: number }, connection: Duplex, stored: Promise<unknown>): Promise<void> {
    const { client, id, bytes } = message;
    const fits = this.#room.take(client, bytes);
    const left = stored.then(
      () => write(connection, puback(id)),
      () => void connection.destroy(),
    );
    if (!fits) return left;
    void left.then(() => this.#room.give(client, bytes));
  }
}

/** Resolves when the bytes have left, or never will. What one commit acknowledges leaves together. */
function write(connection: Duplex, bytes: Buffer): Promise<void> {
  if (connection.destroyed) return Promise.resolve();
  connection.cork();
  process.nextTick(() => connection.uncork());
  return new Promise((resolve) => connection.write(bytes, () => resolve()));
}
