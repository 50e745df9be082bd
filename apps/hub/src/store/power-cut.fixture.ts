import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';

import { dirname, join, relative } from 'node:path';

/**
 * A disk that forgets whatever no fsync has brought to it: of each file the content at its last fsync, of each folder the names at its last fsync (a new
 * file's own fsync keeps its name too, as ext4 does).
 */
export class ForgetfulDisk {
  readonly #folder: string;
  readonly #kept: string;
  /** Path within the folder -> inode whose kept content stands under it. */
  readonly #names = new Map<string, number>();

  /** `kept`: an empty folder for copies. */
  constructor(folder: string, kept: string) {
    this.#folder = folder;
    this.#kept = kept;
    mkdirSync(kept, { recursive: true });
    if (existsSync(folder)) this.#keepAll(folder);
  }

  /** After an fsync of this path. */
  readonly synced = (path: string): void => {
    if (statSync(path).isDirectory()) return this.#keepNames(path);
    const { ino } = statSync(path);
    copyFileSync(path, join(this.#kept, String(ino)));
    this.#names.set(relative(this.#folder, path), ino);
  };

  /** Puts what is left after a power cut into a folder that does not exist. */
  leave(target: string): void {
    for (const [name, ino] of this.#names) {
      const [to, content] = [join(target, name), join(this.#kept, String(ino))];
      mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
      if (existsSync(content)) copyFileSync(content, to);
      else writeFileSync(to, '');
    }
    // Folders without a kept file, as far as the engine made them at first.
    cpSync(this.#folder, target, { recursive: true, force: false, filter: (source) => statSync(source).isDirectory(), mode: 0 });
  }

  #keepAll(folder: string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) this.#keepAll(join(folder, entry.name));
      else this.synced(join(folder, entry.name));
    }
  }

  #keepNames(folder: string): void {
    const here = relative(this.#folder, folder);
    for (const name of this.#names.keys()) if (dirname(name) === (here === '' ? '.' : here)) this.#names.delete(name);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isFile()) this.#names.set(join(here, entry.name), statSync(join(folder, entry.name)).ino);
    }
  }
}
