import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { run } from './run.ts';

const sizeBytes = 192 * 1024 * 1024;

/**
 * A node's disk: ext4 on a loop device over a file in memory. What a program has synced is in the file; what it only wrote is in the page
 * cache, because the kernel's own writing back is switched off (`holdBack`). So a copy of the file, taken at an instant at which nobody
 * writes, is what a disk holds after a power cut in that instant.
 */
export class Disk {
  readonly #image: string;
  readonly #at: string;

  private constructor(image: string, at: string) {
    this.#image = image;
    this.#at = at;
  }

  /** No write reaches a disk but by a sync, for the whole guest. Idempotent. */
  static async holdBack(): Promise<void> {
    await run('sysctl', '-qw', 'vm.dirty_writeback_centisecs=0', 'vm.dirty_expire_centisecs=360000', 'vm.dirty_ratio=90', 'vm.dirty_background_ratio=80');
  }

  static async create(image: string, at: string): Promise<Disk> {
    const file = await open(image, 'w');
    await file.truncate(sizeBytes);
    await file.close();
    await run('mkfs.ext4', '-q', '-m', '0', '-E', 'lazy_itable_init=1,nodiscard', image);
    const disk = new Disk(image, at);
    await disk.#mount();
    return disk;
  }

  /** The power fails now. Nobody may have a file open for writing any more. The file system is as after the next start: its journal replayed. */
  async cutPower(): Promise<void> {
    const after = `${this.#image}.after`;
    await run('cp', '--sparse=always', this.#image, after);
    await run('umount', this.#at);
    await run('mv', '-f', after, this.#image);
    await this.#mount();
  }

  async #mount(): Promise<void> {
    mkdirSync(this.#at, { recursive: true });
    // The journal is committed by syncs alone; the usual would be every five seconds.
    await run('mount', '-o', 'loop,noatime,commit=3600', this.#image, this.#at);
  }
}
