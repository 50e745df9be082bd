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

const read = (file: string): string => readFileSync(file, 'utf8');
const inCache = (key: string): boolean => existsSync(join(cacheFolder(), key));
const install = (): void => {
  execFileSync(join(repo, 'scripts/apt.sh'), hostPackages, { stdio: ['ignore', 2, 2] });
};

/** The kernel of the radio lab and of the virtual Pi is in the cache. */
export const kernelIsBuilt = (): boolean => inCache(kernelKey(read(configFile)));

/** Both parts are in the cache. */
export const isBuilt = (): boolean => kernelIsBuilt() && inCache(rootKey(read(packagesFile), read(initFile)));

/** The kernel, built if it is not there yet: path of the program. */
export async function kernel(tell: Tell): Promise<string> {
  if (!kernelIsBuilt()) install();
  return buildKernel(cacheFolder(), configFile, tell);
}

/** Builds what is not there yet. */
export async function buildMachine(tell: Tell): Promise<{ readonly kernel: string; readonly root: string }> {
  if (!isBuilt()) install();
  return { root: await buildRoot(cacheFolder(), packagesFile, initFile, tell), kernel: await buildKernel(cacheFolder(), configFile, tell) };
}
