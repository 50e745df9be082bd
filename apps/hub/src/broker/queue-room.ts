export interface QueueLimits {
  /** Messages per session that wait to be acknowledged. */
  readonly messagesMax: number;
  /** Bytes per session. */
  readonly bytesMax: number;
  /** Bytes of all sessions together. */
  readonly allBytesMax: number;
}

/** How full the queues are. Entries are sessions with something queued. */
export class QueueRoom {
  readonly #limits: QueueLimits;
  readonly #used = new Map<string, { messages: number; bytes: number }>();
  #messages = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get messages(): number {
    return this.#messages;
  }

  /** False when there is no room for this message. */
  take(client: string, bytes: number): boolean {
    const used = this.#used.get(client) ?? { messages: 0, bytes: 0 };
    if (used.messages >= this.#limits.messagesMax || used.bytes + bytes > this.#limits.bytesMax || this.#bytes + bytes > this.#limits.allBytesMax) return false;
    this.#used.set(client, { messages: used.messages + 1, bytes: used.bytes + bytes });
    this.#messages++;
    this.#bytes += bytes;
    return true;
  }

  give(client: string, bytes: number): void {
    const used = this.#used.get(client);
    if (!used) return;
    if (used.messages === 1) this.#used.delete(client);
    else this.#used.set(client, { messages: used.messages - 1, bytes: used.bytes - bytes });
    this.#messages--;
    this.#bytes -= bytes;
  }
}
