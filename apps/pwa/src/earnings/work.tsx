'use client';
import { useCallback, useState } from 'react';
import { walletStrings } from '../strings/wallet.ts';

export interface Said {
  readonly say: string;
  readonly next: string;
}

/** The cause and the next step, from whatever went wrong while the node was asked. */
export function saidOf(error: unknown): Said {
  const { data, message } = error as { data?: unknown; message?: string };
  const words = walletStrings.wallet;
  // Without data nobody answered.
  if (!data) return { say: words.noAnswer, next: words.noAnswerNext };
  // Names of the wallet's own come before its words.
  return { say: (message ?? '').replace(/^[a-z]+(-[a-z]+)+: (.)/, (_, __, first: string) => first.toUpperCase()), next: words.refusedNext };
}

/** One thing at a time, and what came of it in words. */
export function useWork() {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Said>();
  const run = useCallback(async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setTrouble(undefined);
    try {
      await work();
    } catch (error) {
      setTrouble(saidOf(error));
    } finally {
      setBusy(false);
    }
  }, []);
  return { busy, trouble, setTrouble, run };
}

export function Trouble({ of, id }: { of: Said | undefined; id?: string }) {
  return of ? (
    <div className="note" role="alert" id={id} data-testid="trouble">
      <b>{of.say}</b>
      {of.next}
    </div>
  ) : null;
}
