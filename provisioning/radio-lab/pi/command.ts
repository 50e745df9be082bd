import { spawn } from 'node:child_process';

export type Tell = (line: string) => void;

const keptBytesMax = 16 * 1024 * 1024;

/** Runs a program to its end; rejects with its last words when it fails or goes over its limit. */
export function run(argv: readonly string[], options: { readonly secondsMax: number; readonly cwd?: string }): Promise<{ readonly stdout: string }> {
  return new Promise((resolve, reject) => {
    const [file = '', ...args] = argv;
    const child = spawn(file, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout = (stdout + chunk.toString()).slice(-keptBytesMax);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-4096);
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), options.secondsMax * 1000);
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(limit);
      if (status === 0) resolve({ stdout });
      else reject(new Error(`${argv.slice(0, 3).join(' ')} ended with ${status ?? 'a signal'}: ${stderr || stdout.slice(-2048)}`));
    });
  });
}
