import { type Memo, parseDestination, parseMemo, parseXlm, readScanned } from '@energymesh/wallet/input';
import { walletStrings } from '../../strings/wallet.ts';
import { xlmPlain } from '../money.ts';
import type { Said } from '../work.tsx';

const words = walletStrings.wallet;

export interface Typed {
  readonly to: string;
  /** In XLM as people write it, or "all". */
  readonly amount: string;
  readonly memoKind: Memo['kind'];
  readonly memo: string;
}
export type Field = 'to' | 'amount' | 'memo';

/** What is wrong with what was typed, found without asking anybody; undefined: worth asking the ledger. */
export function faultIn({ to, amount, memoKind, memo }: Typed): { field: Field; said: Said } | undefined {
  const destination = parseDestination(to);
  if ('fault' in destination) return { field: 'to', said: words.destination[destination.fault] };
  if (amount !== 'all') {
    const stroops = parseXlm(amount);
    if (typeof stroops === 'object') return { field: 'amount', said: words.amountFaults[stroops.fault] };
    if (stroops <= 0n) return { field: 'amount', said: words.amountFaults['not-positive'] };
  }
  const read = parseMemo(memoKind, memo);
  return 'fault' in read ? { field: 'memo', said: words.memoFaults[read.fault] } : undefined;
}

/** A pay link that was pasted fills the form; undefined: it is no link. A stranger's word: everything of it is shown before anything is sent. */
export function filledBy(text: string, passphrase: string): Partial<Typed> | { readonly said: Said } | undefined {
  if (!/^\s*web\+stellar:/i.test(text)) return undefined;
  const request = readScanned(text, passphrase);
  if ('fault' in request) {
    if (request.fault === 'destination') return { said: words.destination[request.why] };
    const { linkFaults } = words;
    return { said: Object.hasOwn(linkFaults, request.fault) ? linkFaults[request.fault as keyof typeof linkFaults] : linkFaults.other };
  }
  const { destination, amountStroops, memo } = request;
  return {
    to: destination.address,
    ...(amountStroops !== undefined && { amount: xlmPlain(amountStroops) }),
    memoKind: memo.kind,
    memo: memo.kind === 'none' ? '' : memo.kind === 'text' ? memo.text : memo.kind === 'id' ? memo.id : memo.hash,
  };
}

/** What the ledger or the node says against a payment. */
export function refusalSaid(code: string): Said {
  const { refused } = words;
  return Object.hasOwn(refused, code) && code !== 'other' ? (refused[code as Exclude<keyof typeof refused, 'other'>] as Said) : refused.other(code);
}

/** The part of the form that a refusal is about. */
export function fieldOf(code: string): Field {
  if (code === 'insufficient' || code === 'amount' || code === 'below-reserve') return 'amount';
  return code.startsWith('memo') ? 'memo' : 'to';
}
