import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export type Tell = (line: string) => void;

/** What failed, in words that say what to do. */
export class BuildFailed extends Error {
  override readonly name = 'BuildFailed';
}

export interface CommandOptions {
  readonly cwd?: string;
  /** Its output goes there; the last lines are shown when it fails. */
  readonly logFile: string;
  readonly secondsMax: number;
  readonly env?: Readonly<Record<string, string>>;
  /** With every line of output. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end, in a process group of its own that is ended at the limit. */
export async function command(argv: readonly [string, ...string[]], options: CommandOptions): Promise<void> {
  const [file, ...args] = argv;
  const log = openSync(options.logFile, 'a');
  const tail: string[] = [];
  const child = spawn(file, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, ...options.env } });
  const take = (chunk: Buffer): void => {
    writeSync(log, chunk);
    for (const line of chunk.toString().split('\n')) {
      if (line.trim() === '') continue;
      options.onLine?.(line);
      tail.push(line);
      if (tail.length > 12) tail.shift();
    }
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const end = (): void => {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // the group has ended already
    }
  };
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    end();
  }, options.secondsMax * 1000);
  process.once('exit', end);
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) =>
        reject(new BuildFailed(error.code === 'ENOENT' ? `${file} is not installed` : `${file}: ${error.message}`)),
      );
      child.once('close', resolve);
    });
    if (late) throw new BuildFailed(`${file} took longer than ${options.secondsMax} s (log: ${options.logFile})`);
    if (status !== 0) throw new BuildFailed(`${argv.slice(0, 3).join(' ')} ended with ${status} (log: ${options.logFile}):\n${tail.join('\n')}`);
  } finally {
    clearTimeout(limit);
    process.off('exit', end);
    closeSync(log);
  }
}

/**
 * A part of the lab in the cache: made in `<key>.partial`, renamed when complete, so that whatever has its name is whole. What a broken-off build
 * has done already stays there and is not done again.
 */
export async function part(cache: string, key: string, make: (partial: string) => Promise<void>, tell: Tell): Promise<string> {
  const folder = join(cache, key);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  using _lock = lock(join(cache, `${key}.lock`));
  if (existsSync(folder)) return folder;
  const partial = `${folder}.partial`;
  if (existsSync(partial)) tell('going on with what an earlier build left');
  mkdirSync(partial, { recursive: true });
  await make(partial);
  renameSync(partial, folder);
  return folder;
}

/** One step of a build; its stamp says that it was completed. */
export async function step(partial: string, name: string, run: () => Promise<void>): Promise<void> {
  const stamp = join(partial, `.${name}`);
  if (existsSync(stamp)) return;
  await run();
  writeFileSync(stamp, '');
}

/** Only one build at a time; the lock of a process that is gone counts for nothing. */
function lock(file: string): Disposable {
  for (let tries = 0; tries < 2; tries++) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const pid = Number(readFileSync(file, 'utf8'));
      if (existsSync(`/proc/${pid}/stat`))
        throw new BuildFailed(`process ${pid} is building it already; wait for it, or remove ${file} if that is something else`);
      rmSync(file, { force: true });
    }
  }
  throw new BuildFailed(`${file} cannot be taken`);
}
