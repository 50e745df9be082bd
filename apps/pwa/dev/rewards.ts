import type { ApiPorts } from '@energymesh/agent/api/ports';
import type { Amounts, Earnings, RewardHour, Series, WalletState } from '@energymesh/agent/rewards-schema';
import { random } from './seeded-mesh.ts';

/** Simulated: what a node earned, in the states that the page has to show. Nothing of this is on any ledger. */
export const purses = ['public', 'local', 'first', 'none', 'made', 'off', 'clock', 'away', 'elsewhere', 'lost'] as const;
export type PurseName = (typeof purses)[number];

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const words =
  'legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth title';
const own = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ';
const bakery = 'GBRPYHIL2CI3FNQ4BXLFMNDLFJUNPU2HY3ZMFSHONUCEOASW7QC7OX2H';
const contract = 'CAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSC4';
const zero: Amounts = { pending: '0', proved: '0', claimed: '0', paid: '0', lost: '0' };
const hash = (seed: number): string => Array.from({ length: 8 }, (_, i) => ((seed * 2654435761 + i * 40503) >>> 0).toString(16).padStart(8, '0')).join('');
const params: Record<string, number> = {
  ...{ stroopsPer1000: 100_000, bonusUptimeBp: 1000, bonusLatencyBp: 500, penaltyBp: 2000, uptimeHighBp: 9500, uptimeLowBp: 8000, latencyUsMax: 100_000 },
  ...{ epochBudget: 100_000_000, nodeCap: 360_000, pairCap: 180_000, deviceQuota: 3600, probationEpochs: 168, probationBp: 5000, auditBp: 2500, samples: 8 },
  ...{ revealEpochs: 168, settleEpochs: 2, quorumBp: 3000, votingEpochs: 72, timelockEpochs: 24 },
};
const bound = (min: number, max: number, name: string) => ({ min, max, initial: name === 'latencyUsMax' ? 80_000 : params[name]! });
const bounds = Object.fromEntries(
  Object.entries({
    ...{ stroopsPer1000: [1, 1e7], bonusUptimeBp: [0, 5000], bonusLatencyBp: [0, 5000], penaltyBp: [0, 9000], uptimeHighBp: [1, 1e4], uptimeLowBp: [0, 9999] },
    ...{ latencyUsMax: [1000, 1e7], epochBudget: [0, 1e13], nodeCap: [1, 3.6e6], pairCap: [1, 3.6e6], deviceQuota: [1, 1e6], probationEpochs: [0, 8760] },
    ...{ probationBp: [0, 1e4], auditBp: [0, 1e4], samples: [1, 16], revealEpochs: [24, 720], settleEpochs: [1, 24], quorumBp: [1000, 1e4] },
    ...{ votingEpochs: [1, 720], timelockEpochs: [1, 720] },
  }).map(([name, [min, max]]) => [name, bound(min!, max!, name)]),
);

