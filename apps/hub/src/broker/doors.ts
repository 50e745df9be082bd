import { once } from 'node:events';
import { createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { type Accepted, type CertificateVerifier, peerBundle } from '@energymesh/identity';
import type { Clock } from '../clock.ts';
import type { ServerIdentity } from '../identity/server-certificate.ts';

const connectionsMax = 2000;
const handshakeMsMax = 10_000;

export const tlsOptions = (identity: ServerIdentity) => ({ key: identity.keyPem, cert: identity.chainPem, minVersion: 'TLSv1.3' as const });

/** The door for nodes: mutual TLS 1.3, every certificate judged by us and never by `authorized`; a resumed session presents nobody and is refused. */
export function nodeDoor(options: {
  readonly identity: ServerIdentity;
  readonly rootPem: string;
  readonly verifier: CertificateVerifier;
  readonly clock: Clock;
  readonly isRevoked: (node: string, serial: string) => boolean;
  readonly accepted: (socket: TLSSocket, peer: Accepted) => void;
  readonly refused: (reason: string, detail: string, socket: TLSSocket | undefined) => void;
}): TlsServer {
  const { verifier, clock, isRevoked, accepted, refused } = options;
  const tls = { ...tlsOptions(options.identity), ca: options.rootPem, requestCert: true, rejectUnauthorized: false, handshakeTimeout: handshakeMsMax };
  const server = createTlsServer(tls, (socket) => {
    const refuse = (reason: string, detail: string) => {
      socket.on('error', () => undefined);
      refused(reason, detail, socket);
      socket.destroy();
    };
    if (socket.isSessionReused()) return refuse('resumed-session', 'resumed sessions are refused');
    const bundle = peerBundle(socket);
    if (!bundle) return refuse('no-certificate', 'no certificate was presented');
    const verdict = verifier.verifyNode(bundle, { clock: { now: clock.now(), trusted: true }, revoked: isRevoked });
    if (!verdict.ok) return refuse(verdict.reason, verdict.detail);
    accepted(socket, verdict);
  });
  server.on('tlsClientError', (error) => refused('tls', error.message, undefined));
  server.maxConnections = connectionsMax;
  return server;
}

/** The door for programs and tools, who show a password; plain only on loopback. */
export function toolsDoor(identity: ServerIdentity | undefined, accepted: (socket: Socket) => void): Server {
  const server = identity ? createTlsServer({ ...tlsOptions(identity), handshakeTimeout: handshakeMsMax }, accepted) : createPlainServer(accepted);
  server.maxConnections = connectionsMax;
  return server;
}

/** Resolves to the port; rejects when the address cannot be had. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}
