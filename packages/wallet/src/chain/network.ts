import { Asset } from '@stellar/stellar-sdk/base';

/** Which ledger, and where it is asked. A value of configuration: nothing is looked up. */
export interface Network {
  /** For the screen; `local` and `testnet` money is play money, and the page says so. */
  readonly name: 'local' | 'testnet' | 'public';
  readonly passphrase: string;
  readonly rpcUrl: string;
  /** Optional: payments older than what the RPC server keeps. */
  readonly horizonUrl?: string;
  /** C...: the community's incentive contract on this network. */
  readonly contractId?: string;
  /** C...: the contract that is XLM on this network; follows from the passphrase. */
  readonly token: string;
}

export const passphrases = {
  local: 'EnergyMesh Local Network ; not real',
  testnet: 'Test SDF Network ; September 2015',
  public: 'Public Global Stellar Network ; September 2015',
} as const;

/** The public network has no RPC server that is everybody's: its operator names one. */
const servers: Record<Network['name'], { rpcUrl?: string; horizonUrl?: string }> = {
  local: {},
  testnet: { rpcUrl: 'https://soroban-testnet.stellar.org', horizonUrl: 'https://horizon-testnet.stellar.org' },
  public: { horizonUrl: 'https://horizon.stellar.org' },
};

export type NetworkFault = { readonly fault: 'rpc-url-missing' | 'bad-url' | 'plain-http' | 'bad-contract-id' };

export interface NetworkOptions {
  readonly rpcUrl?: string;
  /** `false`: never ask Horizon. */
  readonly horizonUrl?: string | false;
  readonly contractId?: string;
  /** Another passphrase under this name: a local network that was started differently. */
  readonly passphrase?: string;
}

/** A preset, with what the configuration says. */
export function networkOf(name: Network['name'], options: NetworkOptions = {}): Network | NetworkFault {
  const rpcUrl = options.rpcUrl ?? servers[name].rpcUrl;
  const horizonUrl = options.horizonUrl === false ? undefined : (options.horizonUrl ?? servers[name].horizonUrl);
  if (!rpcUrl) return { fault: 'rpc-url-missing' };
  const fault = judgeUrl(rpcUrl) ?? (horizonUrl === undefined ? undefined : judgeUrl(horizonUrl));
  if (fault) return fault;
  if (options.contractId !== undefined && !/^C[A-Z2-7]{55}$/.test(options.contractId)) return { fault: 'bad-contract-id' };
  const passphrase = options.passphrase ?? passphrases[name];
  return {
    name,
    passphrase,
    rpcUrl,
    ...(horizonUrl !== undefined && { horizonUrl: horizonUrl.replace(/\/+$/, '') }),
    ...(options.contractId !== undefined && { contractId: options.contractId }),
    token: Asset.native().contractId(passphrase),
  };
}

/** Plain HTTP is for this machine and the home network: elsewhere whoever passes it on could invent balances. */
function judgeUrl(text: string): NetworkFault | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) return { fault: 'bad-url' };
  return url.protocol === 'https:' || isNear(url.hostname) ? undefined : { fault: 'plain-http' };
}

const isNear = (host: string): boolean =>
  host === 'localhost' ||
  host === '[::1]' ||
  /^(127|10)(\.\d+){3}$|^192\.168(\.\d+){2}$|^172\.(1[6-9]|2\d|3[01])(\.\d+){2}$|^169\.254(\.\d+){2}$/.test(host) ||
  /\.(local|home\.arpa|internal)$/.test(host) ||
  /^\[f[cd]/.test(host);
