import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Files that a power cut leaves old or new: written beside their place, synced, renamed, and the folder synced.
 * Every path is absolute as on the host and lies below `root`. `step` is told before each change, so that tests can end it there.
 */
export class Disk {
  readonly #root: string;
  readonly #step: (what: string) => void;

  constructor(root = '/', step: (what: string) => void = () => {}) {
    this.#root = root;
    this.#step = step;
  }

  at(path: string): string {
    return join(this.#root, path);
  }

  read(path: string): string | undefined {
    try {
      return readFileSync(this.at(path), 'utf8');
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  /** A plain file that belongs to this process's user and that nobody else may write; else undefined. */
  readOwn(path: string): string | undefined {
    let file: number;
    try {
      file = openSync(this.at(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch {
      return undefined;
    }
    try {
      const { uid, mode, size } = fstatSync(file);
      const plain = (mode & constants.S_IFMT) === constants.S_IFREG;
      return plain && uid === process.getuid?.() && (mode & 0o022) === 0 && size <= 1024 * 1024 ? readFileSync(file, 'utf8') : undefined;
    } finally {
      closeSync(file);
    }
  }

  list(path: string): string[] {
    try {
      return readdirSync(this.at(path)).sort();
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  }

  exists(path: string): boolean {
    return existsSync(this.at(path));
  }

  /** Of a plain file; undefined for anything else. */
  modeOf(path: string): number | undefined {
    const found = lstatSync(this.at(path), { throwIfNoEntry: false });
    return found?.isFile() ? found.mode & 0o777 : undefined;
  }

  makeFolder(path: string, mode: number): void {
    if (this.exists(path)) return;
    this.#step(`mkdir ${path}`);
    mkdirSync(this.at(path), { recursive: true, mode });
    this.#sync(dirname(path));
  }

  /** Appears at once, with its mode, and is on the disk when this returns. */
  write(path: string, text: string, mode: number): void {
    const temporary = join(dirname(path), `.energymesh-${basename(path)}.new`);
    this.#step(`write ${path}`);
    rmSync(this.at(temporary), { force: true });
    this.#create(temporary, text, mode);
    this.#step(`rename ${path}`);
    renameSync(this.at(temporary), this.at(path));
    this.#sync(dirname(path));
  }

  /** A folder with files by relative name, which appears at once. */
  writeFolder(path: string, files: readonly { readonly name: string; readonly text: string; readonly mode: number }[]): void {
    const temporary = join(dirname(path), `.new-${basename(path)}`);
    this.#step(`clear ${temporary}`);
    rmSync(this.at(temporary), { recursive: true, force: true });
    mkdirSync(this.at(temporary), { mode: 0o700 });
    for (const { name, text, mode } of files) {
      this.#step(`write ${path}/${name}`);
      this.#create(join(temporary, name), text, mode);
    }
    this.#sync(temporary);
    this.#step(`rename ${path}`);
    renameSync(this.at(temporary), this.at(path));
    this.#sync(dirname(path));
  }

  linkOf(path: string): string | undefined {
    try {
      return lstatSync(this.at(path)).isSymbolicLink() ? readlinkSync(this.at(path)) : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  /** The symbolic link points to the old or to the new, never nowhere. */
  switchLink(path: string, target: string): void {
    const temporary = join(dirname(path), `.energymesh-${basename(path)}.new`);
    this.#step(`link ${path}`);
    rmSync(this.at(temporary), { force: true });
    symlinkSync(target, this.at(temporary));
    this.#step(`switch ${path}`);
    renameSync(this.at(temporary), this.at(path));
    this.#sync(dirname(path));
  }

  remove(path: string): void {
    this.#step(`remove ${path}`);
    try {
      unlinkSync(this.at(path));
    } catch (error) {
      if (!isAbsent(error)) throw error;
      return;
    }
    this.#sync(dirname(path));
  }

  /** Of folders that nobody but root may write. */
  removeFolder(path: string): void {
    this.#step(`remove ${path}`);
    rmSync(this.at(path), { recursive: true, force: true });
  }

  #create(path: string, text: string, mode: number): void {
    // New, so what may stand there is neither followed nor written to.
    const file = openSync(this.at(path), 'wx', mode);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  #sync(folder: string): void {
    const file = openSync(this.at(folder), 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}

export const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
