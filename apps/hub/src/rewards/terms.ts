import { join } from 'node:path';
import type { RewardTerms } from '@energymesh/identity';
import * as protocol from '@energymesh/protocol';
import { ConfigError } from '../config.ts';
import { readSecret } from '../identity/files.ts';
import type { RewardsConfig } from './config.ts';
import type { RewardKeys } from './keys.ts';
import { sha256 } from './values.ts';

/** Text as in `@energymesh/wallet`, which is not loaded for it. */
const passphrases = {
  local: 'EnergyMesh Local Network ; not real',
  testnet: 'Test SDF Network ; September 2015',
  public: 'Public Global Stellar Network ; September 2015',
} as const;
const testnetRpcUrl = 'https://soroban-testnet.stellar.org';

/** Written by `deploy-contract`. */
export const contractFile = (dataDir: string): string => join(dataDir, 'rewards-contract');

/** What every node is told, in the community document. Throws ConfigError when no contract is named. */
export async function rewardTerms(config: RewardsConfig, keys: RewardKeys, dataDir: string): Promise<RewardTerms> {
  const contract = config.contract ?? (await readSecret(contractFile(dataDir)))?.trim();
  if (!contract) throw new ConfigError(`rewards.contract: needed, as ${contractFile(dataDir)} does not exist; deploy-contract makes a contract`);
  if (!/^C[A-Z2-7]{55}$/.test(contract)) throw new ConfigError(`${contractFile(dataDir)}: no address of a contract in it`);
  const rpc = config.nodesRpcUrls ?? [config.rpcUrl ?? testnetRpcUrl];
  return { network: config.passphrase ?? passphrases[config.network], contract, hubKey: keys.hubKey, epochSeconds: config.epochSeconds, rpc };
}

/** What every signature for this contract begins with: docs/proofs.md §3.1 */
export const domainOf = (terms: Pick<RewardTerms, 'network' | 'contract'>): protocol.Domain => protocol.domainOf(sha256, terms);
