import { expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { live } from './live.ts';

/** Lets promises that are already resolved run on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function scene({ settleMs = 0 } = {}) {
  const clock = new VirtualClock();
  const handlers = new Set<() => void>();
  const stop = new AbortController();
  let value = 1;
  const seen: number[] = [];
  const feed = {
    current: () => value,
    onChange: (handler: () => void) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
  const reading = (async () => {
    for await (const now of live(feed, { clock, gapMsMin: 250, restMsMax: 5000, settleMs, signal: stop.signal })) seen.push(now);
  })();
  const change = () => {
    value++;
    for (const handler of handlers) handler();
  };
  const pass = async (ms: number) => {
    await settle();
    clock.advance(ms);
    await settle();
  };
  return { clock, handlers, stop, seen, reading, change, pass };
}

test('the value comes at once, then after changes, those of a moment together', async () => {
  const { seen, change, pass, stop, reading } = scene();
  await pass(0);
  expect(seen).toEqual([1]);
  change();
  change();
  await pass(249);
  expect(seen).toEqual([1]);
  await pass(1);
  expect(seen).toEqual([1, 3]);
  await pass(1000);
  change();
  await pass(0);
  expect(seen).toEqual([1, 3, 4]);
  stop.abort();
  await reading;
});

test('changes that follow each other at once are told together, not a gap apart', async () => {
  const { seen, change, pass, stop, reading } = scene({ settleMs: 100 });
  await pass(1000);
  change();
  await pass(60);
  change();
  expect(seen).toEqual([1]);
  await pass(40);
  expect(seen).toEqual([1, 3]);
  stop.abort();
  await reading;
});

test('without changes it repeats itself at rest, and leaves nothing behind when it ends', async () => {
  const { seen, pass, stop, reading, handlers, clock } = scene();
  await pass(250);
  await pass(4750);
  expect(seen).toEqual([1, 1]);
  stop.abort();
  await reading;
  expect(handlers.size).toBe(0);
  expect(clock.pending).toBe(0);
});
