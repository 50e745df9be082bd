/** invokeHostFunction, extendFootprintTtl, restoreFootprint: applied against the footprint that the transaction declares. */
import { xdr } from '@stellar/stellar-sdk/base';
import { sha256 } from '../../bytes.ts';
import { type EntryKey, entryKey, liveUntil, sizeOf, ttlKey } from '../../ledger/entries.ts';
import { accountAddress } from '../../soroban/address.ts';
import { authenticate } from '../../soroban/authenticate.ts';
import { eventsFee, rentFee } from '../../soroban/fees.ts';
import { Host } from '../../soroban/host.ts';
import { eventsSize, runHostFunction, successPreimage } from '../../soroban/run.ts';
import { ArchivedEntry, type Change, Storage } from '../../soroban/storage.ts';
import { ttlEntry } from '../../soroban/ttl.ts';
import { failed, type OperationContext } from './context.ts';

/** Filled while the operation runs, also when it fails: diagnostics and fees are reported either way. */
export interface SorobanOutcome {
  returnValue: xdr.ScVal | null;
  diagnostics: xdr.DiagnosticEvent[];
  refundableUsed: bigint;
  rent: bigint;
  readonly restored: Set<EntryKey>;
}

export const newOutcome = (): SorobanOutcome => ({ returnValue: null, diagnostics: [], refundableUsed: 0n, rent: 0n, restored: new Set() });

export interface SorobanContext extends OperationContext {
  readonly data: xdr.SorobanTransactionData;
  /** of the resource fee, what may be given back */
  readonly refundable: bigint;
  readonly outcome: SorobanOutcome;
}

const writeChanges = (ctx: SorobanContext, changes: readonly Change[]): void => {
  for (const change of changes) {
    if (change.restored) {
      ctx.outcome.restored.add(change.key);
      ctx.outcome.restored.add(ttlKey(change.key));
    }
    if (change.after && (change.after !== change.before || change.restored)) ctx.delta.put(change.after);
    if (!change.after) {
      ctx.delta.remove(change.key);
      ctx.delta.remove(ttlKey(change.key));
    } else if (change.liveUntilAfter !== undefined && (change.liveUntilAfter !== change.liveUntilBefore || change.restored)) {
      ctx.delta.put(ttlEntry(change.key, change.liveUntilAfter, ctx.ledger.seq));
    }
  }
};

const placeOf = (ctx: SorobanContext) => ({ view: ctx.delta, config: ctx.ledger.config, ledgerSeq: ctx.ledger.seq });

export const invokeHostFunction = (ctx: SorobanContext, op: xdr.InvokeHostFunctionOp): xdr.OperationResultTr => {
  const result = xdr.InvokeHostFunctionResult;
  const fail = (r: xdr.InvokeHostFunctionResult) => failed(xdr.OperationResultTr.invokeHostFunction(r));
  const { resources, ext } = ctx.data;
  let storage: Storage;
  try {
    storage = Storage.enforcing(placeOf(ctx), resources.footprint, ext.type === 'resourceExt' ? ext.resourceExt.archivedSorobanEntries : []);
  } catch (error) {
    if (error instanceof ArchivedEntry) throw fail(result.invokeHostFunctionEntryArchived());
    throw error;
  }
  const host = new Host({
    ledger: ctx.ledger,
    storage,
    prngSeed: sha256(ctx.tx.hashBytes, Buffer.from(`apply ${ctx.ledger.seq}`)),
    auth: (h) => ({
      source: accountAddress(ctx.source),
      mode: 'enforce',
      entries: op.auth,
      authenticate: (entry, address) => authenticate(h, entry, address),
      nonce: () => 0n,
    }),
  });
  const ran = runHostFunction(host, op.hostFunction);
  ctx.outcome.diagnostics = host.events.diagnostics(ran.ok);
  if (!ran.ok) {
    const beyond = ran.error.type === 'Budget' || (ran.error.type === 'Storage' && ran.error.text.includes('ExceededLimit'));
    throw fail(beyond ? result.invokeHostFunctionResourceLimitExceeded() : result.invokeHostFunctionTrapped());
  }
  const changes = storage.changes();
  const written = changes.reduce((sum, c) => sum + (c.after && c.after !== c.before ? sizeOf(c.after) : 0), 0);
  if (written > resources.writeBytes) throw fail(result.invokeHostFunctionResourceLimitExceeded());
  const events = host.events.emitted();
  const size = eventsSize(events, ran.value);
  if (size > ctx.ledger.config.limits.eventsBytesMax) throw fail(result.invokeHostFunctionResourceLimitExceeded());
  charge(ctx, rentFee(changes, ctx.ledger.config, ctx.ledger.seq), eventsFee(size, ctx.ledger.config.fees), () =>
    fail(result.invokeHostFunctionInsufficientRefundableFee()),
  );
  writeChanges(ctx, changes);
  ctx.events.push(...events);
  ctx.outcome.returnValue = ran.value;
  return xdr.OperationResultTr.invokeHostFunction(result.invokeHostFunctionSuccess(sha256(successPreimage(ran.value, events))));
};

