import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { enrolmentApp } from '@energymesh/enrolment';
import { getRequestListener } from '@hono/node-server';
import type { Clock } from '../ports.ts';
import type { OwnCommunity } from './own-community.ts';

/** As a hub's: docs/hub.md. */
const timeouts = { requestTimeout: 15_000, headersTimeout: 10_000, keepAliveTimeout: 5000, maxHeaderSize: 8192, handshakeTimeout: 10_000 };
const connectionsMax = 64;
const certificateEveryMs = 24 * 3_600_000;

export interface AuthorityDoor extends AsyncDisposable {
  readonly port: number;
}

/** Where nodes come in to a community that was made here. Rejects when the port cannot be had. */
export async function openAuthorityDoor(options: {
  readonly community: OwnCommunity;
  /** "*": every address. */
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly failed: (error: Error) => void;
}): Promise<AuthorityDoor> {
  const { community, host, clock, failed } = options;
  const app = enrolmentApp(community.parts, failed);
  const tls = async () => {
    const { key, cert } = await community.serverIdentity();
    return { key, cert, minVersion: 'TLSv1.3' as const };
  };
  const server = createServer(
    { ...timeouts, ...(await tls()) },
    getRequestListener((request, env) => app.fetch(request, env as never), { overrideGlobalObjects: false }),
  );
  server.maxConnections = connectionsMax;
  if (host === '*') server.listen(options.port);
  else server.listen(options.port, host);
  await once(server, 'listening');
  let cancel = () => {};
  const renewLater = (): void => {
    cancel = clock.after(certificateEveryMs, () => {
      tls().then((fresh) => server.setSecureContext(fresh), failed);
      renewLater();
    });
  };
  renewLater();
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        cancel();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
