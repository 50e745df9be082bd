import { until } from '../community/until.ts';
import type { Publisher } from './publisher.ts';
import type { World } from './world.ts';

type Around = Pick<World, 'publisher' | 'community' | 'observer'>;

/** A simulated lock: answers every command, and remembers them in order. */
export class Lock {
  /** Ids of commands as they came, repetitions included. */
  readonly commands: string[] = [];
  readonly #publisher: Publisher;
  readonly #probes = new Set<string>();

  private constructor(publisher: Publisher) {
    this.#publisher = publisher;
  }

  /**
   * Connects and waits until the backend's commands reach it: the broker keeps nothing for a device that was never
   * there before, so the first commands are probes until one arrives. `at`: a node other than the layout's.
   */
  static async open(world: Around, device: string, at?: string): Promise<Lock> {
    const lock = new Lock(await world.publisher(device, at));
    const { client } = lock.#publisher;
    client.on('message', (_topic, payload) => {
      const { id } = JSON.parse(payload.toString()) as { id: string };
      if (id.startsWith('probe-')) lock.#probes.add(id);
      else {
        lock.commands.push(id);
        void lock.#publisher.publish({ command: id, ok: true }, 'answer');
      }
    });
    await client.subscribeAsync(`em/${device}/command`, { qos: 1 });
    for (let n = 1; lock.#probes.size === 0; n++) {
      if (n > 40) throw new Error(`no command reaches ${device}`);
      await world.community.hub.command(device, { id: `probe-${n}`, action: 'status' }, 20);
      await until('the probe', 1000, () => lock.#probes.size > 0).catch(() => {});
    }
    return lock;
  }

  async gets(id: string, msMax = 45_000): Promise<void> {
    await until(`command ${id} at ${this.#publisher.device}`, msMax, () => this.commands.includes(id));
  }

  /** The backend has the answer to this command. */
  async answered(world: Around, id: string, msMax = 45_000): Promise<void> {
    await world.observer.sees(`the answer to ${id}`, msMax, (o) =>
      o.unique(this.#publisher.device, 'answer').some((s) => (JSON.parse(s.payload) as { command: string }).command === id),
    );
  }

  async leave(): Promise<void> {
    await this.#publisher.client.endAsync(true);
  }

  comeBack(): void {
    this.#publisher.client.reconnect();
  }
}