export function rewardsOf(name: PurseName, clock: () => number): Pick<ApiPorts, 'rewards' | 'wallet' | 'governance'> {
  const local = name === 'local';
  const epochMs = local ? 300_000 : hourMs;
  const begun = clock();
  const off = name === 'off';
  const next = random(23);
  const hours = new Map<number, RewardHour>();
  const last = Math.floor(begun / epochMs);
  const kept = off || name === 'clock' ? 0 : name === 'first' || name === 'none' ? 1 : local ? 260 : 24 * 30;
  for (let i = kept - 1; i >= 0; i--) hours.set(last - i, hourOf(last - i, i));

  function hourOf(epoch: number, ago: number): RewardHour {
    const running = ago === 0;
    const wall = ((epoch * epochMs) % dayMs) / hourMs;
    const load = 900 + 900 * Math.exp(-((wall - 8) ** 2) / 4) + 1200 * Math.exp(-((wall - 18.5) ** 2) / 5);
    const whole = Math.round((load * (0.8 + next() * 0.4) * epochMs) / hourMs);
    const part = running ? (begun % epochMs) / epochMs : 1;
    const proved = name === 'first' || name === 'none' ? 0 : wall > 2 && wall < 4 ? 0 : Math.round(whole * part);
    const lost = name === 'lost' && ago === 5;
    const partly = ago === 6 && name !== 'first';
    const earning = partly ? Math.round(proved * 0.35) : proved;
    const penalised = ago === 9;
    const uptimeBp = penalised ? 7100 : 9980;
    const latencyUs = 48_000 + (ago % 5) * 14_000;
    const attested = ago > 1;
    const bonus = {
      bonusUptimeBp: attested && uptimeBp > 9500 ? 1000 : 0,
      bonusLatencyBp: attested && latencyUs < 100_000 ? 500 : 0,
      penaltyBp: attested && penalised ? 2000 : 0,
    };
    const bp = 10_000 + bonus.bonusUptimeBp + bonus.bonusLatencyBp - bonus.penaltyBp;
    const gross = Math.floor((earning * 100_000 * bp) / 1e7);
    const stage = running ? 'running' : lost ? 'lost' : ago === 1 ? 'pending' : ago < 5 ? 'proved' : ago < 8 ? 'claimed' : 'paid';
    const tx = (of: RewardHour['transactions'][number]['of'], after: number) => ({
      of,
      hash: hash(epoch * 7 + after),
      at: (epoch + 1) * epochMs + after * 60_000,
    });
    const rule = { ...params, ...bonus } as unknown as NonNullable<RewardHour['rule']>;
    return {
      epoch,
      start: epoch * epochMs,
      end: (epoch + 1) * epochMs,
      stage,
      step: running ? 'open' : lost ? 'forfeited' : ago === 1 ? 'sent' : ago < 5 ? 'attested' : ago < 8 ? 'claimed' : 'paid',
      source: running || ago === 1 ? 'node' : 'ledger',
      packets: { proved, ...(attested && { earning, paid: earning }) },
      amount: lost ? '0' : String(gross),
      exact: stage === 'paid',
      ...(attested && { gross: String(gross), uptimeBp, latencyUs }),
      rule: {
        ...{ stroopsPer1000: rule.stroopsPer1000, uptimeHighBp: 9500, uptimeLowBp: 8000, latencyUsMax: 100_000 },
        ...{ ...bonus, bp, shareBp: 10_000, assumed: false },
      },
      transactions:
        running || ago === 1
          ? []
          : [
              tx('proof', 3),
              tx('attestation', 5),
              ...(stage === 'paid' ? [{ ...tx('claim', 200), feeStroops: '23841' }] : []),
              ...(lost ? [tx('forfeit', 300)] : []),
            ],
      why: lost ? ['window-over', 'receipts-missing'] : partly ? ['not-all-earned', 'next-not-registered'] : penalised ? ['uptime-low'] : [],
      ...(lost && { show: { because: 'drawn' as const } }),
      ...(ago === 3 && { show: { because: 'drawn' as const, until: begun + 5 * dayMs } }),
      ...(stage === 'paid' && { payout: own }),
      ...(running
        ? { next: { what: 'close', at: (epoch + 1) * epochMs + 90_000 } }
        : ago === 1
          ? { next: { what: 'prove' } }
          : ago < 5
            ? { next: { what: 'settle', at: (epoch + 3) * epochMs } }
            : ago < 8 && !lost
              ? { next: { what: 'pay' } }
              : {}),
    };
  }
  const listed = [...hours.values()].sort((a, b) => b.epoch - a.epoch);
  const stageKey = (hour: RewardHour): keyof Amounts => (hour.stage === 'running' || hour.stage === 'unknown' ? 'pending' : hour.stage);
  const sum = (from: number, to: number): Amounts => {
    const sums = { ...zero };
    for (const hour of listed) {
      if (hour.start < from || hour.start >= to) continue;
      const key = stageKey(hour);
      sums[key] = String(BigInt(sums[key]) + BigInt(key === 'lost' ? '0' : (hour.amount ?? '0')));
    }
    return sums;
  };
  const midnight = Math.floor(begun / dayMs) * dayMs;
  const period = (days: number) => ({
    from: midnight - (days - 1) * dayMs,
    to: clock(),
    amounts: sum(midnight - (days - 1) * dayMs, begun + dayMs),
    packets: 18_204,
    hours: 14,
    unknown: 0,
  });
  const away = name === 'away';
  const earnings = (): Earnings => ({
    at: clock(),
    state: off ? 'off' : name === 'clock' ? 'clock' : 'on',
    ...(!off && {
      terms: {
        network: local ? 'other' : name === 'first' ? 'testnet' : 'public',
        passphrase: local ? 'EnergyMesh Local Network ; not real' : 'Public Global Stellar Network ; September 2015',
        contract,
        epochSeconds: epochMs / 1000,
        testHours: local,
        rpc: [],
      },
    }),
    publicKey: 'ab'.repeat(32),
    registration: {
      state: name === 'first' || name === 'none' ? 'none' : 'registered',
      payout: name === 'elsewhere' ? bakery : own,
      why: [],
      ...(local && { probationUntil: begun + 3 * dayMs }),
    },
    ledger: {
      source: off ? 'none' : away ? 'hub' : 'ledger',
      ...(!off && { at: away ? begun - 42 * 60_000 : clock() - 38_000 }),
      upToDate: !away,
      ...(away && { why: 'getLatestLedger: connect ECONNREFUSED 203.0.113.9:443.' }),
      differs: false,
      gaps: [],
    },
    totals: sum(0, Number.MAX_SAFE_INTEGER),
    periods: { today: period(1), week: period(7), month: period(30) },
    ...(listed[0]?.stage === 'running' && { now: listed[0] }),
    timeZone: 'UTC',
  });

  let state: WalletState['state'] = off || name === 'none' ? 'none' : name === 'made' || name === 'first' ? 'unconfirmed' : 'confirmed';
  const balance = name === 'first' ? '0' : '421837000';
  const walletState = (): WalletState => ({
    at: clock(),
    state,
    ...(state !== 'none' && {
      address: own,
      account: { exists: name !== 'first', balance, spendable: name === 'first' ? '0' : '411836900', reserve: '10000000', memoRequired: false },
      accountAt: clock() - 38_000,
    }),
    ...(state === 'unconfirmed' && { shown: false, words: 24, ask: [3, 9, 24] }),
    ...(away && { unreachable: 'connect ECONNREFUSED 203.0.113.9:443' }),
    network: local ? 'other' : 'public',
    payout: name === 'none' ? { own: false } : { address: name === 'elsewhere' ? bakery : own, own: name !== 'elsewhere' },
  });
  const sent: { id: string; at: number; to: string; amount: string; memo: { kind: 'none' | 'text' | 'id' | 'hash' | 'return'; text: string } }[] = [];
  const series = ({ by, from, buckets }: { by: 'hour' | 'day'; from: number; buckets: number }): Series => {
    const step = by === 'day' ? dayMs : epochMs;
    return {
      at: clock(),
      by,
      timeZone: 'UTC',
      buckets: Array.from({ length: buckets }, (_, i) => {
        const start = Math.floor(from / step) * step + i * step;
        // Before this node was there nothing is known.
        const gap = start < (listed.at(-1)?.start ?? 0) || (by === 'hour' && !local && start === midnight + 5 * hourMs);
        return start > clock() || gap
          ? { start, end: start + step, unknown: 1 }
          : { start, end: start + step, amounts: sum(start, start + step), packets: 1, unknown: 0 };
      }),
    };
  };
  return {
    rewards: {
      earnings: feed(earnings),
      servers: () => [],
      series,
      hours: ({ limit, before = Number.MAX_SAFE_INTEGER }) => ({ at: clock(), hours: listed.filter(({ epoch }) => epoch < before).slice(0, limit) }),
      hour: (epoch) => hours.get(epoch)!,
      csv: () => ({ name: 'earnings.csv', text: 'start,end\r\n' }),
      errands: () => ({ at: clock(), errands: name === 'none' ? [{ id: 'register', what: 'register', state: 'waiting', at: begun - 60_000, why: [] }] : [] }),
      claim: () => ({ hours: 3 }),
      appeal: (epoch) => ({ id: `appeal:${epoch}` }),
    },
    wallet: {
      state: feed(walletState),
      create: async () => {
        state = 'unconfirmed';
        return walletState();
      },
      phrase: async () => words.split(' '),
      confirm: async (given) => {
        const right = given.join(' ') === [3, 9, 24].map((place) => words.split(' ')[place - 1]).join(' ');
        if (right) state = 'confirmed';
        return right;
      },
      restore: async () => walletState(),
      startOver: async () => walletState(),
      refresh: async () => walletState(),
      history: () => ({
        at: clock(),
        readAt: clock() - 38_000,
        since: begun - 7 * dayMs,
        movements:
          name === 'first' || name === 'none'
            ? []
            : [
                { id: '4', kind: 'received', amount: '1145000', counterparty: contract, at: begun - 3 * hourMs, tx: hash(4) },
                { id: '3', kind: 'fee', amount: '100', at: begun - 9 * hourMs, tx: hash(3) },
                { id: '2', kind: 'sent', amount: '50000000', counterparty: bakery, memo: 'rent', at: begun - 9 * hourMs, tx: hash(3) },
                { id: '1', kind: 'received', amount: '41207000', counterparty: contract, at: begun - 2 * dayMs, tx: hash(1) },
              ],
      }),
      receive: async () => ({ address: own, link: '' }),
      prepareWithdraw: async ({ to, amount, memo = { kind: 'none', text: '' }, create }) => {
        if (to === bakery && memo.kind === 'none') return { ok: false, refused: 'memo-required' };
        if (to !== bakery && !create) return { ok: false, refused: 'destination-missing', min: '10000000' };
        const wanted = amount === 'all' ? 411_836_900n : BigInt(Math.round(Number(amount) * 1e7));
        if (wanted > 411_836_900n) return { ok: false, refused: 'insufficient', max: '411836900', feeMax: '100' };
        const plan = {
          kind: create ? ('create-account' as const) : ('payment' as const),
          to,
          amount: String(wanted),
          memo: { kind: memo.kind, text: memo.text ?? '' },
        };
        sent.push({ id: String(sent.length + 1), at: Number.MAX_SAFE_INTEGER, ...plan });
        return {
          ok: true,
          id: String(sent.length),
          ...plan,
          feeLikely: '100',
          feeMax: '5000',
          left: String(421_836_900n - wanted),
          validUntil: clock() + 180_000,
        };
      },
      withdraw: async (id) => {
        const row = sent.find((one) => one.id === id)!;
        row.at = clock();
        return { ...row, feeMax: '5000', state: 'sending', tx: hash(77) };
      },
      withdrawals: () => ({
        at: clock(),
        withdrawals: sent
          .filter(({ at }) => at <= clock())
          .map((row) => ({
            ...row,
            feeMax: '5000',
            state: clock() - row.at > 5000 ? ('confirmed' as const) : ('sending' as const),
            tx: hash(77),
            ...(clock() - row.at > 5000 && { fee: '100' }),
          })),
      }),
      setPayout: async () => ({ ok: true }),
      sponsor: () => ({ id: 'sponsor' }),
    },
    governance: {
      rules: () => ({
        at: clock(),
        source: off ? 'assumed' : 'ledger',
        readAt: clock() - 38_000,
        params: off ? {} : params,
        bounds: off ? {} : bounds,
        epochSeconds: epochMs / 1000,
      }),
      proposals: () => ({
        at: clock(),
        source: off ? 'none' : 'ledger',
        readAt: clock() - 38_000,
        proposals: off
          ? []
          : [
              {
                id: 3,
                change: { params: { ...params, stroopsPer1000: 120_000 } },
                by: 'cd'.repeat(32),
                byName: 'Bakery',
                votingEnds: begun + 2 * dayMs,
                executableFrom: begun + 3 * dayMs,
                executableUntil: begun + 9 * dayMs,
                eligible: 24,
                needed: 8,
                yes: 5,
                no: 2,
                state: 'voting',
              },
              {
                id: 2,
                change: { params: { ...params, samples: 10, auditBp: 3000 } },
                by: 'ab'.repeat(32),
                byName: 'Mill Lane 7',
                votingEnds: begun - dayMs,
                executableFrom: begun + dayMs,
                executableUntil: begun + 9 * dayMs,
                eligible: 24,
                needed: 8,
                yes: 11,
                no: 1,
                state: 'waiting',
                mine: { yes: true, state: 'done', why: [] },
              },
              {
                id: 1,
                change: { params: { ...params, penaltyBp: 9000 } },
                by: 'ef'.repeat(32),
                votingEnds: begun - 9 * dayMs,
                executableFrom: begun - 8 * dayMs,
                executableUntil: begun - dayMs,
                eligible: 22,
                needed: 7,
                yes: 3,
                no: 12,
                state: 'rejected',
              },
            ],
      }),
      propose: () => ({ id: 'propose' }),
      vote: (id) => ({ id: `vote:${id}` }),
    },
  };
}

const feed = <T>(current: () => T) => ({
  current,
  onChange: (handler: () => void) => {
    const timer = setInterval(handler, 2000);
    return () => clearInterval(timer);
  },
});
