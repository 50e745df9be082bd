// After `next build` (output: export): .gz and .br beside every file that shrinks, and the first load's size, which has a limit.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { firstLoadKBMax, firstLoads } from './first-load.mjs';
import { writeServiceWorker } from './service-worker.mjs';

const out = join(import.meta.dirname, '..', 'out');

const walk = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)]));
const gzip = (bytes) => gzipSync(bytes, { level: 9 });

for (const file of walk(out)) {
  if (/\.(gz|br)$/.test(file)) rmSync(file);
}
const shell = writeServiceWorker(out, walk(out));
console.log(`offline shell ${shell.version}: ${shell.files} files, ${Math.round(shell.bytes / 1024)} KB`);
for (const file of walk(out)) {
  if (!/\.(html|js|css|txt|json|svg|webmanifest)$/.test(file)) continue;
  const bytes = readFileSync(file);
  if (bytes.length <= 1024) continue;
  writeFileSync(`${file}.gz`, gzip(bytes));
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}

const firstLoad = firstLoads(out);
for (const line of firstLoad) console.log(`first load ${line.page}: ${line.jsGzKB} KB gz of JavaScript in ${line.files} files (limit ${firstLoadKBMax})`);
const worst = Math.max(...firstLoad.map((line) => line.jsGzKB));
if (worst > firstLoadKBMax) {
  console.error(`The first load is ${worst} KB gz, over the limit of ${firstLoadKBMax} KB. Load what a page does not need at once by a dynamic import.`);
  process.exit(1);
}
