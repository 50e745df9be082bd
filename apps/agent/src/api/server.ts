import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { PageFiles } from '@energymesh/page-files';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Clock } from '../ports.ts';
import { type BaseMap, baseMapPath } from './base-map.ts';
import { contentSecurityPolicy } from './content-policy.ts';
import type { HostCheck } from './host-check.ts';
import { answerPhoneCall, type PhoneCalls, phonePath } from './phones/http.ts';
import { answerProbe } from './portal.ts';
import type { SealsPort } from './ports.ts';
import { Rest } from './rest/answer.ts';
import type { AppRouter } from './router.ts';
import type { Sessions } from './sessions.ts';
import { answerCall } from './signed-calls.ts';
import { Sockets } from './sockets.ts';
import type { Tokens } from './tokens.ts';

export interface ApiServerOptions {
  /** "*": every address. */
  readonly host: string;
  readonly port: number;
  readonly router: AppRouter;
  readonly sessions: Sessions;
  readonly seals: Pick<SealsPort, 'of'>;
  readonly tokens: Tokens;
  readonly version: string;
  readonly hostCheck: HostCheck;
  readonly clock: Clock;
  readonly pwaDir: string | undefined;
  readonly baseMap?: BaseMap;
  /** Other addresses that its page may ask. */
  readonly askable?: () => readonly string[];
  /** The node is being set up: systems that look for a captive portal are sent to the wizard. */
  readonly setupOpen: () => boolean;
  /** Sealed calls of paired phones. */
  readonly phoneCalls: PhoneCalls;
  readonly health: () => { readonly ok: boolean } & Record<string, unknown>;
  readonly onRefused: (what: { caller: string; why: string }) => void;
  /** An error of ours while answering. */
  readonly onError: (path: string | undefined, error: Error) => void;
  readonly connectionsMax?: number;
  readonly socketsMax?: number;
  readonly loginMs?: number;
}

/** The address is taken or not this machine's. */
export class CannotListen extends Error {
  constructor(where: string, cause: NodeJS.ErrnoException) {
    const reasons: Record<string, string> = {
      EADDRINUSE: 'something else listens there',
      EADDRNOTAVAIL: 'that address is not of this machine',
      EACCES: 'not permitted',
    };
    super(`The dashboard cannot listen on ${where}: ${reasons[cause.code ?? ''] ?? cause.message}. Change http.host or http.port in the configuration.`, {
      cause,
    });
    this.name = 'CannotListen';
  }
}

/** The dashboard's door: tRPC over HTTP and WebSocket, /healthz, the dashboard's files. docs/decisions/0007-passphrase.md */
export class ApiServer {
  readonly port: number;
  /** On which it listens; `::` and `0.0.0.0` are all. */
  readonly address: string;
  readonly #server: Server;
  readonly #sockets: Sockets;

  private constructor(server: Server, sockets: Sockets) {
    this.#server = server;
    this.#sockets = sockets;
    const { port, address } = server.address() as AddressInfo;
    this.port = port;
    this.address = address;
  }

