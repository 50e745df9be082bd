// After `next build` (output: export): .gz and .br beside every file that shrinks, and the first load's size, which has a limit.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const out = join(import.meta.dirname, '..', 'out');
const firstLoadKBMax = 170;

const walk = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)]));
const gzip = (bytes) => gzipSync(bytes, { level: 9 });

for (const file of walk(out)) {
  if (/\.(gz|br)$/.test(file)) rmSync(file);
}
for (const file of walk(out)) {
  if (!/\.(html|js|css|txt|json|svg|webmanifest)$/.test(file)) continue;
  const bytes = readFileSync(file);
  if (bytes.length <= 1024) continue;
  writeFileSync(`${file}.gz`, gzip(bytes));
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}

/** Scripts that a page names in its HTML; those marked `nomodule` are for browsers that cannot show the page anyway. */
function scriptsOf(page) {
  const html = readFileSync(join(out, page), 'utf8');
  const tags = [...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag).filter((tag) => !/nomodule/i.test(tag));
  const preloads = [...html.matchAll(/<link\b[^>]*as="script"[^>]*>/g)].map(([tag]) => tag);
  return new Set([...tags, ...preloads].flatMap((tag) => tag.match(/\/_next\/static\/[^"?]+\.js/)?.[0] ?? []));
}

const kilobytes = (bytes) => Math.round(bytes / 102.4) / 10;
const pages = ['index.html', 'mesh.html', 'traffic.html', 'login.html'];
const firstLoad = pages.map((page) => {
  const files = [...scriptsOf(page)];
  return { page, files: files.length, jsGzKB: kilobytes(files.reduce((sum, file) => sum + gzip(readFileSync(join(out, file))).length, 0)) };
});
for (const line of firstLoad) console.log(`first load ${line.page}: ${line.jsGzKB} KB gz of JavaScript in ${line.files} files (limit ${firstLoadKBMax})`);
const worst = Math.max(...firstLoad.map((line) => line.jsGzKB));
if (worst > firstLoadKBMax) {
  console.error(`The first load is ${worst} KB gz, over the limit of ${firstLoadKBMax} KB. Load what a page does not need at once by a dynamic import.`);
  process.exit(1);
}
