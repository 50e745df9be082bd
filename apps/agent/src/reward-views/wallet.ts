import type { WalletPort } from '../api/ports.ts';
import type { WalletState, Withdrawal } from '../api/rewards-schema.ts';
import { type Clock, RewardsRefused } from '../ports.ts';
import type { SubmissionRow } from '../reward-book.ts';
import type { Account } from '../rewards/account.ts';
import type { Rewards } from '../rewards/rewards.ts';
import { asked } from './earnings.ts';
import { networkName } from './network.ts';

const plain = { kind: 'none', text: '' } as const;

/** The wallet as the page meets it. */
export function walletPort({ rewards, clock }: { readonly rewards: Rewards; readonly clock: Clock }): WalletPort {
  const account = (): Account => {
    if (!rewards.account) throw new RewardsRefused('off', 'This community pays nothing for what its nodes carry.');
    return rewards.account;
  };
  const state = (): WalletState => stateOf(rewards.account, clock.wall());
  const after = async (work: (of: Account) => Promise<unknown>): Promise<WalletState> => {
    await work(account());
    account().look();
    account().poke();
    return state();
  };
  return {
    state: { current: state, onChange: (handler) => rewards.onChange(handler) },
    create: () => after(({ wallet }) => wallet.create()),
    phrase: async (viewer) => account().wallet.phrase(viewer),
    confirm: async (words) => account().wallet.confirm(words),
    restore: (phrase, abandon) => after(({ wallet }) => wallet.restore(phrase, abandon)),
    startOver: (abandon) => after(({ wallet }) => wallet.startOver(abandon)),
    refresh: () => after(async (of) => of.refreshWallet()),
    history: () => {
      const of = rewards.account;
      const { movements, readAt, since } = of?.wallet.history() ?? { movements: [], readAt: undefined, since: undefined };
      return {
        at: clock.wall(),
        movements: [...movements],
        ...(readAt !== undefined && { readAt }),
        ...(since !== undefined && { since }),
        ...(of?.wallet.unreachable !== undefined && { unreachable: of.wallet.unreachable }),
      };
    },
    receive: async (wish) => account().wallet.receive(wish),
    prepareWithdraw: async ({ to, amount, memo, create }) => {
      const plan = await account().wallet.prepareWithdraw({ to, amount, memo: memo ?? plain, create: create ?? false });
      if (!plan.ok) return plan;
      const { id, plan: _, ...shown } = plan;
      return { ...shown, id: id! };
    },
    withdraw: async (id) => {
      const row = await account().wallet.withdraw(id);
      account().look();
      return withdrawalOf(row);
    },
    withdrawals: () => ({ at: clock.wall(), withdrawals: rewards.account?.wallet.withdrawals().map(withdrawalOf) ?? [] }),
    setPayout: async (address) => {
      const judged = await account().wallet.setPayout(address);
      account().poke();
      return judged;
    },
    sponsor: () => asked(account(), account().asks.sponsor()),
  };
}

function stateOf(account: Account | undefined, at: number): WalletState {
  if (!account) return { at, state: 'none', payout: { own: false } };
  const { wallet, rules, terms } = account;
  const { vault, address, account: read, unreachable } = wallet;
  const payout = rules.standing?.payout ?? wallet.payoutWanted;
  return {
    at,
    state: vault.at,
    ...(vault.at === 'damaged' && { why: vault.why }),
    ...(address !== undefined && { address }),
    ...(vault.at === 'unconfirmed' && { shown: vault.shown, words: vault.words, ask: [...vault.ask] }),
    ...(read && { account: { ...read.now }, accountAt: read.at }),
    ...(unreachable !== undefined && { unreachable }),
    network: networkName(terms.network),
    payout: { ...(payout !== undefined && { address: payout }), own: payout !== undefined && payout === address },
  };
}

const states: Record<SubmissionRow['state'], Withdrawal['state']> = {
  open: 'sending',
  confirmed: 'confirmed',
  failed: 'failed',
  dead: 'expired',
  unknown: 'unknown',
};

function withdrawalOf({ id, at, purpose, state, tx, feeMax, fee, why }: SubmissionRow): Withdrawal {
  const { to, amount, memo } = purpose.kind === 'withdraw' ? purpose : { to: '', amount: '0', memo: plain };
  return { id, at, to, amount, memo: { ...memo }, feeMax, state: states[state], tx, ...(fee !== undefined && { fee }), ...(why !== undefined && { why }) };
}
