import type { AppRouter } from '@energymesh/agent/router';
import { socketParams } from '@energymesh/agent/session-mac';
import { createWSClient, type TRPCLink, wsLink } from '@trpc/client';
import type { SessionStore } from '../session/session-store.ts';

/** Before the next try to connect again; the node comes back at any moment, and one page asks little. */
const retryMsMax = 4000;

export interface SocketLink {
  readonly link: TRPCLink<AppRouter>;
  close(): void;
}

/** Subscriptions by one WebSocket, opened with the first of them. */
export function socketLink(session: SessionStore, path: string): SocketLink {
  const client = createWSClient({
    url: () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`,
    connectionParams: () => {
      const current = session.current();
      return current ? socketParams(current, session.nextCounter()) : null;
    },
    lazy: { enabled: true, closeMs: 10_000 },
    keepAlive: { enabled: true, intervalMs: 5000, pongTimeoutMs: 4000 },
    retryDelayMs: (attempt) => Math.min(retryMsMax, 250 * 2 ** attempt),
  });
  return { link: wsLink({ client }), close: () => void client.close() };
}
