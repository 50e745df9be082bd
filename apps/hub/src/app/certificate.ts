import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWebCertificate } from '@energymesh/identity';
import { ConfigError } from '../config-error.ts';
import { readSecret, writeSecret } from '../identity/files.ts';
import type { AppConfig } from './config.ts';

export interface WebIdentity {
  readonly key: string;
  readonly cert: string;
  /** Signs itself: browsers warn. */
  readonly own: boolean;
}

const renewBeforeMs = 30 * 24 * 3_600_000;

/** As configured, read anew each time so that a renewed file is taken; else the hub's own, made once and again before it ends. Throws ConfigError. */
export async function webIdentity(config: AppConfig, dataDir: string, hosts: readonly string[], now: number): Promise<WebIdentity> {
  if (config.certificate !== undefined && config.key !== undefined) {
    const [cert, key] = [await read('app.certificate', config.certificate), await read('app.key', config.key)];
    try {
      if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) throw new Error('they do not belong together');
    } catch (cause) {
      throw new ConfigError(`app.certificate, app.key: ${(cause as Error).message}. Both are PEM files, the certificate first in its own.`);
    }
    return { cert, key, own: false };
  }
  const file = join(dataDir, 'app-certificate.json');
  const names = [...new Set([...(config.url === undefined ? [] : [new URL(config.url).hostname.replace(/[[\]]/g, '')]), ...hosts])];
  const kept = await readSecret(file);
  const known = kept === undefined ? undefined : (JSON.parse(kept) as { names: string[]; key: string; cert: string });
  if (known && known.names.join() === names.join() && Date.parse(new X509Certificate(known.cert).validTo) - now > renewBeforeMs)
    return { key: known.key, cert: known.cert, own: true };
  const { keyPem: key, certificatePem: cert } = await createWebCertificate({ names, now });
  await writeSecret(file, JSON.stringify({ names, key, cert }));
  return { key, cert, own: true };
}

async function read(what: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${what}: ${file} cannot be read: ${(cause as Error).message}`);
  }
}
