import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Page } from './api/page.fixture.ts';
import { openapi } from './api/rest/openapi.ts';
import { reference } from './api/rest/reference.ts';
import { routes } from './api/rest/routes.ts';
import { Tokens } from './api/tokens.ts';
import { VirtualClock } from './clock.fixture.ts';
import { behind, type Door, openDoor } from './door.fixture.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-rest-'));
  behind.reset();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function claimed(door: Door): Promise<Page> {
  const page = new Page(door.base);
  await page.claim(door.login.claimCode!, 'correct horse battery staple');
  return page;
}
const read = (door: Door, path: string, token?: string, method = 'GET') =>
  fetch(door.base + path, { method, ...(token && { headers: { authorization: `Bearer ${token}` } }) });

test('a program reads with the token that the operator made for it, until it is revoked', async () => {
  await using door = await openDoor(folder);
  const page = await claimed(door);
  const { id, token } = await page.client.tokens.create.mutate({ name: ' Grafana ' });
  expect(token).toMatch(/^em_[\w-]{43}$/);
  const answer = await read(door, '/api/v1/status', token);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await answer.json()).toEqual(await page.client.status.get.query());
  const [listed] = await page.client.tokens.list.query();
  expect(listed).toMatchObject({ id, name: 'Grafana', lastUsedAt: expect.any(Number) });
  expect(JSON.stringify(listed)).not.toContain(token);

  await page.client.tokens.revoke.mutate({ id });
  const refused = await read(door, '/api/v1/status', token);
  expect(refused.status).toBe(401);
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  expect(await refused.json()).toMatchObject({ status: 401, detail: expect.stringContaining('revoked') });
  expect(behind.refused.at(-1)).toMatchObject({ why: 'wrong token' });
});

test('tokens outlive a restart, and the store has none that opens anything', async () => {
  let token: string;
  {
    await using door = await openDoor(folder);
    const page = await claimed(door);
    ({ token } = await page.client.tokens.create.mutate({ name: 'script' }));
    expect(door.store.settings.get('api-tokens')).not.toContain(token.slice(3));
  }
  await using door = await openDoor(folder);
  expect((await read(door, '/api/v1/mesh', token)).status).toBe(200);
});

