import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TRPCClientError } from '@trpc/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Page } from './api/page.fixture.ts';
import { AnswerForged, authorization, socketParams } from './api/session-mac.ts';
import { systemClock } from './clock.ts';
import { behind, openDoor } from './door.fixture.ts';

const passphrase = 'correct horse battery staple';

const reasonOf = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => 'answered',
    (error) => {
      if (error instanceof TRPCClientError) return (error.data as { reason?: string } | null)?.reason ?? error.message;
      throw error;
    },
  );

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-api-'));
  behind.reset();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('claiming and logging in', () => {
  test('the claim code sets the passphrase and nothing else, once', async () => {
    await using door = await openDoor(folder);
    const page = new Page(door.base);
    const code = door.login.claimCode!;
    expect(code).toMatch(/^[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}$/);
    expect(readFileSync(join(folder, 'claim-code'), 'utf8')).toBe(`${code}\n`);
    expect(statSync(join(folder, 'claim-code')).mode & 0o777).toBe(0o600);
    expect((await page.client.card.query()).state).toBe('unclaimed');
    expect(await reasonOf(page.client.status.get.query())).toBe('not-logged-in');

    expect(await page.login('claim', code.toLowerCase().replaceAll('-', ' '))).toBe(true);
    expect(await reasonOf(page.client.status.get.query())).toBe('claim-only');
    await page.setPassphrase(passphrase);
    expect(() => statSync(join(folder, 'claim-code'))).toThrow(/ENOENT/);
    expect((await page.client.card.query()).state).toBe('claimed');
    expect(await reasonOf(page.login('claim', code))).toBe('already-claimed');

    expect(await page.login('operator', passphrase)).toBe(true);
    expect((await page.client.status.get.query()).carrying.packetsToday).toBe(5);
    await page.client.auth.logout.mutate();
    expect(await reasonOf(page.client.status.get.query())).toBe('unknown-session');
  });

  test('a claim code that an image brought is taken; the node keeps it over restarts while unclaimed', async () => {
    let code: string;
    {
      await using door = await openDoor(folder);
      code = door.login.claimCode!;
    }
    await using door = await openDoor(folder);
    expect(door.login.claimCode).toBe(code);
    expect(await new Page(door.base).login('claim', code)).toBe(true);
  });

  test('the operator stays logged in over a restart, and a request from before it cannot be replayed', async () => {
    const page = new Page('http://127.0.0.1:1');
    let replay: string;
    {
      await using door = await openDoor(folder);
      const first = new Page(door.base);
      await first.claim(door.login.claimCode!, passphrase);
      await first.client.status.get.query();
      page.session = first.session;
      page.counter = first.counter;
      replay = authorization(first.session!, { method: 'GET', path: '/trpc/status.get', counter: first.counter, body: '' });
    }
    await using door = await openDoor(folder);
    const again = new Page(door.base);
    again.session = page.session;
    again.counter = page.counter;
    expect((await again.client.status.get.query()).node.name).toBe('Mill');
    const answer = await fetch(`${door.base}/trpc/status.get`, { headers: { authorization: replay } });
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain('replayed');
    expect(door.login.claimCode).toBeUndefined();
  });

  test('changing the passphrase ends every other session', async () => {
    await using door = await openDoor(folder);
    const [phone, thief] = [new Page(door.base), new Page(door.base)];
    await phone.claim(door.login.claimCode!, passphrase);
    await thief.login('operator', passphrase);
    await phone.setPassphrase('another');
    expect(await reasonOf(thief.client.status.get.query())).toBe('unknown-session');
    expect(await thief.login('operator', passphrase)).toBe(false);
    expect(await phone.login('operator', 'another')).toBe(true);
  });

  test('guessing is slowed down per address; good logins are not counted', async () => {
    let now = 0;
    await using door = await openDoor(folder, { clock: { ...systemClock, monotonic: () => now } });
    const page = new Page(door.base);
    for (let i = 0; i < 15; i++) expect(await page.login('claim', door.login.claimCode!)).toBe(true);
    const guesses: (string | undefined)[] = [];
    for (let i = 0; i < 12; i++) guesses.push(await reasonOf(page.login('claim', 'AAAA-AAAA-AAAA').then((good) => expect(good).toBe(false))));
    expect(guesses).toEqual([...Array<string>(10).fill('answered'), 'too-many', 'too-many']);
    expect(behind.refused.at(-1)).toMatchObject({ why: 'too-many' });
    now = 6000;
    expect(await page.login('claim', door.login.claimCode!)).toBe(true);
  });

  test('neither code nor passphrase is in what crosses the network, either way', async () => {
    await using door = await openDoor(folder);
    const code = door.login.claimCode!;
    await using tap = await openTap(door.port);
    const page = new Page(`http://127.0.0.1:${tap.port}`);
    await page.claim(code, passphrase);
    const updates = page.client.status.live.subscribe(undefined, {});
    await page.client.status.get.query();
    updates.unsubscribe();
    const key = page.session!.key;
    await page.close();
    const seen = tap.seen();
    expect(seen).toContain('loginStart');
    const secrets = [passphrase, encodeURIComponent(passphrase), code, code.replaceAll('-', ''), key].flatMap((text) => [
      text,
      Buffer.from(text).toString('base64url'),
      Buffer.from(text).toString('hex'),
    ]);
    for (const secret of secrets) expect(seen).not.toContain(secret);
  });

  test('garbage in the OPAQUE messages is refused in words', async () => {
    await using door = await openDoor(folder);
    const page = new Page(door.base);
    expect(await reasonOf(page.client.auth.loginStart.mutate({ identifier: 'claim', request: 'AAAA' }))).toBe('malformed');
    expect(await reasonOf(page.client.auth.loginFinish.mutate({ loginId: 'none', request: 'AAAA' }))).toBe('wrong');
    await page.login('claim', door.login.claimCode!);
    expect(await reasonOf(page.client.auth.registerFinish.mutate({ record: 'AAAA' }))).toBe('malformed');
    expect(door.login.claimed).toBe(false);
  });
});

