import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));

/** As a browser would get it; esbuild refuses what only Node has. */
async function bundle(entry: string): Promise<{ code: string; files: string[] }> {
  const options = { bundle: true, minify: true, write: false, metafile: true, logLevel: 'silent' } as const;
  const result = await build({ ...options, entryPoints: [join(here, entry)], platform: 'browser', format: 'iife', globalName: 'wallet', absWorkingDir: here });
  return { code: result.outputFiles[0]!.text, files: Object.keys(result.metafile.inputs) };
}

describe.each([
  ['index.ts', 160],
  ['input/index.ts', 16],
])('%s in a browser', (entry, kilobytesMax) => {
  test(`needs nothing of Node's, and is at most ${kilobytesMax} KB on its way`, async () => {
    const { code, files } = await bundle(entry);
    const own = files.filter((file) => !file.includes('node_modules'));
    expect(own.length).toBeGreaterThan(3);
    expect(own.filter((file) => file.includes('keystore'))).toEqual([]);
    for (const file of own) expect(readFileSync(join(here, file), 'utf8'), file).not.toMatch(/\b(Buffer|process|require|__dirname)\b/);
    expect(gzipSync(code, { level: 9 }).length).toBeLessThan(kilobytesMax * 1024);
  });

  test('starts where there is nothing but a browser', async () => {
    const { code } = await bundle(entry);
    const { crypto, TextEncoder, TextDecoder, URL, URLSearchParams, AbortSignal, atob, btoa, fetch, Headers, setTimeout, clearTimeout } = globalThis;
    const page = createContext({ crypto, TextEncoder, TextDecoder, URL, URLSearchParams, AbortSignal, atob, btoa, fetch, Headers, setTimeout, clearTimeout });
    new Script(`${code};globalThis.names = Object.keys(wallet)`).runInContext(page);
    expect(page.names).toContain(entry === 'index.ts' ? 'preparePayment' : 'parsePayLink');
  });
});
