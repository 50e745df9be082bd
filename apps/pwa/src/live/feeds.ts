'use client';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import type {
  Devices,
  Earnings,
  Log,
  Nearby,
  Neighbours,
  NetworkOfNode,
  RadioBeneath,
  Status,
  TopologyView,
  TrafficAsked,
  TrafficSpan,
  TrafficToday,
  WalletState,
} from './model.ts';
import { useHere } from './providers.tsx';

/** While the WebSocket is away, the same answers are asked for by HTTP this often. */
const pagePollMs = 5000;
const usePollMs = (): number => useHere().pollMs ?? pagePollMs;
const seldomMs = 10_000;
/** After the node ended a subscription. */
const againMs = 3000;

/** The public card: who this is. Asked again and again, since it also tells that the node is there and what its clock says. */
export function useCard() {
  const { contact, trpc } = useHere();
  const pollMs = usePollMs();
  return useQuery({
    queryKey: ['card'],
    queryFn: async ({ signal }) => {
      const askedAt = Date.now();
      const card = await trpc.card.query(undefined, { signal });
      contact.tellTime(card.at, askedAt);
      return card;
    },
    refetchInterval: pollMs,
  });
}

interface Listener<T> {
  onStarted(): void;
  onData(data: T): void;
  onConnectionStateChange(change: { readonly state: 'idle' | 'connecting' | 'pending' }): void;
  onError(): void;
  onComplete(): void;
}

/** The answer by HTTP first, then every change by the WebSocket; while that is away, HTTP again and again. Once per page and feed. */
function useFeed<T>(key: string, ask: (signal: AbortSignal) => Promise<T>, listen: (listener: Listener<T>) => { unsubscribe(): void }, enabled = true) {
  const { trpc } = useHere();
  const queryClient = useQueryClient();
  const pollMs = usePollMs();
  const [live, setLive] = useState(false);
  const start = useEffectEvent(listen);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another client is another connection
  useEffect(() => {
    if (!enabled) return;
    let open: { unsubscribe(): void } | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    // A subscription that the node or the network ended is asked for again; one that this page ended says that it is complete as well.
    const again = () => {
      if (over) return;
      setLive(false);
      clearTimeout(timer);
      timer = setTimeout(begin, againMs);
    };
    const begin = () => {
      open?.unsubscribe();
      open = start({
        onStarted: () => setLive(true),
        onData: (data) => queryClient.setQueryData([key], data),
        onConnectionStateChange: ({ state }) => setLive(state === 'pending'),
        onError: again,
        onComplete: again,
      });
    };
    begin();
    return () => {
      over = true;
      clearTimeout(timer);
      open?.unsubscribe();
      setLive(false);
    };
  }, [trpc, enabled, key, queryClient]);
  return useQuery({ queryKey: [key], queryFn: ({ signal }) => ask(signal), enabled, refetchInterval: live ? false : pollMs }).data;
}

export function useStatusFeed(enabled: boolean): Status | undefined {
  const { trpc } = useHere();
  return useFeed(
    'status',
    (signal) => trpc.status.get.query(undefined, { signal }),
    (listener) => trpc.status.live.subscribe(undefined, listener),
    enabled,
  );
}

export function useTopologyFeed(): TopologyView | undefined {
  const { trpc } = useHere();
  return useFeed(
    'topology',
    (signal) => trpc.mesh.topology.query(undefined, { signal }),
    (listener) => trpc.mesh.live.subscribe(undefined, listener),
  );
}

export function useNeighboursFeed(): Neighbours | undefined {
  const { trpc } = useHere();
  return useFeed(
    'neighbours',
    (signal) => trpc.mesh.neighbours.query(undefined, { signal }),
    (listener) => trpc.mesh.neighboursLive.subscribe(undefined, listener),
  );
}

export function useRadioFeed(): RadioBeneath | undefined {
  const { trpc } = useHere();
  return useFeed(
    'radio',
    (signal) => trpc.radio.get.query(undefined, { signal }),
    (listener) => trpc.radio.live.subscribe(undefined, listener),
  );
}

/** Of the node's network as its helper tells it: a change that waits counts down. */
export function useNetworkFeed(): NetworkOfNode | undefined {
  const { trpc } = useHere();
  return useFeed(
    'network',
    (signal) => trpc.network.status.query(undefined, { signal }),
    (listener) => trpc.network.live.subscribe(undefined, listener),
  );
}

export function useTrafficFeed(): TrafficToday | undefined {
  const { trpc } = useHere();
  return useFeed(
    'traffic',
    (signal) => trpc.traffic.today.query(undefined, { signal }),
    (listener) => trpc.traffic.live.subscribe(undefined, listener),
  );
}

/** What this node earned: the one number of Home and Earnings. */
export function useEarningsFeed(): Earnings | undefined {
  const { trpc } = useHere();
  return useFeed(
    'earnings',
    (signal) => trpc.rewards.earnings.query(undefined, { signal }),
    (listener) => trpc.rewards.live.subscribe(undefined, listener),
  );
}

export function useWalletFeed(): WalletState | undefined {
  const { trpc } = useHere();
  return useFeed(
    'wallet',
    (signal) => trpc.rewards.wallet.state.query(undefined, { signal }),
    (listener) => trpc.rewards.wallet.live.subscribe(undefined, listener),
  );
}

/** Of days and windows; `asked` undefined: nothing is. What of it is over does not change, so it is asked for seldom. */
export function useTrafficSpan(asked: TrafficAsked | undefined): { span: TrafficSpan | undefined; failed: boolean } {
  const { trpc } = useHere();
  const { data, isError } = useQuery({
    queryKey: ['traffic-over', asked],
    queryFn: ({ signal }) => trpc.traffic.over.query(asked as TrafficAsked, { signal }),
    enabled: asked !== undefined,
    refetchInterval: seldomMs,
  });
  return { span: data, failed: isError };
}

export function useDevices(): Devices | undefined {
  const { trpc } = useHere();
  const pollMs = usePollMs();
  return useQuery({ queryKey: ['devices'], queryFn: ({ signal }) => trpc.devices.list.query(undefined, { signal }), refetchInterval: pollMs }).data;
}

export function useNearby(enabled: boolean): Nearby | undefined {
  const { trpc } = useHere();
  return useQuery({ queryKey: ['nearby'], queryFn: ({ signal }) => trpc.mesh.nearby.query(undefined, { signal }), enabled, refetchInterval: seldomMs }).data;
}

export function useLog(limit: number): Log | undefined {
  const { trpc } = useHere();
  const pollMs = usePollMs();
  return useQuery({
    queryKey: ['log', limit],
    queryFn: ({ signal }) => trpc.log.recent.query({ limit }, { signal }),
    refetchInterval: pollMs,
    // The entries of before stay while more of them are fetched.
    placeholderData: keepPreviousData,
  }).data;
}
