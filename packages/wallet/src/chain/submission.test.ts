import { Asset, Operation, xdr } from '@stellar/stellar-sdk/base';
import { describe, expect, test } from 'vitest';
import { bumpFee } from './fee-bump.ts';
import { accountEntry, emptyMeta, person, type Script, type Scripted, scripted, transactionResult } from './scripted.fixture.ts';
import { advance, isSettled, mayRebuild, type Submission, settle, submissionOf, withBump } from './submission.ts';
import { build, type Signed, signTransaction } from './transaction.ts';

const { TransactionResultResult } = xdr;
const [a, b] = [person('a'), person('b')];
const start = 1_000_000;

async function signed(chain: Scripted): Promise<Signed> {
  const operations = [Operation.payment({ destination: b.address, asset: Asset.native(), amount: '1' })];
  return signTransaction(chain, build({ chain, source: a.address, sequence: 41n, madeAt: start, feeStroops: 100n, operations }), a);
}

/** A ledger in a few words: where the account's sequence number is, what time it is, what the server remembers, what it says of the transaction. */
interface World {
  sequence: bigint;
  now: number;
  oldest: number;
  accountsAsOf: number;
  latest: number;
  found?: { hash?: string; ok: boolean };
  door: () => unknown;
}

function world(): { chain: Scripted; world: World } {
  const state: World = { sequence: 41n, now: start, oldest: 0, accountsAsOf: 100, latest: 100, door: () => ({ status: 'PENDING' }) };
  const script: Script = {
    getLedgerEntries: () => ({ entries: [accountEntry(a.address, { sequence: state.sequence })], latestLedger: state.accountsAsOf }),
    getTransaction: ({ hash }) => {
      const range = { latestLedger: state.latest, latestLedgerCloseTime: String(state.now), oldestLedger: 1, oldestLedgerCloseTime: String(state.oldest) };
      if (!state.found || (state.found.hash ?? hash) !== hash) return { status: 'NOT_FOUND', ...range };
      const failed = TransactionResultResult.txFailed([xdr.OperationResult.opInner(xdr.OperationResultTr.payment(xdr.PaymentResult.paymentUnderfunded()))]);
      const result = transactionResult(state.found.ok ? TransactionResultResult.txSuccess([]) : failed);
      return {
        status: state.found.ok ? 'SUCCESS' : 'FAILED',
        ...range,
        ledger: 99,
        createdAt: String(state.now),
        resultXdr: result,
        resultMetaXdr: emptyMeta(xdr.ScVal.scvU32(7)),
      };
    },
    sendTransaction: () => state.door(),
  };
  return { chain: scripted(script), world: state };
}

const refuse = (result: xdr.TransactionResultResult) => () => ({ status: 'ERROR', errorResultXdr: transactionResult(result) });
const line = () => {
  throw new Error('line broken');
};

/** Advances with every saved step kept, as a queue on disk would. */
async function steps(chain: Scripted, submission: Submission, count: number): Promise<{ submission: Submission; saved: Submission[] }> {
  const saved: Submission[] = [];
  let current = submission;
  for (let i = 0; i < count; i++) current = await advance(chain, current, (step) => void saved.push(step));
  return { submission: current, saved };
}

