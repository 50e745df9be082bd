import { basename, join } from 'node:path';
import { type NetworkState, parseNetworkState, type Rendered, render, standardOptions } from '@energymesh/network';
import * as z from 'zod';
import type { Disk } from './disk.ts';
import { paths } from './paths.ts';

/** A state with all that was rendered of it. */
export interface Generation extends Rendered {
  readonly state: NetworkState;
}

const file = z.strictObject({ path: z.string().startsWith('/'), mode: z.union([z.literal(0o600), z.literal(0o644)]), text: z.string() });
const manifest = z.strictObject({
  version: z.literal(1),
  state: z.unknown(),
  files: z.array(file).max(64),
  units: z.array(z.strictObject({ name: z.string(), files: z.array(z.string()) })).max(32),
});

export const folderOf = (number: number): string => join(paths.generations, String(number));
export const generationOf = (state: NetworkState): Generation => ({ state, ...render(state) });
export const inGeneration = (path: string): boolean => path.startsWith(`${standardOptions.folder}/`);
export const sameGeneration = (a: Generation, b: Generation): boolean => JSON.stringify(plain(a)) === JSON.stringify(plain(b));

const plain = ({ state, files, units }: Generation): unknown => [state, files, units];

export function writeGeneration(disk: Disk, number: number, { state, files, units }: Generation): void {
  disk.makeFolder(paths.generations, 0o700);
  disk.writeFolder(folderOf(number), [
    { name: 'manifest.json', text: `${JSON.stringify({ version: 1, state, files, units })}\n`, mode: 0o600 },
    ...files.filter(({ path }) => inGeneration(path)).map(({ path, text, mode }) => ({ name: basename(path), text, mode })),
  ]);
}

class GenerationBroken extends Error {
  constructor(number: number, why: string) {
    super(`generation ${number} cannot be read: ${why}`);
    this.name = 'GenerationBroken';
  }
}

export function readGeneration(disk: Disk, number: number): Generation {
  const text = disk.read(`${folderOf(number)}/manifest.json`);
  if (text === undefined) throw new GenerationBroken(number, 'it is not there');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new GenerationBroken(number, 'not JSON');
  }
  const parsed = manifest.safeParse(value);
  const state = parsed.success ? parseNetworkState(parsed.data.state) : undefined;
  if (!parsed.success || !state?.ok) throw new GenerationBroken(number, 'not as expected');
  return { state: state.state, files: parsed.data.files, units: parsed.data.units };
}

/** All others go; so does what a power cut left behind. */
export function pruneGenerations(disk: Disk, keep: readonly (number | undefined | null)[]): void {
  const kept = new Set(keep.map(String));
  for (const name of disk.list(paths.generations)) if (!kept.has(name)) disk.removeFolder(join(paths.generations, name));
}
