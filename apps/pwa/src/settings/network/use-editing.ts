'use client';
import type { AppRouter } from '@energymesh/agent/router';
import type { TRPCClientErrorLike } from '@trpc/client';
import { useState } from 'react';
import { go } from '../../frame/places.ts';
import { useHere } from '../../live/providers.tsx';
import { networkStrings } from '../../strings/network.ts';
import { type SaidThere, told, toldBy } from '../../strings/said.ts';
import { hrefOf } from '../href.ts';
import { differences, type State } from './draft.ts';

const words = networkStrings.network.form;

interface Problem {
  readonly field: string;
  readonly text: string;
  readonly said?: SaidThere | undefined;
}
export interface Editing {
  readonly busy: boolean;
  /** Found good by the node, and waiting for the operator's word. */
  readonly review: State | undefined;
  readonly trouble: string | undefined;
  /** What is wrong with a field, by its path in the state; a path that ends in a dot takes all below it. */
  readonly problem: (field: string) => string | undefined;
  /** What is wrong elsewhere than in these fields. */
  readonly elsewhere: (fields: readonly string[]) => readonly Problem[];
  readonly look: (before: State | undefined, next: State) => void;
  readonly apply: (confirmWithinSeconds: number) => void;
  readonly back: () => void;
}

/** From a form to a change of the network: asked whether it can be, shown, then placed. Nothing is changed before the last. */
export function useEditing(): Editing {
  const { trpc } = useHere();
  const [busy, setBusy] = useState(false);
  const [review, setReview] = useState<State>();
  const [trouble, setTrouble] = useState<string>();
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const run = (act: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setTrouble(undefined);
    act()
      .catch((error: Partial<TRPCClientErrorLike<AppRouter>>) => {
        const named = error.data?.problems ?? [];
        setProblems(named.map(spoken));
        if (named.length > 0) setReview(undefined);
        setTrouble(error.data ? (named.length > 0 ? words.wrong : toldBy(error)) : words.silent);
      })
      .finally(() => setBusy(false));
  };
  return {
    busy,
    review,
    trouble,
    problem: (field) => problems.find((one) => fits(one.field, field))?.text,
    elsewhere: (fields) => problems.filter((one) => !fields.some((field) => fits(one.field, field))),
    look: (before, next) => {
      setProblems([]);
      if (differences(before, next).length === 0) return setTrouble(words.same);
      run(async () => {
        const found = (await trpc.network.check.mutate({ state: next })).problems;
        setProblems(found.map(spoken));
        if (found.length > 0) setTrouble(words.wrong);
        else {
          setReview(next);
          window.scrollTo(0, 0);
        }
      });
    },
    apply: (confirmWithinSeconds) =>
      run(async () => {
        if (!review) return;
        await trpc.network.propose.mutate({ state: review, confirmWithinSeconds });
        go(hrefOf('change'));
      }),
    back: () => {
      setReview(undefined);
      setTrouble(undefined);
    },
  };
}

const fits = (found: string, field: string): boolean => (field.endsWith('.') ? found.startsWith(field) || `${found}.` === field : found === field);

function spoken({ field, text: written, said }: Problem): Problem {
  const text = told(written, said);
  return { field, text: `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}` };
}
