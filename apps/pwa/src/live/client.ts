import type { AppRouter } from '@energymesh/agent/router';
import { sealingFetch } from '@energymesh/agent/sealed-bodies';
import { AnswerForged, signingFetch } from '@energymesh/agent/session-mac';
import { createTRPCClient, httpBatchLink, splitLink, type TRPCClient, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { EndReason, SessionStore } from '../session/session-store.ts';
import type { Contact } from './contact.ts';
import type { SocketLink } from './socket.ts';

export interface NodeClient {
  readonly trpc: TRPCClient<AppRouter>;
  close(): void;
}

const path = '/trpc';
const endings: ReadonlySet<string> = new Set(['unknown-session', 'bad-mac', 'malformed', 'not-logged-in', 'claim-only'] satisfies EndReason[]);

/** A node that was unplugged answers nothing at all, and a browser would wait for minutes before it asks again. */
const answerMsMax = 10_000;
/** These it answers when the ledger has answered it, or after 15 seconds of asking. */
const withLedgerMsMax = 25_000;
const asksLedger = /\/trpc\/[^?]*rewards\.wallet\.(prepareWithdraw|withdraw|setPayout)\b/;
const timedFetch = (input: RequestInfo | URL | string, init?: RequestInit): Promise<Response> => {
  const limit = AbortSignal.timeout(asksLedger.test(input instanceof Request ? input.url : String(input)) ? withLedgerMsMax : answerMsMax);
  return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit });
};

/**
 * The calls of this page to its node. Queries and mutations go by HTTP, each signed with the session's key,
 * mutations sealed as well; subscriptions by one WebSocket.
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

  /** The ciphers come with the first thing that is asked to be done; `getRandomValues` is there on plain HTTP as well. */
  const sealed = sealingFetch(signedTwice, session, async () => {
    const { SealEnd } = await import('@energymesh/agent/sealed');
    return new SealEnd('page', (bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
  });

  /** Made with the first subscription: what the page begins with does not wait for it. */
  let socket: Promise<SocketLink> | undefined;
  let closed = false;
  const live: TRPCLink<AppRouter> = (runtime) => {
    let started: ReturnType<TRPCLink<AppRouter>> | undefined;
    return ({ op, next }) =>
      observable((observer) => {
        let off: (() => void) | undefined;
        let over = false;
        socket ??= import('./socket.ts').then(({ socketLink }) => socketLink(session, path));
        socket.then(
          ({ link }) => {
            if (over || closed) return;
            started ??= link(runtime);
            const subscribed = started({ op, next }).subscribe(observer);
            off = () => subscribed.unsubscribe();
          },
          (error: Error) => {
            // Not fetched: the next try asks for it anew.
            socket = undefined;
            observer.error(TRPCClientError.from(error));
          },
        );
        return () => {
          over = true;
          off?.();
        };
      });
  };

  const trpc = createTRPCClient<AppRouter>({
    links: [
      watch,
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: live,
        false: splitLink({
          // Anybody may ask these, and they go unsigned: a session that has ended must not stand in the way.
          condition: (op) => op.path === 'card' || op.path.startsWith('auth.login'),
          true: httpBatchLink({ url: path, fetch: timedFetch as typeof fetch }),
          false: httpBatchLink({ url: path, fetch: sealed as typeof fetch, maxURLLength: 2000 }),
        }),
      }),
    ],
  });
  return {
    trpc,
    close: () => {
      closed = true;
      socket?.then(
        (opened) => opened.close(),
        () => {},
      );
    },
  };
}
