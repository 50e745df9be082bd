import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Debian release that the guest is made of, and its kernel source package. */
export const suite = 'bookworm';
export const sourcePackage = 'linux-source-6.1';

/**
 * Name of a part's folder in the cache: whatever decides what is in it goes into the hash. Not Debian's revision of the source: a security
 * update of a kernel that only ever runs in a test is no reason to build for minutes; the revision built from is noted beside it.
 */
export function cacheKey(part: string, inputs: readonly string[]): string {
  const hash = createHash('sha256');
  // Lengths first: ["ab","c"] is not ["a","bc"].
  for (const input of inputs) hash.update(`${Buffer.byteLength(input)}\n${input}`);
  return `${part}-${hash.digest('hex').slice(0, 16)}`;
}

/** Where the lab keeps what it built: outside the repository, XDG Base Directory Specification. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env, home: string = homedir()): string {
  const base = environment.XDG_CACHE_HOME?.startsWith('/') ? environment.XDG_CACHE_HOME : join(home, '.cache');
  return join(base, 'energymesh', 'radio-lab');
}

/** A list with one item a line; `#` begins a comment. */
export const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