describe('a transaction on its way', () => {
  test('is known as sent before it leaves, and confirmed by looking', async () => {
    const { chain, world: w } = world();
    const first = await steps(chain, submissionOf(await signed(chain)), 1);
    expect(first.saved.map(({ state }) => state)).toEqual([
      { at: 'sent', tries: 1, looks: 0, answer: { kind: 'none' } },
      { at: 'sent', tries: 1, looks: 0, answer: { kind: 'pending' } },
    ]);
    w.found = { ok: true };
    const { submission } = await steps(chain, first.submission, 1);
    expect(submission.state).toMatchObject({
      at: 'confirmed',
      ledger: 99,
      closedAt: start,
      feeChargedStroops: '100',
      returnValue: xdr.ScVal.scvU32(7).toXdr('base64'),
    });
    expect(mayRebuild(submission)).toBe(false);
    expect(await advance(chain, submission, () => expect.fail('settled'))).toBe(submission);
    expect(chain.calls).toEqual(['sendTransaction', 'getLedgerEntries', 'getTransaction']);
  });

  test('is included without effect', async () => {
    const { chain, world: w } = world();
    w.found = { ok: false };
    const { submission } = await steps(chain, submissionOf(await signed(chain)), 2);
    expect(submission.state).toMatchObject({ at: 'failed', code: 'txFailed', operation: 'paymentUnderfunded' });
    expect(mayRebuild(submission)).toBe(true);
  });

  test('refused at the door on the first try, it is dead', async () => {
    const { chain, world: w } = world();
    w.door = refuse(TransactionResultResult.txInsufficientBalance());
    const { submission } = await steps(chain, submissionOf(await signed(chain)), 1);
    expect(submission.state).toEqual({ at: 'dead', because: 'rejected', code: 'txInsufficientBalance' });
    expect(mayRebuild(submission)).toBe(true);
  });

  test('refused at the door after a try that somebody may have taken, it lives until its time is over', async () => {
    const { chain, world: w } = world();
    w.door = line;
    const lost = await steps(chain, submissionOf(await signed(chain)), 1);
    expect(lost.submission.state).toMatchObject({ at: 'sent', answer: { kind: 'unreachable' } });
    w.door = refuse(TransactionResultResult.txInsufficientBalance());
    const { submission } = await steps(chain, lost.submission, 3);
    expect(submission.state).toMatchObject({ at: 'sent', tries: 4, answer: { kind: 'error', code: 'txInsufficientBalance' } });
    w.now = start + 180 + 31;
    const { submission: after } = await steps(chain, submission, 1);
    expect(after.state).toEqual({ at: 'dead', because: 'expired' });
  });

  test('a crash between saving and sending: the queue looks first and sends the same envelope', async () => {
    const { chain, world: w } = world();
    const { saved } = await steps(chain, submissionOf(await signed(chain)), 1);
    const afterCrash = JSON.parse(JSON.stringify(saved[0])) as Submission;
    chain.calls.length = 0;
    w.door = () => ({ status: 'DUPLICATE' });
    const { submission } = await steps(chain, afterCrash, 1);
    expect(chain.calls).toEqual(['getLedgerEntries', 'getTransaction', 'sendTransaction']);
    expect(submission.state).toMatchObject({ at: 'sent', answer: { kind: 'duplicate' } });
    w.found = { ok: true };
    expect((await steps(chain, submission, 1)).submission.state.at).toBe('confirmed');
  });

  test('included while the answer was lost: txBadSeq is no reason to give up', async () => {
    const { chain, world: w } = world();
    w.door = () => {
      w.sequence = 42n;
      w.found = { ok: true };
      throw new Error('answer lost');
    };
    const { submission } = await steps(chain, submissionOf(await signed(chain)), 2);
    expect(submission.state.at).toBe('confirmed');
  });

  test('its sequence number went to another transaction', async () => {
    const { chain, world: w } = world();
    w.door = refuse(TransactionResultResult.txBadSeq());
    const first = await steps(chain, submissionOf(await signed(chain)), 1);
    expect(first.submission.state).toMatchObject({ at: 'sent', answer: { kind: 'error', code: 'txBadSeq' } });
    w.sequence = 42n;
    expect((await steps(chain, first.submission, 1)).submission.state).toEqual({ at: 'dead', because: 'sequence-taken' });
  });

  test('a server behind the other one is not believed about what is not there', async () => {
    const { chain, world: w } = world();
    w.sequence = 42n;
    w.accountsAsOf = 105;
    w.latest = 104;
    const { submission } = await steps(chain, submissionOf(await signed(chain)), 4);
    expect(submission.state.at).toBe('sent');
    w.latest = 105;
    expect((await steps(chain, submission, 1)).submission.state).toEqual({ at: 'dead', because: 'sequence-taken' });
  });

  test('expires by the time of the ledger, and only after a grace', async () => {
    const { chain, world: w } = world();
    const { submission } = await steps(chain, submissionOf(await signed(chain)), 1);
    w.now = start + 180 + 30;
    const waiting = await steps(chain, submission, 3);
    expect(isSettled(waiting.submission)).toBe(false);
    w.now++;
    expect((await steps(chain, waiting.submission, 1)).submission.state).toEqual({ at: 'dead', because: 'expired' });
  });

  test('a chain that stands still is waited for', async () => {
    const { chain } = world();
    const { submission } = await steps(chain, submissionOf(await signed(chain)), 40);
    expect(submission.state).toMatchObject({ at: 'sent' });
    expect((submission.state as { tries: number }).tries).toBeGreaterThan(3);
  });

  test('nobody looked for longer than the server remembers', async () => {
    const { chain, world: w } = world();
    const { submission } = await steps(chain, submissionOf(await signed(chain)), 1);
    w.now = start + 1_000_000;
    w.oldest = start + 400_000;
    expect((await steps(chain, submission, 1)).submission.state).toEqual({ at: 'dead', because: 'expired' });
    // The account's entry may come from a server that stands still.
    w.accountsAsOf = 50;
    expect((await steps(chain, submission, 1)).submission.state.at).toBe('sent');
    w.sequence = 42n;
    const unknown = (await steps(chain, submission, 1)).submission;
    expect(unknown.state).toEqual({ at: 'unknown' });
    expect(isSettled(unknown)).toBe(true);
    expect(mayRebuild(unknown)).toBe(false);
  });

  test('an account that is gone takes nothing any more', async () => {
    const { chain, world: w } = world();
    const { submission } = await steps(chain, submissionOf(await signed(chain)), 1);
    chain.script = { ...chain.script, getLedgerEntries: () => ({ entries: null, latestLedger: 100 }) };
    expect((await steps(chain, submission, 1)).submission.state.at).toBe('sent');
    w.now = start + 1_000;
    expect((await steps(chain, submission, 1)).submission.state).toEqual({ at: 'dead', because: 'expired' });
  });

  test('a busy network is asked again; a pending one is looked at, and only sometimes sent anew', async () => {
    const { chain, world: w } = world();
    w.door = () => ({ status: 'TRY_AGAIN_LATER' });
    const busy = await steps(chain, submissionOf(await signed(chain)), 4);
    expect(busy.submission.state).toMatchObject({ tries: 4 });
    w.door = () => ({ status: 'PENDING' });
    const { submission } = await steps(chain, busy.submission, 12);
    expect((submission.state as { tries: number }).tries).toBeLessThan(8);
  });

  test('what the server calls malformed is a mistake, not weather', async () => {
    const { chain, world: w } = world();
    w.door = () => ({ error: { code: -32602, message: 'invalid_xdr' } });
    await expect(steps(chain, submissionOf(await signed(chain)), 1)).rejects.toThrow('invalid_xdr');
  });

  test('left in the middle, nothing is made up', async () => {
    const { chain } = world();
    const leaving = new AbortController();
    leaving.abort(new Error('left'));
    await expect(advance(chain, submissionOf(await signed(chain)), () => undefined, leaving.signal)).rejects.toThrow('left');
  });
});

