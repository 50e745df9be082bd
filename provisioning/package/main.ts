/**
 * `npm run package [-- --arch arm64|amd64]... [--version V] [--out FOLDER] [--level 0-9] [--json]`
 * Builds the Debian package `energymesh` into dist/; without --arch for both processors.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isArchitecture } from './arch.ts';
import { buildPackage } from './build-package.ts';
import { releaseOf } from './version.ts';

const root = resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    arch: { type: 'string', multiple: true },
    version: { type: 'string' },
    out: { type: 'string', default: join(root, 'dist') },
    level: { type: 'string', default: '6' },
    json: { type: 'boolean', default: false },
  },
});
const wanted = values.arch ?? ['arm64', 'amd64'];
const fail = (message: string): never => {
  console.error(message);
  process.exit(64);
};
const level = /^[0-9]$/.test(values.level) ? Number(values.level) : fail('--level is 0 to 9');
if (spawnSync('dpkg-deb', ['--version'], { stdio: 'ignore' }).status !== 0)
  fail('needs dpkg-deb: on Debian apt-get install dpkg-dev, elsewhere the package "dpkg"');

const release = releaseOf(root, values.version);
process.env.SOURCE_DATE_EPOCH = String(release.epoch);
const parts = ['agent', 'page', ...(existsSync(join(root, 'apps/netd')) ? ['netd'] : [])];
execFileSync('node', ['scripts/build.ts', ...parts], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });

const results = wanted.map((architecture) => {
  if (!isArchitecture(architecture)) return fail(`--arch ${architecture}: there are arm64 and amd64`);
  const started = performance.now();
  const built = buildPackage({ root, out: resolve(values.out), architecture, release, level });
  return {
    ...built,
    architecture,
    version: release.version,
    sha256: createHash('sha256').update(readFileSync(built.path)).digest('hex'),
    seconds: Math.round((performance.now() - started) / 100) / 10,
  };
});
if (values.json) console.log(JSON.stringify(results, null, 2));
else
  for (const r of results)
    console.log(`${r.path}\n  ${(r.bytes / 1e6).toFixed(1)} MB, installed ${(r.installedKib / 1024).toFixed(0)} MiB, sha256 ${r.sha256}, ${r.seconds} s`);
