import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
interface RunOptions {
  readonly secondsMax?: number;
  readonly as?: { readonly uid: number; readonly gid: number };
}

/** The machine. Programs are started by argument lists, never by a shell. */
export interface System {
  /** Never throws: a program that is not there ended with 127, one that took too long with 124. */
  run(argv: readonly [string, ...string[]], options?: RunOptions): Ran;
  /** Seconds since the machine started, sleeping included: the clock of deadlines, since a Pi's other one may jump. */
  uptimeSeconds(): number;
  /** Another one after each start of the machine. */
  bootId(): string;
  wait(seconds: number): void;
}

const outputBytesMax = 4 * 1024 * 1024;

export const machine: System = {
  run([program, ...args], { secondsMax = 60, as } = {}) {
    const { status, error, stdout, stderr } = spawnSync(program, args, {
      encoding: 'utf8',
      timeout: secondsMax * 1000,
      killSignal: 'SIGKILL',
      maxBuffer: outputBytesMax,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      ...as,
    });
    const failed = error === undefined ? 1 : (error as NodeJS.ErrnoException).code === 'ENOENT' ? 127 : 124;
    return { code: status ?? failed, stdout: stdout ?? '', stderr: stderr ?? '' };
  },
  uptimeSeconds: () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]),
  bootId: () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  wait(seconds) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
  },
};
