import { isIP } from 'node:net';
import { pemOfDer } from './der.ts';
import { ecdsa, generateP256Key, p256KeyToPem } from './p256.ts';
import { validity } from './profile.ts';
import { newSerial } from './serial.ts';
import { x509 } from './x509.ts';

/**
 * A server certificate that signs itself, with a P-256 key, which browsers take where they would not take Ed25519. No browser believes it: for development,
 * and until the operator has given one of a public authority.
 */
export async function createWebCertificate(of: {
  readonly names: readonly string[];
  readonly now: number;
}): Promise<{ keyPem: string; certificatePem: string }> {
  const key = generateP256Key();
  const keyPem = p256KeyToPem(key);
  const imported = async (format: 'pkcs8' | 'spki', type: 'private' | 'public', uses: KeyUsage[]) =>
    crypto.subtle.importKey(
      format,
      (type === 'private'
        ? key.privateKey.export({ format: 'der', type: 'pkcs8' })
        : key.publicKey.export({ format: 'der', type: 'spki' })) as Uint8Array<ArrayBuffer>,
      ecdsa,
      true,
      uses,
    );
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: `CN=${of.names[0]?.replace(/[^A-Za-z0-9.-]/g, '') ?? 'hub'}`,
    notBefore: new Date(of.now - validity.backdateMs),
    notAfter: new Date(of.now + webCertificateMs),
    signingAlgorithm: ecdsa,
    keys: { privateKey: await imported('pkcs8', 'private', ['sign']), publicKey: await imported('spki', 'public', ['verify']) },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(of.names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name }))),
    ],
  });
  return { keyPem, certificatePem: pemOfDer(new Uint8Array(certificate.rawData)) };
}

/** Some browsers refuse more than 825 days of a certificate that a person installed. */
export const webCertificateMs = 365 * 24 * 3_600_000;
type KeyUsage = 'sign' | 'verify';
