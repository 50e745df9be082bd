/**
 * Whether a transaction may enter a ledger, checked in the network's order, which decides the code a client sees. Nothing is changed here.
 * Operations' own forms are looked at when they are applied, not here: a malformed one is included and fails.
 */
import { xdr } from '@stellar/stellar-sdk/base';
import { available, loadAccount, muxedId } from '../ledger/accounts.ts';
import { type EntryView, entryKey } from '../ledger/entries.ts';
import { feeSource, isSoroban, isSorobanOperation, type Tx } from './envelope.ts';
import { feeCharged, inclusionBid, inclusionFee, refundable } from './fees.ts';
import type { LedgerContext } from './operations/context.ts';
import type { Outcome, TxFailure, Verdict } from './results.ts';
import { SignatureChecker } from './signatures.ts';

const signaturesMax = 20;
const inner = (outcome: Outcome): Verdict => ({ at: 'inner', outcome });
const failed = (code: TxFailure): Verdict => inner({ code });
const bumpFailed = (code: TxFailure): Verdict => ({ at: 'feeBump', code });

/** `ledger`: the one it would enter. undefined: it may. */
export const validate = (tx: Tx, view: EntryView, ledger: LedgerContext, perOperation: bigint): Verdict | undefined => {
  if (tx.feeBump) {
    const bump = validateBump(tx, view, ledger, perOperation);
    if (bump) return bump;
  }
  const code = validateInner(tx, view, ledger, perOperation);
  return typeof code === 'string' ? failed(code) : code && inner(code);
};

const validateBump = (tx: Tx, view: EntryView, ledger: LedgerContext, perOperation: bigint): Verdict | undefined => {
  if (inclusionBid(tx) < inclusionFee(tx, perOperation)) return bumpFailed('txInsufficientFee');
  // The bump's rate must not be below the inner one's: fees compared as fractions, without dividing.
  const innerBid = BigInt(tx.inner.fee) - (isSoroban(tx) ? (tx.soroban?.resourceFee ?? 0n) : 0n);
  if (inclusionBid(tx) * BigInt(tx.inner.operations.length) < innerBid * tx.feeOperations) return bumpFailed('txInsufficientFee');
  const payer = loadAccount(view, feeSource(tx));
  if (!payer) return bumpFailed('txNoAccount');
  const checker = new SignatureChecker(tx.hashBytes, tx.feeBump!.signatures);
  if (!checker.check(payer, payer.thresholds[1])) return bumpFailed('txBadAuth');
  if (available(payer, ledger.config) < feeCharged(tx, perOperation)) return bumpFailed('txInsufficientBalance');
  if (!checker.allUsed()) return bumpFailed('txBadAuthExtra');
  return undefined;
};

const validateInner = (tx: Tx, view: EntryView, ledger: LedgerContext, perOperation: bigint): TxFailure | Outcome | undefined => {
  const { inner: t } = tx;
  const { config } = ledger;
  if (t.operations.length === 0) return 'txMissingOperation';
  if (t.operations.length > config.opsPerTransactionMax || tx.signatures.length > signaturesMax) return 'txMalformed';
  const early = bounds(tx, ledger);
  if (early) return early;
  const soroban = sorobanProblem(tx, ledger);
  if (soroban) return soroban;
  if (!tx.feeBump && inclusionBid(tx) < inclusionFee(tx, perOperation)) return 'txInsufficientFee';
  const source = loadAccount(view, tx.source);
  if (!source) return 'txNoAccount';
  if (t.seqNum <= source.seqNum || !sequenceFits(t, source.seqNum)) return 'txBadSeq';
  // The first number of a ledger is what an account created in it begins with.
  if (t.seqNum === BigInt(ledger.seq) << 32n) return 'txBadSeq';
  if (t.cond.type === 'precondV2') {
    const { minSeqAge, minSeqLedgerGap, extraSigners } = t.cond.v2;
    if (minSeqAge > ledger.closeTime - source.seqTime || minSeqLedgerGap > ledger.seq - source.seqLedger) return 'txBadMinSeqAgeOrGap';
    // Extra signers exist on the network; no part of this project asks for them.
    if (extraSigners.length > 0) return 'txNotSupported';
  }
  const checker = new SignatureChecker(tx.innerHashBytes, tx.signatures);
  if (!checker.check(source, source.thresholds[1])) return 'txBadAuth';
  if (!tx.feeBump && available(source, config) < feeCharged(tx, perOperation)) return 'txInsufficientBalance';
  const unsigned = new Set(t.operations.flatMap((op, i) => (operationSigned(tx, op, view, checker) ? [] : [i])));
  if (unsigned.size > 0) {
    return { code: 'txFailed', operations: t.operations.map((op, i) => (unsigned.has(i) ? xdr.OperationResult.opBadAuth() : untried(op))) };
  }
  return checker.allUsed() ? undefined : 'txBadAuthExtra';
};