test('without a token there is the card and the document of the API, and nothing else', async () => {
  await using door = await openDoor(folder);
  for (const { path, open } of routes) {
    const answer = await read(door, `/api/v1${path.replace('{epoch}', '7')}`);
    expect(answer.status, path).toBe(open ? 200 : 401);
    if (!open) expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  }
  expect((await read(door, '/metrics')).status).toBe(401);
  expect(await (await read(door, '/api/v1/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' });
  for (const wrong of ['em_', `em_${'A'.repeat(43)}`, 'x'.repeat(5000)]) expect((await read(door, '/api/v1/status', wrong)).status).toBe(401);
});

test('programs read and nothing more; a wrong question names its field', async () => {
  await using door = await openDoor(folder);
  const { token } = await (await claimed(door)).client.tokens.create.mutate({ name: 'script' });
  expect((await read(door, '/api/v1/status', token, 'POST')).status).toBe(405);
  expect((await read(door, '/api/v1/nothing', token)).status).toBe(404);
  for (const [path, field] of [
    ['/api/v1/log?limit=0', 'limit'],
    ['/api/v1/log?many=3', 'many'],
    ['/api/v1/traffic?from=5&to=2', 'to'],
    ['/api/v1/earnings/hours/seven', 'epoch'],
    ['/api/v1/earnings/series?by=year&from=0&buckets=2', 'by'],
  ] as const) {
    const answer = await read(door, path, token);
    expect(answer.status, path).toBe(400);
    expect(((await answer.json()) as { detail: string }).detail, path).toContain(field);
  }
});

test('every address answers what its schema says', async () => {
  await using door = await openDoor(folder);
  const { token } = await (await claimed(door)).client.tokens.create.mutate({ name: 'script' });
  const asked: Record<string, string> = {
    '/traffic': '?last=week',
    '/earnings/series': '?by=day&from=0&buckets=2',
    '/earnings/hours': '?limit=3',
    '/earnings.csv': '?from=0&to=1000',
  };
  for (const { path, answer } of routes) {
    const got = await read(door, `/api/v1${path.replace('{epoch}', '7')}${asked[path] ?? ''}`, token);
    // This node is paid nothing: no hour is there, and the same is said as in the pages.
    if (path.startsWith('/earnings') && got.status !== 200) expect([404, 412], path).toContain(got.status);
    else expect(got.status, path).toBe(200);
    if (got.status !== 200) continue;
    if (answer) expect(answer.safeParse(await got.json()).error, path).toBeUndefined();
    else expect(got.headers.get('content-type')).toContain('text/csv');
  }
});

test('metrics as Prometheus reads them', async () => {
  await using door = await openDoor(folder);
  const { token } = await (await claimed(door)).client.tokens.create.mutate({ name: 'Prometheus' });
  const answer = await read(door, '/metrics', token);
  expect(answer.headers.get('content-type')).toContain('version=0.0.4');
  const lines = (await answer.text()).trimEnd().split('\n');
  expect(lines).toContain('energymesh_node_info{node="00000000000000a1",name="Mill",community="village",version="0",gateway="false"} 1');
  expect(lines).toContain('energymesh_packets_today 5');
  expect(lines.filter((line) => !/^(# (HELP|TYPE) energymesh_\w+ .+|energymesh_\w+(\{(\w+="[^"]*",?)+\})? -?[\d.e+-]+)$/.test(line))).toEqual([]);
});

test('too many requests of one address wait, and wrong tokens much sooner', async () => {
  const clock = new VirtualClock();
  await using door = await openDoor(folder, { clock });
  const { token } = await (await claimed(door)).client.tokens.create.mutate({ name: 'script' });
  const statuses = async (count: number, given: string) => {
    const all = await Promise.all(Array.from({ length: count }, async () => (await read(door, '/api/v1/devices', given)).status));
    return all.toSorted();
  };
  const wrong = `em_${'A'.repeat(43)}`;
  expect(await statuses(12, wrong)).toEqual([...Array(10).fill(401), 429, 429]);
  expect((await read(door, '/api/v1/devices', token)).status, 'who guesses from that address is not let in either').toBe(429);
  clock.advance(30_000);
  expect(await statuses(62, token)).toEqual([...Array(60).fill(200), 429, 429]);
  expect((await read(door, '/api/v1/devices', token)).headers.get('retry-after')).toBe('1');
  clock.advance(250);
  expect((await read(door, '/api/v1/devices', token)).status).toBe(200);
});

test('a handful of tokens, each with a name of its own', () => {
  const clock = new VirtualClock();
  const kept = new Map<string, string>();
  const store = { get: (key: string) => kept.get(key), set: (key: string, value: string) => void kept.set(key, value) };
  const tokens = new Tokens({ store, clock, max: 2 });
  const first = tokens.create('one');
  tokens.create('two');
  expect(() => tokens.create('three')).toThrow('revoke one that nobody uses');
  tokens.revoke(first.id);
  expect(() => tokens.create('two')).toThrow('name: there is a token called "two"');
  expect(() => tokens.revoke(first.id)).toThrow('no such token');
  expect(tokens.holds(first.token)).toBe(false);
});

test('the document is one of OpenAPI 3.1, and docs/api.md is made of it', async () => {
  const document = openapi('0.1.0');
  expect(await new Validator().validate(document)).toMatchObject({ valid: true });
  const ids = Object.values(document.paths as Record<string, { get: { operationId: string } }>).map(({ get }) => get.operationId);
  expect(new Set(ids).size).toBe(routes.length);
  const written = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  expect(written, 'docs/api.md is old: node scripts/api-reference.ts').toContain(reference());
});