describe('a fee bump', () => {
  test('is the newest envelope, and whichever is included counts', async () => {
    const { chain, world: w } = world();
    const inner = await signed(chain);
    const bump = await signTransaction(chain, bumpFee(chain, inner, b.address, 5_000n), b);
    expect(bump.feeMaxStroops).toBe('10000');
    w.door = () => ({ status: 'TRY_AGAIN_LATER' });
    const first = await steps(chain, submissionOf(inner), 1);
    const sent: unknown[] = [];
    chain.script = { ...chain.script, sendTransaction: ({ transaction }) => ({ status: sent.push(transaction) ? 'PENDING' : '' }) };
    const { submission } = await steps(chain, withBump(first.submission, bump), 1);
    expect(sent).toEqual([bump.envelope]);
    for (const hash of [inner.hash, bump.hash]) {
      w.found = { hash, ok: true };
      expect((await steps(chain, submission, 1)).submission.state).toMatchObject({ at: 'confirmed', hash });
    }
  });

  test('cannot be cheaper, and is not bumped itself', async () => {
    const { chain } = world();
    const inner = await signed(chain);
    expect(() => bumpFee(chain, inner, b.address, 99n)).toThrow();
    const bump = await signTransaction(chain, bumpFee(chain, inner, b.address, 200n), b);
    expect(() => bumpFee(chain, bump, b.address, 400n)).toThrow(RangeError);
  });
});

describe('settle', () => {
  test('waits between looks, longer while nobody answers', async () => {
    const { chain, world: w } = world();
    w.door = line;
    chain.script = { ...chain.script, getLedgerEntries: line };
    const waits: number[] = [];
    const saved: Submission[] = [];
    const result = await settle(chain, submissionOf(await signed(chain)), {
      sleep: async (ms) => {
        waits.push(ms);
        if (waits.length === 8) {
          w.found = { ok: true };
          const { chain: healthy } = world();
          chain.script = { ...healthy.script, getTransaction: chain.script.getTransaction! };
        }
      },
      save: (step) => void saved.push(step),
    });
    expect(waits).toEqual([4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
    expect(result.state.at).toBe('confirmed');
    expect(saved.at(-1)).toEqual(result);
  });

  test('ends with its signal', async () => {
    const { chain } = world();
    const leaving = new AbortController();
    const sleep = async (): Promise<void> => leaving.abort(new Error('left'));
    await expect(settle(chain, submissionOf(await signed(chain)), { sleep, signal: leaving.signal })).rejects.toThrow('left');
  });
});

test('what is signed is what was prepared', async () => {
  const { chain } = world();
  const operations = [Operation.payment({ destination: b.address, asset: Asset.native(), amount: '1' })];
  const shown = build({ chain, source: a.address, sequence: 41n, madeAt: start, feeStroops: 100n, operations });
  const other = build({ chain, source: a.address, sequence: 41n, madeAt: start, feeStroops: 100n, operations: [...operations, ...operations] });
  await expect(signTransaction(chain, { ...shown, envelope: other.envelope }, a)).rejects.toThrow(RangeError);
});
