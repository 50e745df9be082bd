import { type Chain, chainOf, cosignSponsorship, type HttpOptions, type Network, networkOf, passphrases, type Signer, type Unsigned } from '@energymesh/wallet';
import { ChainAway, type Ledger, type Chain as RewardChain, type WalletChain } from '../reward-ports.ts';
import { ledgerOf } from './ledger.ts';
import { ownAccount } from './own-account.ts';

export interface WayOf {
  /** The network's passphrase. */
  readonly network: string;
  readonly contract: string;
  /** Servers, the first one first; another takes over for good when one fails. */
  readonly rpc: readonly string[];
  readonly node: Uint8Array;
  /** The wallet's; undefined: there is none. */
  readonly signer: () => Promise<Signer | undefined>;
  readonly http?: HttpOptions;
}

export interface Way {
  readonly ledger: Ledger;
  readonly own: (RewardChain & WalletChain) | undefined;
}

/** Ways to the ledger over the servers in turn; undefined: none is named. Nothing is asked before it is needed. */
export function waysOf({ network, contract, rpc, node, signer, http }: WayOf): (() => Promise<Way>) | undefined {
  const chains = rpc.map((rpcUrl) => chainFor(network, contract, rpcUrl, http));
  if (chains.length === 0) return undefined;
  let at = 0;
  return async () => {
    const index = at % chains.length;
    const chain = chains[index]!;
    if (typeof chain === 'string') {
      at++;
      throw new ChainAway(chain);
    }
    const key = await signer();
    const onAway = (): void => {
      if (at % chains.length === index) at++;
    };
    return {
      ledger: watched(ledgerOf(chain, node), onAway),
      own: key && watched(ownAccount(chain, key, node), onAway),
    };
  };
}

/** Tells of every call that could not be answered. */
function watched<T extends object>(target: T, onAway: () => void): T {
  const wrap = (method: unknown): unknown =>
    typeof method !== 'function'
      ? method
      : async (...values: unknown[]) => {
          try {
            return (await method(...values)) as unknown;
          } catch (error) {
            if (error instanceof ChainAway) onAway();
            throw error;
          }
        };
  return Object.fromEntries(Object.entries(target).map(([name, method]) => [name, wrap(method)])) as T;
}

/** Nothing leaves the machine: what is signed is judged by itself. */
export async function cosign(
  passphrase: string,
  contract: string,
  signer: Signer,
  unsigned: unknown,
): Promise<{ readonly hash: string; readonly envelope: string } | undefined> {
  const chain = chainFor(passphrase, contract, 'http://localhost', undefined);
  if (typeof chain === 'string') return undefined;
  const { sequence, feeMaxStroops, ...told } = unsigned as { sequence: string; feeMaxStroops: string } & Omit<Unsigned, 'sequence' | 'feeMaxStroops'>;
  try {
    const { hash, envelope } = await cosignSponsorship(chain, { ...told, sequence: BigInt(sequence), feeMaxStroops: BigInt(feeMaxStroops) }, signer);
    return { hash, envelope };
  } catch (error) {
    // Anything but the making of this account is not signed.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A text: why this server cannot be used at all. */
function chainFor(passphrase: string, contractId: string, rpcUrl: string, http: HttpOptions | undefined): Chain | string {
  const network = networkOf(nameOf(passphrase), { rpcUrl, horizonUrl: false, contractId, passphrase });
  if ('fault' in network) return `The ledger's server ${rpcUrl} cannot be used: ${faults[network.fault]}.`;
  return chainOf(network, http);
}

const faults = {
  'rpc-url-missing': 'no address is given',
  'bad-url': 'this is no address of a server',
  'plain-http': 'plain HTTP is for this machine and the home network only',
  'bad-contract-id': 'the contract in the community document is none',
} as const;

export function nameOf(passphrase: string): Network['name'] {
  return passphrase === passphrases.public ? 'public' : passphrase === passphrases.testnet ? 'testnet' : 'local';
}
