import { epochStart } from '@energymesh/protocol';
import type { RewardsPort } from '../api/ports.ts';
import type { Amounts, Earnings, Series } from '../api/rewards-schema.ts';
import { midnight } from '../api/views/day.ts';
import { RewardsRefused } from '../ports.ts';
import type { StageSum } from '../reward-book.ts';
import type { Account } from '../rewards/account.ts';
import { reckonPackets } from '../rewards/hour.ts';
import type { Rewards } from '../rewards/rewards.ts';
import { csvOf } from './csv.ts';
import { hourView } from './hour.ts';
import { networkName } from './network.ts';

const hoursMax = 20_000;

export interface EarningsOptions {
  readonly rewards: Rewards;
  readonly publicKey: Uint8Array;
  readonly wall: () => number;
  readonly clockTrusted: () => boolean;
  /** In place of the community's servers. */
  readonly rpc?: readonly string[] | undefined;
}

/** The one ledger that every screen reads its figures from. */
export function earningsPort({ rewards, publicKey, wall, clockTrusted, rpc }: EarningsOptions): RewardsPort {
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const account = (): Account => {
    if (!rewards.account) throw new RewardsRefused('off', 'This community pays nothing for what its nodes carry.');
    return rewards.account;
  };
  const servers = (): readonly string[] => (rewards.account ? (rpc ?? rewards.account.terms.rpc) : []);
  return {
    earnings: {
      current: () => earningsOf(rewards.account, { publicKey, at: wall(), trusted: clockTrusted(), timeZone, rpc: servers() }),
      onChange: (handler) => rewards.onChange(handler),
    },
    servers,
    series: ({ by, from, buckets }) => seriesOf(rewards.account, { by, from, count: buckets, at: wall(), timeZone }),
    hours: ({ limit, before }) => ({ at: wall(), hours: rewards.account?.book.hours(limit, before).map((record) => hourView(record, rewards.account!)) ?? [] }),
    hour: (epoch) => {
      const record = account().keeper.record(epoch);
      if (!record) throw new RewardsRefused('no-such', 'Nothing is known of this hour here.');
      return hourView(record, account());
    },
    csv: ({ from, to }) => {
      const name = `earnings-${day(from)}-${day(to)}.csv`;
      const of = rewards.account;
      const epochMs = (of?.terms.epochSeconds ?? 3600) * 1000;
      const records = of?.book.hoursBetween(Math.ceil(from / epochMs), Math.ceil(to / epochMs)) ?? [];
      return { name, text: csvOf(of ? records.slice(-hoursMax).map((record) => hourView(record, of)) : []) };
    },
    errands: () => ({
      at: wall(),
      errands:
        rewards.account?.errands.all.map(({ id, what, state, at, tx, why = [] }) => ({
          id,
          what: what.kind,
          state,
          at,
          why: [...why],
          ...(tx !== undefined && { tx }),
        })) ?? [],
    }),
    claim: () => ({ hours: account().claimNow() }),
    appeal: (epoch, text) => asked(account(), account().asks.appeal(epoch, text)),
  };
}

