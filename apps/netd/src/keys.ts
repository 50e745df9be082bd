import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { Disk } from './disk.ts';
import { paths } from './paths.ts';

/** PKCS #8 of an X25519 key up to its 32 bytes. RFC 8410. */
const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** WireGuard's private keys: made here, one file each, for root alone; never in a state, a request, an answer. Returns the public ones. */
export function wireguardKeys(disk: Disk, names: readonly string[]): { readonly name: string; readonly publicKey: string }[] {
  return names.map((name) => {
    const path = `${paths.keys}/${name}.key`;
    const existing = disk.read(path)?.trim();
    if (existing !== undefined && /^[A-Za-z0-9+/]{43}=$/.test(existing)) return { name, publicKey: publicOf(existing) };
    const { privateKey } = generateKeyPairSync('x25519');
    const key = Buffer.from((privateKey.export({ format: 'jwk' }) as { d: string }).d, 'base64url').toString('base64');
    disk.makeFolder(paths.keys, 0o700);
    disk.write(path, `${key}\n`, 0o600);
    return { name, publicKey: publicOf(key) };
  });
}

function publicOf(key: string): string {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8, Buffer.from(key, 'base64')]), format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' }) as { x: string };
  return Buffer.from(x, 'base64url').toString('base64');
}
