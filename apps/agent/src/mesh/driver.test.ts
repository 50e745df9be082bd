import { type Input, Millis, never, type Output } from '@energymesh/protocol';
import { expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { Driver } from './driver.ts';

function scene(handle: (now: number, input: Input) => Output[]) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const node = {
    wakeAt: never,
    handle(now: Millis, input: Input) {
      log.push(`${now} ${input.type}`);
      return handle(now, input);
    },
  };
  return { clock, log, node };
}

test('outputs are performed before the next input, also one that performing caused', () => {
  const { clock, log, node } = scene((_now, input) => (input.type === 'gateway' ? [{ type: 'beacon' }, { type: 'dial', key: 'k' }] : []));
  const driver = new Driver({
    node,
    clock,
    perform: (output) => {
      log.push(output.type);
      if (output.type === 'beacon') driver.input({ type: 'candidateLost', key: 'k' });
    },
  });
  driver.input({ type: 'gateway', offer: undefined });
  expect(log).toEqual(['0 gateway', 'beacon', 'dial', '0 candidateLost']);
});

test('the node is woken when it wants to be, by one timer', () => {
  const { clock, log, node } = scene((now, input) => {
    if (input.type === 'devices') node.wakeAt = Millis(now + 50);
    if (input.type === 'wake') node.wakeAt = now < 100 ? Millis(100) : never;
    return [];
  });
  const driver = new Driver({ node, clock, perform: () => {} });
  driver.input({ type: 'devices', count: 1 });
  clock.advance(20);
  driver.input({ type: 'devices', count: 2 });
  expect(clock.pending).toBe(1);
  clock.advance(500);
  expect(log).toEqual(['0 devices', '20 devices', '70 wake', '100 wake']);
  expect(clock.pending).toBe(0);
});

test('after stop nothing is handled any more', () => {
  const { clock, log, node } = scene(() => []);
  node.wakeAt = Millis(10);
  const driver = new Driver({ node, clock, perform: () => {} });
  driver.input({ type: 'devices', count: 1 });
  driver.stop();
  driver.input({ type: 'devices', count: 2 });
  clock.advance(100);
  expect(log).toEqual(['0 devices']);
});
