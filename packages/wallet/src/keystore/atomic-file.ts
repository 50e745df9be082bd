import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The whole file or none of it, after a power cut too: written beside, flushed, renamed, the folder flushed. Mode 0600 in a folder of mode 0700. */
export async function writeSecretFile(path: string, content: string | Uint8Array, { replace }: { replace: boolean }): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const beside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.new`;
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    if (replace) await rename(beside, path);
    else {
      await link(beside, path);
      await rm(beside);
    }
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** undefined when there is no such file. A file that others may read is closed to them. */
export async function readSecretFile(path: string, bytesMax: number): Promise<Buffer | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { mode, size } = await file.stat();
      if (size > bytesMax) throw new RangeError(`${path}: ${size} bytes, at most ${bytesMax} are expected`);
      if (mode & 0o077) await file.chmod(0o600);
      return await readFile(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
