import { expect, test } from 'vitest';
import { defaultConfig } from '../config.ts';
import { id } from '../custody/rig.harness.ts';
import { Incarnation, traffic } from '../ids.ts';
import { Millis, never } from '../units.ts';
import { kind } from '../wire/messages.ts';
import { CreditReceiver, CreditSender } from './credits.ts';

const cargo = (first: number) => ({
  run: { origin: id(1), incarnation: Incarnation(1), stream: 'backend' as const, class: 1 as const, first, count: 1 },
  traffic: traffic.device,
  bytes: 1000,
  floor: { incarnation: Incarnation(1), sequence: 1 },
});

test('what was granted may be sent, and receipts come back in the order sent', () => {
  const sender = new CreditSender('bulk', defaultConfig);
  let sent = 0;
  while (sender.maySend(1000)) sender.sent(cargo(++sent), 1000);
  expect(sent).toBe(65);
  const carried: number[] = [];
  const report = { kind: kind.credit, channel: 'bulk', grantedBytes: 66_000, receivedBundles: 3 } as const;
  expect(sender.receipt(report, (c) => carried.push(c.run.first))).toBe(true);
  expect(carried).toEqual([1, 2, 3]);
  expect([sender.maySend(1000), sender.maySend(1001)]).toEqual([true, false]);
  expect(sender.receipt({ ...report, receivedBundles: 66 }, () => carried.push(0))).toBe(false);
  expect(sender.receipt({ ...report, grantedBytes: 1, receivedBundles: 2 }, () => carried.push(0))).toBe(true);
  expect([carried.length, sender.maySend(1000)]).toEqual([3, true]);
});

test('no more bundles are unreceipted than are remembered', () => {
  const sender = new CreditSender('urgent', defaultConfig);
  let sent = 0;
  while (sender.maySend(10)) sender.sent(cargo(++sent), 10);
  expect(sent).toBe(4096);
});

test('a receiver reports when half its window is used, else within 10 ms', () => {
  const receiver = new CreditReceiver('bulk', defaultConfig);
  expect(receiver.dueAt).toBe(never);
  receiver.took(Millis(5), 1000, undefined);
  expect(receiver.dueAt).toBe(15);
  receiver.took(Millis(6), 32_000, undefined);
  expect(receiver.dueAt).toBe(6);
  expect(receiver.report()).toEqual({ kind: kind.credit, channel: 'bulk', grantedBytes: 33_000 + 65_536, receivedBundles: 2 });
  expect(receiver.dueAt).toBe(never);
});

test('the window follows 20 ms of the rate between its bounds, and falls slowly', () => {
  const receiver = new CreditReceiver('bulk', defaultConfig);
  let received = 0;
  let at = 0;
  const run = (bytesPerMs: number, ms: number): number => {
    for (let i = 0; i < ms; i++) {
      receiver.took(Millis(at++), bytesPerMs, undefined);
      received += bytesPerMs;
    }
    return receiver.report().grantedBytes - received;
  };
  expect(run(100, 100)).toBe(65_536);
  const fast = run(20_000, 100);
  expect(fast).toBeGreaterThan(380_000);
  expect(fast).toBeLessThan(440_000);
  expect(run(200_000, 100)).toBe(1024 * 1024);
  expect(run(100, 25)).toBeGreaterThan(500_000);
});

test('a sender far beyond its credit is noticed', () => {
  const receiver = new CreditReceiver('bulk', defaultConfig);
  expect(receiver.took(Millis(0), defaultConfig.frameBytesMax, undefined)).toBe(true);
  expect(receiver.took(Millis(0), 100_000, undefined)).toBe(false);
});
