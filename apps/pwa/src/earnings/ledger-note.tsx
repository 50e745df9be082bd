'use client';
import type { Earnings } from '../live/model.ts';
import { earningsStrings } from '../strings/earnings.ts';
import { Age } from '../ui/parts.tsx';
import { stroops, unitOf, xlm } from './money.ts';
import type { Ledger } from './use-ledger.ts';

const words = earningsStrings.earnings.chain;

/** So far back events are read (chain.ts): a shorter silence has no hole in it. */
const readBackMs = 20 * 3_600_000;

/** While the node is silent: what the ledger itself says, and how long ago. */
export function LedgerNote({ ledger, changed, earnings }: { ledger: Ledger; changed: number; earnings: Earnings }) {
  if (ledger.at === 'idle') return null;
  return (
    <div className="note calm" role="status" data-testid="from-ledger" data-state={ledger.at}>
      <b>{words.band}</b>
      {ledger.read && (
        <p>
          {words.read(xlm(stroops(ledger.read.paid)), unitOf(earnings.terms))} {words.newer(changed)}{' '}
          {ledger.read.gap && ledger.read.at - earnings.at > readBackMs && words.gap}{' '}
          <span className="nw">
            <Age at={ledger.read.at} />
          </span>
        </p>
      )}
      {ledger.at === 'asking' && <p>{words.asking}</p>}
      {ledger.at === 'failed' && <p>{words.failed(ledger.why ?? '')}</p>}
    </div>
  );
}
