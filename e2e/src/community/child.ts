import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Loaded into every child before its own code: ends it when the launcher is gone, even by kill -9. */
const exitWithParent = fileURLToPath(new URL('./exit-with-parent.mjs', import.meta.url));

export interface ChildOptions {
  readonly name: string;
  /** Script and arguments for this Node. */
  readonly argv: readonly string[];
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  /** V8 and Node flags. */
  readonly flags?: readonly string[];
  /** Program and arguments that end by becoming this Node, such as `ip netns exec NAME`. */
  readonly through?: readonly string[];
  readonly onExit?: (status: string) => void;
}

/** A Node process of the community, with its log in a file. */
export class Child {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<string>;
  readonly #process: ChildProcess;
  readonly #log: WriteStream;
  #running = true;

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.#log = createWriteStream(options.logFile, { flags: 'a' });
    const node = [process.execPath, '--disable-warning=ExperimentalWarning', ...(options.flags ?? []), '--import', exitWithParent, ...options.argv];
    const [program, ...args] = [...(options.through ?? []), ...node];
    this.#process = spawn(program!, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...options.env },
    });
    if (!this.#process.pid) throw new Error(`${options.name}: could not be started`);
    this.pid = this.#process.pid;
    this.#process.stdout?.pipe(this.#log, { end: false });
    this.#process.stderr?.pipe(this.#log, { end: false });
    this.exited = new Promise((resolve) => {
      this.#process.on('exit', (code, signal) => {
        this.#running = false;
        this.#log.end();
        const status = signal ?? `status ${code}`;
        options.onExit?.(status);
        resolve(status);
      });
    });
  }

  get running(): boolean {
    return this.#running;
  }

  /** Everything that the process wrote to stdout, from now on. */
  onStdout(take: (text: string) => void): void {
    this.#process.stdout?.on('data', (chunk: Buffer) => take(chunk.toString()));
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#running) this.#process.kill(signal);
  }

  /** SIGTERM, and SIGKILL when it is still there after `graceMs`. */
  async stop(graceMs = 4000): Promise<void> {
    if (!this.#running) return;
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }
}
