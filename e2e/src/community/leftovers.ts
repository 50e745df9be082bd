import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { until } from './until.ts';

/** A process, told apart from a later one with the same id by its start time. */
export interface Known {
  readonly pid: number;
  /** Undefined: it had ended when it was looked at. */
  readonly started: string | undefined;
}

interface Run {
  readonly launcher: Known;
  /** npm and the like, which started the launcher. */
  readonly above: readonly Known[];
  readonly children: readonly Known[];
}

/**
 * The processes of a community, on disk, so that the start after a `kill -9` ends what was left behind.
 * Nothing is ended but what still has the start time that was written (Linux), so never somebody else's process.
 */
export class Leftovers {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** `above`: see `launchersOf`. */
  write(above: readonly Known[], children: readonly number[]): void {
    writeFileSync(this.#file, JSON.stringify({ launcher: known(process.pid), above, children: children.map(known) } satisfies Run));
  }

  clear(): void {
    rmSync(this.#file, { force: true });
  }

  /** The launcher of a community that is up in this folder: nothing of it may be ended. One whose npm is gone is ending by itself. */
  get running(): number | undefined {
    const run = this.#read();
    return run && alive(run.launcher) && run.above.every(alive) ? run.launcher.pid : undefined;
  }

  /** Ends what is left of the last run and waits until it is gone; answers how many there were. */
  async end(msMax = 5000): Promise<number> {
    const run = this.#read();
    if (!run) return 0;
    const left = [run.launcher, ...run.children].filter(alive);
    for (const { pid } of left) for (const target of [-pid, pid]) kill(target);
    for (const one of left) await until(`process ${one.pid} of the last run to be gone`, msMax, () => !alive(one));
    this.clear();
    return left.length;
  }

  #read(): Run | undefined {
    if (!existsSync(this.#file)) return undefined;
    const run = JSON.parse(readFileSync(this.#file, 'utf8')) as Partial<Run>;
    return run.launcher && run.above && run.children ? (run as Run) : undefined;
  }
}

/** A negative id is the group that a process leads; that there is none is no error. */
function kill(target: number): void {
  try {
    process.kill(target, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export const known = (pid: number): Known => ({ pid, started: startOf(pid) });
export const alive = ({ pid, started }: Known): boolean => started !== undefined && startOf(pid) === started;

/**
 * The npm, npx and pnpm, and the shells between them, from which `npm start` came. One that is killed cannot pass it on, so the
 * launcher looks. Whoever started the topmost of them is none of its business: a shell may end and leave npm running.
 */
export function launchersOf(pid: number): readonly Known[] {
  const chain: { readonly process: Known; readonly kind: 'npm' | 'shell' }[] = [];
  for (let at = parentOf(pid); at !== undefined && chain.length < 16; at = parentOf(at)) {
    const kind = kindOf(commandOf(at));
    if (!kind) break;
    chain.push({ process: known(at), kind });
  }
  return chain.slice(0, chain.findLastIndex(({ kind }) => kind === 'npm') + 1).map(({ process }) => process);
}

function kindOf(command: string): 'npm' | 'shell' | undefined {
  if (/^(\/\S*\/)?(da|ba)?sh -c /.test(command)) return 'shell';
  return /(^|[\s/])(p?npm|p?npx)(\s|$|[-.])/.test(command) ? 'npm' : undefined;
}

/** Fields of /proc/pid/stat after the command (proc(5)); undefined where there is no such process, or no /proc. A zombie is gone. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields;
  } catch {
    return undefined;
  }
}

/** In clock ticks since boot. */
const startOf = (pid: number): string | undefined => statOf(pid)?.[19];

const parentOf = (pid: number): number | undefined => {
  const parent = statOf(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
};

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
