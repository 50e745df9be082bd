import { createHash } from 'node:crypto';
import { chmodSync, lutimesSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Puts one file, with the folders above it; 0644 unless told. */
export function put(root: string, path: string, content: Uint8Array | string, mode = 0o644): void {
  const to = join(root, path);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, content);
  chmodSync(to, mode);
}

/** All regular files below `folder` as relative paths, sorted; `leaveOut` by relative path. */
export function filesBelow(folder: string, leaveOut: (path: string) => boolean = () => false): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !leaveOut(path))
    .sort();
}

/** Scripts are what begins with #!, whatever mode a clone gave them. */
export function modeFor(content: Uint8Array): number {
  return content[0] === 0x23 && content[1] === 0x21 ? 0o755 : 0o644;
}

export function copyTree(from: string, root: string, to: string, leaveOut?: (path: string) => boolean): void {
  for (const path of filesBelow(from, leaveOut)) {
    const content = readFileSync(join(from, path));
    put(root, join(to, path), content, modeFor(content));
  }
}

/** `md5sums` of the control archive: what `dpkg --verify` compares with. */
export function checksums(root: string): string {
  const line = (path: string) =>
    `${createHash('md5')
      .update(readFileSync(join(root, path)))
      .digest('hex')}  ${path}\n`;
  return filesBelow(root, (path) => path.startsWith('DEBIAN/'))
    .map(line)
    .join('');
}

/** KiB as Debian counts them: every file rounded up, one per folder. */
export function installedKib(root: string): number {
  const files = filesBelow(root, (path) => path.startsWith('DEBIAN/'));
  const folders = new Set(files.flatMap((path) => path.split('/').map((_, depth, parts) => parts.slice(0, depth).join('/'))));
  return files.reduce((sum, path) => sum + Math.ceil(statSync(join(root, path)).size / 1024), folders.size);
}

/** One modification time and plain modes for everything: the archive then depends on the content alone. */
export function settle(root: string, epoch: number): void {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  chmodSync(root, 0o755);
  for (const entry of [...entries].reverse()) lutimesSync(join(entry.parentPath, entry.name), epoch, epoch);
  lutimesSync(root, epoch, epoch);
}
