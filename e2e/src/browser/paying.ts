import { test as base } from '@playwright/test';
import type { Layout } from '../community/layout.ts';
import { World } from '../harness/world.ts';
import { Street } from './community.ts';
import { logIn } from './operator.ts';

/** B, whose earnings are looked at, has one neighbour: the gateway A. */
const layout: Layout = {
  nodes: [
    { key: 'A', name: 'School roof', gateway: true, position: { lat: 50.7312, lon: 7.1024 } },
    { key: 'B', name: 'Mill Lane 7', position: { lat: 50.7319, lon: 7.1041 } },
  ],
  edges: [['A', 'B']],
  devices: [{ id: 'mill-meter', role: 'meter', at: 'B' }],
};

/**
 * A community that pays, on a simulated ledger of its own: hours of ten seconds, a ledger a fifth of a second after a transaction, and a base reward of
 * 1 XLM per 1,000 packets, so that minutes earn what can be withdrawn. One for all tests of a project, in which they follow each other.
 */
export const test = base.extend<Record<never, never>, { street: Street }>({
  street: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      await using world = await World.open({
        layout,
        broker: 'embedded',
        pwa: true,
        rewards: { epochSeconds: 10, ledgerArgs: ['--interval', '200'], params: { stroopsPer1000: 10_000_000, probationEpochs: 0, auditBp: 0 } },
      });
      await use(await Street.of(world));
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  baseURL: ({ street }, use) => use(street.agent('B').url),
  storageState: async ({ street }, use) => use(await logIn(street.agent('B'))),
});

export { expect } from '@playwright/test';
