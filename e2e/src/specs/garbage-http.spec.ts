import { request } from 'node:http';
import { connect } from 'node:net';
import { createAppRouter } from '@energymesh/agent/router';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { line } from '../community/layout.ts';
import { Operator } from '../harness/operator.ts';
import { randomBytes, randomIntegers, rounds } from '../harness/random.ts';
import { Steady } from '../harness/steady.ts';
import { World } from '../harness/world.ts';

let world: World;
let operator: Operator;
let steady: Steady;
let port: number;
let hubPort: number;

beforeAll(async () => {
  world = await World.open({ layout: line(['a', 'b'], ['a'], [{ id: 'meter-1', role: 'meter', at: 'b' }]), broker: 'embedded' });
  port = world.community.agent('a').ports.http;
  hubPort = world.community.hub.ports.http;
  operator = await Operator.of(world.community.agent('a'));
  steady = await Steady.start(world, 'meter-1');
});
afterAll(async () => {
  await steady?.end();
  await operator?.close();
  await world?.[Symbol.asyncDispose]();
});
afterEach(() => steady.goesOn());

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** With headers that `fetch` would not let through. */
function ask(
  to: number,
  path: string,
  options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: to, path, method, headers: { connection: 'close', ...headers } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}
const json = { 'content-type': 'application/json' };

test("another name's Host and another page's Origin are refused with what to do, and counted", async () => {
  await operator.grows({ 'events.requestsRefused': 5 }, async () => {
    for (const host of ['evil.example', `evil.example:${port}`, '8.8.8.8'])
      expect(await ask(port, '/trpc/card', { headers: { host } })).toMatchObject({ status: 403, text: expect.stringContaining('allowedHosts') });
    for (const origin of ['https://evil.example', 'null'])
      expect(await ask(port, '/trpc/card', { headers: { origin } })).toMatchObject({ status: 403, text: expect.stringContaining('may not call this node') });
  });
  const socket = new WebSocket(`ws://127.0.0.1:${port}/trpc`, { origin: 'https://evil.example' });
  expect(await new Promise((resolve) => socket.on('error', (error) => resolve(error.message)))).toContain('403');
  expect(await ask(hubPort, '/stats', { headers: { host: 'evil.example' } })).toMatchObject({ status: 421 });
});

/** `_def.procedures` is how tRPC itself finds them. */
const procedures = Object.entries(
  createAppRouter({ rewards: {}, wallet: {} } as never)._def.procedures as unknown as Record<string, { _def: { type: 'query' | 'mutation' | 'subscription' } }>,
);
const open = ['card', 'auth.loginStart', 'auth.loginFinish'];

test('without a session every procedure but the public card and the login answers that one must log in', async () => {
  expect(procedures.length).toBeGreaterThan(10);
  const closed = procedures.filter(([name]) => !open.includes(name));
  expect(closed.length).toBe(procedures.length - open.length);
  for (const [name, { _def }] of closed) {
    if (_def.type === 'subscription') continue;
    const answer = await ask(port, `/trpc/${name}`, _def.type === 'query' ? {} : { method: 'POST', headers: json, body: '{}' });
    expect(answer, name).toMatchObject({ status: 401, text: expect.stringContaining('not-logged-in') });
  }
  const forged = { authorization: `EnergyMesh ${'A'.repeat(22)} 1 ${'A'.repeat(43)}` };
  expect(await ask(port, '/trpc/status.get', { headers: forged })).toMatchObject({ status: 401, text: expect.stringContaining('unknown-session') });
});

test('nor can anybody subscribe', async () => {
  const subscriptions = procedures.filter(([, { _def }]) => _def.type === 'subscription');
  expect(subscriptions.length).toBeGreaterThan(2);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/trpc`);
  await new Promise((resolve) => socket.once('open', resolve));
  const answers: { readonly id: number; readonly error?: { readonly data: { readonly reason: string } } }[] = [];
  const all = new Promise<void>((resolve) =>
    socket.on('message', (data) => {
      if (data.toString().startsWith('{')) answers.push(JSON.parse(data.toString()) as (typeof answers)[number]);
      if (answers.length === subscriptions.length) resolve();
    }),
  );
  for (const [i, [path]] of subscriptions.entries()) socket.send(JSON.stringify({ id: i + 1, method: 'subscription', params: { path } }));
  await all;
  for (const answer of answers) expect(answer.error?.data.reason).toBe('not-logged-in');
  socket.terminate();
});

test('bodies that are too big, no JSON, or of another shape are refused', async () => {
  const big = JSON.stringify({ identifier: 'operator', request: 'A'.repeat(100_000) });
  expect(await ask(port, '/trpc/auth.loginStart', { method: 'POST', headers: json, body: big })).toMatchObject({
    status: 413,
    text: expect.stringContaining('65536 bytes'),
  });
  for (const body of ['{', '[]', '{"identifier":"operator"}', '{"identifier":"nobody","request":"AA"}', '{"identifier":"operator","request":"<>"}'])
    expect((await ask(port, '/trpc/auth.loginStart', { method: 'POST', headers: json, body })).status, body).toBe(400);
  const batch = Array.from({ length: 40 }, () => 'card').join(',');
  expect((await ask(port, `/trpc/${batch}?batch=1`)).status).toBe(400);
  for (const path of ['/trpc/nothing.there', '/trpc/__proto__', '/trpc/status.get.call', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/healthz/x'])
    expect((await ask(port, path)).status, path).toBe(404);

  const token = { ...json, authorization: 'Bearer guess' };
  expect((await ask(hubPort, '/admin/invites', { method: 'POST', headers: token, body: '{}' })).status).toBe(401);
  expect((await ask(hubPort, '/enrol', { method: 'POST', headers: json, body: '{}' })).status).toBe(403);
  expect((await ask(hubPort, '/admin/invites', { method: 'POST', headers: json, body: 'x'.repeat(20_000) })).status).toBe(413);
});

test('random bytes in place of a request', async () => {
  const next = randomIntegers('httpGarbage');
  for (const to of [port, hubPort])
    for (let i = 0; i < rounds(20); i++)
      await new Promise<void>((resolve) => {
        const socket = connect({ port: to, host: '127.0.0.1' });
        socket.on('error', () => {});
        socket.on('close', () => resolve());
        socket.resume();
        socket.write(randomBytes(next, 1 + next(3000)));
        socket.end(next(2) === 0 ? 'GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n' : '');
      });
  expect((await ask(port, '/healthz')).status).toBe(200);
  expect((await ask(hubPort, '/healthz')).status).toBe(200);
});

test('guessing the passphrase is slowed down, and counted', async () => {
  const body = JSON.stringify({ identifier: 'operator', request: 'A'.repeat(43) });
  await operator.grows({ 'events.loginsRefused': 1 }, async () => {
    let last: Answer = { status: 0, text: '' };
    for (let i = 0; i < 100 && last.status !== 429; i++) last = await ask(port, '/trpc/auth.loginStart', { method: 'POST', headers: json, body });
    expect(last).toMatchObject({ status: 429, text: expect.stringContaining('retryAfterMs') });
  });
});