describe('signed requests', () => {
  test('a replayed, a tampered and an unknown signature are told apart, and none is answered', async () => {
    await using door = await openDoor(folder);
    const page = new Page(door.base);
    await page.claim(door.login.claimCode!, passphrase);
    const path = '/trpc/status.get';
    const header = authorization(page.session!, { method: 'GET', path, counter: 500, body: '' });
    const ask = async (authorizationHeader: string, at = path) => {
      const response = await fetch(door.base + at, { headers: { authorization: authorizationHeader } });
      const body = (await response.json()) as { error?: { data: { reason: string } } };
      return body.error?.data.reason ?? response.status;
    };
    expect(await ask(header)).toBe(200);
    expect(await ask(header)).toBe('replayed');
    expect(await ask(authorization(page.session!, { method: 'GET', path, counter: 300, body: '' }))).toBe('replayed');
    expect(await ask(authorization(page.session!, { method: 'GET', path, counter: 499, body: '' }))).toBe(200);
    expect(await ask(authorization(page.session!, { method: 'GET', path, counter: 501, body: '' }), '/trpc/devices.list')).toBe('bad-mac');
    expect(await ask(authorization({ ...page.session!, key: 'x' }, { method: 'GET', path, counter: 502, body: '' }))).toBe('bad-mac');
    expect(await ask(authorization({ ...page.session!, id: 'nobody' }, { method: 'GET', path, counter: 503, body: '' }))).toBe('unknown-session');
    expect(await ask('Bearer x')).toBe('malformed');
  });

  test('requests that overtake each other are all answered', async () => {
    await using door = await openDoor(folder);
    const page = new Page(door.base);
    await page.claim(door.login.claimCode!, passphrase);
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const counter = 1000 - i;
        const header = authorization(page.session!, { method: 'GET', path: '/trpc/card', counter, body: '' });
        return (await fetch(`${door.base}/trpc/card`, { headers: { authorization: header } })).headers.get('x-energymesh-mac');
      }),
    );
    expect(answers.every((mac) => mac?.length === 43)).toBe(true);
  });

  test('an answer that was changed on its way is not believed', async () => {
    await using door = await openDoor(folder);
    const honest = new Page(door.base);
    await honest.claim(door.login.claimCode!, passphrase);
    const inBetween = new Page(door.base, async (input, init) => {
      const response = await fetch(input, init);
      return new Response((await response.text()).replace('"Mill"', '"Evil"'), { status: response.status, headers: response.headers });
    });
    inBetween.session = honest.session;
    inBetween.counter = 700;
    await expect(inBetween.client.status.get.query()).rejects.toMatchObject({ cause: expect.any(AnswerForged) });
  });
});

