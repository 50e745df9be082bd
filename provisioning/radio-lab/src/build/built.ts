import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache.ts';
import { buildKernel, kernelKey } from './kernel.ts';
import { buildRoot, rootKey } from './root.ts';
import type { Tell } from './steps.ts';

export const repo = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');
const machine = join(repo, 'provisioning/radio-lab/machine');
const configFile = join(machine, 'kernel.config');
const packagesFile = join(machine, 'packages.txt');
const initFile = join(machine, 'init');

/** program=package pairs for scripts/apt.sh: what building the machine needs of Debian. */
export const hostPackages = ['gcc=build-essential', 'make=build-essential', 'flex=flex', 'bison=bison', 'bc=bc', 'xz=xz-utils', 'mmdebstrap=mmdebstrap'];

/** Both parts are in the cache. */
export function isBuilt(): boolean {
  const read = (file: string): string => readFileSync(file, 'utf8');
  const keys = [kernelKey(read(configFile)), rootKey(read(packagesFile), read(initFile))];
  return keys.every((key) => existsSync(join(cacheFolder(), key)));
}

/** Builds what is not there yet. */
export async function buildMachine(tell: Tell): Promise<{ readonly kernel: string; readonly root: string }> {
  if (!isBuilt()) execFileSync(join(repo, 'scripts/apt.sh'), hostPackages, { stdio: ['ignore', 2, 2] });
  const cache = cacheFolder();
  return { root: await buildRoot(cache, packagesFile, initFile, tell), kernel: await buildKernel(cache, configFile, tell) };
}