const bounds = (tx: Tx, ledger: LedgerContext): TxFailure | undefined => {
  const { cond } = tx.inner;
  const time = cond.type === 'precondTime' ? cond.timeBounds : cond.type === 'precondV2' ? cond.v2.timeBounds : null;
  if (time && time.minTime > ledger.closeTime) return 'txTooEarly';
  if (time && time.maxTime !== 0n && time.maxTime < ledger.closeTime) return 'txTooLate';
  const ledgers = cond.type === 'precondV2' ? cond.v2.ledgerBounds : null;
  if (ledgers && ledgers.minLedger > ledger.seq) return 'txTooEarly';
  if (ledgers && ledgers.maxLedger !== 0 && ledgers.maxLedger <= ledger.seq) return 'txTooLate';
  return undefined;
};

const sequenceFits = (t: xdr.Transaction, current: bigint): boolean => {
  const least = t.cond.type === 'precondV2' ? t.cond.v2.minSeqNum : null;
  return least === null ? t.seqNum === current + 1n : current >= least;
};

const sorobanProblem = (tx: Tx, { config }: LedgerContext): TxFailure | undefined => {
  if (!isSoroban(tx)) return tx.soroban ? 'txMalformed' : undefined;
  if (tx.inner.operations.length !== 1 || !tx.inner.operations.every(isSorobanOperation)) return 'txMalformed';
  const data = tx.soroban;
  if (!data || data.resourceFee < 0n) return 'txSorobanInvalid';
  const { footprint, instructions, writeBytes } = data.resources;
  const { limits } = config;
  const keys = [...footprint.readOnly, ...footprint.readWrite];
  const tooMuch =
    keys.length > limits.footprintEntriesMax ||
    footprint.readWrite.length > limits.writeEntriesMax ||
    instructions > limits.instructionsMax ||
    writeBytes > limits.writeBytesMax ||
    tx.size > limits.transactionBytesMax ||
    keys.some((k) => k.type === 'contractData' && k.toXdr().length > limits.dataKeyBytesMax);
  const texts = keys.map(entryKey);
  const wrongKind = keys.some((k) => !['account', 'trustline', 'contractData', 'contractCode'].includes(k.type));
  if (tooMuch || wrongKind || new Set(texts).size !== texts.length) return 'txSorobanInvalid';
  // The declared resources must be paid for, and the resource fee lies within what is offered.
  if (tx.feeBid < data.resourceFee || refundable(tx, config) < 0n) return 'txSorobanInvalid';
  // Contract calls are authorised by entries, which bind neither memo nor muxed number (CAP-67).
  const muxed = tx.inner.sourceAccount.type === 'keyTypeMuxedEd25519' || tx.inner.operations.some((op) => op.sourceAccount?.type === 'keyTypeMuxedEd25519');
  if (tx.inner.operations[0]!.body.type === 'invokeHostFunction' && (tx.inner.memo.type !== 'memoNone' || muxed)) return 'txSorobanInvalid';
  return undefined;
};

/** 1: low, 2: medium, 3: high, as thresholds stand in an account. */
const thresholdOf = (op: xdr.Operation): 1 | 2 | 3 => {
  const { body } = op;
  if (body.type === 'accountMerge') return 3;
  if (body.type === 'setOptions') {
    const o = body.setOptionsOp;
    const weights = [o.masterWeight, o.lowThreshold, o.medThreshold, o.highThreshold, o.signer];
    return weights.some((w) => w !== null) ? 3 : 2;
  }
  return body.type === 'bumpSequence' || body.type === 'extendFootprintTtl' || body.type === 'restoreFootprint' ? 1 : 2;
};

/** A source that does not exist yet may be created earlier in the transaction: then its own key must have signed. */
export const operationSigned = (tx: Tx, op: xdr.Operation, view: EntryView, checker: SignatureChecker): boolean => {
  const id = op.sourceAccount ? muxedId(op.sourceAccount) : tx.source;
  const account = loadAccount(view, id);
  return account ? checker.check(account, account.thresholds[thresholdOf(op)]) : checker.checkKey(id);
};

/** The result of an operation that was not tried, because another one's signature was missing: its success, as the network leaves it. */
const untried = (op: xdr.Operation): xdr.OperationResult => {
  const tr = xdr.OperationResultTr;
  const of = (): xdr.OperationResultTr | undefined => {
    switch (op.body.type) {
      case 'createAccount':
        return tr.createAccount(xdr.CreateAccountResult.createAccountSuccess());
      case 'payment':
        return tr.payment(xdr.PaymentResult.paymentSuccess());
      case 'setOptions':
        return tr.setOptions(xdr.SetOptionsResult.setOptionsSuccess());
      case 'manageData':
        return tr.manageData(xdr.ManageDataResult.manageDataSuccess());
      case 'beginSponsoringFutureReserves':
        return tr.beginSponsoringFutureReserves(xdr.BeginSponsoringFutureReservesResult.beginSponsoringFutureReservesSuccess());
      case 'endSponsoringFutureReserves':
        return tr.endSponsoringFutureReserves(xdr.EndSponsoringFutureReservesResult.endSponsoringFutureReservesSuccess());
      default:
        return undefined;
    }
  };
  const result = of();
  return result ? xdr.OperationResult.opInner(result) : xdr.OperationResult.opNotSupported();
};
