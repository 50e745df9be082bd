import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Creates the folder with mode 0700 where it is missing. */
export function privateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/**
 * Replaces a file so that after a power cut either the old or the new content is there, whole: temporary file, fsync, rename,
 * fsync of the folder (the rename itself is only durable after that). Mode 0600. Throws the file system's error.
 */
export function writeDurably(path: string, content: Uint8Array | string): void {
  const temporary = join(dirname(path), `.${process.pid}.${nextTemporary()}.tmp`);
  const file = openSync(temporary, 'w', 0o600);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

/** Undefined when the file does not exist; other errors are thrown. */
export function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

let temporaries = 0;
const nextTemporary = (): number => ++temporaries;

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
