import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readdirSync, readSync, renameSync, type Stats, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type NetworkRequest, parseRequest, requestBytesMax } from '@energymesh/network';
import type { System } from './system.ts';

/** What was found: already out of the folder. A string says why it is no request. */
export type Found = NetworkRequest | string;

/** More than this in one go are left for the next start of the program; the folder's watch sees to it. */
const requestsMax = 16;
/** A temporary name that was never renamed is forgotten after this. */
const staleMs = 60_000;

export interface DropBox {
  readonly folder: string;
  /** For what cannot be removed: on the same file system, root's alone. */
  readonly quarantine: string;
  readonly system: System;
  readonly nowMs: () => number;
}

/**
 * Takes what lies in the drop box, one after the other, each out of the folder before it is given on: what stays would start this program again and again.
 * The folder is another user's: nothing in it is followed, opened for writing, or believed.
 */
export function* takeRequests({ folder, quarantine, system, nowMs }: DropBox): Generator<Found> {
  const box = lstatSync(folder, { throwIfNoEntry: false });
  if (!box?.isDirectory()) return;
  const names = readdirSync(folder).slice(0, 4096);
  // A dot: being written. (The folder's watch does not look at those.)
  for (const name of names.filter((one) => one.startsWith('.'))) {
    const found = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (found && Math.abs(nowMs() - found.mtimeMs) > staleMs) clear(join(folder, name), found, box, quarantine, system);
  }
  const inOrder = names
    .filter((name) => !name.startsWith('.'))
    .map((name) => ({ name, at: lstatSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
  for (const { name } of inOrder.slice(0, requestsMax)) {
    const path = join(folder, name);
    const bytes = readRequest(path, box.uid);
    const still = lstatSync(path, { throwIfNoEntry: false });
    if (still) clear(path, still, box, quarantine, system);
    yield typeof bytes === 'string' ? bytes : parseRequest(bytes);
  }
}

function readRequest(path: string, owner: number): Uint8Array | string {
  let file: number;
  try {
    // Not followed; and a pipe that nobody writes to must not hold this program.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return `a request could not be opened (${(error as NodeJS.ErrnoException).code ?? 'unknown'}): give a plain file`;
  }
  try {
    const { uid, nlink, mode, size } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) return 'a request is not a plain file';
    if (uid !== owner) return 'a request belongs to another user than the folder';
    if (nlink !== 1) return 'a request has more than one name';
    if ((mode & 0o022) !== 0) return 'a request may be written by others';
    if (size > requestBytesMax) return `a request is longer than ${requestBytesMax} bytes`;
    // It may grow while it is read: one byte more than is allowed shows that.
    const buffer = Buffer.alloc(requestBytesMax + 1);
    let length = 0;
    for (;;) {
      const read = readSync(file, buffer, length, buffer.length - length, length);
      if (read === 0) return buffer.subarray(0, length);
      length += read;
      if (length > requestBytesMax) return `a request is longer than ${requestBytesMax} bytes`;
    }
  } finally {
    closeSync(file);
  }
}

/**
 * Out of the folder, whatever it is. A tree is removed as the folder's own user: removing it as root would follow wherever that user leads in the meantime.
 * What even then stays is moved away.
 */
function clear(path: string, found: Stats, box: Stats, quarantine: string, system: System): void {
  if (!found.isDirectory()) {
    unlinkSync(path);
    return;
  }
  system.run(['rm', '-rf', '--', path], { as: { uid: box.uid, gid: box.gid }, secondsMax: 20 });
  if (!lstatSync(path, { throwIfNoEntry: false })) return;
  mkdirSync(quarantine, { recursive: true, mode: 0o700 });
  // In memory, and gone with the next start of the machine.
  renameSync(path, join(quarantine, `${process.pid}-${process.hrtime.bigint()}`));
}
