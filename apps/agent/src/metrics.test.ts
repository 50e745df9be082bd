import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Incarnation, NodeId, type Output, type Traffic, type TrafficClass } from '@energymesh/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Counters } from './metrics/counters.ts';
import { DeviceActivity } from './metrics/devices.ts';
import { Latency } from './metrics/latency.ts';
import type { Report, ReportNow } from './metrics/report.ts';
import { Reporter } from './metrics/reporter.ts';
import type { Clock, MeshOutput } from './ports.ts';
import { Store } from './store/store.ts';

const self = NodeId('00000000000000a1');
const minute = 60_000;
const window = 5 * minute;
const noon = Math.floor(Date.UTC(2026, 5, 1, 12) / window) * window;

class World implements Clock {
  #mono = 0;
  #skew = noon;
  #timers = new Set<{ at: number; run: () => void }>();
  monotonic = () => this.#mono;
  wall = () => this.#mono + this.#skew;
  after = (ms: number, run: () => void) => {
    const timer = { at: this.#mono + ms, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };
  async pass(ms: number): Promise<void> {
    const end = this.#mono + ms;
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers.delete(next);
      this.#mono = Math.max(this.#mono, next.at);
      next.run();
      await settle();
    }
    this.#mono = end;
  }
  /** The process is off: its timers are gone, the wall clock goes on. */
  off(ms: number): void {
    this.#timers.clear();
    this.#mono += ms;
  }
  setWall(at: number): void {
    this.#skew = at - this.#mono;
  }
}
/** Lets promises that are already resolved run on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

class Outputs {
  readonly incarnation = Incarnation(3);
  readonly #handlers = new Set<(output: MeshOutput) => void>();
  subscribe = (handler: (output: MeshOutput) => void) => {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  };
  emit(output: MeshOutput): void {
    for (const handler of this.#handlers) handler(output);
  }
  carried(count: number, { stream = 'backend' as 'backend' | NodeId, traffic = 0 as Traffic, cls = 1 as TrafficClass } = {}): void {
    const run = { origin: self, incarnation: Incarnation(3), stream, class: cls, first: 1, count };
    this.emit({ type: 'carried', run, traffic, bytes: count * 100, next: 'backend', own: true } satisfies Output);
  }
}

const nowPart: ReportNow = {
  uptimeMs: 1,
  gateway: false,
  devices: 2,
  neighbours: [],
  queue: { waiting: 0, frames: 0 },
  spool: { bytes: 0, bytesMax: 1, expired: 0, dropped: 0 },
  class0: { demoted: 0, demotedTopics: 0 },
};

let folder: string;
let store: Store;
let world: World;
let mesh: Outputs;
const errors: unknown[] = [];
const openCounters = (extra = {}) =>
  Counters.open({ mesh, store: store.counters, clock: world, clockTrusted: () => true, onStoreError: (error) => errors.push(error), ...extra });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-metrics-'));
  store = Store.open(join(folder, 'state.db'));
  world = new World();
  mesh = new Outputs();
  errors.length = 0;
});
afterEach(() => {
  store[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('counting', () => {
  test('packets are counted per entry, by traffic, direction and class, and outlive a restart', async () => {
    {
      using counters = openCounters();
      mesh.carried(50);
      mesh.carried(3, { traffic: 2, cls: 2 });
      mesh.carried(2, { stream: NodeId('00000000000000b2'), cls: 0 });
      expect(counters.sums(noon, noon + window, window).reduce((sum, { packets }) => sum + packets, 0)).toBe(55);
      await world.pass(6000);
      mesh.carried(1);
    }
    using again = openCounters();
    const sums = again.sums(noon, noon + window, window);
    expect(sums).toContainEqual({ slot: noon, traffic: 0, direction: 0, class: 1, packets: 51, bytes: 5100 });
    expect(sums).toContainEqual({ slot: noon, traffic: 2, direction: 0, class: 2, packets: 3, bytes: 300 });
    expect(sums).toContainEqual({ slot: noon, traffic: 0, direction: 1, class: 0, packets: 2, bytes: 200 });
  });

  test('when the disk refuses, counts stay in memory, bounded, and are written later', async () => {
    let refuse = true;
    const flaky = new Proxy(store.counters, {
      get: (target, key: keyof typeof store.counters) =>
        key === 'flush' && refuse
          ? () => {
              throw new Error('SQLITE_FULL');
            }
          : (target[key] as (...args: unknown[]) => unknown).bind(target),
    });
    using counters = openCounters({ store: flaky, pendingRowsMax: 3 });
    for (let i = 0; i < 10; i++) {
      mesh.carried(1);
      await world.pass(minute);
    }
    expect(errors.length).toBeGreaterThan(0);
    refuse = false;
    counters.flush();
    expect(store.counters.sums(0, Number.MAX_SAFE_INTEGER, minute).reduce((sum, { packets }) => sum + packets, 0)).toBe(10);
    expect(store.counters.sums(0, Number.MAX_SAFE_INTEGER, minute).length).toBeLessThanOrEqual(4);
  });

  test('a wall clock that is set ends the run, so that 1970 to now is no uptime', async () => {
    world.setWall(0);
    using counters = openCounters();
    await world.pass(minute);
    world.setWall(noon);
    await world.pass(minute);
    expect(counters.runs(1e10, noon - 1)).toEqual([]);
    expect(counters.runs(noon, noon + minute)).toHaveLength(1);
  });

  test('a clock disciplined slowly for months stays one run', async () => {
    using counters = openCounters();
    for (let i = 0; i < 20; i++) {
      world.setWall(world.wall() + 3000);
      await world.pass(5000);
    }
    expect(store.counters.runs(0, Number.MAX_SAFE_INTEGER)).toHaveLength(1);
    counters.flush();
  });
});

describe('reports', () => {
  const sent: Report[] = [];
  let publish: (topic: string, payload: Uint8Array) => Promise<void>;
  beforeEach(() => {
    sent.length = 0;
    publish = async (topic, payload) => {
      expect(topic).toBe(`energymesh/village/node/${self}/report`);
      sent.push(JSON.parse(new TextDecoder().decode(payload)) as Report);
    };
  });
  const openReporter = (counters: Counters, extra = {}) =>
    Reporter.open({
      who: { node: self, name: 'Mill', community: 'village', version: '0', incarnation: 3 },
      counters,
      settings: store.settings,
      clock: world,
      clockTrusted: () => true,
      now: () => nowPart,
      publish: (topic, payload) => publish(topic, payload),
      onReported: () => {},
      onFailed: (error) => errors.push(error),
      ...extra,
    });

  test('every five minutes, on aligned windows, with what was carried in them', async () => {
    using counters = openCounters();
    await using _reporter = openReporter(counters);
    await world.pass(minute);
    mesh.carried(7);
    await world.pass(window);
    mesh.carried(2);
    await world.pass(window);
    expect(sent.map(({ from, to }) => [from - noon, to - noon])).toEqual([
      [0, window],
      [window, 2 * window],
    ]);
    expect(sent[0]!.counters).toEqual([{ traffic: 'device', direction: 'up', class: 1, packets: 7, bytes: 700 }]);
    expect(sent[1]!.counters).toEqual([{ traffic: 'device', direction: 'up', class: 1, packets: 2, bytes: 200 }]);
    expect(sent[0]!.ranMs).toBe(window);
    expect(sent[0]!.now).toEqual(nowPart);
  });

  test('windows that could not be sent follow, in order and marked by lacking the present state', async () => {
    using counters = openCounters();
    await using _reporter = openReporter(counters);
    const working = publish;
    publish = () => Promise.reject(new Error('spool full'));
    await world.pass(window + minute);
    mesh.carried(4);
    await world.pass(2 * window);
    expect(errors.length).toBeGreaterThan(0);
    publish = working;
    await world.pass(minute);
    expect(sent.map(({ from }) => (from - noon) / window)).toEqual([0, 1, 2]);
    expect(sent.map(({ now }) => now !== undefined)).toEqual([false, false, true]);
    expect(sent[1]!.counters).toMatchObject([{ packets: 4 }]);
  });

  test('after a restart it goes on where it stopped; hours off are no windows', async () => {
    {
      using counters = openCounters();
      await using _reporter = openReporter(counters);
      await world.pass(window + minute);
      mesh.carried(1);
    }
    world.off(24 * window);
    using counters = openCounters();
    await using _reporter = openReporter(counters);
    await settle();
    expect(sent.map(({ from }) => (from - noon) / window)).toEqual([0, 1]);
    expect(sent[1]).toMatchObject({ ranMs: minute, counters: [{ packets: 1 }] });
    await world.pass(window);
    expect(sent).toHaveLength(3);
  });

  test('what is older than seven days is given up', async () => {
    store.settings.set('reports.reportedTo', String(noon - 30 * 24 * 3_600_000));
    store.counters.startRun({ incarnation: 1, startedAt: noon - 30 * 24 * 3_600_000, seenAt: noon, mono: 0, trusted: true });
    using counters = openCounters();
    await using _reporter = openReporter(counters, { everyMs: 3_600_000 });
    for (let i = 0; i < 400; i++) await settle();
    expect(sent).toHaveLength(7 * 24);
  });

  test('with a clock that is not trusted it waits', async () => {
    using counters = openCounters();
    let trusted = false;
    await using _reporter = openReporter(counters, { clockTrusted: () => trusted });
    await world.pass(3 * window);
    expect(sent).toEqual([]);
    trusted = true;
    await world.pass(2 * window);
    expect(sent).toHaveLength(1);
  });
});

test('latency is of own entries to the backend, over the newest thousand', () => {
  using latency = Latency.open(mesh, 100);
  expect(latency.read()).toBeUndefined();
  const released = (stream: 'backend' | NodeId, rttMs: number) =>
    mesh.emit({ type: 'released', by: self, rttMs, runs: [{ origin: self, incarnation: Incarnation(3), stream, class: 1, first: 1, count: 1 }] });
  released(self, 9999);
  for (let i = 1; i <= 150; i++) released('backend', i);
  expect(latency.read()).toEqual({ p50: 100, p95: 145, p99: 149, samples: 100 });
});

test('device activity counts per day and outlives a restart', async () => {
  const open = () => DeviceActivity.open({ store: store.devices, clock: world, onStoreError: (error) => errors.push(error) });
  {
    using activity = open();
    activity.seen('meter-1', 1);
    activity.seen('meter-1', 1);
  }
  using activity = open();
  expect(activity.read('meter-1')).toEqual({ lastSeen: noon, packetsToday: 2 });
  expect(activity.read('lock-1')).toEqual({ lastSeen: undefined, packetsToday: 0 });
  await world.pass(24 * 3_600_000);
  expect(activity.read('meter-1').packetsToday).toBe(0);
});
