import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../ports.ts';
import type { AppRouter } from './router.ts';
import { parseCredentials, socketMac } from './session-mac.ts';
import type { Sessions } from './sessions.ts';
import { identify, isOurs } from './signed-calls.ts';

export interface SocketsOptions {
  readonly router: AppRouter;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly callerOf: (request: IncomingMessage) => string;
  readonly onError: (path: string | undefined, error: Error) => void;
  readonly socketsMax?: number;
  readonly loginMs?: number;
  readonly subscriptionsMax?: number;
}

const messageBytesMax = 64 * 1024;
/** A page that does not read what it subscribed to is cut off; it connects again and gets the present state. */
const unsentBytesMax = 4 * 1024 * 1024;
const sweepMs = 15_000;
/** Private use range of RFC 6455 §7.4.2. */
const closeUnauthorised = 4401;

/** Subscriptions. A socket that has not proved a session within `loginMs` is closed, as is one whose session ends. */
export class Sockets {
  readonly #options: Required<SocketsOptions>;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: messageBytesMax, perMessageDeflate: false, clientTracking: true });
  readonly #sessionOf = new Map<WebSocket, string>();
  readonly #stop: () => void;

  constructor(options: SocketsOptions) {
    this.#options = { socketsMax: 64, loginMs: 10_000, subscriptionsMax: 32, ...options };
    const { router, sessions, clock, callerOf, onError } = this.#options;
    this.#server.on('connection', (socket: WebSocket) => this.#admit(socket));
    applyWSSHandler({
      wss: this.#server,
      router,
      createContext: ({ req, res, info }) => {
        const { connectionParams } = info;
        const { principal } = identify(sessions, connectionParams, connectionParams ? parseCredentials(connectionParams) : undefined, (key, { counter }) =>
          socketMac(key, counter),
        );
        if (principal.kind !== 'anonymous') this.#sessionOf.set(res, principal.session);
        return { principal, caller: callerOf(req), seal: 'none', agent: req.headers['user-agent'] ?? '' };
      },
      keepAlive: { enabled: true, pingMs: 20_000, pongWaitMs: 10_000 },
      onError: ({ path, error }) => isOurs(error) && onError(path, error),
    });
    const offEnd = sessions.onEnd((id) => {
      for (const [socket, session] of this.#sessionOf) if (session === id) socket.close(closeUnauthorised, 'logged out');
    });
    let cancel = () => {};
    const sweep = () => {
      this.#sweep();
      cancel = clock.after(sweepMs, sweep);
    };
    cancel = clock.after(sweepMs, sweep);
    this.#stop = () => {
      offEnd();
      cancel();
    };
  }

  #admit(socket: WebSocket): void {
    const { clock, loginMs, subscriptionsMax, socketsMax } = this.#options;
    if (this.#server.clients.size > socketsMax) {
      socket.close(1013, 'too many open dashboards');
      return;
    }
    const cancel = clock.after(loginMs, () => {
      if (!this.#sessionOf.has(socket)) socket.close(closeUnauthorised, 'not logged in');
    });
    let started = 0;
    socket.on('message', (data) => {
      // A page starts a handful and stops them again; each start is one message, so counting messages that may start one bounds them.
      const text = data.toString();
      started += text.split('"subscription"').length - 1 - (text.split('"subscription.stop"').length - 1);
      if (started > subscriptionsMax) socket.close(1008, 'too many subscriptions');
    });
    socket.on('close', () => {
      cancel();
      this.#sessionOf.delete(socket);
    });
    // `ws` reports garbage here and closes by itself.
    socket.on('error', () => {});
  }

  #sweep(): void {
    for (const socket of this.#server.clients) if (socket.bufferedAmount > unsentBytesMax) socket.terminate();
    for (const [socket, session] of this.#sessionOf) {
      if (this.#options.sessions.has(session)) this.#options.sessions.touch(session);
      else socket.close(closeUnauthorised, 'session ended');
    }
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#server.emit('connection', opened, request));
  }

  [Symbol.dispose](): void {
    this.#stop();
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }
}
