import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';

/**
 * Simulated: the hub's app as it is served, and from `publish` on with the service worker of a newer build. Playwright sees no requests for a worker's script, so somebody stands in
 * between. On localhost, where plain HTTP is a secure context.
 */
export async function appWithNewerVersion(appUrl: string): Promise<{ readonly url: string; publish(): void } & AsyncDisposable> {
  const { hostname, port } = new URL(appUrl);
  let newer = false;
  const server = createServer((asked, answer) => {
    const onwards = request({ hostname, port, path: asked.url, method: asked.method, rejectUnauthorized: false }, (got) => {
      const parts: Buffer[] = [];
      got.on('data', (part: Buffer) => parts.push(part));
      got.on('end', () => {
        const body = Buffer.concat(parts);
        const next = newer && asked.url === '/sw.js' ? Buffer.from(body.toString().replace(/const version = '\w+'/, "const version = 'newer'")) : body;
        const { 'content-length': _, 'transfer-encoding': __, ...headers } = got.headers;
        answer.writeHead(got.statusCode ?? 502, headers).end(next);
      });
    });
    onwards.on('error', () => answer.destroy());
    onwards.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    publish: () => {
      newer = true;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
