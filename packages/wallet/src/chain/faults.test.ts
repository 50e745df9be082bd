import { Operation } from '@stellar/stellar-sdk/base';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { World, xlm } from './localnet.fixture.ts';
import { preparePayment } from './payment.ts';
import { advance, mayRebuild, type Submission, settle, submissionOf } from './submission.ts';
import { type Signed, type Signer, signTransaction } from './transaction.ts';

let w: World;
let alice: Signer;
let bob: Signer;
beforeAll(async () => {
  w = await World.open();
});
afterAll(() => w[Symbol.asyncDispose]());
beforeEach(async () => {
  w.net.setFaults({});
  [alice, bob] = [await w.withBalance(xlm(50)), await w.withBalance(xlm(5))];
});

async function payment(): Promise<Signed> {
  const ready = await preparePayment(w.chain, { from: alice.address, to: bob.address, amountStroops: xlm(1) });
  if ('refused' in ready) throw new Error(ready.refused);
  return signTransaction(w.chain, ready.prepared, alice);
}

/** What a queue does: until it is done; where the chain says that it never happened, anew. Every wait is a chance to change the weather. */
async function pay(weather: (wait: number) => void): Promise<{ end: Submission; built: number }> {
  let built = 0;
  let wait = 0;
  for (;;) {
    built++;
    const sleep = async (): Promise<void> => weather(++wait);
    const end = await settle(w.chain, submissionOf(await payment()), { sleep });
    if (!mayRebuild(end)) return { end, built };
  }
}

const minute = 60;

describe('whatever the network does, one payment is one payment', () => {
  test.each<[string, Parameters<typeof w.net.setFaults>[0], number]>([
    ['the answer is lost', { loseAnswers: 1 }, 1],
    ['answers are lost again and again', { loseAnswers: 3 }, 1],
    ['it is taken and never included', { loseTransactions: 1 }, 1],
    ['it is refused with a wrong txBadSeq', { badSequences: 2 }, 1],
    ['it is refused with a wrong txBadSeq for longer than it lives', { badSequences: 40 }, 2],
    ['it is never included, for longer than it lives', { loseTransactions: 20 }, 2],
  ])('%s', async (_, faults, builtMax) => {
    w.net.setFaults(faults);
    const { end, built } = await pay((wait) => {
      w.net.advance(10);
      if (wait === 30) w.net.setFaults({});
    });
    expect(end.state.at).toBe('confirmed');
    expect(built).toBeLessThanOrEqual(builtMax);
    expect(await w.balance(bob.address)).toBe(xlm(6));
  });

  test('the server is down for hours in the middle of it', async () => {
    let current = await advance(w.chain, submissionOf(await payment()), () => undefined);
    w.net.setFaults({ down: true });
    for (let i = 0; i < 5; i++) current = await advance(w.chain, current, () => undefined);
    expect(current.state).toMatchObject({ at: 'sent', answer: { kind: 'unreachable' } });
    w.net.setFaults({});
    w.net.advance(5 * 60 * minute);
    expect((await w.settled(current)).state.at).toBe('confirmed');
    expect(await w.balance(bob.address)).toBe(xlm(6));
  });

  test('the server is down before it could be sent, and back after its time', async () => {
    const signed = await payment();
    w.net.setFaults({ down: true });
    const sent = await advance(w.chain, submissionOf(signed), () => undefined);
    w.net.setFaults({});
    w.net.advance(10 * minute);
    expect((await w.settled(sent)).state).toEqual({ at: 'dead', because: 'expired' });
    expect(await w.balance(bob.address)).toBe(xlm(5));
  });

  test('nobody looked for longer than the server remembers', async () => {
    const included = await advance(w.chain, submissionOf(await payment()), () => undefined);
    w.net.advance(30 * 24 * 60 * minute);
    expect((await w.settled(included)).state).toEqual({ at: 'unknown' });
    const second = await payment();
    w.net.setFaults({ down: true });
    const lost = await advance(w.chain, submissionOf(second), () => undefined);
    w.net.setFaults({});
    w.net.advance(30 * 24 * 60 * minute);
    expect((await w.settled(lost)).state).toEqual({ at: 'dead', because: 'expired' });
  });

  test('killed between any two steps and continued from what was saved', async () => {
    const kept: string[] = [JSON.stringify(submissionOf(await payment()))];
    await w.settled(JSON.parse(kept[0]!) as Submission, (step) => void kept.push(JSON.stringify(step)));
    expect(kept.length).toBeGreaterThan(2);
    for (const step of kept) expect((await w.settled(JSON.parse(step) as Submission)).state.at).toBe('confirmed');
    expect(await w.balance(bob.address)).toBe(xlm(6));
  });

  test('somebody else used the number meanwhile', async () => {
    const signed = await payment();
    await w.operate(alice, Operation.bumpSequence({ bumpTo: '0' }));
    const end = await w.settled(submissionOf(signed));
    expect(end.state).toEqual({ at: 'dead', because: 'sequence-taken' });
    expect(await w.balance(bob.address)).toBe(xlm(5));
  });
});
