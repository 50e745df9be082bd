import { type BrowserContextOptions, test as base } from '@playwright/test';
import type { AgentProcess } from '../community/agent-process.ts';
import type { Layout } from '../community/layout.ts';
import { World } from '../harness/world.ts';
import { logIn } from './operator.ts';

/**
 * D, whose dashboard is looked at, reaches the gateway A through B or C; E hangs behind D. N, P and Q are blank and off until somebody sets them up; they hear E.
 *
 *        B
 *      /   \
 *     A     D --- E     N, P, Q
 *      \   /
 *        C
 */
const layout: Layout = {
  nodes: [
    { key: 'A', name: 'School roof', gateway: true, position: { lat: 50.7312, lon: 7.1024 } },
    { key: 'B', name: 'Bakery', position: { lat: 50.7319, lon: 7.1041 } },
    { key: 'C', name: 'Hill Farm', position: { lat: 50.7303, lon: 7.1043 } },
    { key: 'D', name: 'Church Row 4', position: { lat: 50.7312, lon: 7.1062 } },
    { key: 'E', name: 'Weir Cottage', position: { lat: 50.731, lon: 7.1083 } },
    { key: 'N', name: 'New node', later: true },
    { key: 'P', name: 'Blank node', later: true },
    { key: 'Q', name: 'Far node', later: true },
  ],
  edges: [
    ['A', 'B'],
    ['A', 'C'],
    ['B', 'D'],
    ['C', 'D'],
    ['D', 'E'],
    ['E', 'N'],
    ['E', 'P'],
    ['E', 'Q'],
  ],
  devices: [
    { id: 'church-4-meter', role: 'meter', at: 'D' },
    { id: 'weir-lock', role: 'lock', at: 'E' },
  ],
};

/** The running community, and who is who in it. */
export class Street {
  readonly world: World;
  readonly #ids: ReadonlyMap<string, string>;

  private constructor(world: World, ids: ReadonlyMap<string, string>) {
    this.world = world;
    this.#ids = ids;
  }

  static async of(world: World): Promise<Street> {
    const ids = new Map<string, string>();
    for (const [key, agent] of world.community.agents) ids.set(key, (await agent.health())?.node ?? '');
    return new Street(world, ids);
  }

  agent(key: string): AgentProcess {
    return this.world.community.agent(key);
  }
  name(key: string): string {
    return this.agent(key).node.name;
  }
  id(key: string): string {
    return this.#ids.get(key) ?? '';
  }
  key(id: string): string | undefined {
    return [...this.#ids].find(([, known]) => known === id)?.[0];
  }

  /** Starts a node again and waits until everybody has a way out. */
  async restart(key: string): Promise<void> {
    this.agent(key).start(this.world.community.hub);
    await this.agent(key).ready();
    await this.world.connected();
  }
}

/** One community for all tests of a project; each test has a browser of its own, logged in to D. */
export const test = base.extend<Record<never, never>, { street: Street }>({
  street: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      await using world = await World.open({ layout, broker: 'embedded', pwa: true });
      await use(await Street.of(world));
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: ({ street }, use) => use(street.agent('D').url),
  storageState: async ({ street }, use) => use(await logIn(street.agent('D'))),
});

export { expect } from '@playwright/test';

/** For tests that log in by hand. */
export const loggedOut: NonNullable<BrowserContextOptions['storageState']> = { cookies: [], origins: [] };
