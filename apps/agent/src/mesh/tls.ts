import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { joinDer, peerBundle, splitDer } from '@energymesh/identity';
import type { Channel, NodeId } from '@energymesh/protocol';
import type { Clock } from '../ports.ts';
import type { MeshIdentity } from './ports.ts';

/** A link's two connections tell each other apart by ALPN: docs/protocol.md §3.2 */
export const alpn: Readonly<Record<Channel, string>> = { urgent: 'em-urgent/1', bulk: 'em-bulk/1' };
export const handshakeMsMax = 5_000;

/** An authenticated connection, before the protocol's first frame. */
export interface Peer {
  readonly socket: TLSSocket;
  readonly channel: Channel;
  readonly node: NodeId;
  /** Leaf and issuing certificate as presented, end to end in DER. */
  readonly certificate: Uint8Array;
}
/** Our verdict on a finished handshake. `reason` is one of few words: it becomes a counter's name. */
export type Judged = { readonly ok: true; readonly peer: Peer } | { readonly ok: false; readonly reason: string };

/**
 * Decides on a peer by ourselves; `authorizationError` is never consulted: a rogue CA with wrong dates gives the same code as a genuine certificate
 * under a wrong clock. A resumed session presents no certificate, so it would slip past revocation: refused.
 */
export function judge(socket: TLSSocket, identity: Pick<MeshIdentity, 'judge'>): Judged {
  const channel = channelOf(socket.alpnProtocol);
  if (channel === undefined) return { ok: false, reason: 'alpn' };
  if (socket.isSessionReused() !== false) return { ok: false, reason: 'resumed' };
  const bundle = peerBundle(socket);
  if (bundle === undefined) return { ok: false, reason: 'no-certificate' };
  const verdict = identity.judge(bundle);
  if (!verdict.ok) return verdict;
  const certificate = joinDer((splitDer(bundle) ?? []).slice(0, 2));
  return { ok: true, peer: { socket, channel, node: verdict.node, certificate } };
}

const channelOf = (protocol: string | false | null): Channel | undefined => (protocol === alpn.urgent ? 'urgent' : protocol === alpn.bulk ? 'bulk' : undefined);

/** The processor has AES instructions. Without them (a Raspberry Pi 4) ChaCha20 is the faster cipher. */
export function hasAes(cpuinfo: () => string = () => readFileSync('/proc/cpuinfo', 'utf8')): boolean {
  try {
    return /^(flags|Features)\s*:.*\baes\b/m.test(cpuinfo());
  } catch {
    return true;
  }
}

const suites = { aes: ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'], chacha: ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'] };

/** TLS 1.3 alone, mutual, no tickets, verification left to `judge`. Both ends' cipher preference is followed: a node without AES puts ChaCha20 first and insists on its order as a server. */
export const linkTls = (aes: boolean) =>
  ({
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    ciphers: (aes ? suites.aes : suites.chacha).join(':'),
    honorCipherOrder: !aes,
    ecdhCurve: 'X25519',
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  }) as const;

export const contextOf = (identity: Pick<MeshIdentity, 'tls'>, aes: boolean): SecureContext => {
  const { key, chain } = identity.tls();
  const { honorCipherOrder: _ours, ...options } = linkTls(aes);
  return createSecureContext({ ...options, key, cert: chain });
};

export interface DialOptions {
  /** An IP address; an IPv6 link-local one with its zone. */
  readonly host: string;
  readonly port: number;
  readonly channel: Channel;
  readonly identity: Pick<MeshIdentity, 'judge'>;
  readonly secureContext: SecureContext;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export class DialFailed extends Error {
  override readonly name = 'DialFailed';
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(`dial failed: ${reason}`, options);
    this.reason = reason;
  }
}

/** Connects, finishes the handshake and judges the peer. Throws DialFailed with a word for the counter; nothing of the socket is left then. */
export function dial(options: DialOptions): Promise<Peer> {
  const { promise, resolve, reject } = Promise.withResolvers<Peer>();
  const { host, port, channel, identity, signal } = options;
  const socket = connect({
    host,
    port,
    secureContext: options.secureContext,
    ALPNProtocols: [alpn[channel]],
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  socket.setNoDelay(true);
  const settled = () => {
    cancel();
    signal.removeEventListener('abort', abort);
    socket.off('error', failed);
    socket.off('close', closed);
  };
  const fail = (reason: string, cause?: unknown) => {
    settled();
    socket.on('error', () => {});
    socket.destroy();
    reject(new DialFailed(reason, { cause }));
  };
  const failed = (error: NodeJS.ErrnoException) => fail(error.code ?? 'tls', error);
  const closed = () => fail('closed');
  const abort = () => fail('aborted', signal.reason);
  const cancel = options.clock.after(handshakeMsMax, () => fail('timeout'));
  socket.on('error', failed);
  socket.on('close', closed);
  socket.once('secureConnect', () => {
    const judged = judge(socket, identity);
    if (!judged.ok) return fail(judged.reason);
    settled();
    resolve(judged.peer);
  });
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return promise;
}
