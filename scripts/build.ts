/** Builds what `npm start` and the tests run: agent, root helper and hub as single files, the page as a static export. What has not changed is not built again. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Part {
  readonly name: string;
  /** Everything that the result depends on. */
  readonly sources: readonly string[];
  readonly result: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
}

const parts: readonly Part[] = [
  {
    name: 'agent',
    sources: [
      'apps/agent/src',
      'apps/agent/drizzle',
      'apps/agent/build.mjs',
      'packages/protocol/src',
      'packages/identity/src',
      'packages/enrolment/src',
      'packages/page-files/src',
      'packages/network/src',
      'packages/rewards/src',
      'packages/wallet/src',
      'pnpm-lock.yaml',
    ],
    result: 'apps/agent/dist',
    argv: ['node', 'build.mjs'],
    cwd: 'apps/agent',
  },
  {
    name: 'netd',
    sources: ['apps/netd/src', 'apps/netd/build.mjs', 'packages/network/src', 'pnpm-lock.yaml'],
    result: 'apps/netd/dist',
    argv: ['node', 'build.mjs'],
    cwd: 'apps/netd',
  },
  {
    name: 'hub',
    sources: [
      'apps/hub/src',
      'apps/hub/drizzle',
      'apps/hub/build.mjs',
      'packages/protocol/src',
      'packages/identity/src',
      'packages/enrolment/src',
      'packages/page-files/src',
      'packages/rewards/src',
      'packages/wallet/src',
      'pnpm-lock.yaml',
    ],
    result: 'apps/hub/dist',
    argv: ['node', 'build.mjs'],
    cwd: 'apps/hub',
  },
  {
    name: 'page',
    sources: [
      'apps/pwa/src',
      'apps/pwa/public',
      'apps/pwa/scripts',
      'apps/pwa/next.config.ts',
      'apps/pwa/package.json',
      'apps/agent/src/api',
      'packages/wallet/src',
      'pnpm-lock.yaml',
    ],
    result: 'apps/pwa/out',
    argv: ['sh', '-c', 'node_modules/.bin/next build && node scripts/postexport.mjs'],
    cwd: 'apps/pwa',
  },
];

const wanted = process.argv.slice(2);
for (const part of parts) {
  if (wanted.length && !wanted.includes(part.name)) continue;
  const stamp = join(part.result, '.built-from');
  const hash = hashOf(part.sources);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) continue;
  const started = performance.now();
  console.error(`building ${part.name} ...`);
  const { status } = spawnSync(part.argv[0], part.argv.slice(1), {
    cwd: part.cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ENERGYMESH_SOURCES: hash },
  });
  if (status !== 0) {
    console.error(`building ${part.name} failed (${status ?? 'signal'})`);
    process.exit(1);
  }
  writeFileSync(stamp, hash);
  console.error(`built ${part.name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) add(hash, path);
  return hash.digest('hex');
}

function add(hash: ReturnType<typeof createHash>, path: string): void {
  if (!existsSync(path)) return;
  const entries = childrenOf(path);
  if (!entries) {
    hash.update(path).update('\0').update(readFileSync(path)).update('\0');
    return;
  }
  for (const entry of entries.sort()) if (!/\.test\.tsx?$/.test(entry)) add(hash, join(path, entry));
}

function childrenOf(path: string): string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}
