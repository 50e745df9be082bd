'use client';
import type { MadeInvite, People } from '@energymesh/agent/api/people-schema';
import type { AppRouter } from '@energymesh/agent/router';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { TRPCClientErrorLike } from '@trpc/client';
import { useState } from 'react';
import { type Here, useHere } from '../live/providers.tsx';
import { peopleStrings } from '../strings/people.ts';
import { toldBy } from '../strings/said.ts';

export type { MadeInvite, People };
export type Request = People['requests'][number];
export type OpenInvite = People['invites'][number];
type Failure = Partial<TRPCClientErrorLike<AppRouter>>;

/** Somebody may stand beside the new node and wait for it to show up. */
const pollMs = 4000;

export interface PeopleState {
  readonly people: People | undefined;
  /** When it was said, by this browser's clock. */
  readonly at: number;
  /** Why the hub could not be asked the last time, in words. `member`: whether this node is one. */
  readonly trouble: { readonly words: string; readonly member: boolean } | undefined;
  readonly busy: boolean;
  /** Why the last wish was not done. */
  readonly failed: string | undefined;
  readonly again: () => void;
  readonly run: (act: (trpc: Here['trpc']) => Promise<People>) => void;
  readonly invite: (wish: { role: 'relay' | 'gateway'; uses: number; hours: number }) => Promise<MadeInvite | undefined>;
}

export function usePeople(): PeopleState {
  const { trpc } = useHere();
  const queryClient = useQueryClient();
  const query = useQuery({ queryKey: ['people'], queryFn: ({ signal }) => trpc.people.get.query(undefined, { signal }), refetchInterval: pollMs });
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string>();
  const wish = async <T>(act: () => Promise<T>): Promise<T | undefined> => {
    if (busy) return undefined;
    setBusy(true);
    setFailed(undefined);
    try {
      return await act();
    } catch (error) {
      setFailed(wordsOf(error as Failure));
      // It may have been done all the same.
      void queryClient.refetchQueries({ queryKey: ['people'] });
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  const keep = async (people: People) => {
    // A question that is under way would bring back what was before.
    await queryClient.cancelQueries({ queryKey: ['people'] });
    queryClient.setQueryData(['people'], people);
  };
  const error = query.error as Failure | null;
  return {
    people: query.data,
    at: query.dataUpdatedAt,
    trouble: error ? { words: wordsOf(error), member: error.data?.reason !== 'no-member' } : undefined,
    busy,
    failed,
    again: () => void query.refetch(),
    run: (act) => void wish(async () => keep(await act(trpc))),
    invite: (of) =>
      wish(async () => {
        const made = await trpc.people.invite.mutate(of);
        await queryClient.refetchQueries({ queryKey: ['people'] });
        return made;
      }),
  };
}

const wordsOf = (error: Failure): string => (error.data ? toldBy(error) : peopleStrings.people.silent);
