import type { RewardTerms } from '@energymesh/identity';
import type { RewardsConfig } from './config.ts';
import { openRewardKeys, type RewardKeys } from './keys.ts';
import { rewardTerms } from './terms.ts';

/** What must be known before the rest of the hub opens: the community document tells the terms. */
export interface RewardSetting {
  readonly config: RewardsConfig;
  readonly keys: RewardKeys;
  readonly terms: RewardTerms;
}

/** Undefined: the community pays nothing. Throws ConfigError. */
export async function rewardSetting(config: RewardsConfig | undefined, dataDir: string): Promise<RewardSetting | undefined> {
  if (!config) return undefined;
  const keys = await openRewardKeys(dataDir);
  return { config, keys, terms: await rewardTerms(config, keys, dataDir) };
}
