import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Architecture, architectures } from './arch.ts';

export interface NodeBinary {
  readonly version: string;
  readonly binary: Buffer;
  readonly license: Buffer;
}

/** Where fetched tarballs are kept: outside of the repository, shared by all clones. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'energymesh/packages');
}

/** Node for `architecture` from the npm package that the lockfile pins, by its integrity whatever machine this is. Throws when the bytes are others. */
export function nodeBinary(root: string, architecture: Architecture): NodeBinary {
  const name = `node-linux-${architectures[architecture].npm}`;
  const { version, integrity } = pinned(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'), name);
  const tarball = join(cacheFolder(), `${name}-${version}.tgz`);
  if (!existsSync(tarball)) fetchTarball(name, version, tarball);
  const found = integrityOf(readFileSync(tarball));
  if (found !== integrity) {
    rmSync(tarball);
    throw new Error(`${name} ${version}: the registry's tarball is not the one of pnpm-lock.yaml (${found} instead of ${integrity})`);
  }
  const file = (path: string) => execFileSync('tar', ['-xzOf', tarball, path], { maxBuffer: 512 * 1024 * 1024 });
  return { version, binary: file('package/bin/node'), license: file('package/LICENSE') };
}

/** Version and integrity of `name` in the text of a pnpm-lock.yaml. */
export function pinned(lockfile: string, name: string): { readonly version: string; readonly integrity: string } {
  const match = new RegExp(`^ {2}${name}@([0-9.]+):\\n {4}resolution: \\{integrity: (sha512-[A-Za-z0-9+/=]+)\\}`, 'm').exec(lockfile);
  if (!match?.[1] || !match[2]) throw new Error(`pnpm-lock.yaml does not pin ${name}`);
  return { version: match[1], integrity: match[2] };
}

export function integrityOf(bytes: Uint8Array): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

function fetchTarball(name: string, version: string, tarball: string): void {
  const folder = join(cacheFolder(), `.fetching-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    console.error(`fetching ${name} ${version} ...`);
    // npm and not pnpm: it takes a package for another processor without installing it.
    const listing = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`], { encoding: 'utf8' });
    const fetched = listing.trim().split('\n').at(-1) ?? '';
    writeFileSync(`${tarball}.new`, readFileSync(join(folder, fetched)));
    renameSync(`${tarball}.new`, tarball);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
