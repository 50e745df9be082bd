import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What of the engine's own file system is used here. Emscripten's fd_sync calls `fsync` of the stream's operations, if there is one; PGlite brings none. */
interface HostFiles {
  realPath(node: unknown): string;
  readonly stream_ops: { fsync?: (stream: { readonly nfd?: number; readonly node: unknown }) => number };
}
type Engine = Parameters<NodeFS['init']>[0];
type Options = Parameters<NodeFS['init']>[1];

/** Emscripten's EIO. PostgreSQL answers a failed fsync with a panic, as it must. */
const errnoIo = 29;

/** PGlite's files on the disk of this machine, with an fsync that is one. `synced` is told the path of each file after it is on disk. */
export class SyncedFiles extends NodeFS {
  #synced: (path: string) => void;
  #count = 0;

  constructor(folder: string, synced: (path: string) => void = () => undefined) {
    super(folder);
    this.#synced = synced;
  }

  get count(): number {
    return this.#count;
  }

  override async init(engine: Engine, options: Options) {
    const { emscriptenOpts } = await super.init(engine, options);
    const hook = (module: object) => {
      const files = (module as { NODEFS: HostFiles }).NODEFS;
      files.stream_ops.fsync = (stream) => {
        const path = files.realPath(stream.node);
        try {
          syncNow(path, stream.nfd);
        } catch {
          return errnoIo;
        }
        this.#count++;
        this.#synced(path);
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), hook] } };
  }
}

function syncNow(path: string, descriptor: number | undefined): void {
  if (descriptor !== undefined) return fsyncSync(descriptor);
  const own = openSync(path, 'r');
  try {
    fsyncSync(own);
  } finally {
    closeSync(own);
  }
}

/** PGlite's start parameters without `-F`, which switches fsync off; and fsync for the log too, since the engine's fdatasync does nothing. */
export const syncedStartParams: string[] = [...PGlite.defaultStartParams.filter((param) => param !== '-F'), '-c', 'wal_sync_method=fsync'];

/** Brings a folder with all that is in it to the disk. */
export async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncOne(path);
  }
  await syncOne(folder);
}

export async function syncOne(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}
