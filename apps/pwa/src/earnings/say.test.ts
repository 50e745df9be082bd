import { describe, expect, it } from 'vitest';
import type { Earnings, RewardHour, WalletState } from '../live/model.ts';
import { earnedAnswer } from './answer.ts';
import { nextOfWallet } from './lamp.tsx';
import { earningsSaying } from './say.ts';

const at = Date.UTC(2026, 8, 24, 14, 32);
const none = { pending: '0', proved: '0', claimed: '0', paid: '0', lost: '0' };
const today = { pending: '286000', proved: '505000', claimed: '1145000', paid: '1000', lost: '999' };
const earnings = (of: Partial<Earnings> = {}, amounts = today): Earnings => {
  const period = { from: Date.UTC(2026, 8, 24), to: at, amounts, packets: 1, hours: 1, unknown: 0 };
  return {
    at,
    state: 'on',
    terms: { network: 'public', passphrase: 'x', contract: 'C', epochSeconds: 3600, testHours: false, rpc: [] },
    publicKey: 'ab',
    registration: { state: 'registered', why: [] },
    ledger: { source: 'ledger', upToDate: true, differs: false, gaps: [] },
    totals: amounts,
    periods: { today: period, week: period, month: period },
    timeZone: 'UTC',
    ...of,
  };
};
const lost = {
  epoch: 1,
  start: at - 3_600_000,
  end: at,
  stage: 'lost',
  packets: { proved: 5 },
  why: ['TooOld'],
  exact: true,
  transactions: [],
} as unknown as RewardHour;
const wallet = (of: Partial<WalletState>): WalletState => ({ at, state: 'confirmed', payout: { own: true, address: 'G' }, ...of });
const spoken = (...given: Parameters<typeof earningsSaying>): string => {
  const { clauses, lede } = earningsSaying(...given);
  return [...clauses.map(({ figure, text }) => `${figure?.text ?? ''}${text}`), ...(lede ? [lede] : [])].join(' ');
};
const live = { at: 'live' } as const;

describe('the sentence', () => {
  it('is what today has earned, and what was not rewarded', () => {
    expect(spoken(earnings(), [], live, 'Mill')).toBe('0.1937 XLM today.');
    expect(spoken(earnings(), [lost], live, 'Mill')).toBe('0.1937 XLM today. One hour was not rewarded.');
    expect(spoken(earnings({ terms: { ...earnings().terms!, network: 'other' } }), [], live, 'Mill')).toBe('0.1937 test XLM today.');
    // Of yesterday: no news of today.
    expect(spoken(earnings(), [{ ...lost, start: at - 30 * 3_600_000 }], live, 'Mill')).toBe('0.1937 XLM today.');
  });

  it('of a silent node is dated', () => {
    expect(spoken(earnings(), [], { at: 'unreachable', lastHeard: at }, 'Mill')).toBe('As of 14:32: 0.1937 XLM today.');
    expect(spoken(undefined, undefined, live, 'Mill')).toBe('Asking Mill how it is.');
  });

  it('says why there is nothing yet, and what comes next', () => {
    expect(spoken(earnings({ state: 'off' }, none), [], live, 'Mill')).toMatch(/^This community pays nothing\. /);
    expect(spoken(earnings({ state: 'clock' }, none), [], live, 'Mill')).toMatch(/^Earning waits for the clock\. /);
    const now = { ...lost, stage: 'running', end: Date.UTC(2026, 8, 24, 15) } as RewardHour;
    expect(spoken(earnings({ now }, none), [now], live, 'Mill')).toMatch(/^Nothing earned yet today\. The first hour runs until 15:00\./);
    expect(spoken(earnings({ registration: { state: 'asked', why: [] } }, none), [], live, 'Mill')).toMatch(/not registered with the contract yet/);
    expect(spoken(earnings({}, none), [{ ...lost, start: 0 }], live, 'Mill')).toMatch(/Every packet that a neighbour signs for counts\./);
  });
});

describe('Home’s third answer', () => {
  it('is the same number', () => {
    expect(
      earnedAnswer(earnings(), wallet({ account: { exists: true, balance: '421837000', spendable: '0', reserve: '0', memoRequired: false } })),
    ).toMatchObject({
      answer: '0.1937 XLM today',
      detail: 'Balance 42.1837',
      figure: '1937000',
      glyph: 'coin',
    });
  });

  it('says what is missing', () => {
    expect(earnedAnswer(earnings({}, none), wallet({ state: 'none', payout: { own: false } }))).toMatchObject({
      answer: 'Nothing yet today',
      detail: expect.stringMatching(/^No wallet/),
    });
    expect(earnedAnswer(earnings({ state: 'clock' }), undefined)).toMatchObject({ answer: 'Waits for the clock', glyph: 'off' });
    expect(earnedAnswer(earnings({ registration: { state: 'asked', why: [] } }), undefined).detail).toMatch(/Being registered/);
    expect(earnedAnswer(earnings(), wallet({ state: 'none', payout: { own: false, address: 'G' } })).detail).toBe('Paid this month 0.0001');
  });
});

it('the lamp asks for a wallet, then for its backup, and for nothing where pay goes elsewhere', () => {
  expect(nextOfWallet(undefined)).toBeUndefined();
  expect(nextOfWallet(wallet({ state: 'none', payout: { own: false } }))).toBe('wallet');
  expect(nextOfWallet(wallet({ state: 'none', payout: { own: false, address: 'G' } }))).toBeUndefined();
  expect(nextOfWallet(wallet({ state: 'unconfirmed' }))).toBe('backup');
  expect(nextOfWallet(wallet({}))).toBeUndefined();
});
