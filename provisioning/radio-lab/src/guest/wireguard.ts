import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { run } from './run.ts';

export interface WireguardKey {
  /** As `wg` reads it. */
  readonly privateKey: string;
  readonly publicKey: string;
}

/** A key pair in WireGuard's form: 32 bytes in base64 (Curve25519). */
export function wireguardKey(): WireguardKey {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  // Both encodings end with the 32 bytes themselves (RFC 8410).
  const raw = (key: KeyObject, type: 'pkcs8' | 'spki'): string =>
    (key.export({ format: 'der', type: type as 'spki' }) as Buffer).subarray(-32).toString('base64');
  return { privateKey: raw(privateKey, 'pkcs8'), publicKey: raw(publicKey, 'spki') };
}

/** A tunnel's interface from a file for `wg setconf` and a key. */
export async function tunnel(namespace: string, name: string, conf: string, key: WireguardKey, addresses: readonly string[]): Promise<void> {
  const inside = ['ip', 'netns', 'exec', namespace] as const;
  const keyFile = `/run/${namespace}-${name}.key`;
  writeFileSync(keyFile, `${key.privateKey}\n`, { mode: 0o600 });
  await run('ip', '-n', namespace, 'link', 'add', name, 'type', 'wireguard');
  await run(...inside, 'wg', 'setconf', name, conf);
  await run(...inside, 'wg', 'set', name, 'private-key', keyFile);
  for (const address of addresses) await run('ip', '-n', namespace, 'address', 'add', address, 'dev', name);
  await run('ip', '-n', namespace, 'link', 'set', name, 'up');
}
