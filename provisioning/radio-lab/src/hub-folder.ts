import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { HubProcess } from '@energymesh/e2e/community/hub-process';
import { freePorts } from '@energymesh/e2e/community/ports';
import { built } from '@energymesh/e2e/community/program';
import { repo } from './build/built.ts';

/** In the run's folder: of our community, and of another one. */
export const hubFolders = { ours: 'hub', foreign: 'hub-foreign' } as const;

/**
 * The hub's first start, on the host: making its database takes 600 MB for a moment, more than a process may have in the machine (see
 * `hubFlags`). In the machine it is started from a copy.
 */
export async function prepareHub(share: string, folder: string): Promise<void> {
  const [http = 0, https = 0, broker = 0, tools = 0, app = 0] = await freePorts(5);
  const options = { layout: { nodes: [], edges: [], devices: [] }, dir: share, program: built(repo), progress: () => {} };
  const hub = new HubProcess({ dir: join(share, folder), ports: { http, https, broker, tools, app }, logFile: join(share, 'hub-first-start.log'), options });
  try {
    await hub.start();
  } finally {
    await hub.stop();
  }
}

/** Keys and passwords of a run are not kept with its logs. */
export function forgetHubs(share: string): void {
  for (const folder of Object.values(hubFolders)) rmSync(join(share, folder), { recursive: true, force: true });
}
