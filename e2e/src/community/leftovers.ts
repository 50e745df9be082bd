import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Process ids of a community, on disk, so that the start after a `kill -9` of the launcher ends what it left behind.
 * A pid is ended only if the process still has the start time that was written (Linux), so never somebody else's.
 */
export class Leftovers {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  write(pids: readonly number[]): void {
    writeFileSync(this.#file, JSON.stringify(pids.map((pid) => ({ pid, started: startOf(pid) }))));
  }

  clear(): void {
    rmSync(this.#file, { force: true });
  }

  /** Ends what is left of the last run and waits until it is gone; answers how many there were. */
  async end(gone: (pid: number) => Promise<void>): Promise<number> {
    if (!existsSync(this.#file)) return 0;
    const written = JSON.parse(readFileSync(this.#file, 'utf8')) as { pid: number; started: string | undefined }[];
    const alive = written.filter(({ pid, started }) => started !== undefined && startOf(pid) === started);
    for (const { pid } of alive) process.kill(pid, 'SIGKILL');
    for (const { pid } of alive) await gone(pid);
    this.clear();
    return alive.length;
  }
}

/** Start time of a process in clock ticks since boot: field 22 of /proc/pid/stat (proc(5)); undefined where there is none. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
