import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PageFiles } from './page-files.ts';

let folder: string;
let files: PageFiles;
const inline = 'self.__next_f=[1]';
const policy = (scripts: readonly string[]) => `script-src ${scripts.join(' ')};`;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-static-'));
  mkdirSync(join(folder, 'out/_next/static'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'out/index.html'), `<script src="/a.js"></script><script>${inline}</script>`);
  writeFileSync(join(folder, 'out/mesh.html'), 'mesh');
  writeFileSync(join(folder, 'out/404.html'), 'nothing here');
  writeFileSync(join(folder, 'out/_next/static/a-1234.js'), 'let a;');
  writeFileSync(join(folder, 'out/_next/static/a-1234.js.gz'), gzipSync('let a;'));
  files = new PageFiles({ root: join(folder, 'out'), policy });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const get = async (path: string, headers: Record<string, string> = {}) => (await files.respond(path, new Request('http://node/', { headers })))!;

test('pages are found by their bare name and asked for anew by tag', async () => {
  const page = await get('/mesh');
  expect(await page.text()).toBe('mesh');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect((await get('/mesh', { 'if-none-match': page.headers.get('etag')! })).status).toBe(304);
  expect(await (await get('/')).text()).toContain('__next_f');
  const missing = await get('/nowhere');
  expect([missing.status, await missing.text()]).toEqual([404, 'nothing here']);
});

const hashOf = (code: string) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`;

test("a page's inline scripts are told to its policy, by hash", async () => {
  expect((await get('/')).headers.get('content-security-policy')).toBe(`script-src ${hashOf(inline)};`);
  expect((await get('/_next/static/a-1234.js')).headers.get('content-security-policy')).toBeNull();
});

test('a page goes out rewritten, with the policy of what goes out; another build is read anew', async () => {
  files = new PageFiles({ root: join(folder, 'out'), policy, rewrite: (html) => html.replace('__next_f', '__other') });
  const page = await get('/');
  expect(await page.text()).toContain('self.__other=[1]');
  expect(page.headers.get('content-security-policy')).toBe(`script-src ${hashOf('self.__other=[1]')};`);
  writeFileSync(join(folder, 'out/index.html'), '<script>self.__next_f=[2, 3]</script>');
  expect(await (await get('/')).text()).toContain('self.__other=[2, 3]');
  expect(await (await files.respond('/', new Request('http://node/', { method: 'HEAD' })))!.text()).toBe('');
});

test('what carries its hash in its name is kept for ever, and goes out compressed', async () => {
  const script = await get('/_next/static/a-1234.js', { 'accept-encoding': 'br;q=0, gzip' });
  expect(script.headers.get('cache-control')).toContain('immutable');
  expect(script.headers.get('content-encoding')).toBe('gzip');
  expect(gunzipSync(Buffer.from(await script.arrayBuffer())).toString()).toBe('let a;');
  expect(await (await get('/_next/static/a-1234.js')).text()).toBe('let a;');
});

test('a compressed neighbour of an earlier build is left alone', async () => {
  utimesSync(join(folder, 'out/_next/static/a-1234.js.gz'), 1, 1);
  expect((await get('/_next/static/a-1234.js', { 'accept-encoding': 'gzip' })).headers.get('content-encoding')).toBeNull();
});

test('nothing outside of the folder is found', async () => {
  for (const path of ['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/_next/../../secret.txt', '/a%00', '/%', '//secret.txt', '/_next']) {
    expect((await get(path)).status, path).toBe(404);
  }
});
