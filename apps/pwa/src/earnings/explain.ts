import type { RewardHour } from '@energymesh/agent/rewards-schema';
import { earningsStrings } from '../strings/earnings.ts';
import { short, tenths } from '../strings/format.ts';
import { stroops, xlmExact, xlmShort } from './money.ts';

const { why: words, reasons } = earningsStrings.earnings;
const whole = 10_000n;

/** One line of an hour's sum: a factor in words, and what it comes to. Without `amount`: said, and it changes nothing. */
interface Line {
  readonly text: string;
  readonly amount?: string;
}

export interface Explanation {
  readonly lines: readonly Line[];
  /** Undefined: nobody knows. */
  readonly total: string | undefined;
  /** Below the sum: who says so, and how sure it is. */
  readonly footing: string;
}

const share = (bp: number): string => `${tenths(bp / 100)} %`;

/**
 * The rule 4.4 applied to this hour, factor by factor, in the contract's own integers (docs/proofs.md §7.1). The contract rounds down once, at the end;
 * what the parts lose by being rounded down one by one stands in the last of them, so that the lines add up.
 */
export function explain(hour: RewardHour, unit: string): Explanation {
  const { rule, packets, amount, exact, gross } = hour;
  const total = amount === undefined ? undefined : stroops(amount);
  if (!rule || total === undefined) return { lines: [], total: total === undefined ? undefined : xlmExact(total), footing: words.notKnown };
  const paid = packets.paid ?? packets.earning ?? packets.proved;
  const rate = BigInt(rule.stroopsPer1000);
  const base = (BigInt(paid) * rate) / 1000n;
  const full = (BigInt(paid) * rate * BigInt(rule.bp)) / (1000n * whole);
  const before = (BigInt(paid) * rate * BigInt(rule.bp) * BigInt(rule.shareBp)) / (1000n * whole * whole);
  const parts: { text: string; of: bigint }[] = [];
  const attested = hour.uptimeBp !== undefined;
  const up = attested ? `${tenths(hour.uptimeBp! / 100)} %` : '';
  if (rule.bonusUptimeBp > 0) parts.push({ text: words.uptimeBonus(up, share(rule.uptimeHighBp), rule.bonusUptimeBp), of: part(base, rule.bonusUptimeBp) });
  if (rule.penaltyBp > 0) parts.push({ text: words.uptimePenalty(up, share(rule.uptimeLowBp), rule.penaltyBp), of: -part(base, rule.penaltyBp) });
  if (rule.bonusLatencyBp > 0 && hour.latencyUs !== undefined) {
    const text = words.latencyBonus(short(hour.latencyUs / 1000), short(rule.latencyUsMax / 1000), rule.bonusLatencyBp);
    parts.push({ text, of: part(base, rule.bonusLatencyBp) });
  }
  const last = parts.at(-1);
  if (last) last.of += full - base - parts.reduce((sum, { of }) => sum + of, 0n);
  const lines: Line[] = [
    { text: words.packets(paid, xlmShort(rate), unit), amount: xlmExact(base) },
    ...parts.map(({ text, of }) => ({ text, amount: signed(of) })),
  ];
  if (attested && rule.bonusUptimeBp === 0 && rule.penaltyBp === 0) lines.push({ text: words.uptimePlain(up) });
  if (attested && rule.bonusLatencyBp === 0) {
    lines.push({
      text: hour.latencyUs === undefined ? words.latencyUnknown : words.latencyPlain(short(hour.latencyUs / 1000), short(rule.latencyUsMax / 1000)),
    });
  }
  if (rule.shareBp < 10_000) lines.push({ text: words.share(rule.shareBp), amount: signed(before - full) });
  const reckoned = gross === undefined ? before : stroops(gross);
  if (exact && total < reckoned) lines.push({ text: words.budget, amount: signed(total - reckoned) });
  const footing = exact ? words.exact : attested ? words.attested : rule.assumed ? words.assumed : words.reckoned;
  return { lines, total: xlmExact(total), footing };
}

const part = (base: bigint, bp: number): bigint => (base * BigInt(bp)) / whole;
const signed = (amount: bigint): string => (amount < 0n ? xlmExact(amount) : `+${xlmExact(amount)}`);

/** In words, to be read after "because" or a colon. A name that this page does not know is shown as it is. */
export const reasonWords = (code: string): string =>
  Object.hasOwn(reasons, code) ? reasons[code as keyof typeof reasons] : earningsStrings.earnings.unknownReason(code);

/** These say how much less, each in its own line of the sum: they are no news there. */
const inTheSum: ReadonlySet<string> = new Set(['uptime-low', 'on-probation', 'over-budget']);

/** Why it pays less than everything, or nothing: the first sentence of an hour that lost something. */
export function verdict(hour: RewardHour): string | undefined {
  const { packets, why, stage } = hour;
  const said = (codes: readonly string[]): string => codes.map(reasonWords).join(words.and);
  if (stage === 'lost') return words.notRewarded(said(why.length > 0 ? why : ['window-over']));
  if (stage === 'running') return undefined;
  if (isEmpty(hour)) return words.notRewarded(reasonWords('no-packets'));
  const counted = packets.paid ?? packets.earning;
  const codes = why.filter((code) => !inTheSum.has(code));
  if (counted !== undefined && counted < packets.proved) {
    const telling = codes.filter((code) => code !== 'not-all-earned');
    return words.part(packets.proved - counted, packets.proved, said(telling.length > 0 ? telling : ['not-all-earned']));
  }
  return codes.length > 0 ? words.less(said(codes)) : undefined;
}

/** An hour that pays nothing though something was carried. */
export const isLost = (hour: RewardHour): boolean => hour.stage === 'lost' && (hour.packets.proved > 0 || hour.why.length > 0);

/** Over, and nothing was carried that anybody signed for: no success, and no loss either. */
export const isEmpty = ({ stage, packets, amount }: RewardHour): boolean =>
  packets.proved === 0 && (amount === undefined || stroops(amount) === 0n) && !['running', 'lost', 'unknown'].includes(stage);

/** The share of the carried packets that is not paid; 0 while nobody has counted. */
export function missingShare({ packets, stage }: RewardHour): number {
  const counted = packets.paid ?? packets.earning;
  return counted === undefined || packets.proved === 0 || stage === 'running' ? 0 : Math.max(0, 1 - counted / packets.proved);
}
const missingShareMuch = 0.1;

/** Hours that want to be read: these stand open by themselves. */
export const wantsReading = (hour: RewardHour): boolean => isLost(hour) || missingShare(hour) >= missingShareMuch;
