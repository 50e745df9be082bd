import { connect, constants, performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import { createServer, isIPv4, type Server, type Socket, connect as socketTo } from 'node:net';
import type { Duplex } from 'node:stream';

/** Of SOCKS 5 (RFC 1928): what is read here. */
const [version, noLogin, connectTo, byAddress, byName] = [5, 0, 1, 1, 3];
const connectionsMax = 64;

/**
 * A SOCKS proxy on this machine whose connections begin in the virtual Pi, with `answerOver` at the other end of `wire` (guest/phone-wire.ts): names
 * are looked up and ports are reached there, over the phone's radio. On the wire it is HTTP/2, which keeps many connections apart on one line.
 */
export async function socksOver(wire: Duplex): Promise<{ readonly port: number; close(): void }> {
  const session = connect('http://phone', { createConnection: () => wire });
  let trouble: Error | undefined;
  session.on('error', (error: Error) => {
    trouble = error;
  });
  const open = new Set<Socket>();
  const server: Server = createServer((browser) => {
    open.add(browser);
    browser.on('error', () => browser.destroy());
    browser.on('close', () => open.delete(browser));
    if (trouble || open.size > connectionsMax) browser.destroy();
    else void serve(browser);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
      session.destroy();
    },
  };

  async function serve(browser: Socket): Promise<void> {
    try {
      const target = await greeted(browser);
      const stream = session.request({ [constants.HTTP2_HEADER_METHOD]: 'CONNECT', [constants.HTTP2_HEADER_AUTHORITY]: target });
      stream.on('error', () => browser.destroy());
      browser.on('close', () => stream.close());
      stream.on('response', (headers) => {
        const reached = Number(headers[constants.HTTP2_HEADER_STATUS]) === 200;
        // 5: refused by the other side.
        browser.write(Buffer.from([version, reached ? 0 : 5, 0, byAddress, 0, 0, 0, 0, 0, 0]));
        if (!reached) return void browser.end();
        browser.pipe(stream);
        stream.pipe(browser);
      });
    } catch {
      browser.destroy();
    }
  }
}

/** The phone's end: connects from here what is asked for at the other end. */
export function answerOver(wire: Duplex, lookUp: (name: string) => Promise<string | undefined>, tell: (line: string) => void): void {
  const session = performServerHandshake(wire);
  session.on('error', (error: Error) => tell(error.message));
  session.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const connects = headers[constants.HTTP2_HEADER_METHOD] === 'CONNECT';
    const target = connects ? String(headers[constants.HTTP2_HEADER_AUTHORITY]) : '';
    join(stream, target, lookUp).then(
      (address) => tell(`${target} at ${address}`),
      (error: Error) => {
        tell(`${target}: ${error.message}`);
        if (!stream.headersSent && !stream.destroyed) stream.respond({ [constants.HTTP2_HEADER_STATUS]: 502 }, { endStream: true });
      },
    );
  });
}

async function join(stream: ServerHttp2Stream, target: string, lookUp: (name: string) => Promise<string | undefined>): Promise<string> {
  const [, host = '', port] = /^([^:]+):(\d+)$/.exec(target) ?? [];
  const address = isIPv4(host) ? host : await lookUp(host);
  if (address === undefined) throw new Error('no such name');
  const socket = socketTo({ host: address, port: Number(port), noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('error', () => stream.close());
  stream.on('close', () => socket.destroy());
  stream.respond({ [constants.HTTP2_HEADER_STATUS]: 200 });
  stream.pipe(socket);
  socket.pipe(stream);
  return address;
}

/** The browser's greeting and what it asks for, as host:port. */
async function greeted(browser: Socket): Promise<string> {
  const [asked, methods = 0] = await exactly(browser, 2);
  await exactly(browser, methods);
  if (asked !== version) throw new Error(`SOCKS ${asked} is not spoken here`);
  browser.write(Buffer.from([version, noLogin]));
  const [, command, , kind] = await exactly(browser, 4);
  if (command !== connectTo) throw new Error(`only connections are passed on, not command ${command}`);
  let host: string;
  if (kind === byAddress) host = [...(await exactly(browser, 4))].join('.');
  else if (kind === byName) host = (await exactly(browser, (await exactly(browser, 1))[0] ?? 0)).toString('latin1');
  else throw new Error(`the phone has no IPv6 (address of kind ${kind})`);
  return `${host}:${(await exactly(browser, 2)).readUInt16BE()}`;
}

/** Waits until there are so many bytes; none more are taken. */
async function exactly(socket: Socket, bytes: number): Promise<Buffer> {
  let held = Buffer.alloc(0);
  while (held.length < bytes) held = Buffer.concat([held, await chunkOf(socket)]);
  if (held.length > bytes) socket.unshift(held.subarray(bytes));
  return held.subarray(0, bytes);
}

function chunkOf(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error('the browser hung up'));
    socket.once('close', closed);
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      socket.off('close', closed);
      resolve(chunk);
    });
    socket.resume();
  });
}
