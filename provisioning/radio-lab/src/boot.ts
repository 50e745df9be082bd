import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, lineSplitter } from './events.ts';

export interface MachineOptions {
  readonly kernel: string;
  readonly root: string;
  readonly repo: string;
  /** Mounted in the guest on /lab, writable. */
  readonly share: string;
  /** Paths inside the guest. */
  readonly node: string;
  readonly program: string;
  readonly radios: number;
  readonly memoryMB: number;
  readonly clock: Clock;
  readonly secondsMax: number;
  readonly onLine: (line: string) => void;
}

const timeTravel: Readonly<Record<Clock, readonly string[]>> = { virtual: ['time-travel=inf-cpu'], real: [] };

/** Boots the machine and waits until it has switched itself off; at the limit its power is cut. Rejects only when it cannot be started. */
export async function boot(o: MachineOptions): Promise<{ readonly timedOut: boolean }> {
  // The machine's memory is a file there.
  const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const control = mkdtempSync(join(tmpdir(), 'energymesh-radio-lab-'));
  const log = createWriteStream(join(o.share, 'console.log'));
  const argv = [
    `mem=${o.memoryMB}M`,
    'root=/dev/root',
    'rootfstype=hostfs',
    `rootflags=${o.root}`,
    'ro',
    'quiet',
    'con=null',
    'con0=null,fd:1',
    'ssl=null',
    'umid=lab',
    `uml_dir=${control}`,
    'random.trust_cpu=on',
    `mac80211_hwsim.radios=${o.radios}`,
    ...timeTravel[o.clock],
    'init=/sbin/lab-init',
    `lab.repo=${o.repo}`,
    `lab.share=${o.share}`,
    `lab.node=${o.node}`,
    `lab.program=${o.program}`,
  ];
  const child = spawn(o.kernel, argv, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, TMPDIR: memory } });
  const end = (): void => {
    try {
      // The machine's processes are processes of the host, all in its group.
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // the group has ended already
    }
  };
  for (const stream of [child.stdout, child.stderr]) {
    const push = lineSplitter(o.onLine);
    stream.on('data', (chunk: Buffer) => {
      log.write(chunk);
      push(chunk.toString());
    });
  }
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    end();
  }, o.secondsMax * 1000);
  process.once('exit', end);
  const interrupted = (): void => process.exit(130);
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
    return { timedOut };
  } finally {
    clearTimeout(limit);
    end();
    process.off('exit', end);
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
    log.end();
    rmSync(control, { recursive: true, force: true });
  }
}
