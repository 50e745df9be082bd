import { type Clock, RewardsRefused } from '../../ports.ts';
import type { ApiPorts, Feed } from '../ports.ts';
import { midnight } from './day.ts';

export type RewardParts = Pick<ApiPorts, 'rewards' | 'wallet' | 'governance'>;

/** Before this node has joined a community: nothing is earned, and nothing can be asked for. */
export function noRewards(clock: Clock): RewardParts {
  const off = (): never => {
    throw new RewardsRefused('off', 'This node has not joined a community yet: nothing is earned.');
  };
  const offLater = async (): Promise<never> => off();
  const still = <T>(value: () => T): Feed<T> => ({ current: value, onChange: () => () => {} });
  const at = (): { at: number } => ({ at: clock.wall() });
  const none = { pending: '0', proved: '0', claimed: '0', paid: '0', lost: '0' };
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const period = (days: number) => {
    const to = clock.wall();
    return { from: midnight(to, 1 - days), to, amounts: none, packets: 0, hours: 0, unknown: 0 };
  };
  return {
    rewards: {
      earnings: still(() => ({
        ...at(),
        state: 'off',
        publicKey: '0'.repeat(64),
        registration: { state: 'none', why: [] },
        ledger: { source: 'none', upToDate: false, differs: false, gaps: [] },
        totals: none,
        periods: { today: period(1), week: period(7), month: period(30) },
        timeZone,
      })),
      servers: () => [],
      series: ({ by }) => ({ ...at(), by, timeZone, buckets: [] }),
      hours: () => ({ ...at(), hours: [] }),
      hour: off,
      csv: () => ({ name: 'earnings.csv', text: '' }),
      errands: () => ({ ...at(), errands: [] }),
      claim: off,
      appeal: off,
    },
    wallet: {
      state: still(() => ({ ...at(), state: 'none', payout: { own: false } })),
      create: offLater,
      phrase: offLater,
      confirm: offLater,
      restore: offLater,
      startOver: offLater,
      refresh: offLater,
      history: () => ({ ...at(), movements: [] }),
      receive: offLater,
      prepareWithdraw: offLater,
      withdraw: offLater,
      withdrawals: () => ({ ...at(), withdrawals: [] }),
      setPayout: offLater,
      sponsor: off,
    },
    governance: {
      rules: () => ({ ...at(), source: 'assumed', params: {}, bounds: {}, epochSeconds: 3600 }),
      proposals: () => ({ ...at(), source: 'none', proposals: [] }),
      propose: off,
      vote: off,
    },
  };
}
