'use client';
import type { Earnings } from '../live/model.ts';
import { earningsStrings } from '../strings/earnings.ts';
import { isPlayMoney } from './money.ts';

const { network: words, span } = earningsStrings.earnings;

/** Play money is never shown as money: this stands above every figure of it. */
export function TestNetwork({ terms }: { terms: Earnings['terms'] }) {
  if (!terms || (!isPlayMoney(terms) && !terms.testHours)) return null;
  const name = terms.network === 'public' ? undefined : words[terms.network];
  const hours = terms.testHours ? words.hours(span(terms.epochSeconds)) : undefined;
  return (
    <p className="play" data-testid="test-network">
      <b>{[name, hours].filter(Boolean).join(': ')}.</b> {name && words.notReal}
    </p>
  );
}
