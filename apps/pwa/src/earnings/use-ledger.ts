'use client';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useNodeState } from '../frame/node-state.tsx';
import type { Earnings, WalletState } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';
import { type FromLedger, readLedger } from './chain.ts';

/** A ledger closes about every five seconds; nobody needs each of them here. */
const pollMs = 15_000;
const wallet = () => import('@energymesh/wallet');
/** After what the page shows first. */
const fetchAfterMs = 3000;

export interface Ledger {
  readonly at: 'idle' | 'asking' | 'read' | 'failed';
  readonly read: FromLedger | undefined;
  readonly why: string | undefined;
}

/** On the go: while the node is silent the page asks the ledger itself. What it said last stays, with its age. */
export function useLedger(earnings: Earnings | undefined, state: WalletState | undefined): Ledger {
  const { link } = useNodeState();
  const { contact } = useHere();
  const terms = earnings?.terms;
  const known = terms !== undefined && terms.rpc.length > 0;
  const silent = known && (link.at === 'unreachable' || link.at === 'offline' || link.at === 'old');
  const address = state?.payout.address ?? state?.address;
  // A silent node cannot deliver this part any more.
  useEffect(() => {
    if (!known) return;
    const timer = setTimeout(() => void wallet().catch(() => {}), fetchAfterMs);
    return () => clearTimeout(timer);
  }, [known]);
  const query = useQuery({
    queryKey: ['ledger'],
    queryFn: async ({ signal }) =>
      readLedger(await wallet(), { terms: terms!, publicKey: earnings!.publicKey, address }, () => Date.now() + contact.state().offsetMs, signal),
    enabled: silent,
    refetchInterval: pollMs,
  });
  // Of an earlier silence: the node has said more since.
  const read = query.data && earnings && query.data.at > earnings.at ? query.data : undefined;
  if (!silent) return { at: 'idle', read: undefined, why: undefined };
  if (query.error) return { at: 'failed', read, why: query.error.message };
  return { at: read ? 'read' : 'asking', read, why: undefined };
}
