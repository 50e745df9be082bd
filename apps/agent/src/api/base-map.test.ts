import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BaseMap } from './base-map.ts';

const bytes = Buffer.concat([Buffer.from('PMTiles\u0003'), Buffer.from(Array.from({ length: 992 }, (_, i) => i % 251))]);
let folder: string;
let file: string;
let map: BaseMap;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-base-map-'));
  file = join(folder, 'map.pmtiles');
  map = new BaseMap({ file });
  writeFileSync(file, bytes);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ask = (range?: string, method = 'GET') => map.respond(new Request('http://node/map.pmtiles', { method, headers: range ? { range } : {} }));
const part = async (range: string) => Buffer.from(await (await ask(range)).arrayBuffer());

test('parts of the file go out as they were asked for', async () => {
  const answer = await ask('bytes=8-107');
  expect([answer.status, answer.headers.get('content-range'), answer.headers.get('content-length')]).toEqual([206, 'bytes 8-107/1000', '100']);
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(8, 108))).toBe(true);
  expect((await part('bytes=990-')).equals(bytes.subarray(990))).toBe(true);
  expect((await part('bytes=-10')).equals(bytes.subarray(990))).toBe(true);
  // A reader asks for the first 16 KB of whatever length.
  expect((await part('bytes=0-16383')).equals(bytes)).toBe(true);
});

test('its length and tag are told without it; another file has another tag', async () => {
  const head = await ask(undefined, 'HEAD');
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '1000', '']);
  writeFileSync(file, bytes.subarray(0, 900));
  expect((await ask('bytes=0-9')).headers.get('etag')).not.toBe(head.headers.get('etag'));
});

test('what is no part, or too much of it, is refused in words', async () => {
  for (const [range, status] of [
    [undefined, 400],
    ['bytes=-', 400],
    ['bytes=9-2', 400],
    ['bytes=0-9,20-29', 400],
    ['lines=0-9', 400],
    ['bytes=1000-', 416],
    ['bytes=-0', 416],
  ] as const) {
    const answer = await ask(range);
    expect([range, answer.status], range).toEqual([range, status]);
    expect(await answer.text()).toMatch(/^[A-Z].+\.\n$/);
  }
  writeFileSync(file, Buffer.alloc(4 * 1024 * 1024 + 1));
  expect((await ask('bytes=0-')).status).toBe(413);
  expect((await part('bytes=1-')).length).toBe(4 * 1024 * 1024);
});

test('at the bound of answers at once others wait, and those that were dropped count no more', async () => {
  const open = await Promise.all(Array.from({ length: 24 }, () => ask('bytes=0-99')));
  expect(open.map(({ status }) => status)).toEqual(Array(24).fill(206));
  const refused = await ask('bytes=0-99');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  await Promise.all(open.map((answer, i) => (i === 0 ? answer.body?.cancel() : answer.arrayBuffer())));
  await expect.poll(async () => (await ask('bytes=0-9')).status).toBe(206);
});

test('what lies there is told: nothing, a map, something else', async () => {
  expect(await map.state()).toEqual({ state: 'ready', tag: expect.stringMatching(/^"/), bytes: 1000 });
  writeFileSync(file, 'PK, an archive of another kind');
  expect(await map.state()).toEqual({ state: 'not-pmtiles' });
  rmSync(file);
  expect(await map.state()).toEqual({ state: 'none' });
  expect((await ask('bytes=0-9')).status).toBe(404);
});
