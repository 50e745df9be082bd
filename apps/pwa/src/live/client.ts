import type { AppRouter } from '@energymesh/agent/router';
import { AnswerForged, signingFetch, socketParams } from '@energymesh/agent/session-mac';
import { createTRPCClient, createWSClient, httpBatchLink, splitLink, type TRPCClient, type TRPCLink, wsLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { EndReason, SessionStore } from '../session/session-store.ts';
import type { Contact } from './contact.ts';

export interface NodeClient {
  readonly trpc: TRPCClient<AppRouter>;
  close(): void;
}

const path = '/trpc';
/** Before the next try to connect again; the node comes back at any moment, and one page asks little. */
const retryMsMax = 4000;
const endings: ReadonlySet<string> = new Set(['unknown-session', 'bad-mac', 'malformed', 'not-logged-in', 'claim-only'] satisfies EndReason[]);

/** A node that was unplugged answers nothing at all, and a browser would wait for minutes before it asks again. */
const answerMsMax = 10_000;
const timedFetch = (input: RequestInfo | URL | string, init?: RequestInit): Promise<Response> => {
  const limit = AbortSignal.timeout(answerMsMax);
  return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit });
};

/**
 * The calls of this page to its node. Queries and mutations go by HTTP, each signed with the session's key; subscriptions by one WebSocket.
 * `onReplayed`: the socket's counter was taken by another tab; the caller connects anew.
 */
export function nodeClient(session: SessionStore, contact: Contact, onReplayed: () => void): NodeClient {
  /** Every answer is a sign of life; one that says the session is over ends it. */
  const watch: TRPCLink<AppRouter> =
    () =>
    ({ op, next }) =>
      observable((observer) =>
        next(op).subscribe({
          next(value) {
            // The socket also tells of its own coming and going here: that is no word from the node.
            if (value.result.type !== 'state') contact.heard();
            observer.next(value);
          },
          error(error) {
            if (error.cause instanceof AnswerForged) contact.forged();
            const reason: unknown = error.data && 'reason' in error.data ? error.data.reason : undefined;
            if (typeof reason === 'string' && !op.path.startsWith('auth.')) {
              if (endings.has(reason) && session.current()) session.end(reason as EndReason);
              else if (reason === 'replayed') onReplayed();
            }
            observer.error(error);
          },
          complete: () => observer.complete(),
        }),
      );

  const signed = signingFetch(timedFetch, session, location.href);
  /** A counter that another tab used in the same instant is refused unread: skip ahead and send once more. */
  const signedTwice: typeof fetch = async (input, init) => {
    const response = await signed(input, init);
    if (response.status !== 401 || !(await response.clone().text()).includes('"replayed"')) return response;
    session.skipAhead();
    return signed(input, init);
  };

  const socket = createWSClient({
    url: () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`,
    connectionParams: () => {
      const current = session.current();
      return current ? socketParams(current, session.nextCounter()) : null;
    },
    lazy: { enabled: true, closeMs: 10_000 },
    keepAlive: { enabled: true, intervalMs: 5000, pongTimeoutMs: 4000 },
    retryDelayMs: (attempt) => Math.min(retryMsMax, 250 * 2 ** attempt),
  });

  const trpc = createTRPCClient<AppRouter>({
    links: [
      watch,
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: wsLink({ client: socket }),
        false: splitLink({
          // Anybody may ask these, and they go unsigned: a session that has ended must not stand in the way.
          condition: (op) => op.path === 'card' || op.path.startsWith('auth.login'),
          true: httpBatchLink({ url: path, fetch: timedFetch as typeof fetch }),
          false: httpBatchLink({ url: path, fetch: signedTwice as typeof fetch, maxURLLength: 2000 }),
        }),
      }),
    ],
  });
  return { trpc, close: () => void socket.close() };
}
