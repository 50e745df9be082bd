'use client';
import { useQuery } from '@tanstack/react-query';
import { useHere } from '../live/providers.tsx';

/** Undefined: none was made on this node, or it has not said so yet. */
export function useOwnCommunity() {
  const { trpc } = useHere();
  return useQuery({ queryKey: ['own-community'], queryFn: ({ signal }) => trpc.people.own.query(undefined, { signal }) }).data?.own;
}
