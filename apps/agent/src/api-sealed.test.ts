import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Page } from './api/page.fixture.ts';
import { SealEnd, type SealedChannel } from './api/sealed.ts';
import { sealedType } from './api/sealed-bodies.ts';
import { signingFetch, socketParams } from './api/session-mac.ts';
import { behind, openDoor } from './door.fixture.ts';
import { Changes } from './radio/changes.ts';

const passphrase = 'correct horse battery staple';
const canary = 'lantern-orchard-7421';
const state = { version: 1, country: 'DE', mesh: { id: 'mill-lane', passphrase: canary } };
let folder: string;
const requests = () => readdirSync(join(folder, 'requests'));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-api-'));
  mkdirSync(join(folder, 'requests'));
  behind.reset();
  behind.changes = new Changes({ requests: join(folder, 'requests'), status: join(folder, 'network.json'), uptime: () => 1000 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Somebody on the way who writes down every byte of both directions. */
async function listener(port: number): Promise<{ base: string; heard: () => string } & AsyncDisposable> {
  const heard: Buffer[] = [];
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    open.add(near);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes: Buffer) => {
        heard.push(bytes);
        to.write(bytes);
      });
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard: () => Buffer.concat(heard).toString('latin1'),
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

test('a passphrase sent, and a token given, are in none of the bytes on the way', async () => {
  await using door = await openDoor(folder);
  await using between = await listener(door.port);
  const page = new Page(between.base);
  await page.claim(door.login.claimCode!, passphrase);
  expect(await page.client.network.check.mutate({ state: { ...state, mesh: { ...state.mesh, id: '' } } })).toMatchObject({ problems: [{}] });
  const { id } = await page.client.network.propose.mutate({ state });
  const { token } = await page.client.tokens.create.mutate({ name: 'Grafana' });
  // It did arrive.
  expect(requests()).toHaveLength(1);
  expect(readFileSync(join(folder, 'requests', requests()[0]!), 'utf8')).toContain(canary);
  // What is looked at is signed and readable: the listener does hear.
  await page.client.tokens.list.query();
  const heard = between.heard();
  expect(heard).toContain('Grafana');
  expect(heard).toContain('/trpc/network.propose');
  for (const secret of [canary, token, id, passphrase, encodeURIComponent(canary), Buffer.from(canary).toString('base64').slice(0, 24)]) {
    expect(heard).not.toContain(secret);
  }
  await page.close();
});

/** Sends by hand what a page would, and changes it on the way or not. */
async function handmade(folderOf: string) {
  const door = await openDoor(folderOf);
  const page = new Page(door.base);
  await page.claim(door.login.claimCode!, passphrase);
  const signed = signingFetch(fetch, page, door.base);
  const post = async (path: string, type: string, body: string) => {
    const response = await signed(`${door.base}/trpc/${path}`, { method: 'POST', headers: { 'content-type': type }, body });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  const begin = async (): Promise<{ name: string; channel: SealedChannel }> => {
    const end = new SealEnd('page', (bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
    const { channel, key } = await page.client.auth.seal.mutate({ key: end.key });
    return { name: channel, channel: end.join(key, page.session!.key)! };
  };
  return { door, page, post, begin };
}

test('what is not sealed, or was changed, is refused with the reason, and nothing is done', async () => {
  const { door, page, post, begin } = await handmade(folder);
  await using _ = door;
  const plain = JSON.stringify({ state });
  const unsealed = await post('network.propose', 'application/json', plain);
  expect([unsealed.status, JSON.parse(unsealed.text).error.data.reason]).toEqual([412, 'unsealed']);
  expect(unsealed.text).toContain('auth.seal');

  const { name, channel } = await begin();
  const box = channel.seal(plain);
  const changed = box.slice(0, 30) + (box[30] === 'A' ? 'B' : 'A') + box.slice(31);
  const other = new Page(door.base);
  await other.login('operator', passphrase);
  const signedByOther = signingFetch(fetch, other, door.base);
  const bodies = [`${name}.${changed}`, `${name}.${box.slice(0, -1)}`, `nosuchchannel.${box}`, name, '', plain];
  for (const body of bodies) {
    const answer = await post('network.propose', sealedType, body);
    expect([body.slice(0, 40), answer.status, JSON.parse(answer.text).error.data.reason]).toEqual([body.slice(0, 40), 412, 'seal-not-opened']);
  }
  // Another session's channel is none of this one's.
  const stolen = await signedByOther(`${door.base}/trpc/network.propose`, { method: 'POST', headers: { 'content-type': sealedType }, body: `${name}.${box}` });
  expect(JSON.parse(await stolen.text()).error.data.reason).toBe('seal-not-opened');
  // Nor does an answer of the node's pass for a page's words.
  const sent = await post('tokens.create', sealedType, `${name}.${channel.seal(JSON.stringify({ name: 'one' }))}`);
  expect(sent.type).toBe(sealedType);
  expect(JSON.parse(channel.open(sent.text)!).result.data).toMatchObject({ token: expect.any(String) });
  const back = await post('tokens.create', sealedType, `${name}.${sent.text}`);
  expect(JSON.parse(back.text).error.data.reason).toBe('seal-not-opened');
  expect(requests()).toEqual([]);
  expect(await page.client.tokens.list.query()).toHaveLength(1);

  // A mistake is told sealed as well.
  const wrong = await post('network.confirm', sealedType, `${name}.${channel.seal('{"id":"NOT AN ID"}')}`);
  expect([wrong.status, wrong.type]).toEqual([400, sealedType]);
  expect(channel.open(wrong.text)).toContain('BAD_REQUEST');
  await Promise.all([page.close(), other.close()]);
});

test('over the WebSocket nothing is done', async () => {
  const { door, page } = await handmade(folder);
  await using _ = door;
  const socket = new WebSocket(`${door.base.replace('http', 'ws')}/trpc?connectionParams=1`);
  const answer = await new Promise<string>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      socket.send(JSON.stringify({ method: 'connectionParams', data: socketParams(page.session!, page.nextCounter()) }));
      socket.send(JSON.stringify({ id: 1, method: 'mutation', params: { path: 'tokens.create', input: { name: 'one' } } }));
    });
    socket.on('message', (data) => resolve(String(data)));
  });
  expect(JSON.parse(answer)).toMatchObject({ id: 1, error: { data: { reason: 'unsealed' } } });
  socket.close();
  expect(await page.client.tokens.list.query()).toEqual([]);
  await page.close();
});

test('a node that was started anew knows no channel: the page opens another one, and what it asks is done once', async () => {
  let page: Page;
  const bases: string[] = [];
  const throughNewest: typeof fetch = (input, init) => fetch(String(input).replace(/^http:\/\/[^/]+/, bases.at(-1)!), init);
  {
    await using door = await openDoor(folder);
    bases.push(door.base);
    page = new Page(door.base, throughNewest);
    await page.claim(door.login.claimCode!, passphrase);
    await page.client.tokens.create.mutate({ name: 'before' });
  }
  await using door = await openDoor(folder);
  bases.push(door.base);
  await Promise.all([page.client.tokens.create.mutate({ name: 'after' }), page.client.tokens.create.mutate({ name: 'at once' })]);
  expect((await page.client.tokens.list.query()).map(({ name }) => name).sort()).toEqual(['after', 'at once', 'before']);
  await page.close();
});
