import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { ConfigError } from './config.ts';

/**
 * Holds a data folder for this process: two on one database would destroy it. An abstract socket named after the folder, which the kernel gives back whatever
 * way the process ends, so nothing is left to clean up after a kill -9. Only Linux has these; elsewhere nothing is held.
 */
export async function holdFolder(dataDir: string): Promise<AsyncDisposable> {
  if (process.platform !== 'linux') return { [Symbol.asyncDispose]: async () => undefined };
  const name = `\0energymesh-hub-${createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 32)}`;
  const server = createServer((socket) => socket.destroy());
  server.listen(name);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ConfigError(`dataDir: ${dataDir} is in use by another hub`, { cause });
  }
  server.unref();
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}
