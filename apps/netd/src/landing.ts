import { join } from 'node:path';
import { landing, type RenderedFile } from '@energymesh/network';
import type { Disk } from './disk.ts';
import { inGeneration } from './generations.ts';

const leftOver = /^\.energymesh-.*\.new$/;

/** Puts the files outside of the generation into their places and takes away what earlier states left there. The paths that changed. */
export function land(disk: Disk, files: readonly RenderedFile[]): string[] {
  const wanted = new Map(files.filter(({ path }) => !inGeneration(path)).map((file) => [file.path, file]));
  const changed: string[] = [];
  for (const { folder, ours } of landing) {
    for (const name of disk.list(folder)) {
      const path = join(folder, name);
      // What a power cut left half written goes too.
      if (!(ours.test(name) || leftOver.test(name)) || wanted.has(path)) continue;
      disk.remove(path);
      if (ours.test(name)) changed.push(path);
    }
  }
  for (const { path, text, mode } of wanted.values()) {
    if (disk.read(path) === text && disk.modeOf(path) === mode) continue;
    disk.makeFolder(join(path, '..'), 0o755);
    disk.write(path, text, mode);
    changed.push(path);
  }
  return changed;
}
