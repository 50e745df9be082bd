export type { Faults, Surge } from './faults.ts';
export type { CloseMode } from './ledger/closer.ts';
export { defaultConfig, localPassphrase, type NetworkConfig } from './ledger/config.ts';
export { type LedgerInfo, Localnet, type LocalnetOptions } from './localnet.ts';
