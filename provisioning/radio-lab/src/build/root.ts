import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheKey, lines, suite } from './cache.ts';
import { command, part, step, type Tell } from './steps.ts';

/** Folders that the guest mounts something on; the root itself is read only. */
const mountPoints = ['repo', 'lab', 'proc', 'sys', 'dev', 'run', 'tmp', 'var/lib/misc', 'root', 'usr/lib/energymesh', 'usr/local/lib/systemd/system'];
/** And files that it mounts a file on. */
const filePoints = ['usr/sbin/energymesh-netd', 'usr/lib/NetworkManager/conf.d/50-energymesh.conf'];

export const rootKey = (packages: string, init: string): string => cacheKey('root', [suite, ...lines(packages), init, ...mountPoints, ...filePoints]);

/** The guest's root file system: Debian packages in a folder, which the guest mounts by hostfs. Resolves with the folder. */
export async function buildRoot(cache: string, packagesFile: string, initFile: string, tell: Tell): Promise<string> {
  const packages = lines(readFileSync(packagesFile, 'utf8'));
  const init = readFileSync(initFile, 'utf8');
  return join(await part(cache, rootKey(readFileSync(packagesFile, 'utf8'), init), (partial) => make(partial, packages, initFile, tell), tell), 'root');
}

async function make(partial: string, packages: readonly string[], initFile: string, tell: Tell): Promise<void> {
  const started = performance.now();
  const logFile = join(partial, 'build.log');
  const tar = join(partial, 'root.tar');
  await step(partial, 'bootstrapped', async () => {
    tell(`root file system: ${packages.length} Debian packages and what they need`);
    rmSync(tar, { force: true });
    const noDocuments = ['doc', 'man', 'locale', 'info'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
    const mode = process.getuid?.() === 0 ? 'root' : 'unshare';
    await command(
      [
        'mmdebstrap',
        `--mode=${mode}`,
        '--variant=apt',
        '--aptopt=APT::Install-Recommends "false"',
        ...noDocuments,
        `--include=${packages.join(',')}`,
        suite,
        tar,
      ],
      { logFile, secondsMax: 900 },
    );
  });
  const root = join(partial, 'root');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  // Without device files, which only root may make; the guest has its own.
  await command(['tar', '-x', '-f', tar, '-C', root, '--no-same-owner', '--exclude=./dev/*', '--exclude=./var/cache/*', '--exclude=./var/lib/apt/*'], {
    logFile,
    secondsMax: 300,
  });
  for (const at of mountPoints) mkdirSync(join(root, at), { recursive: true });
  for (const at of filePoints) {
    mkdirSync(join(root, at, '..'), { recursive: true });
    writeFileSync(join(root, at), '');
  }
  copyFileSync(initFile, join(root, 'sbin/lab-init'));
  chmodSync(join(root, 'sbin/lab-init'), 0o755);
  writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost lab\n::1 localhost\n');
  writeFileSync(join(root, 'etc/resolv.conf'), '');
  rmSync(tar);
  const seconds = Math.round((performance.now() - started) / 1000);
  writeFileSync(join(partial, 'built.json'), `${JSON.stringify({ suite, packages, seconds })}\n`);
  tell(`root file system: made in ${seconds} s`);
}
