'use client';
import { useQuery } from '@tanstack/react-query';
import type { About } from '../../live/model.ts';
import { useHere } from '../../live/providers.tsx';

const pollMs = 5000;

export function useAbout(): About | undefined {
  const { trpc } = useHere();
  return useQuery({ queryKey: ['about'], queryFn: ({ signal }) => trpc.about.get.query(undefined, { signal }), refetchInterval: pollMs }).data;
}
