import type { Clause, Saying } from '../home/sentence.ts';
import type { Link } from '../home/situation.ts';
import type { Earnings, RewardHour } from '../live/model.ts';
import { earningsStrings } from '../strings/earnings.ts';
import { clockMinute } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import { isLost } from './explain.ts';
import { earnedOf, unitOf, xlm } from './money.ts';

const words = earningsStrings.earnings.say;

/** "0.1937", and the figure itself for tests: the same on every screen. */
function earnedClause({ periods, terms }: Pick<Earnings, 'periods' | 'terms'>): Clause {
  const earned = earnedOf(periods.today.amounts);
  return { text: ` ${words.today(unitOf(terms))}`, figure: { name: 'earned-today', value: Number(earned), text: xlm(earned) } };
}

/** Hours of today that carried something and are not paid. */
const lostToday = (hours: readonly RewardHour[] | undefined, { periods }: Pick<Earnings, 'periods'>): number =>
  hours?.filter((hour) => hour.start >= periods.today.from && isLost(hour)).length ?? 0;

/** The page's one sentence. */
export function earningsSaying(earnings: Earnings | undefined, hours: readonly RewardHour[] | undefined, link: Link, name: string | undefined): Saying {
  if (!earnings) return { clauses: [{ text: frameStrings.say.asking(name) }] };
  const { state, timeZone, at, now, registration } = earnings;
  if (state === 'off') return { clauses: words.off.map((text) => ({ text })), lede: words.offLede };
  if (state === 'clock') return { clauses: words.clock.map((text) => ({ text })), lede: words.clockLede };
  const earned = earnedClause(earnings);
  const lost = lostToday(hours, earnings);
  const lostClause = lost > 0 ? [{ text: words.lost(lost) }] : [];
  if (link.at !== 'live' && link.at !== 'asking') {
    return {
      clauses: [{ text: words.asOf(clockMinute(at, timeZone)) }, { ...earned, past: true }, ...lostClause.map((clause) => ({ ...clause, past: true }))],
    };
  }
  if (earned.figure?.value !== 0) return { clauses: [earned, ...lostClause] };
  const ever = (hours?.some((hour) => hour.stage !== 'running') ?? false) || earnedOf(earnings.totals) > 0n;
  const lede = ever
    ? words.carry
    : registration.state === 'registered' || registration.state === 'unknown'
      ? now
        ? words.first(clockMinute(now.end, timeZone))
        : words.carry
      : words.notMember;
  return { clauses: [{ text: words.nothingYet, figure: { name: 'earned-today', value: 0, text: '' } }, ...lostClause], lede };
}
