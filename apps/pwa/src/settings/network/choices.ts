'use client';
import { useQuery } from '@tanstack/react-query';
import { useHere } from '../../live/providers.tsx';
import { tenths } from '../../strings/format.ts';

/** Countries, and the channels that are allowed in one of them. */
export function useChoices(country: string) {
  const { trpc } = useHere();
  return useQuery({
    queryKey: ['network-choices', country],
    queryFn: ({ signal }) => trpc.network.choices.query({ country }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  }).data;
}
export const channelOptions = (open: readonly number[] | undefined, now: number) =>
  [...new Set([...(open ?? []), now])]
    .sort((a, b) => a - b)
    .map((channel) => ({ value: String(channel), label: `${channel}, ${channel <= 14 ? tenths(2.4) : '5'} GHz` }));
