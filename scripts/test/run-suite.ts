import { spawn } from 'node:child_process';
import type { Ended } from './counts.ts';

export interface Command {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly secondsMax: number;
  readonly env?: Readonly<Record<string, string>>;
}

const keptBytesMax = 4 * 1024 * 1024;

/** Runs one suite in its own process group, passes its output through, and ends the whole group at the limit. */
export function runSuite(command: Command, show: (text: string) => void): Promise<Ended> {
  return new Promise((resolve) => {
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
    const limit = setTimeout(() => {
      timedOut = true;
      endGroup('SIGKILL');
    }, command.secondsMax * 1000);
    const finish = (status: number | null): void => {
      clearTimeout(limit);
      // what a crashed runner left behind must not outlive its suite
      endGroup('SIGKILL');
      resolve({ name: command.name, status, timedOut, output });
    };
    child.on('error', (error) => {
      take(Buffer.from(`${command.name}: ${error.message}\n`));
      finish(127);
    });
    child.on('close', finish);
  });
}
