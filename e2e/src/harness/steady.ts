import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { until } from '../community/until.ts';
import { expectAllDelivered, numbers } from './expect-delivered.ts';
import type { Publisher } from './publisher.ts';
import type { World } from './world.ts';

/** A meter that publishes all the while, so that whatever happens beside it can be seen to leave it alone. */
export class Steady {
  readonly #world: World;
  readonly #publisher: Publisher;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #cuts = 0;

  private constructor(world: World, publisher: Publisher, perSecond: number) {
    this.#world = world;
    this.#publisher = publisher;
    publisher.client.on('close', () => this.#cuts++);
    this.#running = this.#run(perSecond);
    this.#running.catch(() => {}); // told by `end`
  }

  static async start(world: World, device: string, perSecond = 10): Promise<Steady> {
    return new Steady(world, await world.publisher(device), perSecond);
  }

  async #run(perSecond: number): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#publisher.publish();
      await delay(1000 / perSecond);
    }
  }

  /** It was never cut off, goes on, and everything that was acknowledged to it until now arrives. */
  async goesOn(): Promise<void> {
    const publisher = this.#publisher;
    const sent = publisher.sent;
    await until(`${publisher.device} to go on publishing`, 10_000, () => publisher.sent > sent);
    const acknowledged = [...publisher.acknowledged];
    const arrived = () => numbers(this.#world.observer.unique(publisher.device));
    await until(`${acknowledged.length} messages of ${publisher.device} at the backend`, 30_000, () => {
      const seen = arrived();
      return acknowledged.every((n) => seen.has(n));
    });
    expect(this.#cuts, 'times that the device lost its connection').toBe(0);
  }

  /** Everything that it sent was acknowledged and has arrived, once. */
  async end(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    expect(this.#publisher.acknowledged.size).toBe(this.#publisher.sent);
    await expectAllDelivered(this.#world, this.#publisher);
  }
}
