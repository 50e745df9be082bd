'use client';
import type { Errands, Hours, Movements, Proposals, Rules, Series, Withdrawals } from '@energymesh/agent/rewards-schema';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Earnings } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';
import { askFor, type Range } from './columns.ts';

const pollMs = 10_000;
const seldomMs = 30_000;

/** As many as stand in the list before more are asked for. */
export const hoursFirst = 24;

export function useHours(limit: number): Hours | undefined {
  const { trpc } = useHere();
  return useQuery({
    queryKey: ['hours', limit],
    queryFn: ({ signal }) => trpc.rewards.hours.query({ limit }, { signal }),
    refetchInterval: pollMs,
    // The hours of before stay while more of them are fetched.
    placeholderData: keepPreviousData,
  }).data;
}

export function useSeries(range: Range, earnings: Earnings): Series | undefined {
  const { trpc } = useHere();
  const { by, from, buckets } = askFor(range, earnings);
  return useQuery({
    // One place per range: what is asked for moves on with the time.
    queryKey: ['series', range],
    queryFn: ({ signal }) => trpc.rewards.series.query({ by, from, buckets }, { signal }),
    refetchInterval: pollMs,
  }).data;
}

export function useErrands(): Errands | undefined {
  const { trpc } = useHere();
  return useQuery({ queryKey: ['errands'], queryFn: ({ signal }) => trpc.rewards.errands.query(undefined, { signal }), refetchInterval: pollMs }).data;
}

export function useMovements(): Movements | undefined {
  const { trpc } = useHere();
  return useQuery({ queryKey: ['movements'], queryFn: ({ signal }) => trpc.rewards.wallet.history.query(undefined, { signal }), refetchInterval: seldomMs })
    .data;
}

export function useWithdrawals(pollEveryMs: number = seldomMs): Withdrawals | undefined {
  const { trpc } = useHere();
  return useQuery({
    queryKey: ['withdrawals'],
    queryFn: ({ signal }) => trpc.rewards.wallet.withdrawals.query(undefined, { signal }),
    refetchInterval: pollEveryMs,
  }).data;
}

export function useRules(): Rules | undefined {
  const { trpc } = useHere();
  return useQuery({ queryKey: ['rules'], queryFn: ({ signal }) => trpc.rewards.governance.rules.query(undefined, { signal }), refetchInterval: seldomMs }).data;
}

export function useProposals(): Proposals | undefined {
  const { trpc } = useHere();
  return useQuery({ queryKey: ['proposals'], queryFn: ({ signal }) => trpc.rewards.governance.proposals.query(undefined, { signal }), refetchInterval: pollMs })
    .data;
}
