// The app's service worker: which files make a version, and their hash. Bounded, since a phone keeps all of it.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const bytesMax = 6 * 1024 * 1024;
const filesMax = 300;

/** `files`: all of the export. Throws beyond the bounds. */
export function writeServiceWorker(out, files) {
  const taken = files
    .filter((file) => !/\.(gz|br|map|txt)$/.test(file) && !/(sw\.js|404\.html|_not-found[^/]*)$/.test(file) && !file.includes(`${sep}__next.`))
    .map((file) => ({ file, path: pathOf(relative(out, file).split(sep).join('/')) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const hash = createHash('sha256');
  let bytes = 0;
  for (const { file, path } of taken) {
    const content = readFileSync(file);
    bytes += content.length;
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  if (bytes > bytesMax || taken.length > filesMax)
    throw new Error(`The app's offline shell has ${taken.length} files and ${bytes} bytes; ${filesMax} and ${bytesMax} are allowed.`);
  const version = hash.digest('hex').slice(0, 16);
  const template = readFileSync(join(import.meta.dirname, 'sw.js'), 'utf8');
  const text = template.replace('__VERSION__', version).replace('__FILES__', JSON.stringify(taken.map(({ path }) => path)));
  writeFileSync(join(out, 'sw.js'), text);
  return { version, files: taken.length, bytes };
}

const pathOf = (name) => (name === 'index.html' ? '/' : `/${name.replace(/\.html$/, '')}`);
