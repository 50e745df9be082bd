import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Calls, waitMsMax } from './calls.ts';

const node = '00000000000000a1';
const phone = '00000000000000e1';

function callOf(salt: number, { to = node, by = phone } = {}): Uint8Array {
  return Buffer.concat([Buffer.from('EMP1\0'), Buffer.from(to + by, 'hex'), Buffer.alloc(124, salt), Buffer.from([salt >> 8, salt & 255])]);
}
const answerTo = (call: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from('EMA1'), createHash('sha256').update(call).digest().subarray(0, 16), Buffer.alloc(40)]);

function desk() {
  const published: { node: string; call: Uint8Array }[] = [];
  const timers = new Set<() => void>();
  let now = 0;
  let broken = false;
  const calls = new Calls({
    publish: async (to, call) => {
      if (broken) throw new Error('full');
      published.push({ node: to, call });
    },
    isMember: (id) => id === node || id.startsWith('b'),
    heardAt: async () => 1234,
    clock: { now: () => now },
    after: (_ms, run) => {
      timers.add(run);
      return () => timers.delete(run);
    },
  });
  return {
    calls,
    published,
    timers,
    pass: (ms: number) => (now += ms),
    breakDown: () => (broken = true),
    late: () => {
      for (const run of [...timers]) run();
    },
  };
}

test('a call waits for the answer of its node, and for nobody else', async () => {
  const { calls, published, timers } = desk();
  const call = callOf(1);
  const outcome = calls.call(node, call, 'here');
  expect(published).toEqual([{ node, call }]);
  calls.replied(node, answerTo(callOf(2)));
  calls.replied('b000000000000000', answerTo(call));
  expect(calls.waiting).toBe(1);
  calls.replied(node, answerTo(call));
  expect(await outcome).toEqual({ ok: true, answer: answerTo(call) });
  expect([calls.waiting, timers.size]).toEqual([0, 0]);
});

test('a node that does not answer: when it was last heard', async () => {
  const { calls, late } = desk();
  const outcome = calls.call(node, callOf(1), 'here');
  late();
  expect(await outcome).toEqual({ ok: false, fault: 'no-answer', heardAt: 1234 });
  expect(waitMsMax).toBeLessThan(30_000);
});

test('an answer to a phone counts as a sign of life', async () => {
  const { calls, late, pass } = desk();
  pass(9999);
  const first = calls.call(node, callOf(1), 'here');
  calls.replied(node, answerTo(callOf(1)));
  await first;
  const second = calls.call(node, callOf(2), 'here');
  late();
  expect(await second).toEqual({ ok: false, fault: 'no-answer', heardAt: 9999 });
});

test('what is no call, to no node, or not for this one goes nowhere', async () => {
  const { calls, published } = desk();
  expect(await calls.call(node, Buffer.from('rubbish'), 'here')).toEqual({ ok: false, fault: 'no-call' });
  expect(await calls.call(node, callOf(1, { to: 'b000000000000000' }), 'here')).toEqual({ ok: false, fault: 'no-call' });
  expect(await calls.call('ffffffffffffffff', callOf(1, { to: 'ffffffffffffffff' }), 'here')).toEqual({ ok: false, fault: 'no-such-node' });
  expect(published).toEqual([]);
});

test('eight wait for a node, the ninth is told; the same call twice is one', async () => {
  const { calls, late } = desk();
  const waiting = Array.from({ length: 8 }, (_, i) => calls.call(node, callOf(i), 'here'));
  expect(await calls.call(node, callOf(9), 'here')).toEqual({ ok: false, fault: 'busy' });
  const other = callOf(1, { to: 'b000000000000000' });
  const elsewhere = calls.call('b000000000000000', other, 'here');
  expect(await calls.call('b000000000000000', other, 'here')).toEqual({ ok: false, fault: 'busy' });
  late();
  expect((await Promise.all([...waiting, elsewhere])).every((outcome) => !outcome.ok && outcome.fault === 'no-answer')).toBe(true);
});

test('a broker that is full is said at once', async () => {
  const { calls, breakDown } = desk();
  breakDown();
  expect(await calls.call(node, callOf(1), 'here')).toEqual({ ok: false, fault: 'busy' });
});

test('who calls too often waits: by address, by phone and by node', async () => {
  const { calls, pass } = desk();
  const asked = async (salt: number, by: string, address: string) => {
    const call = callOf(salt, { by });
    const outcome = calls.call(node, call, address);
    calls.replied(node, answerTo(call));
    return (await outcome).ok;
  };
  const hex = (i: number) => i.toString(16).padStart(16, '0');
  let answered = 0;
  for (let i = 0; i < 100; i++) if (await asked(i, phone, `address ${i}`)) answered++;
  expect(answered).toBe(40);
  pass(60_000);
  answered = 0;
  for (let i = 0; i < 100; i++) if (await asked(i, hex(i), 'one address')) answered++;
  expect(answered).toBe(60);
  pass(60_000);
  answered = 0;
  for (let i = 0; i < 200; i++) if (await asked(i, hex(i), `address ${i}`)) answered++;
  expect(answered).toBe(80);
});
