'use client';
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from 'react';
import { type Link, type Situation, situationOf } from '../home/situation.ts';
import { useBrowserNow } from '../live/clock.ts';
import { useCard, useStatusFeed } from '../live/feeds.ts';
import { linkOf } from '../live/link.ts';
import type { PublicCard, Status } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';

/** What every page knows of its node. */
export interface NodeState {
  readonly card: PublicCard | undefined;
  readonly status: Status | undefined;
  readonly link: Link;
  readonly situation: Situation;
  /** The figures on screen are of before. */
  readonly past: boolean;
  readonly forged: boolean;
  readonly retry: () => void;
}

const NodeStateContext = createContext<NodeState | undefined>(undefined);

export function useNodeState(): NodeState {
  const state = useContext(NodeStateContext);
  if (!state) throw new Error('useNodeState outside NodeStateProvider');
  return state;
}

export function NodeStateProvider({ children }: { children: ReactNode }) {
  const { contact, reconnect } = useHere();
  const card = useCard();
  const status = useStatusFeed(true);
  const contactState = useSyncExternalStore(contact.subscribe, contact.state, contact.state);
  const now = useBrowserNow();
  const link = linkOf(contactState, status?.at, now, navigator.onLine);
  // The link is worked out every second; it is another one only when it says another thing.
  const linkText = JSON.stringify(link);
  const state = useMemo<NodeState>(() => {
    const said: Link = JSON.parse(linkText);
    const situation = situationOf(status, said);
    return {
      card: card.data,
      status,
      link: said,
      situation,
      past: situation.at === 'past',
      forged: contactState.forged,
      retry: () => {
        reconnect();
        void card.refetch();
      },
    };
  }, [linkText, status, card.data, card.refetch, contactState.forged, reconnect]);
  return <NodeStateContext.Provider value={state}>{children}</NodeStateContext.Provider>;
}
