import { expect, test } from 'vitest';
import type { LedgerEvent } from './ledger-events.ts';
import { reckon } from './reckoning.ts';

const epochSeconds = 10;
const at = (epoch: number, name: string, data: Record<string, unknown>, node = 'mill'): LedgerEvent => {
  return { name, node, key: undefined, closedAt: epoch * epochSeconds + 3, tx: '', data };
};
const registered = at(100, 'registered', {});
const proved = (epoch: number, packets: number, node?: string) => at(epoch + 1, 'proved', { epoch, packet_count: BigInt(packets) }, node);
const attested = (epoch: number, earning: number, { when = epoch + 1, uptime = 9000, latency = 200_000, node = 'mill' } = {}) =>
  at(when, 'attested', { epoch, uptime_bp: uptime, latency_us: latency, earning: BigInt(earning) }, node);
const paid = (epoch: number, amount: bigint, node?: string) => at(epoch + 4, 'paid', { epoch, amount, payout: 'G' }, node);
const dues = (events: readonly LedgerEvent[], rule = {}) => reckon(events, { epochSeconds, rule }).map(({ due }) => due);

test('1,000 packets: 0.01 XLM, half of it on probation; above 95 % uptime 10 % more, below 100 ms 5 % more, below 80 % uptime 20 % less', () => {
  const hour = (word: LedgerEvent, rule = {}) => dues([registered, proved(110, 1000), word, paid(110, 0n)], rule)[0];
  expect(hour(attested(110, 1000))).toBe(50_000n);
  const settled = { probation_epochs: 10n };
  expect(hour(attested(110, 1000), settled)).toBe(100_000n);
  expect(hour(attested(110, 1000, { uptime: 9501, latency: 99_999 }), settled)).toBe(115_000n);
  expect(hour(attested(110, 1000, { uptime: 7999 }), settled)).toBe(80_000n);
  expect(hour(attested(110, 990), settled), 'what did not arrive').toBe(99_000n);
});

test('a budget that is too small is shared; who comes late gets what is left', () => {
  const rule = { probation_epochs: 0n, epoch_budget: 100_000n };
  const events = [
    registered,
    at(100, 'registered', {}, 'barn'),
    proved(110, 1000),
    proved(110, 3000, 'barn'),
    attested(110, 1000),
    attested(110, 3000, { node: 'barn' }),
    paid(110, 0n),
    paid(110, 0n, 'barn'),
  ];
  expect(dues(events, rule)).toEqual([25_000n, 75_000n]);
  const late = events.map((event) => (event.name === 'attested' && event.node === 'barn' ? attested(110, 3000, { when: 113, node: 'barn' }) : event));
  expect(dues(late, { ...rule, epoch_budget: 150_000n })).toEqual([100_000n, 50_000n]);
});

test('a rule that was voted holds from its epoch on, and caught nodes are on probation again', () => {
  const params = Object.fromEntries(
    'stroops_per_1000 bonus_uptime_bp bonus_latency_bp penalty_bp uptime_high_bp uptime_low_bp latency_us_max epoch_budget node_cap probation_epochs probation_bp settle_epochs'
      .split(' ')
      .map((name) => [name, { stroops_per_1000: 200_000, epoch_budget: 100_000_000n, node_cap: 500n, probation_epochs: 2, probation_bp: 5000 }[name] ?? 0]),
  );
  const changed = at(110, 'params', { from: 111, params });
  const hours = [110, 111].flatMap((epoch) => [proved(epoch, 1000), attested(epoch, 1000), paid(epoch, 0n)]);
  expect(dues([registered, changed, ...hours], { probation_epochs: 0n })).toEqual([100_000n, 100_000n]);
  expect(dues([registered, changed, at(110, 'forfeited', { epoch: 90 }), ...hours], { probation_epochs: 0n })).toEqual([100_000n, 50_000n]);
});

test('what happens once and is told twice is an error', () => {
  const hour = [registered, proved(110, 1000), attested(110, 1000), paid(110, 50_000n)];
  expect(() => reckon([...hour, paid(110, 50_000n)], { epochSeconds, rule: {} })).toThrow('paid mill.110: twice on the ledger');
  expect(() => reckon([registered, paid(110, 1n)], { epochSeconds, rule: {} })).toThrow('never proved');
});
