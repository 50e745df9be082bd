import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

const secondsMax = 300;
const outputBytesMax = 8 * 1024 * 1024;

export type Argv = readonly [string, ...string[]];

/** What a program printed on stdout. Rejects, with what it said, when it fails or takes longer than five minutes. */
export function run(...argv: Argv): Promise<string> {
  const [file, ...args] = argv;
  return new Promise((resolve, reject) => {
    execFile(file, args, { encoding: 'utf8', timeout: secondsMax * 1000, killSignal: 'SIGKILL', maxBuffer: outputBytesMax }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${argv.join(' ')}: ${stderr.trim() || error.message}`));
      else resolve(stdout);
    });
  });
}

/** A program that goes on running, its output in a file. */
export class Daemon {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(logFile: string, ...argv: Argv) {
    const [file, ...args] = argv;
    const log = openSync(logFile, 'a');
    this.#process = spawn(file, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#ended = new Promise((resolve) => {
      this.#process.once('exit', () => resolve());
      this.#process.once('error', () => resolve());
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#process.pid !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** The signal, and SIGKILL when it is still there after two seconds. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.running) return;
    this.#process.kill(signal);
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 2000);
    await this.#ended;
    clearTimeout(timer);
  }
}
