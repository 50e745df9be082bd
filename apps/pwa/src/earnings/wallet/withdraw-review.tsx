'use client';
import { useNow } from '../../live/clock.ts';
import type { Earnings } from '../../live/model.ts';
import { walletStrings } from '../../strings/wallet.ts';
import { inFours, stroops, xlmExact, xlmShort } from '../money.ts';
import type { Plan } from './withdraw.tsx';

const words = walletStrings.wallet.withdraw;

/** Everything that will be signed, once more, before it is. */
export function WithdrawReview({
  plan,
  unit,
  network,
  busy,
  onSend,
  onBack,
}: {
  plan: Plan;
  unit: string;
  network: NonNullable<Earnings['terms']>['network'] | undefined;
  busy: boolean;
  onSend: () => void;
  onBack: () => void;
}) {
  const now = useNow();
  const seconds = Math.max(0, Math.floor((plan.validUntil - now) / 1000));
  const amount = stroops(plan.amount);
  return (
    <div data-testid="withdraw-review">
      <p className="say sheet-say">{words.review}</p>
      <p className="bal small">
        <span>{xlmExact(amount)}</span>
        <small>{unit}</small>
      </p>
      <p className="address mt-2" data-testid="review-to" data-address={plan.to}>
        {inFours(plan.to).map((four, i) => (
          // The groups of an address have no identity but their place.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <span key={i}>{four}</span>
        ))}
      </p>
      <p className="sm mb-3">{words.reviewLede}</p>
      <dl className="pairs">
        {plan.memo.kind !== 'none' && (
          <div>
            <dt>{words.memo}</dt>
            <dd>
              {words.memoKinds[plan.memo.kind]}: {plan.memo.text}
            </dd>
          </div>
        )}
        <div>
          <dt>{words.fee}</dt>
          <dd data-testid="review-fee" data-value={plan.feeMax}>
            {plan.feeLikely === plan.feeMax
              ? `${xlmShort(stroops(plan.feeMax))} ${unit}`
              : words.feeMost(xlmShort(stroops(plan.feeLikely)), `${xlmShort(stroops(plan.feeMax))} ${unit}`)}
          </dd>
        </div>
        <div>
          <dt>{words.left}</dt>
          <dd>
            {xlmExact(stroops(plan.left))} {unit}
          </dd>
        </div>
        {network && (
          <div>
            <dt>{words.network}</dt>
            <dd>{words.networks[network]}</dd>
          </div>
        )}
      </dl>
      {plan.kind !== 'payment' && <p className="note calm mt-3">{words.kind[plan.kind]}</p>}
      <p className="sm mt-3 mb-2">{seconds > 0 ? words.validFor(seconds) : words.expired}</p>
      <button type="button" className="btn pri tall" disabled={busy || seconds === 0} onClick={onSend}>
        {words.send(xlmShort(amount), unit)}
      </button>
      <button type="button" className="btn tall mt-3" disabled={busy} onClick={onBack}>
        {walletStrings.wallet.back}
      </button>
    </div>
  );
}
