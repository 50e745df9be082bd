import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alive, type Known, known } from '../community/leftovers.ts';
import { until } from '../community/until.ts';
import { root } from './world.ts';

/** `npm start` in a process group of its own as from a terminal, or what it runs in the end, without npm around it. Nothing is built. */
export class Launch {
  readonly process: ChildProcess;
  /** Everything it printed. */
  text = '';
  readonly exited: Promise<number | NodeJS.Signals | null>;
  readonly #more = new EventEmitter();

  constructor(options: { readonly dir: string; readonly port: number; readonly hubPort: number; readonly npm?: boolean }) {
    const { dir, port, hubPort, npm = false } = options;
    const [program, ...argv] = npm ? (['npm', 'start', '--'] as const) : ([process.execPath, join(root, 'e2e/src/community/main.ts')] as const);
    const given = ['--no-build', '--dir', dir, '--port', String(port), '--hub-port', String(hubPort)];
    this.process = spawn(program, [...argv, ...given], { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.text += chunk.toString();
        this.#more.emit('text');
      });
    this.exited = new Promise((resolve) => this.process.once('close', (code, signal) => resolve(signal ?? code)));
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error('the launcher could not be started');
    return this.process.pid;
  }

  /** It printed that the community is up. Answers the milliseconds that this took. */
  async up(msMax: number): Promise<number> {
    const started = performance.now();
    await until('the community to be up', msMax, () => {
      if (this.process.exitCode !== null || this.process.signalCode !== null) throw new Error(`npm start ended:\n${this.text}`);
      return this.text.includes('Ctrl-C ends everything');
    });
    return performance.now() - started;
  }

  /** Resolves when it has printed this; rejects when it ends without. */
  async printed(what: string): Promise<void> {
    const ended = this.exited.then(() => 'ended' as const);
    while (!this.text.includes(what)) {
      const more = once(this.#more, 'text').then(() => 'more' as const);
      if ((await Promise.race([more, ended])) === 'ended' && !this.text.includes(what)) throw new Error(`ended without "${what}":\n${this.text}`);
    }
  }

  /** The launcher, its descendants, and whoever is in its process group. */
  all(): readonly Known[] {
    const processes = processList();
    const found = new Set([this.pid]);
    for (let before = -1; before !== found.size; ) {
      before = found.size;
      for (const { pid, parent, group } of processes) if (found.has(parent) || group === this.pid) found.add(pid);
    }
    return [...found].map(known).filter(alive);
  }

  /** To the whole group, as a terminal's Ctrl-C; false when all of it has ended. */
  signalGroup(signal: NodeJS.Signals): boolean {
    try {
      return process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
      throw error;
    }
  }
}

function processList(): { pid: number; parent: number; group: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [{ pid: Number(name), parent: Number(parent), group: Number(group) }];
      } catch {
        return []; // ended meanwhile
      }
    });
}