describe('subscriptions', () => {
  test('without a session there are none, and the socket closes', async () => {
    await using door = await openDoor(folder, { loginMs: 1000 });
    const socket = new WebSocket(`ws://127.0.0.1:${door.port}/trpc`);
    const [messages, closed] = [collect(socket), new Promise<number>((resolve) => socket.on('close', resolve))];
    await new Promise((resolve) => socket.on('open', resolve));
    socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path: 'status.live' } }));
    expect(await closed).toBe(4401);
    expect(messages.join()).toContain('not-logged-in');
    expect(messages.join()).not.toContain('packetsToday');
  });

  test('the topology comes at once and after each change, and stops when the session ends', async () => {
    await using door = await openDoor(folder);
    const page = new Page(door.base);
    await page.claim(door.login.claimCode!, passphrase);
    const versions: number[] = [];
    let told = () => {};
    const subscription = page.client.mesh.live.subscribe(undefined, {
      onData: (view) => {
        versions.push(view.at);
        told();
      },
    });
    const next = () => new Promise<void>((resolve) => (told = resolve));
    await next();
    behind.topology = { ...behind.topology, at: 2 };
    const second = next();
    for (const handler of behind.handlers) handler();
    await second;
    expect(versions).toEqual([1, 2]);
    subscription.unsubscribe();
    await page.close();
  });

  test('a socket outlives no logout', async () => {
    await using door = await openDoor(folder);
    const page = new Page(door.base);
    await page.claim(door.login.claimCode!, passphrase);
    const socket = new WebSocket(`ws://127.0.0.1:${door.port}/trpc?connectionParams=1`);
    const messages = collect(socket);
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.on('open', resolve));
    const params = socketParams(page.session!, page.nextCounter());
    socket.send(JSON.stringify({ method: 'connectionParams', data: params }));
    socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path: 'status.live' } }));
    await until(() => messages.join().includes('packetsToday'), socket);
    await page.client.auth.logout.mutate();
    expect(await closed).toBe(4401);

    // What was sent to open that socket opens no other.
    const replay = new WebSocket(`ws://127.0.0.1:${door.port}/trpc?connectionParams=1`);
    const replayed = collect(replay);
    await new Promise((resolve) => replay.on('open', resolve));
    replay.send(JSON.stringify({ method: 'connectionParams', data: params }));
    replay.send(JSON.stringify({ id: 1, method: 'query', params: { path: 'status.get' } }));
    await until(() => replayed.length > 0, replay);
    expect(replayed.join()).toContain('unknown-session');
    replay.terminate();
  });
});

function collect(socket: WebSocket): string[] {
  const messages: string[] = [];
  socket.on('message', (data) => messages.push(data.toString()));
  return messages;
}

/** Resolves after the message that makes it true. */
function until(done: () => boolean, socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const look = () => done() && resolve();
    socket.on('message', look);
    look();
  });
}

/** A wire in between that writes down what passes. */
async function openTap(port: number): Promise<AsyncDisposable & { port: number; seen(): string }> {
  const passed: Buffer[] = [];
  const server = createServer((inner) => {
    const outer = connect(port, '127.0.0.1');
    for (const socket of [inner, outer]) {
      socket.on('data', (part) => passed.push(part));
      socket.on('error', () => socket.destroy());
    }
    inner.pipe(outer).pipe(inner);
    inner.on('close', () => outer.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen: () => Buffer.concat(passed).toString('latin1'),
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}
