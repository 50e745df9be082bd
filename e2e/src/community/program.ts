import { join } from 'node:path';
import type { Program } from './community.ts';

/** The single files that `npm run build` makes. */
export const built = (root: string): Program => ({ agent: [join(root, 'apps/agent/dist/agent.mjs')], hub: [join(root, 'apps/hub/dist/hub.mjs')] });

/** Straight from source, restarted on save. */
export const fromSource = (root: string): Program => ({
  agent: ['--watch', '--watch-preserve-output', join(root, 'apps/agent/src/main.ts')],
  hub: ['--watch', '--watch-preserve-output', join(root, 'apps/hub/src/main.ts')],
});
