/** setOptions, manageData, begin- and endSponsoringFutureReserves. */
import { xdr } from '@stellar/stellar-sdk/base';
import { publicKeyXdr, sponsorExt, strkeyOf } from '../../ledger/accounts.ts';
import { entryKey, ledgerEntry } from '../../ledger/entries.ts';
import { failed, load, type OperationContext, release, reserve, save } from './context.ts';

const flagsKnown = 0xf;
const immutableFlag = 4;
const weightMax = 255;
const signersMax = 20;
const homeDomainPattern = /^[\x20-\x7e]{0,32}$/;

export const setOptions = (ctx: OperationContext, op: xdr.SetOptionsOp): xdr.OperationResultTr => {
  const result = xdr.SetOptionsResult;
  const fail = (r: xdr.SetOptionsResult) => failed(xdr.OperationResultTr.setOptions(r));
  if (op.inflationDest) throw fail(result.setOptionsInvalidInflation());
  const set = op.setFlags ?? 0;
  const clear = op.clearFlags ?? 0;
  if ((set | clear) & ~flagsKnown) throw fail(result.setOptionsUnknownFlag());
  if (set & clear) throw fail(result.setOptionsBadFlags());
  for (const weight of [op.masterWeight, op.lowThreshold, op.medThreshold, op.highThreshold]) {
    if (weight !== null && weight > weightMax) throw fail(result.setOptionsThresholdOutOfRange());
  }
  const account = load(ctx, ctx.source)!;
  if ((set || clear) && account.flags & immutableFlag) throw fail(result.setOptionsCantChange());
  const homeDomain = op.homeDomain?.toString() ?? account.homeDomain;
  if (!homeDomainPattern.test(homeDomain)) throw fail(result.setOptionsInvalidHomeDomain());
  const [master, low, medium, high] = account.thresholds;
  save(ctx, {
    ...account,
    flags: (account.flags & ~clear) | set,
    homeDomain,
    thresholds: [op.masterWeight ?? master, op.lowThreshold ?? low, op.medThreshold ?? medium, op.highThreshold ?? high],
  });
  if (op.signer) setSigner(ctx, op.signer, fail);
  return xdr.OperationResultTr.setOptions(result.setOptionsSuccess());
};

const setSigner = (ctx: OperationContext, { key, weight }: xdr.Signer, fail: (r: xdr.SetOptionsResult) => Error): void => {
  const result = xdr.SetOptionsResult;
  const account = load(ctx, ctx.source)!;
  const own = key.type === 'signerKeyTypeEd25519' && strkeyOf(xdr.PublicKey.publicKeyTypeEd25519(key.ed25519)) === account.id;
  // Pre-authorised transactions and hash preimages are signers on the network, not here.
  if (own || key.type !== 'signerKeyTypeEd25519' || weight > weightMax) throw fail(result.setOptionsBadSigner());
  const at = account.signers.findIndex((s) => s.key.equals(key));
  const present = account.signers[at];
  if (present && weight > 0) {
    save(ctx, { ...account, signers: account.signers.map((s, i) => (i === at ? { ...s, weight } : s)) });
  } else if (present) {
    release(ctx, present.sponsor, 1);
    const rest = account.signers.filter((_, i) => i !== at);
    save(ctx, {
      ...account,
      signers: rest,
      numSubEntries: account.numSubEntries - 1,
      numSponsored: account.numSponsored - (present.sponsor ? 1 : 0),
    });
  } else if (weight > 0) {
    if (account.signers.length >= signersMax) throw fail(result.setOptionsTooManySigners());
    const paid = reserve(ctx, account, 1);
    if (!paid.ok) throw fail(result.setOptionsLowReserve());
    const signers = [...account.signers, { key, weight, sponsor: paid.sponsor }].sort((a, b) => Buffer.compare(a.key.toXdr(), b.key.toXdr()));
    save(ctx, { ...account, signers, numSubEntries: account.numSubEntries + 1, numSponsored: account.numSponsored + (paid.sponsor ? 1 : 0) });
  }
};

export const manageData = (ctx: OperationContext, op: xdr.ManageDataOp): xdr.OperationResultTr => {
  const result = xdr.ManageDataResult;
  const fail = (r: xdr.ManageDataResult) => failed(xdr.OperationResultTr.manageData(r));
  if (op.dataName.length < 1 || op.dataName.length > 64) throw fail(result.manageDataInvalidName());
  const account = load(ctx, ctx.source)!;
  const accountId = publicKeyXdr(account.id);
  const key = entryKey(xdr.LedgerKey.data(new xdr.LedgerKeyData({ accountId, dataName: op.dataName })));
  const present = ctx.delta.get(key);
  const sponsor = present?.ext.type === 'v1' && present.ext.v1.sponsoringId ? strkeyOf(present.ext.v1.sponsoringId) : null;
  const put = (by: string | null, dataValue: xdr.DataValue) => {
    const data = new xdr.DataEntry({ accountId, dataName: op.dataName, dataValue, ext: xdr.DataEntryExt.v0() });
    ctx.delta.put(ledgerEntry(xdr.LedgerEntryData.data(data), ctx.ledger.seq, sponsorExt(by)));
  };
  if (!op.dataValue) {
    if (!present) throw fail(result.manageDataNameNotFound());
    ctx.delta.remove(key);
    release(ctx, sponsor, 1);
    save(ctx, { ...account, numSubEntries: account.numSubEntries - 1, numSponsored: account.numSponsored - (sponsor ? 1 : 0) });
  } else if (present) {
    put(sponsor, op.dataValue);
  } else {
    const paid = reserve(ctx, account, 1);
    if (!paid.ok) throw fail(result.manageDataLowReserve());
    put(paid.sponsor, op.dataValue);
    save(ctx, { ...account, numSubEntries: account.numSubEntries + 1, numSponsored: account.numSponsored + (paid.sponsor ? 1 : 0) });
  }
  return xdr.OperationResultTr.manageData(result.manageDataSuccess());
};

export const beginSponsoring = (ctx: OperationContext, op: xdr.BeginSponsoringFutureReservesOp): xdr.OperationResultTr => {
  const result = xdr.BeginSponsoringFutureReservesResult;
  const fail = (r: xdr.BeginSponsoringFutureReservesResult) => failed(xdr.OperationResultTr.beginSponsoringFutureReserves(r));
  const id = strkeyOf(op.sponsoredId);
  if (id === ctx.source) throw fail(result.beginSponsoringFutureReservesMalformed());
  if (ctx.sponsorships.has(id)) throw fail(result.beginSponsoringFutureReservesAlreadySponsored());
  const chained = ctx.sponsorships.has(ctx.source) || [...ctx.sponsorships.values()].includes(id);
  if (chained) throw fail(result.beginSponsoringFutureReservesRecursive());
  ctx.sponsorships.set(id, ctx.source);
  return xdr.OperationResultTr.beginSponsoringFutureReserves(result.beginSponsoringFutureReservesSuccess());
};

export const endSponsoring = (ctx: OperationContext): xdr.OperationResultTr => {
  const result = xdr.EndSponsoringFutureReservesResult;
  if (!ctx.sponsorships.delete(ctx.source)) {
    throw failed(xdr.OperationResultTr.endSponsoringFutureReserves(result.endSponsoringFutureReservesNotSponsored()));
  }
  return xdr.OperationResultTr.endSponsoringFutureReserves(result.endSponsoringFutureReservesSuccess());
};
