'use client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { NodeStateProvider } from '../frame/node-state.tsx';
import { Contact } from '../live/contact.ts';
import { type Here, HereContext } from '../live/providers.tsx';
import { keep, restore } from '../live/snapshot.ts';
import { memoryShelf, SessionStore } from '../session/session-store.ts';
import { phoneClient } from './client.ts';
import { askFor, Follower } from './follower.ts';
import { LineContext } from './line-context.ts';
import { openLine } from './open-line.ts';
import { lastKey, type Paired } from './paired.ts';

/** Where nothing tells of news: by the hub an answer takes a second, and every question is one for the mesh. */
const pollMs = 10_000;
const silenceMsMax = 35_000;
const keepEveryMs = 30_000;

/** One paired node's pages, with everything they expect around them. */
export function NodeInApp({ paired, children }: { paired: Paired; children: ReactNode }) {
  const [here, setHere] = useState<{ here: Here; queryClient: QueryClient; line: ReturnType<typeof openLine>['line'] }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another record of the same node is no other line
  useEffect(() => {
    const queryClient = new QueryClient({
      defaultOptions: {
        queries: { networkMode: 'always', staleTime: 2000, gcTime: Number.POSITIVE_INFINITY, retry: false, refetchOnWindowFocus: false },
        mutations: { networkMode: 'always', retry: false },
      },
    });
    const key = lastKey(paired.node);
    restore(queryClient, key);
    const session = new SessionStore({ lasting: memoryShelf(), passing: memoryShelf(), random: Math.random });
    session.begin({ id: `phone:${paired.phone}`, key: '' }, false);
    const contact = new Contact(Date.now, silenceMsMax, paired.offsetMs);
    const opened = openLine(paired);
    const follower = new Follower({
      ask: async (seen, signal) => {
        const followed = await askFor(opened.line, seen, signal);
        contact.heard();
        return followed;
      },
      pause: (ms, run) => {
        const waiting = setTimeout(run, ms);
        return () => clearTimeout(waiting);
      },
    });
    follower.show(!document.hidden);
    const trpc = phoneClient(opened.line, contact, follower);
    setHere({ here: { trpc, session, contact, pollMs, reconnect: () => {} }, queryClient, line: opened.line });
    const save = (): void => keep(queryClient, key);
    const timer = setInterval(save, keepEveryMs);
    const onVisibility = (): void => {
      follower.show(!document.hidden);
      if (document.hidden) save();
      else contact.resumed();
    };
    document.addEventListener('visibilitychange', onVisibility);
    window.addEventListener('pagehide', save);
    // Soon after the first answers: a phone may take the page away at any moment.
    const early = setTimeout(save, 4000);
    return () => {
      save();
      clearTimeout(early);
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisibility);
      window.removeEventListener('pagehide', save);
      follower.close();
      opened.close();
    };
  }, [paired.node, paired.phone]);
  if (!here) return null;
  return (
    <LineContext.Provider value={here.line}>
      <HereContext.Provider value={here.here}>
        <QueryClientProvider client={here.queryClient}>
          <NodeStateProvider>{children}</NodeStateProvider>
        </QueryClientProvider>
      </HereContext.Provider>
    </LineContext.Provider>
  );
}
