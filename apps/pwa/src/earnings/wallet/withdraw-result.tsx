'use client';
import type { Withdrawal } from '@energymesh/agent/rewards-schema';
import type { Earnings } from '../../live/model.ts';
import { walletStrings } from '../../strings/wallet.ts';
import { Glyph, type GlyphName } from '../../ui/glyph.tsx';
import { useWithdrawals } from '../feeds.ts';
import { shortAddress, stroops, xlmExact, xlmShort } from '../money.ts';
import { Transaction } from '../transaction.tsx';
import type { Said } from '../work.tsx';

const words = walletStrings.wallet.withdraw;
/** A ledger closes about every five seconds. */
const pollMs = 1500;

const glyphs: Readonly<Record<Withdrawal['state'], GlyphName>> = { sending: 'off', confirmed: 'well', failed: 'lost', expired: 'lost', unknown: 'off' };

function outcome({ state, amount, why }: Withdrawal, unit: string): Said {
  const text = xlmShort(stroops(amount));
  switch (state) {
    case 'sending':
      return { say: words.sending, next: words.sendingNext };
    case 'confirmed':
      return { say: words.confirmed(text, unit), next: words.confirmedNext };
    case 'failed':
      return { say: words.failed, next: words.failedNext(text, unit, why ?? words.states.unknown) };
    case 'expired':
      return { say: words.ended, next: words.endedNext(text, unit) };
    default:
      return { say: words.unknown, next: words.unknownNext };
  }
}

/** What became of it, until the ledger has spoken. */
export function WithdrawResult({
  id,
  unit,
  network,
  onDone,
}: {
  id: string;
  unit: string;
  network: NonNullable<Earnings['terms']>['network'] | undefined;
  onDone: () => void;
}) {
  const row = useWithdrawals(pollMs)?.withdrawals.find((one) => one.id === id);
  const said = row ? outcome(row, unit) : { say: words.sending, next: words.sendingNext };
  return (
    <div data-testid="withdraw-result" data-state={row?.state ?? 'sending'}>
      <p className="say sheet-say" role="status">
        <Glyph name={glyphs[row?.state ?? 'sending']} /> {said.say}
      </p>
      <p className="lede">{said.next}</p>
      {row && (
        <dl className="pairs mb-4">
          <div>
            <dt>{words.to}</dt>
            <dd>{shortAddress(row.to)}</dd>
          </div>
          <div>
            <dt>{words.transaction}</dt>
            <dd>
              <Transaction hash={row.tx} network={network} />
            </dd>
          </div>
          {row.fee !== undefined && (
            <div>
              <dt>{words.feePaid}</dt>
              <dd>
                {xlmExact(stroops(row.fee))} {unit}
              </dd>
            </div>
          )}
        </dl>
      )}
      <button type="button" className="btn tall" onClick={onDone}>
        {walletStrings.wallet.done}
      </button>
    </div>
  );
}
