import { spawn } from 'node:child_process';
import type { Ended } from './counts.ts';

export interface Command {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly secondsMax: number;
  readonly env?: Readonly<Record<string, string>>;
}

const keptBytesMax = 4 * 1024 * 1024;
/** How long an interrupted suite may take to put away what it made: namespaces, virtual machines, folders. */
const putAwayMs = 10_000;

let over = false;
const endings = new Set<(signal: NodeJS.Signals) => void>();
/** Whoever ends this run ends all its suites: each has a process group of its own, which a terminal's Ctrl-C does not reach. Resolves when all are gone; none begins any more. */
export async function endSuites(): Promise<void> {
  over = true;
  for (const end of endings) end('SIGTERM');
  for (const from = performance.now(); endings.size > 0 && performance.now() - from < putAwayMs; ) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const end of endings) end('SIGKILL');
}

/** Runs one suite in its own process group, passes its output through, and ends the whole group at the limit. */
export function runSuite(command: Command, show: (text: string) => void): Promise<Ended> {
  return new Promise((resolve) => {
    if (over) return;
    const [file, ...args] = command.argv;
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', ...command.env }, detached: true });
    let output = '';
    let timedOut = false;
    const take = (chunk: Buffer): void => {
      const text = chunk.toString();
      output = (output + text).slice(-keptBytesMax);
      show(text);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const endGroup = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid) process.kill(-child.pid, signal);
      } catch {
        // the group has ended already
      }
    };
    endings.add(endGroup);
    const limit = setTimeout(() => {
      timedOut = true;
      endGroup('SIGKILL');
    }, command.secondsMax * 1000);
    const finish = (status: number | null): void => {
      clearTimeout(limit);
      endings.delete(endGroup);
      resolve({ name: command.name, status, timedOut, output });
    };
    child.on('error', (error) => {
      take(Buffer.from(`${command.name}: ${error.message}\n`));
      finish(127);
    });
    // What a runner left behind must not outlive its suite, nor hold its output open.
    child.on('exit', () => endGroup('SIGKILL'));
    child.on('close', finish);
  });
}
