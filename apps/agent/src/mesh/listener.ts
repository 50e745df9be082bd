import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Clock } from '../ports.ts';
import type { MeshIdentity } from './ports.ts';
import { alpn, handshakeMsMax, judge, linkTls, type Peer } from './tls.ts';
import { TokenBuckets } from './token-buckets.ts';

/** What a stranger may cost: a handshake takes milliseconds of a Pi's processor. */
export interface ListenerLimits {
  readonly handshakesPerSecond: number;
  readonly handshakesBurst: number;
  /** Sources whose rate is remembered. */
  readonly sourcesMax: number;
  readonly allPerSecond: number;
  readonly allBurst: number;
  readonly unfinishedMax: number;
  readonly connectionsMax: number;
}
export const defaultLimits: ListenerLimits = {
  handshakesPerSecond: 8,
  handshakesBurst: 64,
  sourcesMax: 1024,
  allPerSecond: 32,
  allBurst: 128,
  unfinishedMax: 32,
  connectionsMax: 128,
};

export interface ListenerOptions {
  /** An address of this machine, or `*`. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly identity: Pick<MeshIdentity, 'tls' | 'judge'>;
  readonly clock: Clock;
  readonly aes: boolean;
  readonly limits?: ListenerLimits;
  readonly onPeer: (peer: Peer) => void;
  /** `reason`: one of few words. */
  readonly onRefused: (reason: string, address: string) => void;
}

/** Takes links: a TCP listener that turns strangers away before they cost a handshake, and TLS behind it. */
export class LinkListener implements AsyncDisposable {
  readonly port: number;
  readonly #tcp: Server;
  readonly #tls: TlsServer;
  readonly #options: ListenerOptions;
  readonly #limits: ListenerLimits;
  readonly #perSource: TokenBuckets;
  readonly #overall: TokenBuckets;
  readonly #open = new Set<Socket>();
  /** By the peer's address and port, which TLS socket and TCP socket have in common. */
  readonly #unfinished = new Map<string, Socket>();

  /** Rejects when the address cannot be listened on. */
  static async open(options: ListenerOptions, signal: AbortSignal): Promise<LinkListener> {
    signal.throwIfAborted();
    const tcp = createServer({ noDelay: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    tcp.once('error', reject);
    // Without a host Node takes every address, of IPv6 too where the machine has it.
    tcp.listen({ ...(options.host === '*' ? {} : { host: options.host }), port: options.port }, resolve);
    await promise;
    tcp.off('error', reject);
    return new LinkListener(options, tcp);
  }

  private constructor(options: ListenerOptions, tcp: Server) {
    this.#options = options;
    this.#tcp = tcp;
    this.port = (tcp.address() as { port: number }).port;
    this.#limits = options.limits ?? defaultLimits;
    const { handshakesPerSecond, handshakesBurst, sourcesMax, allPerSecond, allBurst } = this.#limits;
    this.#perSource = new TokenBuckets({ perSecond: handshakesPerSecond, burst: handshakesBurst, keysMax: sourcesMax });
    this.#overall = new TokenBuckets({ perSecond: allPerSecond, burst: allBurst, keysMax: 1 });
    const { key, chain } = options.identity.tls();
    this.#tls = createTlsServer({
      ...linkTls(options.aes),
      key,
      cert: chain,
      ALPNProtocols: [alpn.urgent, alpn.bulk],
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: handshakeMsMax,
    });
    this.#tls.on('secureConnection', (socket) => this.#finished(socket));
    this.#tls.on('tlsClientError', (error, socket) => this.#failed(error, socket));
    tcp.on('connection', (socket) => this.#arrived(socket));
    // An accept that fails (no file descriptors left) is told to the peer by its own timeout; the listener stays.
    tcp.on('error', () => options.onRefused('accept', ''));
  }

  /** The certificate was renewed: later handshakes present the new one. */
  renew(): void {
    const { key, chain } = this.#options.identity.tls();
    this.#tls.setSecureContext({ ...linkTls(this.#options.aes), key, cert: chain });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#tcp.close(() => resolve()));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  #arrived(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    socket.on('error', () => {});
    const reason = this.#turnedAway(address);
    if (reason !== undefined) {
      socket.destroy();
      return this.#options.onRefused(reason, address);
    }
    const peer = endpoint(socket);
    this.#open.add(socket);
    this.#unfinished.set(peer, socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      if (this.#unfinished.get(peer) === socket) this.#unfinished.delete(peer);
    });
    this.#tls.emit('connection', socket);
  }

  #turnedAway(address: string): string | undefined {
    const now = this.#options.clock.monotonic();
    if (this.#open.size >= this.#limits.connectionsMax) return 'connections-full';
    if (this.#unfinished.size >= this.#limits.unfinishedMax) return 'handshakes-full';
    if (!this.#perSource.take(address, now)) return 'rate-source';
    return this.#overall.take('all', now) ? undefined : 'rate-all';
  }

  #finished(socket: TLSSocket): void {
    this.#unfinished.delete(endpoint(socket));
    const judged = judge(socket, this.#options.identity);
    if (judged.ok) return this.#options.onPeer(judged.peer);
    socket.on('error', () => {});
    socket.destroy();
    this.#options.onRefused(judged.reason, socket.remoteAddress ?? '');
  }

  #failed(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    const address = socket.remoteAddress ?? '';
    socket.destroy();
    this.#options.onRefused(reasons.get(error.code ?? '') ?? 'handshake-broken', address);
  }
}

const reasons = new Map([
  ['ECONNRESET', 'handshake-closed'],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', 'handshake-timeout'],
]);

const endpoint = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`;
