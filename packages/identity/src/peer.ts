import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { chainLengthMax, joinDer } from './der.ts';

/**
 * The certificates that a TLS peer presented, end to end in DER, for `CertificateVerifier`. Undefined when it presented none, and for a resumed session: there
 * nobody proves possession of a key, and what the session remembers of a certificate may be older than its revocation.
 * On the server's side some versions of Node (24.21 is one: nodejs/node#65579) give the leaf alone, so a server's verifier must have learned the issuing certificates.
 */
export function peerBundle(socket: TLSSocket): Uint8Array | undefined {
  if (socket.isSessionReused()) return undefined;
  const chain: Uint8Array[] = [];
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.raw && chain.length < chainLengthMax) {
    chain.push(new Uint8Array(certificate.raw));
    const issuer: DetailedPeerCertificate | undefined = certificate.issuerCertificate;
    certificate = issuer === certificate || (issuer?.raw && Buffer.compare(issuer.raw, certificate.raw) === 0) ? undefined : issuer;
  }
  return chain.length === 0 ? undefined : joinDer(chain);
}
