/** Fees of contract transactions, by the network's formulas (CAP-46-07); the rates are in ledger/config.ts. All in stroops. */
import { type NetworkConfig, type ResourceFees, ttlEntrySize } from '../ledger/config.ts';
import { ledgerKey, sizeOf } from '../ledger/entries.ts';
import type { Change } from './storage.ts';

export interface Resources {
  readonly instructions: number;
  /** entries read that are not in memory: accounts, and what is restored */
  readonly diskReadEntries: number;
  readonly diskReadBytes: number;
  readonly writeEntries: number;
  readonly writeBytes: number;
  readonly transactionBytes: number;
}

/** of a transaction's result, which archives keep as well */
const resultBytes = 300;
const codeRentDiscount = 3n;

const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;
const per = (amount: number, rate: bigint, increment: bigint): bigint => ceilDiv(BigInt(amount) * rate, increment);

/** What is due whatever happens. */
export const fixedFee = (r: Resources, fees: ResourceFees): bigint =>
  per(r.instructions, fees.perInstructionIncrement, 10_000n) +
  BigInt(r.diskReadEntries) * fees.perDiskReadEntry +
  BigInt(r.writeEntries) * fees.perWriteEntry +
  per(r.diskReadBytes, fees.perDiskRead1kb, 1024n) +
  per(r.writeBytes, fees.perWrite1kb, 1024n) +
  per(r.transactionBytes + resultBytes, fees.perHistorical1kb, 1024n) +
  per(r.transactionBytes, fees.perTransaction1kb, 1024n);

export const eventsFee = (bytes: number, fees: ResourceFees): bigint => per(bytes, fees.perEvents1kb, 1024n);

/** For longer life and for growth, over all entries that changed. */
export const rentFee = (changes: readonly Change[], config: NetworkConfig, ledgerSeq: number): bigint => {
  const { fees } = config;
  let fee = 0n;
  let extended = 0;
  for (const change of changes) {
    const { after, liveUntilAfter } = change;
    if (!after || liveUntilAfter === undefined) continue;
    const key = ledgerKey(change.key);
    const temporary = key.type === 'contractData' && key.contractData.durability.name === 'temporary';
    const forLedgers = (size: number, ledgers: number): bigint => {
      if (size <= 0 || ledgers <= 0) return 0n;
      const denominator = temporary ? fees.temporaryRentDenominator : fees.persistentRentDenominator;
      return ceilDiv(BigInt(size) * fees.perRent1kb * BigInt(ledgers), 1024n * denominator);
    };
    // A restored entry pays for its whole life anew.
    const fresh = !change.before || change.liveUntilBefore === undefined || change.restored;
    const size = sizeOf(after);
    const paidUntil = fresh ? ledgerSeq - 1 : change.liveUntilBefore!;
    let due = forLedgers(size, liveUntilAfter - paidUntil);
    if (!fresh) due += forLedgers(size - sizeOf(change.before!), paidUntil - ledgerSeq + 1);
    fee += key.type === 'contractCode' ? ceilDiv(due, codeRentDiscount) : due;
    if (liveUntilAfter > paidUntil) extended++;
  }
  return fee + BigInt(extended) * fees.perWriteEntry + per(extended * ttlEntrySize, fees.perWrite1kb, 1024n);
};
