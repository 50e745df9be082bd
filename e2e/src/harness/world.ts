import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Community, type CommunityOptions } from '../community/community.ts';
import type { Layout } from '../community/layout.ts';
import { LinkProxy } from '../community/link-proxy.ts';
import { built } from '../community/program.ts';
import type { RewardsOptions } from '../community/rewards.ts';
import { until } from '../community/until.ts';
import { Mosquitto } from './mosquitto.ts';
import { Observer } from './observer.ts';
import { Publisher } from './publisher.ts';
import { discard, scratch } from './scratch.ts';

export type BrokerKind = 'embedded' | 'mosquitto';

export interface WorldOptions {
  readonly layout: Layout;
  readonly broker: BrokerKind;
  /** Edges ("A-B") that get a link proxy, so that they can be blackholed. */
  readonly proxied?: readonly string[];
  readonly reportEveryMs?: number;
  readonly pwa?: boolean;
  /** Left out: the community pays nothing, and no ledger is started. */
  readonly rewards?: RewardsOptions;
  /** Some node never has a way to a gateway: it is not waited for. */
  readonly unconnected?: boolean;
}

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** A community in a folder of its own, with an observer at its backend. Everything ends with the scope that holds it. */
export class World {
  readonly community: Community;
  readonly observer: Observer;
  readonly dir: string;
  readonly #proxies: ReadonlyMap<string, LinkProxy>;
  readonly #broker: Mosquitto | undefined;
  readonly #publishers: Publisher[] = [];

  private constructor(parts: {
    community: Community;
    observer: Observer;
    dir: string;
    proxies: ReadonlyMap<string, LinkProxy>;
    broker: Mosquitto | undefined;
  }) {
    this.community = parts.community;
    this.observer = parts.observer;
    this.dir = parts.dir;
    this.#proxies = parts.proxies;
    this.#broker = parts.broker;
  }

  static async open(options: WorldOptions): Promise<World> {
    const dir = scratch('e2e');
    try {
      return await World.#in(dir, options);
    } catch (error) {
      discard(dir);
      throw error;
    }
  }

  static async #in(dir: string, options: WorldOptions): Promise<World> {
    const community = await Community.prepare({
      layout: options.layout,
      dir,
      program: built(root),
      progress: () => {},
      ...(options.proxied ? { proxied: options.proxied } : {}),
      ...(options.reportEveryMs ? { reportEveryMs: options.reportEveryMs } : {}),
      ...(options.rewards ? { rewards: options.rewards } : {}),
      ...(options.pwa ? { pwaDir: join(root, 'apps/pwa/out') } : {}),
    } satisfies CommunityOptions);
    const broker = options.broker === 'mosquitto' ? await Mosquitto.prepare(join(dir, 'mosquitto')) : undefined;
    community.hub.broker = broker;
    const proxies = new Map<string, LinkProxy>();
    try {
      // A proxy hears the first beacons; the next would come half a minute later.
      await community.start(async () => {
        for (const edge of options.proxied ?? []) proxies.set(edge, await LinkProxy.open(community.sides(edge), community.beaconKey()));
      });
      const observer = await Observer.connect(community.hub.tools, broker ? 5 : 4);
      const world = new World({ community, observer, dir, proxies, broker });
      if (!options.unconnected) await world.connected();
      return world;
    } catch (error) {
      for (const proxy of proxies.values()) await proxy.close();
      await community.stop();
      await broker?.stop();
      throw error;
    }
  }

  /** Every running node has a way to a gateway. */
  async connected(msMax = 60_000): Promise<void> {
    for (const agent of this.community.agents.values()) {
      if (agent.running) await until(`node ${agent.node.key} to have a way to a gateway`, msMax, async () => (await agent.health())?.gateway != null);
    }
  }

  proxy(edge: string): LinkProxy {
    const proxy = this.#proxies.get(edge);
    if (!proxy) throw new Error(`edge ${edge} has no proxy`);
    return proxy;
  }

  /** `at`: connected to a node other than the layout's. */
  async publisher(device: string, at?: string): Promise<Publisher> {
    const known = this.community.device(device);
    const there = at === undefined ? known : { ...known, url: this.community.agent(at).devicesUrl };
    const publisher = await Publisher.connect(there, this.community.hub.deviceRootPem());
    this.#publishers.push(publisher);
    return publisher;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const publisher of this.#publishers) await publisher.close();
      await this.observer.close();
      for (const proxy of this.#proxies.values()) await proxy.close();
    } finally {
      await this.community.stop();
      await this.#broker?.stop();
      discard(this.dir);
    }
  }
}
