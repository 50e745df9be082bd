import type { RewardHour } from '@energymesh/agent/rewards-schema';
import { describe, expect, it } from 'vitest';
import { explain, isEmpty, isLost, missingShare, reasonWords, verdict, wantsReading } from './explain.ts';

type Rule = NonNullable<RewardHour['rule']>;
const plain: Rule = {
  stroopsPer1000: 100_000,
  bonusUptimeBp: 0,
  bonusLatencyBp: 0,
  penaltyBp: 0,
  bp: 10_000,
  shareBp: 10_000,
  uptimeHighBp: 9500,
  uptimeLowBp: 8000,
  latencyUsMax: 100_000,
  assumed: false,
};
const hour = (of: Partial<RewardHour>, rule: Partial<Rule> = {}): RewardHour => ({
  epoch: 1,
  start: 0,
  end: 3_600_000,
  stage: 'proved',
  step: 'attested',
  source: 'ledger',
  packets: { proved: 1597, earning: 1597, paid: 1597 },
  amount: '183655',
  exact: false,
  transactions: [],
  why: [],
  uptimeBp: 10_000,
  latencyUs: 48_000,
  ...of,
  rule: { ...plain, ...rule },
});
const sum = (lines: readonly { amount?: string }[]): bigint =>
  lines.reduce((all, { amount }) => all + BigInt((amount ?? '0').replace('−', '-').replace('+', '').replace('.', '').replace(',', '')), 0n);

describe("an hour's sum", () => {
  it('is the rule, factor by factor', () => {
    const { lines, total, footing } = explain(hour({}, { bonusUptimeBp: 1000, bonusLatencyBp: 500, bp: 11_500 }), 'XLM');
    expect(lines).toEqual([
      { text: '1,597 packets × 0.01 XLM per 1,000', amount: '0.0159700' },
      { text: 'Up 100 % of the hour, above 95 %: +10 %', amount: '+0.0015970' },
      { text: '48 ms on average, under 100 ms: +5 %', amount: '+0.0007985' },
    ]);
    expect(total).toBe('0.0183655');
    expect(footing).toMatch(/hub attested/);
  });

  it.each([
    [1597, { bonusUptimeBp: 1000, bonusLatencyBp: 500, bp: 11_500 }],
    [333, { bonusUptimeBp: 999, bonusLatencyBp: 501, bp: 11_500, stroopsPer1000: 33_333 }],
    [7, { penaltyBp: 2000, bonusLatencyBp: 500, bp: 8500, shareBp: 5000 }],
    [1, { penaltyBp: 1, bp: 9999, stroopsPer1000: 1 }],
    [360_000, { shareBp: 5000 }],
  ])('of %d packets adds up to the stroop, whatever the rule', (packets, rule) => {
    const full = { ...plain, ...rule };
    const gross = (BigInt(packets) * BigInt(full.stroopsPer1000) * BigInt(full.bp) * BigInt(full.shareBp)) / 100_000_000_000n;
    const of = hour({ packets: { proved: packets, earning: packets, paid: packets }, amount: gross.toString() }, rule);
    expect(sum(explain(of, 'XLM').lines)).toBe(gross);
  });

  it('names deduction, probation and a shared budget', () => {
    const of = hour(
      { packets: { proved: 1000, earning: 1000, paid: 1000 }, uptimeBp: 7000, latencyUs: 150_000, gross: '40000', amount: '30000', exact: true, stage: 'paid' },
      { penaltyBp: 2000, bp: 8000, shareBp: 5000 },
    );
    const { lines, footing } = explain(of, 'test XLM');
    expect(lines.map(({ text, amount }) => [text, amount])).toEqual([
      ['1,000 packets × 0.01 test XLM per 1,000', '0.0100000'],
      ['Up 70 % of the hour, below 80 %: −20 %', '−0.0020000'],
      ['150 ms on average, not under 100 ms: no bonus', undefined],
      ['On probation: 50 % of it', '−0.0040000'],
      ['The community’s budget for this hour was shared', '−0.0010000'],
    ]);
    expect(sum(lines)).toBe(30_000n);
    expect(footing).toBe('As the ledger paid it.');
  });

  it('says what is only reckoned, and what nobody knows', () => {
    const { uptimeBp: _, latencyUs: __, ...early } = hour({ stage: 'pending', amount: '159700', packets: { proved: 1597 } });
    expect(explain(early, 'XLM')).toMatchObject({ lines: [{ amount: '0.0159700' }], footing: expect.stringMatching(/^Reckoned by this node/) });
    expect(explain({ ...early, rule: { ...plain, assumed: true } }, 'XLM').footing).toMatch(/every community begins with/);
    const { amount: ___, ...unknown } = hour({ stage: 'unknown' });
    expect(explain(unknown, 'XLM')).toEqual({ lines: [], total: undefined, footing: 'Nothing is known of what it pays.' });
  });
});

describe('why it pays less', () => {
  it('is said in one sentence', () => {
    expect(verdict(hour({}))).toBeUndefined();
    expect(verdict(hour({ stage: 'lost', why: ['window-over'] }))).toBe('Not rewarded because it was not shown in time.');
    expect(verdict(hour({ stage: 'lost', why: [] }))).toMatch(/^Not rewarded because /);
    expect(verdict(hour({ packets: { proved: 1339, earning: 469, paid: 469 }, why: ['not-all-earned', 'next-not-registered'] }))).toBe(
      '870 of 1,339 packets not rewarded: a neighbour that signed is not registered with the contract.',
    );
    expect(verdict(hour({ packets: { proved: 1339, earning: 469, paid: 469 }, why: ['not-all-earned'] }))).toMatch(/the hub did not see the rest arrive\.$/);
    expect(verdict(hour({ packets: { proved: 0 }, amount: '0', why: ['no-packets'] }))).toMatch(/^Not rewarded because nothing was carried/);
    expect(verdict(hour({ why: ['on-probation'] }))).toBeUndefined();
    expect(verdict(hour({ stage: 'running', packets: { proved: 0 }, amount: '0' }))).toBeUndefined();
  });

  it('a reason that this page does not know is shown as it is', () => {
    expect(reasonWords('hub-on-holiday')).toBe('the reason given is “hub-on-holiday”');
    expect(reasonWords('toString')).toBe('the reason given is “toString”');
  });

  it('a tenth of an hour missing wants to be read, a little only to be said', () => {
    const of = (earning: number) => hour({ packets: { proved: 1000, earning } });
    expect([1000, 950, 900, 0].map((earning) => missingShare(of(earning)))).toEqual([0, expect.closeTo(0.05), expect.closeTo(0.1), 1]);
    expect([1000, 950, 899, 0].map((earning) => wantsReading(of(earning)))).toEqual([false, false, true, true]);
    expect(missingShare(hour({ stage: 'pending', packets: { proved: 5 } }))).toBe(0);
  });

  it('an hour without packets is empty, not lost', () => {
    expect(isEmpty(hour({ packets: { proved: 0 }, amount: '0' }))).toBe(true);
    expect(isEmpty(hour({ packets: { proved: 0 }, amount: '0', stage: 'running' }))).toBe(false);
    expect(isEmpty(hour({ packets: { proved: 0 }, amount: '0', stage: 'lost' }))).toBe(false);
    expect(isEmpty(hour({}))).toBe(false);
  });

  it('only hours that lost something stand open', () => {
    expect(isLost(hour({ stage: 'lost', why: ['TooOld'] }))).toBe(true);
    expect(isLost(hour({ packets: { proved: 0 }, why: ['no-packets'] }))).toBe(false);
  });
});
