import type { Answer } from '../home/answers.tsx';
import type { Earnings, WalletState } from '../live/model.ts';
import { frameStrings } from '../strings/frame.ts';
import { earnedOf, stroops, unitOf, xlm } from './money.ts';

const words = frameStrings.earned;

/** Home's third answer: the number of Earnings. */
export function earnedAnswer(earnings: Earnings, wallet: WalletState | undefined): Answer {
  const { state, periods, terms, registration } = earnings;
  const of = { question: words.question, testid: 'answer-earned' };
  if (state === 'clock') return { ...of, glyph: 'off', answer: words.clock, detail: words.clockNext, before: '' };
  const earned = earnedOf(periods.today.amounts);
  const detail = detailOf(earnings, wallet, registration.state);
  const answer = earned > 0n ? words.today(xlm(earned), unitOf(terms)) : words.nothing;
  return { ...of, glyph: 'coin', answer, detail, before: detail, figure: earned.toString(), lasting: true };
}

function detailOf({ periods }: Earnings, wallet: WalletState | undefined, registered: Earnings['registration']['state']): string {
  if (registered === 'asked') return words.asked;
  if (wallet?.state === 'none' && wallet.payout.address === undefined) return words.noWallet;
  if (wallet?.account) return words.balance(xlm(stroops(wallet.account.balance)));
  return words.paid(xlm(stroops(periods.month.amounts.paid)));
}
