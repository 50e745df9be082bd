'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useEffect } from 'react';
import type { Devices, Log, Nearby, Neighbours, Status, TopologyView, TrafficToday } from './model.ts';
import { useHere, useTRPC, useTRPCClient } from './providers.tsx';

/** While the WebSocket is away, the same answers are asked for by HTTP this often. */
const pollMs = 5000;
const seldomMs = 10_000;
/** After the node ended a subscription. */
const againMs = 3000;

/** The public card: who this is. Asked again and again, since it also tells that the node is there and what its clock says. */
export function useCard() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const { contact } = useHere();
  return useQuery({
    queryKey: trpc.card.queryKey(),
    queryFn: async ({ signal }) => {
      const askedAt = Date.now();
      const card = await client.card.query(undefined, { signal });
      contact.tellTime(card.at, askedAt);
      return card;
    },
    refetchInterval: pollMs,
  });
}

/** A subscription that the node or the network ended is asked for again. */
function useAgain(subscription: { status: string; reset: () => void }) {
  const { status, reset } = subscription;
  useEffect(() => {
    if (status !== 'error') return;
    const timer = setTimeout(reset, againMs);
    return () => clearTimeout(timer);
  }, [status, reset]);
}
const every = (status: string) => (status === 'pending' ? false : pollMs);

// One hook per feed, each called once per page: the answer by HTTP first, then every change by the WebSocket.

export function useStatusFeed(enabled: boolean): Status | undefined {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const key = trpc.status.get.queryKey();
  const live = useSubscription(trpc.status.live.subscriptionOptions(undefined, { enabled, onData: (data) => queryClient.setQueryData(key, data) }));
  useAgain(live);
  return useQuery(trpc.status.get.queryOptions(undefined, { enabled, refetchInterval: every(live.status) })).data;
}

export function useTopologyFeed(): TopologyView | undefined {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const key = trpc.mesh.topology.queryKey();
  const live = useSubscription(trpc.mesh.live.subscriptionOptions(undefined, { onData: (data) => queryClient.setQueryData(key, data) }));
  useAgain(live);
  return useQuery(trpc.mesh.topology.queryOptions(undefined, { refetchInterval: every(live.status) })).data;
}

export function useNeighboursFeed(): Neighbours | undefined {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const key = trpc.mesh.neighbours.queryKey();
  const live = useSubscription(trpc.mesh.neighboursLive.subscriptionOptions(undefined, { onData: (data) => queryClient.setQueryData(key, data) }));
  useAgain(live);
  return useQuery(trpc.mesh.neighbours.queryOptions(undefined, { refetchInterval: every(live.status) })).data;
}

export function useTrafficFeed(): TrafficToday | undefined {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const key = trpc.traffic.today.queryKey();
  const live = useSubscription(trpc.traffic.live.subscriptionOptions(undefined, { onData: (data) => queryClient.setQueryData(key, data) }));
  useAgain(live);
  return useQuery(trpc.traffic.today.queryOptions(undefined, { refetchInterval: every(live.status) })).data;
}

export function useDevices(): Devices | undefined {
  const trpc = useTRPC();
  return useQuery(trpc.devices.list.queryOptions(undefined, { refetchInterval: pollMs })).data;
}

export function useNearby(enabled: boolean): Nearby | undefined {
  const trpc = useTRPC();
  return useQuery(trpc.mesh.nearby.queryOptions(undefined, { enabled, refetchInterval: seldomMs })).data;
}

export function useLog(limit: number): Log | undefined {
  const trpc = useTRPC();
  // The entries of before stay while more of them are fetched.
  return useQuery(trpc.log.recent.queryOptions({ limit }, { refetchInterval: pollMs, placeholderData: (before) => before })).data;
}
