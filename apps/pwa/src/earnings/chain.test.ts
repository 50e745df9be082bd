import type { RewardHour } from '@energymesh/agent/rewards-schema';
import { describe, expect, it } from 'vitest';
import { type Asking, type HourNews, readLedger, type Wanted, withNews } from './chain.ts';

const node = 'ab'.repeat(32);
const wanted: Wanted = {
  terms: { network: 'other', passphrase: 'a test', contract: 'C1', epochSeconds: 300, testHours: true, rpc: ['http://127.0.0.1:1', 'http://127.0.0.1:2'] },
  publicKey: node,
  address: 'GABC',
};
const never = new AbortController().signal;
const event = (name: string, epoch: number, of: object = {}) => ({
  id: `${name}${epoch}`,
  ledger: 1,
  at: 1000 + epoch,
  transaction: `${name}-${epoch}`,
  name,
  node,
  epoch,
  ...of,
});

/** The wallet's chain part before servers that answer as they are told. */
function ledger({ dead = [], pages }: { dead?: readonly string[]; pages: readonly object[] }) {
  const asked: string[] = [];
  const positions: unknown[] = [];
  const left = [...pages];
  const wallet = {
    networkOf: (_name: string, { rpcUrl, passphrase }: { rpcUrl: string; passphrase: string }) => ({ rpcUrl, passphrase }),
    chainOf: (network: { rpcUrl: string }) => network,
    call: (name: string, ...args: unknown[]) => ({ name, args }),
    ask: async ({ rpcUrl }: { rpcUrl: string }) => {
      asked.push(rpcUrl);
      if (dead.includes(rpcUrl)) throw new Error('connection refused');
      return { proved: 3n, gross: 900n, paid: 700n, forfeited: 0n };
    },
    readAccounts: async () => [{ balanceStroops: 5_000_000n }],
    readIncentiveEvents: async (_chain: unknown, position: unknown) => {
      positions.push(position);
      return left.shift() ?? { kind: 'page', events: [], next: { cursor: 'end' }, upToDate: true };
    },
  };
  return { wallet: wallet as unknown as Asking, asked, positions };
}
const page = (events: object[], upToDate = true) => ({ kind: 'page', events, next: { cursor: 'more' }, upToDate, latestLedger: 9, oldestLedger: 1 });

describe('the ledger, asked by the page itself', () => {
  it('tells balance, sum and hours', async () => {
    const { wallet, asked } = ledger({
      pages: [
        page(
          [
            event('registered', 0),
            event('proved', 7, { packetCount: 90n }),
            event('attested', 7, { earning: 80n, uptimeBp: 9990, latencyUs: 0xffff_ffff, gross: 900n }),
          ],
          false,
        ),
        page([event('paid', 7, { amount: 700n, gross: 900n, payout: 'GABC' }), event('proved', 8, { packetCount: 5n }), event('forfeited', 6)]),
      ],
    });
    const read = await readLedger(wallet, wanted, () => 42, never);
    expect(asked).toEqual(['http://127.0.0.1:1']);
    expect(read).toMatchObject({ at: 42, paid: '700', balance: '5000000', gap: false });
    expect(read.hours.map(({ epoch, stage }) => [epoch, stage])).toEqual([
      [8, 'proved'],
      [7, 'paid'],
      [6, 'lost'],
    ]);
    expect(read.hours[1]).toMatchObject({ packets: 90, earning: 80, uptimeBp: 9990, gross: '900', amount: '700', payout: 'GABC' });
    expect(read.hours[1]).not.toHaveProperty('latencyUs');
    expect(read.hours[1]!.transactions.map(({ of, hash, at }) => [of, hash, at])).toEqual([
      ['proof', 'proved-7', 1_007_000],
      ['attestation', 'attested-7', 1_007_000],
      ['claim', 'paid-7', 1_007_000],
    ]);
    expect(JSON.parse(JSON.stringify(read))).toEqual(read);
  });

  it('is asked at the next server when one is silent, and says so when all are', async () => {
    const one = ledger({ dead: ['http://127.0.0.1:1'], pages: [] });
    expect(await readLedger(one.wallet, wanted, () => 1, never)).toMatchObject({ paid: '700' });
    expect(one.asked).toEqual(['http://127.0.0.1:1', 'http://127.0.0.1:2']);
    const none = ledger({ dead: wanted.terms.rpc, pages: [] });
    await expect(readLedger(none.wallet, wanted, () => 1, never)).rejects.toThrow('connection refused');
    await expect(readLedger(none.wallet, { ...wanted, terms: { ...wanted.terms, rpc: [] } }, () => 1, never)).rejects.toThrow(/names no server/);
  });

  it('begins where a server’s memory begins, a day back at most, and never reads without end', async () => {
    const gap = { kind: 'gap', wantedLedger: 1, oldestLedger: 500, latestLedger: 1000 };
    const young = ledger({ pages: [gap] });
    expect(await readLedger(young.wallet, wanted, () => 1, never)).toMatchObject({ gap: true });
    expect(young.positions).toEqual([{ ledger: 1 }, { ledger: 500 }]);
    const old = ledger({ pages: [{ ...gap, latestLedger: 100_000 }] });
    await readLedger(old.wallet, wanted, () => 1, never);
    expect(old.positions[1]).toEqual({ ledger: 82_000 });
    const endless = ledger({ pages: Array.from({ length: 50 }, () => page([], false)) });
    await readLedger(endless.wallet, wanted, () => 1, never);
    expect(endless.positions).toHaveLength(12);
  });
});

describe('what the node knew, with what the ledger says since', () => {
  const hour = (epoch: number, stage: RewardHour['stage'], of: Partial<RewardHour> = {}): RewardHour => ({
    epoch,
    start: epoch * 300_000,
    end: (epoch + 1) * 300_000,
    stage,
    step: 'sent',
    source: 'node',
    packets: { proved: 90 },
    amount: '900',
    exact: false,
    transactions: [],
    why: ['on-probation'],
    next: { what: 'prove' },
    ...of,
  });
  const news = (epoch: number, stage: HourNews['stage'], of: Partial<HourNews> = {}): HourNews => ({ epoch, stage, transactions: [], ...of });

  it('an hour goes on, and never back', () => {
    const { hours, changed } = withNews(
      [hour(9, 'running'), hour(8, 'pending'), hour(7, 'paid', { amount: '700', exact: true })],
      [news(8, 'paid', { amount: '800', payout: 'GABC' }), news(7, 'proved', { gross: '1' })],
      300,
    );
    expect(changed).toBe(1);
    expect(hours.map(({ epoch, stage, amount }) => [epoch, stage, amount])).toEqual([
      [9, 'running', '900'],
      [8, 'paid', '800'],
      [7, 'paid', '700'],
    ]);
    expect(hours[1]).toMatchObject({ exact: true, source: 'ledger', why: ['on-probation'], payout: 'GABC', packets: { proved: 90 } });
    expect(hours[1]).not.toHaveProperty('next');
  });

  it('an hour that the node did not know stands in its place', () => {
    const { hours, changed } = withNews([hour(7, 'proved')], [news(8, 'proved', { packets: 5, gross: '50' }), news(6, 'lost')], 300);
    expect(changed).toBe(2);
    expect(hours.map(({ epoch, stage, amount }) => [epoch, stage, amount])).toEqual([
      [8, 'proved', '50'],
      [7, 'proved', '900'],
      [6, 'lost', '0'],
    ]);
    expect(hours[0]).toMatchObject({ start: 2_400_000, end: 2_700_000, packets: { proved: 5 }, source: 'ledger' });
  });
});
