import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

export interface MachineOptions {
  /** User-Mode Linux with ../machine/kernel.config. */
  readonly kernel: string;
  /** Of this machine alone: disk.img, boot.img, and data.img if it has a third disk; gets share/ and the logs. */
  readonly folder: string;
  readonly memoryMib?: number;
}

export interface Booted {
  /** Exit status of the step; undefined when the power was cut. */
  readonly status: number | undefined;
  /** Output of the step. */
  readonly output: string;
  readonly seconds: number;
  /** Of the guest's clock, until multi-user. */
  readonly bootSeconds: number;
  /** systemd's word: running, degraded, ... */
  readonly state: string;
}

export class MachineFailed extends Error {
  override readonly name = 'MachineFailed';
}

export interface BootOptions {
  readonly secondsMax?: number;
  readonly cut?: boolean;
  readonly cutAfterMs?: number;
  /** Gets this side of a serial line to the guest's /dev/tty7. The guest has no network to this machine. */
  readonly onWire?: (wire: Duplex) => void;
}

const pollMs = 50;

/** A Pi with virtual radios whose card is a file. What it runs is a script in the folder that it shares with the host. */
export class Machine {
  readonly #options: MachineOptions;
  readonly share: string;
  #boots = 0;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.share = join(options.folder, 'share');
  }

  /**
   * Boots, runs `script`, and waits for the machine to be off. With `cut`, the power goes when the script makes the file /host/cut:
   * the process gets SIGKILL, so what the guest had not synced is lost.
   */
  async boot(script: string, { secondsMax = 1800, cut = false, cutAfterMs = 0, onWire }: BootOptions = {}): Promise<Booted> {
    const { kernel, folder, memoryMib = 768 } = this.#options;
    mkdirSync(this.share, { recursive: true });
    for (const name of ['rc', 'cut', 'booted', 'step.log', 'journal.log']) rmSync(join(this.share, name), { force: true });
    writeFileSync(join(this.share, 'step.sh'), `set -euo pipefail\nexport LC_ALL=C.UTF-8\n${script}\n`);
    const consoleLog = join(folder, `console-${++this.#boots}.log`);
    const log = openSync(consoleLog, 'w');
    const started = performance.now();
    const child = spawn(
      kernel,
      [
        `mem=${memoryMib}M`,
        `ubd0=${join(folder, 'disk.img')}`,
        `ubd1=${join(folder, 'boot.img')}`,
        ...(existsSync(join(folder, 'data.img')) ? [`ubd2=${join(folder, 'data.img')}`] : []),
        ...['root=/dev/ubda', 'rw', 'quiet', 'con=null', 'con0=null,fd:1', 'ssl=null', 'random.trust_cpu=on', 'mac80211_hwsim.radios=4'],
        ...(onWire ? ['con7=fd:3'] : []),
        // The watchdog is set and fed; on a busy machine of ours it would still bite.
        'softdog.soft_noboot=1',
        ...[`umid=pi-${process.pid}`, `uml_dir=${join(folder, '.uml')}`, `lab.share=${this.share}`],
      ],
      // A process group of its own: a guest's processes are processes here.
      {
        cwd: folder,
        stdio: ['ignore', log, log, onWire ? 'pipe' : 'ignore'],
        detached: true,
        env: { ...process.env, TMPDIR: existsSync('/dev/shm') ? '/dev/shm' : '/tmp' },
      },
    );
    const wire = child.stdio[3];
    if (onWire && wire) onWire(wire as Duplex);
    const powerOff = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // off already
      }
    };
    let off = false;
    const ended = new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => {
        off = true;
        resolve();
      });
    });
    try {
      while (!off) {
        if (cut && existsSync(join(this.share, 'cut'))) {
          if (cutAfterMs > 0) await wait(cutAfterMs);
          break;
        }
        if (performance.now() - started > secondsMax * 1000) {
          throw new MachineFailed(`the virtual Pi is not done after ${secondsMax} s; see ${consoleLog}\n${this.#read('step.log').slice(-2000)}`);
        }
        await Promise.race([ended, wait(pollMs)]);
      }
    } finally {
      powerOff();
      await ended;
      closeSync(log);
    }
    const booted = this.#read('booted').trim().split(' ');
    if (booted.length !== 2) throw new MachineFailed(`the virtual Pi did not boot; see ${consoleLog}`);
    const rc = this.#read('rc').trim();
    if (!cut && rc === '') throw new MachineFailed(`the virtual Pi stopped before its step ended; see ${consoleLog}\n${this.#read('step.log').slice(-2000)}`);
    return {
      status: rc === '' ? undefined : Number(rc),
      output: this.#read('step.log'),
      seconds: (performance.now() - started) / 1000,
      bootSeconds: Number(booted[0]),
      state: booted[1] ?? '',
    };
  }

  #read(name: string): string {
    try {
      return readFileSync(join(this.share, name), 'utf8');
    } catch {
      return '';
    }
  }
}
