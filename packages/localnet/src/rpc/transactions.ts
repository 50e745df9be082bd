/** sendTransaction, getTransaction, getTransactions, simulateTransaction. */
import { xdr } from '@stellar/stellar-sdk/base';
import type { Chain, Submitted } from '../ledger/chain.ts';
import { fromToid, toid } from '../ledger/cursor.ts';
import { simulate } from '../soroban/simulate.ts';
import type { Change } from '../soroban/storage.ts';
import type { TransactionRow } from '../store/store.ts';
import { MalformedEnvelope, parseEnvelope, type Tx } from '../tx/envelope.ts';
import { invalidParams, invalidRequest } from './errors.ts';
import { object, optionalText, optionalWhole, type Params, text } from './params.ts';

const uint32Max = 0xffff_ffff;
const pageMax = 200;
const pageDefault = 50;

const submit = (chain: Chain, envelope: string): Submitted => {
  try {
    return chain.submit(envelope);
  } catch (error) {
    if (error instanceof MalformedEnvelope) throw invalidParams(`invalid_xdr: ${error.message}`);
    throw error;
  }
};

export interface Sent {
  readonly answer: unknown;
  /** a transaction came in that waits for a ledger */
  readonly waiting: boolean;
  /** a fault: the answer must not reach the client */
  readonly answerLost: boolean;
}

export const sendTransaction = (chain: Chain, params: Params): Sent => {
  const submitted = submit(chain, text(params.transaction, 'transaction'));
  const { status, hash } = submitted;
  const base = { status, hash, latestLedger: chain.latest.seq, latestLedgerCloseTime: String(chain.latest.closeTime) };
  if (submitted.status === 'ERROR') {
    return { answer: { ...base, errorResultXdr: submitted.result.toXdr('base64') }, waiting: false, answerLost: false };
  }
  return { answer: base, waiting: status === 'PENDING', answerLost: submitted.answerLost };
};

const range = (chain: Chain) => ({
  latestLedger: chain.latest.seq,
  latestLedgerCloseTime: String(chain.latest.closeTime),
  oldestLedger: chain.oldestSeq,
  oldestLedgerCloseTime: String(chain.store.oldestLedger()?.closeTime ?? chain.latest.closeTime),
});

const transactionInfo = (row: TransactionRow) => {
  const { result, txApplyProcessing } = xdr.TransactionResultMetaV1.fromXdr(row.resultMeta);
  if (txApplyProcessing.type !== 'v4') throw new Error('metas here are of version 4');
  const meta = txApplyProcessing.v4;
  return {
    status: row.successful ? 'SUCCESS' : 'FAILED',
    txHash: row.hash,
    applicationOrder: row.position,
    feeBump: row.feeBump,
    envelopeXdr: Buffer.from(row.envelope).toString('base64'),
    resultXdr: result.result.toXdr('base64'),
    resultMetaXdr: txApplyProcessing.toXdr('base64'),
    diagnosticEventsXdr: meta.diagnosticEvents.map((e) => e.toXdr('base64')),
    events: {
      transactionEventsXdr: meta.events.map((e) => e.toXdr('base64')),
      contractEventsXdr: meta.operations.map((o) => o.events.map((e) => e.toXdr('base64'))),
    },
    ledger: row.ledger,
  };
};

export const getTransaction = (chain: Chain, params: Params): unknown => {
  const hash = text(params.hash, 'hash').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hash)) throw invalidParams('unexpected hash length');
  const row = chain.store.transaction(hash);
  if (!row) return { status: 'NOT_FOUND', txHash: hash, ...range(chain) };
  return { ...transactionInfo(row), txHash: hash, createdAt: String(row.closeTime), ...range(chain) };
};

export const getTransactions = (chain: Chain, params: Params): unknown => {
  const pagination = object(params.pagination, 'pagination');
  const cursor = optionalText(pagination.cursor, 'cursor');
  const limit = optionalWhole(pagination.limit, 'limit', 1, pageMax) ?? pageDefault;
  const startLedger = optionalWhole(params.startLedger, 'startLedger', 0, uint32Max);
  if (cursor && startLedger) throw invalidParams('startLedger and cursor cannot both be set');
  if (cursor && !/^\d{1,19}$/.test(cursor)) throw invalidParams(`cursor invalid: ${cursor}`);
  if (!cursor && (startLedger === undefined || startLedger < chain.oldestSeq || startLedger > chain.latest.seq)) {
    throw invalidRequest(`start ledger must be between the oldest ledger: ${chain.oldestSeq} and the latest ledger: ${chain.latest.seq} for this rpc instance`);
  }
  const from = cursor ? fromToid(BigInt(cursor)) : { ledger: startLedger!, transaction: 0 };
  const rows = chain.store.transactions({ after: { ledger: from.ledger, position: from.transaction }, order: 'asc', limit });
  const last = rows.at(-1);
  const { latestLedgerCloseTime, oldestLedgerCloseTime, ...ledgers } = range(chain);
  return {
    transactions: rows.map((row) => ({ ...transactionInfo(row), createdAt: row.closeTime })),
    ...ledgers,
    latestLedgerCloseTimestamp: Number(latestLedgerCloseTime),
    oldestLedgerCloseTimestamp: Number(oldestLedgerCloseTime),
    cursor: last ? toid({ ledger: last.ledger, transaction: last.position, operation: 1 }).toString() : (cursor ?? ''),
  };
};

const changeJson = (change: Change) => ({
  type: change.before ? (change.after ? 'updated' : 'deleted') : 'created',
  key: change.key,
  before: change.before?.toXdr('base64') ?? null,
  after: change.after?.toXdr('base64') ?? null,
});

export const simulateTransaction = (chain: Chain, params: Params): unknown => {
  let tx: Tx;
  try {
    tx = parseEnvelope(text(params.transaction, 'transaction'), chain.networkId);
  } catch (error) {
    if (!(error instanceof MalformedEnvelope)) throw error;
    return { error: 'Could not unmarshal transaction', latestLedger: chain.latest.seq };
  }
  const authMode = optionalText(params.authMode, 'authMode');
  if (authMode !== undefined && authMode !== 'enforce' && authMode !== 'record' && authMode !== 'record_allow_nonroot') {
    throw invalidParams('authMode must be enforce, record or record_allow_nonroot');
  }
  const leeway = object(params.resourceConfig, 'resourceConfig').instructionLeeway;
  const simulated = simulate({
    tx,
    view: chain.view,
    ledger: chain.next(),
    authMode,
    upgradedAuth: params.useUpgradedAuth === true,
    instructionLeeway: optionalWhole(leeway, 'instructionLeeway', 0, uint32Max) ?? 0,
  });
  const events = simulated.events.map((e) => e.toXdr('base64'));
  if (!simulated.ok) return { error: simulated.error, events, latestLedger: chain.latest.seq };
  const { result } = simulated;
  return {
    transactionData: simulated.data.toXdr('base64'),
    minResourceFee: simulated.minResourceFee.toString(),
    events,
    ...(result && { results: [{ auth: result.auth.map((a) => a.toXdr('base64')), xdr: result.value.toXdr('base64') }] }),
    stateChanges: simulated.changes.map(changeJson),
    latestLedger: chain.latest.seq,
  };
};
