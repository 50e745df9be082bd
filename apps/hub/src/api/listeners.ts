import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { Env } from '@energymesh/enrolment';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { listen, tlsOptions } from '../broker/doors.ts';
import type { ServerIdentity } from '../identity/server-certificate.ts';

export interface Listeners extends AsyncDisposable {
  readonly httpPort: number;
  readonly httpsPort: number;
  /** New connections get the new certificate. */
  renew(identity: ServerIdentity): void;
}

/** A slow or silent client holds a connection for so long at most. */
const timeouts = { requestTimeout: 15_000, headersTimeout: 10_000, keepAliveTimeout: 5000, maxHeaderSize: 8192 };
const connectionsMax = 500;

/** Opens the plain and the secure door to one app. */
export async function openListeners(options: {
  readonly app: Hono<Env>;
  readonly identity: ServerIdentity;
  readonly http: { readonly host: string; readonly port: number };
  readonly https: { readonly host: string; readonly port: number };
}): Promise<Listeners> {
  const handle = getRequestListener((request, env) => options.app.fetch(request, env));
  const plain: Server = createHttpServer(timeouts, handle);
  const secure: HttpsServer = createHttpsServer({ ...timeouts, ...tlsOptions(options.identity), handshakeTimeout: 10_000 }, handle);
  const close = (server: Server | HttpsServer) =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  for (const server of [plain, secure]) server.maxConnections = connectionsMax;
  try {
    const httpPort = await listen(plain, options.http.host, options.http.port);
    const httpsPort = await listen(secure, options.https.host, options.https.port);
    return {
      httpPort,
      httpsPort,
      renew: (identity) => secure.setSecureContext(tlsOptions(identity)),
      [Symbol.asyncDispose]: async () => void (await Promise.all([close(plain), close(secure)])),
    };
  } catch (error) {
    plain.close();
    secure.close();
    throw error;
  }
}
