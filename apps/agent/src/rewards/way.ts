import type { HourRecord, Sent } from '../reward-book.ts';
import type { AccountNow } from '../reward-ports.ts';

/** auto: by the hub, and by this node itself while the hub is silent and the wallet can pay. */
export type SubmitMode = 'auto' | 'hub' | 'self';

/** A hub says something about every hour; one that was not heard for so long is done without. */
const silentEpochs = 6;
/** And one that has something for so long of which the ledger knows nothing. */
const idleEpochs = 24;
/** 0.5 XLM: a hundred proofs or more. */
const spareStroops = 5_000_000n;

export interface WayOptions {
  readonly keeper: { readonly open: readonly HourRecord[] };
  /** Undefined: no wallet, or the ledger is away. */
  readonly account: AccountNow | undefined;
  readonly now: number;
  /** When the hub last said something, or this node began to listen. */
  readonly heardAt: number;
  readonly epochSeconds: number;
}

/** How things go to the ledger now. */
export function wayOf(mode: SubmitMode, { keeper, account, now, heardAt, epochSeconds }: WayOptions): 'hub' | 'self' | 'nobody' {
  const canPay = account?.exists === true && BigInt(account.spendable) >= spareStroops;
  if (mode === 'self') return canPay ? 'self' : 'nobody';
  const epochMs = epochSeconds * 1000;
  const silent = now - heardAt > silentEpochs * epochMs || isIdle(keeper.open, now - idleEpochs * epochMs);
  return mode === 'auto' && canPay && silent ? 'self' : 'hub';
}

/** Something was sent before `then`, and nothing has come of it. */
function isIdle(open: readonly HourRecord[], then: number): boolean {
  const late = (sent: Sent | undefined): boolean => sent !== undefined && sent.since < then;
  return open.some(
    ({ proved, revealed, sentProof, sentOpenings, sentClaim }) => late(sentClaim) || (!revealed && late(sentOpenings)) || (!proved && late(sentProof)),
  );
}
