import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { defaultParams, type Params, unfitParams } from '@energymesh/protocol';
import { ConfigError, type HubConfig } from '../config.ts';
import { readSecret, writeSecret } from '../identity/files.ts';
import { holdFolder } from '../lock.ts';
import { deployContract } from './deploy.ts';
import { forgetFunding, fundContract } from './funding.ts';
import { openRewardKeys } from './keys.ts';
import { Ledger } from './ledger.ts';
import { contractFile } from './terms.ts';
import { HubChain } from './values.ts';

/** Both src/rewards and the bundle's dist/ lie in apps/hub; the contract is the workspace's. */
const wasmFile = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../../contracts/incentive/incentive.wasm' : '../../../contracts/incentive/incentive.wasm', import.meta.url),
);

export interface DeployArguments {
  /** Where an account without XLM gets some: the local and the test network have such a place. */
  readonly friendbot?: string;
  readonly wasm?: string;
  /** JSON file with parameters that differ from the first ones. */
  readonly params?: string;
  /** XLM that the contract is given to begin with. */
  readonly fund?: number;
}
export interface Deployed {
  readonly contract: string;
  readonly account: string;
  readonly hubKey: string;
}

const usage = 'usage: deploy-contract --config file.json [--friendbot URL] [--fund XLM] [--params file.json] [--wasm file]';

/** Takes its own options out of the arguments; the rest is the configuration's. Throws ConfigError. */
export function deployArguments(argv: readonly string[]): { readonly own: DeployArguments; readonly rest: readonly string[] } {
  const own: Record<string, string> = {};
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const name = /^--(friendbot|wasm|params|fund)$/.exec(argv[i]!)?.[1];
    if (name === undefined) {
      rest.push(argv[i]!);
      continue;
    }
    const value = argv[++i];
    if (value === undefined) throw new ConfigError(`--${name}: a value is missing; ${usage}`);
    own[name] = value;
  }
  const fund = own.fund === undefined ? undefined : Number(own.fund);
  if (fund !== undefined && !(fund > 0 && fund <= 1_000_000)) throw new ConfigError(`--fund: expected XLM, got "${own.fund}"`);
  const { friendbot, wasm, params } = own;
  return { own: { ...(friendbot && { friendbot }), ...(wasm && { wasm }), ...(params && { params }), ...(fund !== undefined && { fund }) }, rest };
}

/**
 * Deploys the community's contract with this hub's keys and leaves its address in the data folder. Again after a failure it goes on where it was; with a
 * contract in place it changes nothing. Rejects with what the network said.
 */
export async function deployCommand(config: HubConfig, own: DeployArguments): Promise<Deployed> {
  const { rewards, dataDir } = config;
  if (!rewards) throw new ConfigError(`rewards: needed, to know the network; ${usage}`);
  if (rewards.contract !== undefined) throw new ConfigError('rewards.contract: there is one already');
  const wasm = await readFile(own.wasm ?? wasmFile).catch((cause) => {
    throw new ConfigError(`--wasm: ${(cause as Error).message}`, { cause });
  });
  const params = await paramsOf(own.params);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await using _ = await holdFolder(dataDir);
  const keys = await openRewardKeys(dataDir);
  // Any address will do to open the ledger: nothing is asked of the contract before it is there.
  const ledger = await Ledger.open(rewards, keys, (await readSecret(contractFile(dataDir)))?.trim() || placeholder);
  const { network } = ledger.chain;
  const account = ledger.address('fees');
  const deployed = { account, hubKey: keys.hubKey };
  const before = (await readSecret(contractFile(dataDir)))?.trim();
  const fundingFile = join(dataDir, 'rewards-funding.json');
  if (before) {
    await forgetFunding(fundingFile);
    return { contract: before, ...deployed };
  }
  if (!(await ledger.balance('fees'))) await askFriendbot(own.friendbot, account);
  const { anchor } = await HubChain.of(keys.chain.secret, keys.chain.length);
  const signer = { address: account, sign: (digest: Uint8Array) => ledger.signHash('fees', digest) };
  const of = { rpcUrl: network.rpcUrl, passphrase: network.passphrase, signer, wasm, hubKey: keys.hubKey, anchor, epochSeconds: rewards.epochSeconds, params };
  const contract = await deployContract({ ...of, sleep: (ms) => sleep(ms) });
  const stroops = own.fund === undefined ? undefined : BigInt(Math.round(own.fund * 1e7));
  await fundContract({ ledger, file: fundingFile, contract, stroops, sleep: (ms) => sleep(ms) });
  await writeSecret(contractFile(dataDir), `${contract}\n`);
  await forgetFunding(fundingFile);
  return { contract, ...deployed };
}

/** The contract id of 32 zero bytes. */
const placeholder = 'CAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSC4';

async function paramsOf(file: string | undefined): Promise<Params> {
  if (file === undefined) return defaultParams;
  let changed: Record<string, unknown>;
  try {
    changed = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new ConfigError(`--params ${file}: ${(cause as Error).message}`, { cause });
  }
  const unknown = Object.keys(changed).filter((name) => !(name in defaultParams));
  const params = { ...defaultParams, ...(changed as Partial<Params>) };
  const unfit = [...unknown, ...unfitParams(params)];
  if (unfit.length > 0) throw new ConfigError(`--params ${file}: out of bounds, or no parameters: ${unfit.join(', ')}`);
  return params;
}

async function askFriendbot(friendbot: string | undefined, account: string): Promise<void> {
  if (friendbot === undefined) throw new ConfigError(`the account ${account} does not exist on the network: send XLM to it, or name a --friendbot`);
  const response = await fetch(`${friendbot}?addr=${account}`);
  if (!response.ok) throw new Error(`${friendbot}: HTTP ${response.status}`);
}
