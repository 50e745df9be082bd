/** What places in ledgers cost lately, per operation. While a surge is on, that is what everything says. */
import type { Chain } from './chain.ts';

const ledgersLooked = 50;
const shares = [10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99] as const;

export interface FeeStats {
  /** max, min, mode, p10 … p99 */
  readonly percentiles: Readonly<Record<string, string>>;
  readonly ledgers: number;
  readonly count: number;
}

export const feeStats = (chain: Chain): FeeStats => {
  const floor = Number(chain.perOperation);
  const recent = chain.store.recentFees(chain.latest.seq - ledgersLooked + 1).map((r) => Math.max(r.fee, floor));
  const fees = (recent.length ? recent : [floor]).sort((a, b) => a - b);
  const at = (share: number): string => String(fees[Math.min(fees.length - 1, Math.ceil((share / 100) * fees.length) - 1)]);
  const counts = new Map<number, number>();
  for (const fee of fees) counts.set(fee, (counts.get(fee) ?? 0) + 1);
  const mode = [...counts].reduce((best, c) => (c[1] > best[1] ? c : best))[0];
  const percentiles = Object.fromEntries(shares.map((s) => [`p${s}`, at(s)]));
  return { percentiles: { max: String(fees.at(-1)), min: String(fees[0]), mode: String(mode), ...percentiles }, ledgers: ledgersLooked, count: recent.length };
};