const charge = (ctx: SorobanContext, rent: bigint, events: bigint, insufficient: () => Error): void => {
  if (rent + events > ctx.refundable) throw insufficient();
  ctx.outcome.rent = rent;
  ctx.outcome.refundableUsed = rent + events;
};

export const extendFootprint = (ctx: SorobanContext, op: xdr.ExtendFootprintTtlOp): xdr.OperationResultTr => {
  const result = xdr.ExtendFootprintTtlResult;
  const fail = (r: xdr.ExtendFootprintTtlResult) => failed(xdr.OperationResultTr.extendFootprintTtl(r));
  const { footprint } = ctx.data.resources;
  if (footprint.readWrite.length > 0 || op.extendTo >= ctx.ledger.config.maxEntryTtl) throw fail(result.extendFootprintTtlMalformed());
  const until = ctx.ledger.seq + op.extendTo;
  const changes: Change[] = [];
  for (const key of footprint.readOnly.map(entryKey)) {
    const entry = ctx.delta.get(key);
    const before = liveUntil(ctx.delta, key);
    // Entries that are missing or have lapsed are passed over, as are those that live long enough.
    if (!entry || before === undefined || before < ctx.ledger.seq || before >= until) continue;
    changes.push({ key, before: entry, after: entry, liveUntilBefore: before, liveUntilAfter: until, restored: false });
  }
  charge(ctx, rentFee(changes, ctx.ledger.config, ctx.ledger.seq), 0n, () => fail(result.extendFootprintTtlInsufficientRefundableFee()));
  writeChanges(ctx, changes);
  return xdr.OperationResultTr.extendFootprintTtl(result.extendFootprintTtlSuccess());
};

export const restoreFootprint = (ctx: SorobanContext): xdr.OperationResultTr => {
  const result = xdr.RestoreFootprintResult;
  const fail = (r: xdr.RestoreFootprintResult) => failed(xdr.OperationResultTr.restoreFootprint(r));
  const { footprint } = ctx.data.resources;
  if (footprint.readOnly.length > 0) throw fail(result.restoreFootprintMalformed());
  const until = ctx.ledger.seq + ctx.ledger.config.minPersistentTtl - 1;
  const changes: Change[] = [];
  for (const key of footprint.readWrite.map(entryKey)) {
    const entry = ctx.delta.get(key);
    const before = liveUntil(ctx.delta, key);
    if (!entry || before === undefined || before >= ctx.ledger.seq) continue;
    changes.push({ key, before: entry, after: entry, liveUntilBefore: before, liveUntilAfter: until, restored: true });
  }
  charge(ctx, rentFee(changes, ctx.ledger.config, ctx.ledger.seq), 0n, () => fail(result.restoreFootprintInsufficientRefundableFee()));
  writeChanges(ctx, changes);
  return xdr.OperationResultTr.restoreFootprint(result.restoreFootprintSuccess());
};
