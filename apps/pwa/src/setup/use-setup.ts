'use client';
import type { AppRouter } from '@energymesh/agent/router';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { TRPCClientErrorLike } from '@trpc/client';
import { useState } from 'react';
import type { SetupView } from '../live/model.ts';
import { type Here, useHere } from '../live/providers.tsx';
import { told, toldBy } from '../strings/said.ts';
import { setupStrings } from '../strings/setup.ts';

const words = setupStrings.setup;
/** Where one is stands in the node: the page asks again and again, and so outlives a reload, a lost network and a node that starts anew. */
const pollMs = 1500;

export interface Trouble {
  readonly say: string;
  readonly next: readonly string[];
}
export interface Steps {
  readonly view: SetupView;
  readonly busy: boolean;
  readonly trouble: Trouble | undefined;
  /** What is wrong with a field, by its name. */
  readonly problem: (field: string) => string | undefined;
  /** Does one step; what it answers is where one is then. */
  readonly run: (act: (trpc: Here['trpc']) => Promise<SetupView | unknown>) => void;
  /** The last question was not answered. */
  readonly silent: boolean;
}

export function useSetup(): Steps | undefined {
  const { trpc } = useHere();
  const queryClient = useQueryClient();
  const { data, isError } = useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => trpc.setup.get.query(undefined, { signal }), refetchInterval: pollMs });
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();
  const [problems, setProblems] = useState<readonly { readonly field: string; readonly text: string }[]>([]);
  const run: Steps['run'] = (act) => {
    if (busy) return;
    setBusy(true);
    setTrouble(undefined);
    setProblems([]);
    act(trpc)
      .then(async (answer) => {
        // A question that is under way would bring back where one was before.
        await queryClient.cancelQueries({ queryKey: ['setup'] });
        if (isView(answer)) queryClient.setQueryData(['setup'], answer);
        else await queryClient.refetchQueries({ queryKey: ['setup'] });
      })
      .catch((error: Partial<TRPCClientErrorLike<AppRouter>>) => {
        const named = error.data?.problems ?? [];
        setProblems(named.map(({ field, text, said }) => ({ field, text: told(text, said) })));
        setTrouble(
          error.data
            ? { say: words.failed, next: named.length > 0 ? named.map(({ text, said }) => told(text, said)) : [toldBy(error)] }
            : { say: words.silent, next: [words.silentNext] },
        );
        // It may have been done all the same, by this page before or by another one.
        void queryClient.refetchQueries({ queryKey: ['setup'] });
      })
      .finally(() => setBusy(false));
  };
  return data && { view: data, busy, trouble, run, silent: isError, problem: (field) => problems.find((one) => one.field === field)?.text };
}

const isView = (answer: unknown): answer is SetupView => typeof answer === 'object' && answer !== null && 'step' in answer;
