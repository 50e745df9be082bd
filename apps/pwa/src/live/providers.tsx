'use client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { browserShelf, SessionStore } from '../session/session-store.ts';
import { type NodeClient, nodeClient } from './client.ts';
import { Contact } from './contact.ts';
import { forget, keep, restore } from './snapshot.ts';

export interface Here {
  /** The calls to the node; another one after each connecting anew. */
  readonly trpc: NodeClient['trpc'];
  readonly session: SessionStore;
  readonly contact: Contact;
  /** Connects anew, for instance after logging in. */
  readonly reconnect: () => void;
  /** How often feeds are asked for where there are no subscriptions; undefined: every five seconds. */
  readonly pollMs?: number;
}
export const HereContext = createContext<Here | undefined>(undefined);

/** The session and the contact of this browser with its node. */
export function useHere(): Here {
  const here = useContext(HereContext);
  if (!here) throw new Error('useHere outside Providers');
  return here;
}

export const useSession = () => {
  const { session } = useHere();
  return useSyncExternalStore(
    session.subscribe,
    () => session.current(),
    () => undefined,
  );
};

/** Everything below needs the browser; the exported page is the frame without data. */
export function Providers({ children, fallback }: { children: ReactNode; fallback: ReactNode }) {
  const [queryClient] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          // A LAN without internet still reaches the node: never wait for the browser's word that it is online.
          queries: { networkMode: 'always', staleTime: 2000, gcTime: Number.POSITIVE_INFINITY, retry: false, refetchOnWindowFocus: false },
          mutations: { networkMode: 'always', retry: false },
        },
      }),
  );
  const [mounted, setMounted] = useState<Here>();

  useEffect(() => {
    const session = new SessionStore({ lasting: browserShelf('localStorage'), passing: browserShelf('sessionStorage'), random: Math.random });
    const contact = new Contact(Date.now);
    let client: NodeClient | undefined;
    let clashes = 0;
    if (session.current()) restore(queryClient);
    else forget();
    const connect = () => {
      client?.close();
      client = nodeClient(session, contact, () => {
        session.skipAhead();
        // A clash is a matter of one instant; more than a few in a row are something else.
        if (clashes++ < 5) connect();
        else session.end('replayed');
      });
      setMounted({ session, contact, trpc: client.trpc, reconnect: connect });
    };
    connect();
    let known = session.current()?.id;
    const off = session.subscribe(() => {
      const id = session.current()?.id;
      if (id === known) return;
      known = id;
      clashes = 0;
      // What the last operator saw is not the next one's to see.
      if (!id) {
        queryClient.clear();
        forget();
      }
      connect();
    });
    const onStorage = () => session.reread();
    // Hidden is the last thing that a page on a phone surely hears; shown again, its clock has jumped.
    const onVisibility = () => {
      if (!document.hidden) contact.resumed();
      else if (session.current()) keep(queryClient);
    };
    window.addEventListener('storage', onStorage);
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      window.removeEventListener('storage', onStorage);
      off();
      client?.close();
    };
  }, [queryClient]);

  if (!mounted) return fallback;
  return (
    <HereContext.Provider value={mounted}>
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </HereContext.Provider>
  );
}