  /** Throws CannotListen. */
  static async open(options: ApiServerOptions): Promise<ApiServer> {
    const { router, sessions, clock, hostCheck, onRefused, onError } = options;
    const sockets = new Sockets({ router, sessions, clock, callerOf, onError, ...pick(options, 'socketsMax', 'loginMs') });
    const listener = getRequestListener(createApp(options).fetch as never, { overrideGlobalObjects: false, errorHandler: refuseGarbage });
    // A slow or silent client holds a socket for seconds, not for ever; there are so many sockets and no more.
    const server = createServer(
      { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 10_000, connectionsCheckingInterval: 5000 },
      (request, response) => {
        if (answerProbe(request, response, options.setupOpen())) return;
        // The community's app may call here alone, and only what it sealed is read.
        const friend = request.url === phonePath ? options.phoneCalls.app() : undefined;
        const refusal = hostCheck.refusal(request.headers, request.socket.localAddress, friend);
        if (refusal === undefined) return void listener(request, response);
        onRefused({ caller: callerOf(request), why: refusal });
        response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${refusal}\n`);
      },
    );
    server.maxConnections = options.connectionsMax ?? 256;
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      const path = (request.url ?? '').split('?')[0];
      const refusal = hostCheck.refusal(request.headers, request.socket.localAddress);
      if (refusal !== undefined) {
        onRefused({ caller: callerOf(request), why: refusal });
        refuseUpgrade(socket, '403 Forbidden', refusal);
      } else if (path !== '/trpc') refuseUpgrade(socket, '404 Not Found', 'The WebSocket is at /trpc.');
      else sockets.upgrade(request, socket, head);
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      // Browsers open connections ahead: one that nothing came over ends without a word, which the next page would take for its answer.
      if (error.code === 'ECONNRESET' || error.code === 'ERR_HTTP_REQUEST_TIMEOUT' || !socket.writable) socket.destroy();
      else refuseUpgrade(socket, error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request', 'This is no HTTP request.');
    });
    try {
      await listen(server, options.host, options.port);
    } catch (cause) {
      sockets[Symbol.dispose]();
      throw new CannotListen(`${options.host}:${options.port}`, cause as NodeJS.ErrnoException);
    }
    return new ApiServer(server, sockets);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sockets[Symbol.dispose]();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

function createApp(options: ApiServerOptions): Hono<{ Bindings: HttpBindings }> {
  const { router, sessions, seals, onError, health, pwaDir, askable, phoneCalls } = options;
  const app = new Hono<{ Bindings: HttpBindings }>();
  const rest = new Rest(options);
  const files = pwaDir === undefined ? undefined : new PageFiles({ root: pwaDir, policy: (scripts) => contentSecurityPolicy(scripts, askable?.()) });
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of securityHeaders) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  });
  app.all('/trpc/*', (c) => answerCall(c.req.raw, c.env.incoming.url ?? '', callerOf(c.env.incoming), { router, sessions, seals, onError }));
  app.on(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], ['/api/v1/*', '/metrics'], (c) =>
    rest.answer(c.req.method, new URL(c.req.url), c.req.raw.headers, callerOf(c.env.incoming)),
  );
  app.on(['POST', 'OPTIONS'], phonePath, (c) => answerPhoneCall(c.req.raw, callerOf(c.env.incoming), phoneCalls));
  app.get('/healthz', (c) => {
    const state = health();
    return c.json(state, state.ok ? 200 : 503, { 'cache-control': 'no-store' });
  });
  const { baseMap } = options;
  if (baseMap) app.on(['GET', 'HEAD'], baseMapPath, (c) => baseMap.respond(c.req.raw));
  app.on(['GET', 'HEAD'], '*', async (c) => {
    const answer = await files?.respond(new URL(c.req.url).pathname, c.req.raw);
    return answer ?? c.text(files ? 'There is no such page.\n' : 'This node runs without a dashboard: pwaDir is not set in its configuration.\n', 404);
  });
  app.notFound((c) => c.text('There is nothing here for this method.\n', 404));
  app.onError((error, c) => {
    onError(c.req.path, error);
    return c.text('The node failed to answer this; its log says why.\n', 500);
  });
  return app;
}

const securityHeaders: readonly (readonly [string, string])[] = [
  ['content-security-policy', contentSecurityPolicy([])],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(self), geolocation=(self), microphone=()'],
];

/** What Node's parser let through and no URL can be made of. */
const refuseGarbage = () => new Response('This is no request that a browser sends.\n', { status: 400 });

function refuseUpgrade(socket: Duplex, status: string, words: string): void {
  const text = `${words}\n`;
  socket.end(`HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`);
}

const callerOf = (request: IncomingMessage): string => request.socket.remoteAddress ?? 'gone';

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const done = () => {
      server.off('error', reject);
      resolve();
    };
    // Without an address Node listens on IPv6 and IPv4 both, or on IPv4 where there is no IPv6.
    if (host === '*') server.listen(port, done);
    else server.listen(port, host, done);
  });
}

function pick<T extends object, K extends keyof T>(from: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]])) as Pick<T, K>;
}
