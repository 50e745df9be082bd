import type { Earnings, RewardHour } from '@energymesh/agent/rewards-schema';
import type * as Wallet from '@energymesh/wallet';

/** The part of the wallet that asks the ledger; 136 KB, fetched while the node is there, used when it is not. */
export type Asking = Pick<typeof Wallet, 'networkOf' | 'chainOf' | 'ask' | 'call' | 'readIncentiveEvents' | 'readAccounts'>;

export interface Wanted {
  readonly terms: NonNullable<Earnings['terms']>;
  readonly publicKey: string;
  /** Of the wallet or the payout: whose balance is shown. */
  readonly address: string | undefined;
}

/** What the ledger itself says, asked by the page. Stroops in decimal text, so that it can be kept. */
export interface FromLedger {
  /** Unix milliseconds, by the caller's clock. */
  readonly at: number;
  readonly paid: string;
  readonly balance?: string;
  /** What its events tell of each hour, by epoch. */
  readonly hours: readonly HourNews[];
  /** Events of some time are gone from the server. */
  readonly gap: boolean;
}

export interface HourNews {
  readonly epoch: number;
  readonly packets?: number;
  readonly earning?: number;
  readonly uptimeBp?: number;
  readonly latencyUs?: number;
  readonly gross?: string;
  readonly amount?: string;
  readonly payout?: string;
  readonly stage: 'proved' | 'paid' | 'lost';
  readonly transactions: RewardHour['transactions'];
}

/** Events are read this far back: a day of ledgers at one in five seconds, and a little. Servers of the test network keep about as much. */
const ledgersBack = 18_000;
const pagesMax = 12;
const latencyUnknown = 0xffff_ffff;

/** Asks the servers one after the other until one answers. Throws what the last of them said. */
export async function readLedger(wallet: Asking, wanted: Wanted, now: () => number, signal: AbortSignal): Promise<FromLedger> {
  const { terms } = wanted;
  let failure: unknown = new Error('the community names no server of its ledger');
  for (const rpcUrl of terms.rpc) {
    try {
      return await readFrom(wallet, rpcUrl, wanted, now, signal);
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

async function readFrom(wallet: Asking, rpcUrl: string, { terms, publicKey, address }: Wanted, now: () => number, signal: AbortSignal): Promise<FromLedger> {
  const name = terms.network === 'other' ? 'local' : terms.network;
  const network = wallet.networkOf(name, { rpcUrl, contractId: terms.contract, passphrase: terms.passphrase, horizonUrl: false });
  if ('fault' in network) throw new Error(`${rpcUrl} is no address of a ledger’s server`);
  const chain = wallet.chainOf(network, { timeoutMs: 8000 });
  const sums = await wallet.ask(chain, wallet.call('earnings', publicKey), signal);
  // The reserve is the node's matter; here the balance alone is wanted.
  const [account] = address?.startsWith('G') ? await wallet.readAccounts(chain, [address], 0n, signal) : [];
  const { hours, gap } = await newsOf(wallet, chain, publicKey, signal);
  return { at: now(), paid: (sums?.paid ?? 0n).toString(), ...(account && { balance: account.balanceStroops.toString() }), hours, gap };
}

async function newsOf(wallet: Asking, chain: ReturnType<Asking['chainOf']>, node: string, signal: AbortSignal): Promise<{ hours: HourNews[]; gap: boolean }> {
  const hours = new Map<number, HourNews>();
  let gap = false;
  // A server says how far its events reach when it is asked for too much; a young ledger answers at once.
  let position: Wallet.EventPosition = { ledger: 1 };
  for (let pages = 0; pages < pagesMax; pages++) {
    const page = await wallet.readIncentiveEvents(chain, position, { node, signal });
    if (page.kind === 'ahead') throw new Error('its server is behind the ledger');
    if (page.kind === 'gap') {
      gap = true;
      position = { ledger: Math.max(page.oldestLedger, page.latestLedger - ledgersBack) };
      continue;
    }
    for (const event of page.events) hear(hours, event);
    if (page.upToDate) break;
    position = page.next;
  }
  return { hours: [...hours.values()].sort((a, b) => b.epoch - a.epoch).slice(0, 400), gap };
}

function hear(hours: Map<number, HourNews>, event: Wallet.IncentiveEvent): void {
  const tx = (of: RewardHour['transactions'][number]['of']) => ({ of, hash: event.transaction, at: event.at * 1000 });
  const learn = (epoch: number, news: Partial<Omit<HourNews, 'epoch' | 'transactions'>>, of: RewardHour['transactions'][number]['of']): void => {
    const before = hours.get(epoch) ?? { epoch, stage: 'proved' as const, transactions: [] };
    hours.set(epoch, { ...before, ...news, transactions: [...before.transactions, tx(of)].slice(-8) });
  };
  switch (event.name) {
    case 'proved':
      return learn(event.epoch, { packets: Number(event.packetCount) }, 'proof');
    case 'attested': {
      const { epoch, earning, uptimeBp, latencyUs, gross } = event;
      const latency = latencyUs === latencyUnknown ? {} : { latencyUs };
      return learn(epoch, { earning: Number(earning), uptimeBp, ...latency, gross: gross.toString() }, 'attestation');
    }
    case 'revealed':
      return learn(event.epoch, {}, 'reveal');
    case 'paid':
      return learn(event.epoch, { stage: 'paid', amount: event.amount.toString(), gross: event.gross.toString(), payout: event.payout }, 'claim');
    case 'forfeited':
      return learn(event.epoch, { stage: 'lost' }, 'forfeit');
  }
}

const order: Readonly<Record<RewardHour['stage'], number>> = { running: 0, unknown: 0, pending: 1, proved: 2, claimed: 3, paid: 4, lost: 4 };

/** The hours as the node knew them, with what the ledger says since. Newest first; `changed`: how many are further than the node said. */
export function withNews(hours: readonly RewardHour[], news: readonly HourNews[], epochSeconds: number): { hours: RewardHour[]; changed: number } {
  const known = new Map(hours.map((hour) => [hour.epoch, hour]));
  let changed = 0;
  for (const one of news) {
    const before = known.get(one.epoch);
    if (before && order[before.stage] >= order[one.stage]) continue;
    changed++;
    known.set(one.epoch, advanced(before, one, epochSeconds));
  }
  return { hours: [...known.values()].sort((a, b) => b.epoch - a.epoch), changed };
}

function advanced(before: RewardHour | undefined, news: HourNews, epochSeconds: number): RewardHour {
  const { epoch, stage, transactions, packets, earning, amount, gross, uptimeBp, latencyUs, payout } = news;
  const { next: _, ...kept } = before ?? {
    epoch,
    start: epoch * epochSeconds * 1000,
    end: (epoch + 1) * epochSeconds * 1000,
    packets: { proved: packets ?? 0 },
    why: [],
    next: undefined,
  };
  const pays = stage === 'paid' ? amount : stage === 'lost' ? '0' : (gross ?? before?.amount);
  return {
    ...kept,
    packets: { ...kept.packets, ...(earning !== undefined && { earning }) },
    stage,
    step: stage === 'paid' ? 'paid' : stage === 'lost' ? 'forfeited' : 'proved',
    source: 'ledger',
    exact: stage === 'paid',
    transactions,
    ...(pays !== undefined && { amount: pays }),
    ...(gross !== undefined && { gross }),
    ...(uptimeBp !== undefined && { uptimeBp }),
    ...(latencyUs !== undefined && { latencyUs }),
    ...(payout !== undefined && { payout }),
  };
}
