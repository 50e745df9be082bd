// One folder that runs with nothing but node and the SQLite addon beside it: dist/agent.mjs, the spool's thread, the migrations, and chunks of what is loaded late.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, 'dist');
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

/** The commit's date, so that one source gives one bundle; else now. */
function sourceDate() {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH) * 1000;
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: here, stdio: ['ignore', 'pipe', 'ignore'] }).toString()) * 1000;
  } catch {
    return Date.now();
  }
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
cpSync(join(here, 'drizzle'), join(out, 'drizzle'), { recursive: true, filter: (path) => !path.endsWith('_snapshot.json') });
/**
 * ciao (DNS-SD) would have every error of the process looked up in source maps: the first stack that anybody reads then takes 60 MB for the bundle's map,
 * more than a node has to spare. Stacks name places in the bundle; the maps lie beside it for whoever wants to look.
 */
const noSourceMapsInMemory = {
  name: 'no-source-maps-in-memory',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^source-map-support(\/|$)/ }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: '', loader: 'js' }));
  },
};
const entries = { agent: 'src/main.ts', 'spool-worker': 'src/relay/spool-worker.ts' };
await build({
  absWorkingDir: here,
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(join(here, path)))),
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // Stellar's SDK stays out of the memory of a node whose community pays nothing.
  splitting: true,
  chunkNames: '[name]-[hash]',
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'linked',
  logLevel: 'warning',
  // The addon is found from node_modules; a package for a Pi carries it beside the bundle.
  external: ['better-sqlite3'],
  plugins: [noSourceMapsInMemory],
  define: { ENERGYMESH_BUILD: JSON.stringify({ version, date: sourceDate() }) },
  // CommonJS dependencies ask for these.
  banner: {
    js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);import{fileURLToPath as __fu}from'node:url';import{dirname as __dn}from'node:path';const __filename=__fu(import.meta.url),__dirname=__dn(__filename);",
  },
});
