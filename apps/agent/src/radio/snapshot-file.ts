import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { parseSnapshot, type RadioSnapshot, snapshotBytesMax } from '@energymesh/network';
import { say } from '../said.ts';

export type SnapshotRead =
  | { readonly at: 'none' }
  | { readonly at: 'unreadable'; readonly why: string }
  | { readonly at: 'read'; readonly snapshot: RadioSnapshot };

/** The file that the reader of the radios replaces every few seconds. One read at a time. */
export class SnapshotFile {
  readonly #path: string;
  /** The reader renames a new file into place: the same one needs no second look. */
  #known: { readonly key: string; readonly read: SnapshotRead } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Never rejects. */
  async read(): Promise<SnapshotRead> {
    try {
      // Whatever stands there must not hold this process: a pipe would.
      await using file = await open(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
      const stat = await file.stat();
      if (!stat.isFile()) return unreadable(say('radio.not-plain', { file: this.#path }));
      const key = `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
      if (this.#known?.key === key) return this.#known.read;
      const read = parse(await upTo(file, stat.size));
      this.#known = { key, read };
      return read;
    } catch (error) {
      this.#known = undefined;
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return { at: 'none' };
      return unreadable(say('radio.unread', { file: this.#path, code: code ?? 'unknown' }));
    }
  }
}

const unreadable = (why: string): SnapshotRead => ({ at: 'unreadable', why });

async function upTo(file: Awaited<ReturnType<typeof open>>, size: number): Promise<string | undefined> {
  if (size > snapshotBytesMax) return undefined;
  const buffer = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await file.read(buffer, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.toString('utf8', 0, length);
}

function parse(text: string | undefined): SnapshotRead {
  const snapshot = text === undefined ? 'the snapshot is too long' : parseSnapshot(text);
  if (typeof snapshot !== 'string') return { at: 'read', snapshot };
  return unreadable(say('radio.versions', { what: `${snapshot.charAt(0).toUpperCase()}${snapshot.slice(1)}` }));
}
