import type { DeviceDoor } from '../../ports.ts';

/** Devices whose sessions take everything and acknowledge when the test says so. */
export class FakeDoor implements DeviceDoor {
  readonly pending: { device: string; topic: string; payload: string; resolve: () => void }[] = [];
  refuse = false;
  readonly #connected = new Map<string, number>();
  readonly #handlers = new Set<(change: { device: string; connected: boolean }) => void>();

  deliver(device: string, message: { topic: string; payload: Uint8Array }, signal: AbortSignal): Promise<void> {
    if (this.refuse) return Promise.reject(new Error('refused'));
    return new Promise((resolve, reject) => {
      const entry = { device, topic: message.topic, payload: Buffer.from(message.payload).toString(), resolve };
      this.pending.push(entry);
      signal.addEventListener('abort', () => {
        const at = this.pending.indexOf(entry);
        if (at >= 0) this.pending.splice(at, 1);
        reject(signal.reason);
      });
    });
  }
  acknowledge(at: number): void {
    this.pending.splice(at, 1)[0]?.resolve();
  }
  connect(device: string): void {
    this.#connected.set(device, 0);
    for (const handler of this.#handlers) handler({ device, connected: true });
  }
  disconnect(device: string): void {
    this.#connected.delete(device);
    for (const handler of this.#handlers) handler({ device, connected: false });
  }
  /** Devices told to go. */
  readonly dismissed: string[] = [];
  dismiss(device: string): void {
    this.dismissed.push(device);
    if (this.#connected.has(device)) this.disconnect(device);
  }
  connected(): { device: string; since: number }[] {
    return [...this.#connected].map(([device, since]) => ({ device, since }));
  }
  onChange(handler: (change: { device: string; connected: boolean }) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }
}
