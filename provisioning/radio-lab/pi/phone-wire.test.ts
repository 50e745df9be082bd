import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket, connect as socketTo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { answerOver, socksOver } from './phone-wire.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A phone whose only name is `portal.example`, which answers with what it hears, and the proxy that leads to it. */
async function phone() {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const [near, far] = await line();
  answerOver(
    far,
    async (name) => (name === 'portal.example' ? '127.0.0.1' : undefined),
    () => {},
  );
  const socks = await socksOver(near);
  ends.push(() => {
    socks.close();
    server.close();
  });
  return { socks: socks.port, port: portOf(server) };
}

async function line(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = socketTo(portOf(server), '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  ends.push(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return [near, far];
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** As a browser begins: the bytes of its greeting and of what it asks for. */
async function asking(socks: number, request: Buffer): Promise<Socket> {
  const browser = socketTo({ host: '127.0.0.1', port: socks });
  ends.push(() => browser.destroy());
  browser.on('error', () => {});
  browser.write(Buffer.concat([Buffer.from([5, 1, 0]), request]));
  return browser;
}
const byName = (name: string, port: number, command = 1) => Buffer.from([5, command, 0, 3, name.length, ...Buffer.from(name), port >> 8, port & 255]);

/** So many bytes, or fewer when it hangs up before. */
function heard(browser: Socket, bytes: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let all = Buffer.alloc(0);
    const take = (chunk: Buffer) => {
      all = Buffer.concat([all, chunk]);
      if (all.length >= bytes) done();
    };
    const done = () => {
      browser.off('data', take).off('close', done);
      resolve(all);
    };
    browser.on('data', take).on('close', done);
  });
}

test('a name is looked up and connected at the phone, and a megabyte comes back as it went', async () => {
  const { socks, port } = await phone();
  const browser = await asking(socks, byName('portal.example', port));
  expect([...(await heard(browser, 12))]).toEqual([5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const sent = Buffer.alloc(1 << 20, 'mill race ');
  browser.write(sent);
  expect((await heard(browser, sent.length)).equals(sent)).toBe(true);
});

test('what is not there is refused, and anything but a connection is hung up on', async () => {
  const { socks, port } = await phone();
  expect([...(await heard(await asking(socks, byName('elsewhere.example', port)), 12))].slice(0, 4)).toEqual([5, 0, 5, 5]);
  expect([...(await heard(await asking(socks, byName('portal.example', port, 3)), 12))]).toEqual([5, 0]);
});

test('more than 64 connections at once are not taken', async () => {
  const { socks, port } = await phone();
  const open = [];
  for (let i = 0; i < 64; i++) {
    const browser = await asking(socks, byName('portal.example', port));
    expect((await heard(browser, 12)).length).toBe(12);
    open.push(browser);
  }
  expect((await heard(await asking(socks, byName('portal.example', port)), 12)).length).toBe(0);
  open[0]?.destroy();
  await once(open[0] as Socket, 'close');
  await expect.poll(async () => (await heard(await asking(socks, byName('portal.example', port)), 12)).length).toBe(12);
});