/** What was asked goes out at once. */
export function asked(account: Account, id: string): { id: string } {
  account.poke();
  return { id };
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const zero: Amounts = { pending: '0', proved: '0', claimed: '0', paid: '0', lost: '0' };

interface Reading {
  readonly publicKey: Uint8Array;
  readonly at: number;
  readonly trusted: boolean;
  readonly timeZone: string;
  readonly rpc: readonly string[];
}

function earningsOf(account: Account | undefined, { publicKey, at, trusted, timeZone, rpc }: Reading): Earnings {
  const whose = { at, timeZone, publicKey: Buffer.from(publicKey).toString('hex') };
  const ranges = { today: midnight(at), week: midnight(at, -6), month: midnight(at, -29) };
  if (!account) {
    const period = (from: number) => ({ from, to: at, amounts: zero, packets: 0, hours: 0, unknown: 0 });
    return {
      ...whose,
      state: 'off',
      registration: { state: 'none', why: [] },
      ledger: { source: 'none', upToDate: false, differs: false, gaps: [] },
      totals: zero,
      periods: { today: period(ranges.today), week: period(ranges.week), month: period(ranges.month) },
    };
  }
  const { terms, keeper } = account;
  const epochMs = terms.epochSeconds * 1000;
  const running = keeper.open.findLast(({ proof, proved }) => !proof && !proved);
  const period = (from: number) => ({ from, to: at, ...sumOf(account, Math.ceil(from / epochMs), Math.ceil((at + 1) / epochMs)) });
  return {
    ...whose,
    state: trusted ? 'on' : 'clock',
    terms: {
      ...{ network: networkName(terms.network), passphrase: terms.network, contract: terms.contract },
      ...{ epochSeconds: terms.epochSeconds, testHours: terms.epochSeconds !== 3600, rpc: [...rpc] },
    },
    registration: registrationOf(account),
    ledger: ledgerOf(account, epochMs),
    totals: sumOf(account, 0, Number.MAX_SAFE_INTEGER).amounts,
    periods: { today: period(ranges.today), week: period(ranges.week), month: period(ranges.month) },
    ...(running && { now: hourView(running, account) }),
  };
}

/** Hours from <= epoch < to, with those that still run reckoned as far as they are. */
function sumOf(account: Account, from: number, to: number): { amounts: Amounts; packets: number; hours: number; unknown: number } {
  const { keeper, book } = account;
  const of = keeper.circumstancesToShow();
  const sums = new Map<string, bigint>();
  const add = (stage: string, amount: bigint): void => void sums.set(stage, (sums.get(stage) ?? 0n) + amount);
  const rows: readonly StageSum[] = book.sums(from, to);
  for (const { stage, amount } of rows) add(stage === 'running' ? 'pending' : stage, BigInt(amount));
  let packets = rows.reduce((sum, row) => sum + row.packets, 0);
  for (const { epoch, proof, proved } of keeper.open) {
    if (proof || proved || epoch < from || epoch >= to) continue;
    const soFar = keeper.packetsSoFar(epoch);
    packets += soFar;
    add('pending', reckonPackets(soFar, epoch, undefined, of).gross);
  }
  const text = (stage: string): string => (sums.get(stage) ?? 0n).toString();
  const amounts = { pending: text('pending'), proved: text('proved'), claimed: text('claimed'), paid: text('paid'), lost: text('lost') };
  return { amounts, packets, hours: rows.reduce((sum, row) => sum + row.hours, 0), unknown: unknownIn(account, from, to) };
}

/** Hours since the registration of which neither this node's book nor the ledger has told it anything. */
function unknownIn(account: Account, from: number, to: number): number {
  const since = account.rules.standing?.since;
  const { knownFrom } = account.reader.now;
  if (since === undefined || knownFrom < 0) return 0;
  return Math.max(0, Math.min(to, knownFrom) - Math.max(from, since));
}

function registrationOf({ rules, errands, wallet, terms }: Account): Earnings['registration'] {
  const { standing } = rules;
  const asking = errands.get('register');
  const open = asking !== undefined && asking.state !== 'done' && asking.state !== 'refused';
  const wanted = wallet.payoutWanted;
  const until =
    standing?.probationUntil ??
    (standing?.probationFrom === undefined ? undefined : standing.probationFrom + rules.params(standing.probationFrom).probationEpochs);
  return {
    state: standing?.registered
      ? 'registered'
      : open
        ? 'asked'
        : asking?.state === 'refused'
          ? 'refused'
          : asking?.state === 'done'
            ? 'registered'
            : standing
              ? 'none'
              : 'unknown',
    ...(standing?.payout !== undefined && { payout: standing.payout }),
    ...(wanted !== undefined && wanted !== standing?.payout && { payoutAsked: wanted }),
    ...(until !== undefined && { probationUntil: epochStart(until, terms.epochSeconds) * 1000 }),
    ...(standing?.caught !== undefined && { caught: standing.caught }),
    why: [...(asking?.why ?? [])],
  };
}

function ledgerOf({ reader, rules }: Account, epochMs: number): Earnings['ledger'] {
  const { at, upToDate, why, differs, knownFrom } = reader.now;
  const { standing } = rules;
  const since = standing?.since;
  const gap = since !== undefined && knownFrom >= 0 && since < knownFrom ? [{ from: since * epochMs, to: knownFrom * epochMs }] : [];
  const heard = at ?? (standing?.by === 'hub' ? standing.at : undefined);
  return {
    source: at !== undefined ? 'ledger' : standing ? 'hub' : 'none',
    ...(heard !== undefined && { at: heard }),
    upToDate,
    ...(why !== undefined && { why }),
    differs,
    gaps: gap,
  };
}

function seriesOf(
  account: Account | undefined,
  {
    by,
    from,
    count,
    at,
    timeZone,
  }: { readonly by: 'hour' | 'day'; readonly from: number; readonly count: number; readonly at: number; readonly timeZone: string },
): Series {
  const epochMs = (account?.terms.epochSeconds ?? 3600) * 1000;
  const first = Math.floor(from / epochMs);
  const edges = Array.from({ length: count + 1 }, (_, i) => (by === 'day' ? midnight(from, i) : (first + i) * epochMs));
  const buckets = edges.slice(0, -1).map((start, i) => {
    const end = edges[i + 1]!;
    if (!account || start > at) return { start, end, unknown: 0 };
    const [low, high] = [Math.ceil(start / epochMs), Math.ceil(end / epochMs)];
    const { amounts, packets, unknown, hours } = sumOf(account, low, high);
    // Nothing is known of any of its hours: a gap, not a zero.
    return unknown > 0 && unknown >= high - low - hours && hours === 0 ? { start, end, unknown } : { start, end, amounts, packets, unknown };
  });
  return { at, by, timeZone, buckets };
}
