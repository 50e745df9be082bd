import { join } from 'node:path';
import type { RewardTerms } from '@energymesh/identity';
import type { NodeId } from '@energymesh/protocol';
import { fromNodeTopic } from '@energymesh/rewards';
import type { RewardParts } from './api/views/no-rewards.ts';
import type { Config } from './config.ts';
import type { MembershipView, NodeIdentity } from './identity/identity.ts';
import type { Logger } from './logger.ts';
import type { Clock, Mesh, NodeKeys } from './ports.ts';
import type { Relay } from './relay/relay.ts';
import { earningsPort } from './reward-views/earnings.ts';
import { governancePort } from './reward-views/governance.ts';
import { walletPort } from './reward-views/wallet.ts';
import { type Outfit, Rewards } from './rewards/rewards.ts';
import { Vouching } from './rewards/vouching.ts';
import type { Store } from './store/store.ts';

const stroopsPerXlm = 10_000_000;

export interface RewardingOptions {
  readonly identity: NodeIdentity;
  readonly membership: MembershipView;
  readonly community: string;
  readonly mesh: Mesh & NodeKeys;
  readonly relay: Pick<Relay, 'publishReport' | 'listen' | 'wantTold'>;
  readonly vouching: Vouching;
  readonly store: Pick<Store, 'rewards'>;
  readonly config: Pick<Config, 'dataDir' | 'rewards'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onStoreError: (error: unknown) => void;
}

/** Dates and signs receipts; the mesh needs it before anything else of rewards is there. `keys`: as soon as there are links. */
export const vouchingOf = (identity: NodeIdentity, { crypto }: Pick<MembershipView, 'crypto'>, keys: NodeKeys): Vouching =>
  new Vouching({
    terms: () => identity.rewardTerms,
    reading: () => identity.time.reading(),
    ownKey: identity.publicKey,
    keys,
    sign: (data) => crypto.sign(data),
  });

/** Receipts, proofs and pay, once the community has a contract: after the relay, which carries what node and hub tell each other. */
export async function openRewards(options: RewardingOptions): Promise<Rewards> {
  const { identity, membership, community, mesh, relay, vouching, store, config, clock, logger, onStoreError } = options;
  const { submit, payout, claimEveryEpochs, claimAboveXlm } = config.rewards;
  const topic = fromNodeTopic(community, identity.node);
  const rewards = await Rewards.open({
    terms: () => identity.rewardTerms,
    onTerms: (handler) => identity.onChange(handler),
    epoch: () => vouching.epoch(),
    mesh,
    node: identity.publicKey,
    sign: (data) => membership.crypto.sign(data),
    verify: (publicKey, data, signature) => membership.crypto.verify(publicKey, data, signature),
    keys: mesh,
    open: (terms) => store.rewards.open(terms, clock.wall()),
    outfit: (terms) => outfitOf(terms, config, identity.publicKey),
    publish: (payload) => relay.publishReport(topic, payload),
    clock,
    logger,
    settings: { submit, payout, claims: { everyEpochs: claimEveryEpochs, aboveStroops: BigInt(Math.round(claimAboveXlm * stroopsPerXlm)) } },
    onStoreError,
  });
  relay.listen((payload) => rewards.told(payload));
  const want = (): void => relay.wantTold(rewards.account !== undefined);
  rewards.onChange(want);
  want();
  return rewards;
}

/** Imported here and not above: a node whose community pays nothing has none of it in memory. */
async function outfitOf(terms: RewardTerms, { dataDir, rewards }: RewardingOptions['config'], node: Uint8Array): Promise<Outfit> {
  const { cosignature, lateWays, NodeVault, walletInput } = await import('./stellar/index.ts');
  const vault = await NodeVault.open(join(dataDir, 'wallet', 'wallet.json'), join(dataDir, 'identity', 'wallet.key'));
  const of = { network: terms.network, contract: terms.contract, rpc: rewards.rpc ?? terms.rpc, node, signer: () => vault.signer() };
  return { vault, input: walletInput(terms.network), way: lateWays(of), cosign: (unsigned) => cosignature(of, unsigned) };
}

/** What the dashboard shows of it. */
export function rewardParts(
  rewards: Rewards,
  { identity, clock, nameOf, config }: { identity: NodeIdentity; clock: Clock; nameOf: (node: NodeId) => string; config: Pick<Config, 'rewards'> },
): RewardParts {
  const known = (node: NodeId): string | undefined => {
    const name = nameOf(node);
    return name === node ? undefined : name;
  };
  const wall = (): number => clock.wall();
  return {
    rewards: earningsPort({ rewards, publicKey: identity.publicKey, wall, clockTrusted: () => identity.time.reading().trusted, rpc: config.rewards.rpc }),
    wallet: walletPort({ rewards, clock }),
    governance: governancePort({ rewards, wall, nameOf: known }),
  };
}

/** What setting the node up asks of the wallet. */
export function walletFact(rewards: Rewards, { wallet }: Pick<RewardParts, 'wallet'>): 'none' | 'open' | 'backed-up' {
  if (rewards.account === undefined) return 'none';
  const { state, payout } = wallet.state.current();
  if (state === 'confirmed') return 'backed-up';
  // Rewards that go elsewhere need no wallet here.
  return state === 'none' && payout.address !== undefined && !payout.own ? 'none' : 'open';
}

/** What a factory reset would take with it. */
export function walletHeld({ wallet }: Pick<RewardParts, 'wallet'>): {
  readonly wallet?: { readonly address: string; readonly backedUp: boolean; readonly balance?: string };
} {
  const { address, state, account } = wallet.state.current();
  if (address === undefined) return {};
  return { wallet: { address, backedUp: state === 'confirmed', ...(account?.balance !== undefined && { balance: account.balance }) } };
}
