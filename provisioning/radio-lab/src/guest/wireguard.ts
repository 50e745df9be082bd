import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkFiles } from './network-files.ts';
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

/** A tunnel as a node's unit starts it: by the same script, with the files of a desired state. */
export async function tunnelUp(files: NetworkFiles, name: string, { privateKey }: WireguardKey): Promise<void> {
  const keys = join(files.folder, 'keys');
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  writeFileSync(join(keys, `${name}.key`), `${privateKey}\n`, { mode: 0o600 });
  const script = '/repo/provisioning/files/usr/lib/energymesh/wireguard';
  await run('ip', 'netns', 'exec', files.namespace, 'env', `EM_NETWORK=${files.folder}`, `EM_KEYS=${keys}`, 'sh', script, 'up', name);
}

export const tunnelDown = (namespace: string, name: string): Promise<string> => run('ip', '-n', namespace, 'link', 'del', name);
