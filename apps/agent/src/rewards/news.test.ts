import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HourRecord } from '../reward-book.ts';
import type { LedgerHour } from '../reward-ports.ts';
import { isHearsay, learn, type News, reconcile } from './news.ts';

const by = fc.constantFrom('ledger' as const, 'hub' as const);
/** As the truth has it: whoever speaks, speaks of the same figures, the hub of fewer. */
const news = fc.oneof(
  by.map((who): News => ({ of: 'proved', fact: { by: who, accepted: 101, ...(who === 'ledger' && { root: 'aa', packets: 5, tx: 'p' }) } })),
  by.map((who): News => ({ of: 'attested', fact: { by: who, earning: 5, ...(who === 'ledger' && { gross: '10', tx: 'a' }) } })),
  by.map((who): News => ({ of: 'revealed', fact: { by: who, ...(who === 'ledger' && { tx: 'r' }) } })),
  by.map((who): News => ({ of: 'paid', fact: { by: who, amount: '10', ...(who === 'ledger' && { tx: 'c' }) } })),
  fc.constant<News>({ of: 'challenged', fact: { by: 'ledger', epoch: 102 } }),
  fc.constantFrom('NoFunds', 'not-arrived').map((why): News => ({ of: 'why', why: [why] })),
  fc.constant<News>({ of: 'taken', what: 'sentProof' }),
);
const begin: HourRecord = { epoch: 100, proof: { packets: 5, root: 'aa', signature: '' }, sentProof: { since: 1, at: 1, tries: 1, nextAt: 2, via: 'hub' } };
const inOrder = (record: HourRecord): unknown => ({ ...record, why: [...(record.why ?? [])].sort() });

describe('what is learned of an hour', () => {
  test('comes to the same in any order, and however often', () => {
    fc.assert(
      fc.property(fc.array(news, { maxLength: 12 }), fc.integer(), (all, seed) => {
        const shuffled = [...all, ...all.slice(0, 3)].map((one, i) => [Math.sin(seed + i), one] as const).sort(([a], [b]) => a - b);
        const one = all.reduce(learn, begin);
        expect(inOrder(shuffled.reduce((record, [, item]) => learn(record, item), begin))).toEqual(inOrder(one));
        expect(all.reduce(learn, one)).toBe(one);
      }),
    );
  });

  test('of the ledger stands above the hub, which is kept where the ledger says nothing', () => {
    const told = [
      { of: 'attested', fact: { by: 'hub', earning: 9, gross: '90', uptimeBp: 1 } },
      { of: 'attested', fact: { by: 'ledger', earning: 5, gross: '50' } },
      { of: 'attested', fact: { by: 'hub', earning: 7 } },
    ] as const satisfies News[];
    expect(told.reduce(learn, begin).attested).toEqual({ by: 'ledger', earning: 5, gross: '50', uptimeBp: 1 });
  });

  test('says when the contract has another proof than this node made', () => {
    expect(learn(begin, { of: 'proved', fact: { by: 'ledger', accepted: 101, root: 'bb' } })).toMatchObject({ why: ['another-proof'] });
    expect(learn(begin, { of: 'proved', fact: { by: 'hub', accepted: 101, root: 'bb' } }).why).toBeUndefined();
  });

  test('why is bounded', () => {
    const many = Array.from({ length: 40 }, (_, i): News => ({ of: 'why', why: [`r${i}`] })).reduce(learn, begin);
    expect(many.why).toHaveLength(16);
  });
});

describe("against the contract's state", () => {
  const ledger: LedgerHour = { packets: 5, root: 'aa', accepted: 101, status: 'open', gross: '0' };

  test('what only the hub said goes, and what it said rightly stays with its details', () => {
    const told = (
      [
        { of: 'proved', fact: { by: 'hub', accepted: 101, tx: 'p' } },
        { of: 'revealed', fact: { by: 'hub' } },
        { of: 'paid', fact: { by: 'hub', amount: '3' } },
      ] as const satisfies News[]
    ).reduce(learn, begin);
    expect(isHearsay(told)).toBe(true);
    const record = reconcile(told, ledger, 5000);
    expect(record).toMatchObject({ proved: { by: 'ledger', tx: 'p', root: 'aa' } });
    expect(record.revealed).toBeUndefined();
    expect(record.paid).toBeUndefined();
    expect(isHearsay(record)).toBe(false);
  });

  test('an hour that it does not know is as it was before anybody spoke', () => {
    const told = learn(begin, { of: 'proved', fact: { by: 'hub', accepted: 101 } });
    expect(reconcile(told, undefined, 5000)).toEqual(begin);
    expect(reconcile(begin, undefined, 5000)).toBe(begin);
  });

  test('takes over everything that it knows, and a refusal of the hub falls with a proof', () => {
    const refused = learn(begin, { of: 'refused', fact: { by: 'hub' } });
    const whole: LedgerHour = {
      ...ledger,
      status: 'paid',
      paid: '7',
      gross: '8',
      challenged: 103,
      attested: { uptimeBp: 9000, earning: 4, inTime: true, onProbation: true },
    };
    expect(reconcile(refused, whole, 5000)).toMatchObject({
      attested: { by: 'ledger', uptimeBp: 9000, earning: 4, gross: '8', shareBp: 5000 },
      challenged: { epoch: 103 },
      paid: { by: 'ledger', amount: '7' },
    });
    expect(reconcile(refused, whole, 5000).refused).toBeUndefined();
    expect(reconcile(begin, { ...ledger, status: 'forfeited' }, 5000)).toMatchObject({ forfeited: { by: 'ledger' } });
    expect(reconcile(begin, { ...ledger, status: 'cleared' }, 5000)).toMatchObject({ revealed: { by: 'ledger' } });
  });
});
