import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * Builds what changed, in a process group of its own so that what the build itself starts ends with it.
 * Rejects when it fails or `signal` aborts it. `parts`: of scripts/build.ts; none: all.
 */
export function build(root: string, signal: AbortSignal, started: (pid: number) => void, parts: readonly string[] = []): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(process.execPath, [join(root, 'scripts/build.ts'), ...parts], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
    const { pid } = child;
    if (pid !== undefined) started(pid);
    const end = (): void => {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    };
    signal.addEventListener('abort', end);
    child.once('error', reject);
    child.once('exit', (status) => {
      signal.removeEventListener('abort', end);
      if (status === 0) resolve();
      else reject(new Error('the build failed; its messages are above'));
    });
  });
}
