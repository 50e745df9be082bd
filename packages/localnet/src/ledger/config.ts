/**
 * The network's settings. Names follow the network's configuration settings; values are of the order of the public network's, except where said.
 * Fees that come out are therefore of the right size, not exact.
 */
export interface NetworkConfig {
  readonly passphrase: string;
  readonly protocolVersion: number;
  /** stroops per operation, and per inclusion of a contract transaction */
  readonly baseFee: number;
  /** stroops per counted entry; an account counts two */
  readonly baseReserve: bigint;
  readonly opsPerTransactionMax: number;
  readonly subentriesMax: number;
  readonly totalCoins: bigint;
  /** in ledgers, the current one counted */
  readonly minPersistentTtl: number;
  readonly minTemporaryTtl: number;
  readonly maxEntryTtl: number;
  /** how many ledgers' transactions and events are kept: a week of five-second ledgers, as RPC servers keep */
  readonly retentionLedgers: number;
  /** the length of a ledger, used only where time is advanced without closing each ledger on the way */
  readonly ledgerSeconds: number;
  readonly fees: ResourceFees;
  readonly limits: ResourceLimits;
}

/** stroops per unit; see soroban/fees.ts */
export interface ResourceFees {
  readonly perInstructionIncrement: bigint;
  readonly perDiskReadEntry: bigint;
  readonly perWriteEntry: bigint;
  readonly perDiskRead1kb: bigint;
  readonly perWrite1kb: bigint;
  readonly perHistorical1kb: bigint;
  readonly perEvents1kb: bigint;
  readonly perTransaction1kb: bigint;
  readonly perRent1kb: bigint;
  readonly persistentRentDenominator: bigint;
  readonly temporaryRentDenominator: bigint;
}

interface ResourceLimits {
  readonly instructionsMax: number;
  readonly footprintEntriesMax: number;
  readonly writeEntriesMax: number;
  readonly writeBytesMax: number;
  readonly transactionBytesMax: number;
  readonly wasmBytesMax: number;
  readonly dataKeyBytesMax: number;
  readonly dataEntryBytesMax: number;
  readonly eventsBytesMax: number;
  readonly callDepthMax: number;
}

export const localPassphrase = 'EnergyMesh Local Network ; not real';

export const defaultConfig: NetworkConfig = Object.freeze({
  passphrase: localPassphrase,
  protocolVersion: 28,
  baseFee: 100,
  baseReserve: 5_000_000n,
  opsPerTransactionMax: 100,
  subentriesMax: 1000,
  totalCoins: 1_000_000_000_000_000_000n,
  minPersistentTtl: 2_073_600,
  minTemporaryTtl: 17_280,
  maxEntryTtl: 3_110_400,
  retentionLedgers: 120_960,
  ledgerSeconds: 5,
  fees: Object.freeze({
    perInstructionIncrement: 25n,
    perDiskReadEntry: 6_250n,
    perWriteEntry: 10_000n,
    perDiskRead1kb: 1_786n,
    perWrite1kb: 3_500n,
    perHistorical1kb: 16_235n,
    perEvents1kb: 10_000n,
    perTransaction1kb: 1_624n,
    perRent1kb: 1_000n,
    persistentRentDenominator: 1_402n,
    temporaryRentDenominator: 2_804n,
  }),
  limits: Object.freeze({
    instructionsMax: 400_000_000,
    footprintEntriesMax: 400,
    writeEntriesMax: 200,
    writeBytesMax: 132_096,
    transactionBytesMax: 132_096,
    wasmBytesMax: 131_072,
    dataKeyBytesMax: 250,
    dataEntryBytesMax: 65_536,
    eventsBytesMax: 16_384,
    callDepthMax: 100,
  }),
});

/** bytes of the entry that says how long another one lives */
export const ttlEntrySize = 48;
