import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Police, type PoliceConfig, type PoliceLimits } from './police.ts';
import { VirtualClock } from './testing/virtual-clock.ts';
import { TokenBucket } from './token-bucket.ts';

/** Two classes of a spool whose entries the test settles, each class in its order. */
class Lanes {
  readonly open = [[] as string[], [] as string[]] as const;
  readonly settledTexts: string[] = [];
  readonly #taken = [0, 0];
  readonly #settled = [0, 0];
  /** What former incarnations took. */
  #before = [0, 0];
  newest(cls: number): number {
    return this.#taken[cls]! - this.#before[cls]!;
  }
  settled(cls: number, sequence: number): boolean {
    return this.#settled[cls]! >= this.#before[cls]! + sequence;
  }
  take(cls: 0 | 1, text: string): void {
    this.#taken[cls]!++;
    this.open[cls].push(text);
  }
  settle(cls: 0 | 1): void {
    const text = this.open[cls].shift();
    if (text === undefined) return;
    this.#settled[cls]!++;
    this.settledTexts.push(text);
  }
  /** A new incarnation counts from 1. */
  restart(): void {
    this.#before = [...this.#taken];
  }
}

const few: PoliceConfig = { device: { perSecond: 1, burst: 3 }, node: { perSecond: 100, burst: 100 } };
function police(options: { config?: PoliceConfig; limits?: Partial<PoliceLimits>; kept?: string; opened?: boolean; lanes?: Lanes } = {}) {
  const clock = new VirtualClock();
  const lanes = options.lanes ?? new Lanes();
  const logged: string[] = [];
  const kept = { text: options.kept ?? '' };
  const logger = pino({ level: 'info' }, { write: (line: string) => logged.push(line) });
  const made = new Police({
    config: options.config ?? few,
    settlement: lanes,
    clock,
    logger,
    keep: (text) => {
      kept.text = text;
    },
    ...(options.limits ? { limits: options.limits } : {}),
  });
  if (options.opened !== false) made.open(options.kept);
  const placed: string[] = [];
  const refused: unknown[] = [];
  const take = (text: string) => (cls: 0 | 1) => {
    placed.push(`${text}:${cls}`);
    lanes.take(cls, text);
  };
  const send = (device: string, text: string, topic = 'transaction', signal = new AbortController().signal) =>
    made.admit({ device, topic, place: take(text), refuse: (why) => refused.push(why), signal });
  const sendQos0 = (device: string, text: string, topic = 'transaction') => made.offer({ device, topic, place: take(text) });
  const settleAll = () => {
    while (lanes.open[0].length + lanes.open[1].length > 0) for (const cls of [0, 1] as const) lanes.settle(cls);
    made.evaluate();
  };
  return { police: made, clock, lanes, placed, refused, logged, kept, send, sendQos0, settleAll };
}

describe('class 0 within its rate', () => {
  it('passes in class 0: a burst, then the rate', async () => {
    const { send, placed, clock } = police();
    for (const text of ['a', 'b', 'c']) send('d', text);
    for (const text of ['d', 'e']) {
      await clock.advance(1000);
      send('d', text);
    }
    expect(placed).toEqual(['a:0', 'b:0', 'c:0', 'd:0', 'e:0']);
  });
});

describe('what is above the rate of a device', () => {
  it('goes as class 1 once the entries before it are settled, and so does all that follows', async () => {
    const { send, settleAll, placed, police: made } = police();
    for (const text of ['a', 'b', 'c', 'd', 'e']) send('d', text);
    expect(placed).toEqual(['a:0', 'b:0', 'c:0']);
    settleAll();
    send('d', 'f');
    expect(placed.slice(3)).toEqual(['d:1', 'e:1', 'f:1']);
    expect(made.counters).toEqual({ demoted: 3, delayed: 2, dropped: 0 });
    expect(made.demotedTopics).toBe(1);
  });

  it('goes as class 0 at the rate while nothing is settled: without a way to a gateway', async () => {
    const { send, placed, clock, police: made } = police();
    for (const text of ['a', 'b', 'c', 'd', 'e']) send('d', text);
    await clock.advance(999);
    expect(placed).toHaveLength(3);
    await clock.advance(1);
    expect(placed).toEqual(['a:0', 'b:0', 'c:0', 'd:0']);
    await clock.advance(1000);
    expect(placed.at(-1)).toBe('e:0');
    expect(made.counters).toEqual({ demoted: 0, delayed: 2, dropped: 0 });
  });

  it('leaves other devices alone, whatever it sends', () => {
    const { send, settleAll, placed } = police();
    for (let i = 0; i < 500; i++) {
      send('loud', `x${i}`);
      settleAll();
    }
    send('lock', 'open');
    expect(placed.at(-1)).toBe('open:0');
  });

  it('is dropped and counted when it is QoS 0 and cannot be placed', () => {
    const { sendQos0, settleAll, placed, police: made } = police();
    for (const text of ['a', 'b', 'c', 'd']) sendQos0('d', text);
    settleAll();
    sendQos0('d', 'e');
    expect(placed).toEqual(['a:0', 'b:0', 'c:0', 'e:1']);
    expect(made.counters).toMatchObject({ demoted: 1, dropped: 1 });
  });

  it('QoS 0 does not go by a QoS 1 of its topic that waits', async () => {
    const { send, sendQos0, placed, clock } = police();
    for (const text of ['a', 'b', 'c', 'held']) send('d', text);
    await clock.advance(999);
    sendQos0('d', 'hurried');
    await clock.advance(1);
    expect(placed.slice(3)).toEqual(['held:0']);
  });

  it('is said once per device and minute', async () => {
    const { send, settleAll, logged, clock } = police();
    for (let i = 0; i < 20; i++) {
      for (const device of ['d', 'e']) send(device, `${i}`);
      settleAll();
    }
    expect(logged.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 30, device: 'd', topic: 'transaction' }),
      expect.objectContaining({ device: 'e' }),
    ]);
    await clock.advance(60_000);
    for (let i = 0; i < 61; i++) send('d', `${i}`);
    settleAll();
    expect(logged).toHaveLength(3);
  });
});

describe('a demoted topic', () => {
  async function demoted() {
    const made = police();
    for (const text of ['a', 'b', 'c', 'd']) made.send('d', text);
    made.settleAll();
    expect(made.placed.at(-1)).toBe('d:1');
    made.settleAll();
    return made;
  }

  it('is class 0 again when its device kept to its rate for a while', async () => {
    const { send, clock, placed, police: made, kept, settleAll } = await demoted();
    for (const text of ['e', 'f', 'g']) {
      await clock.advance(3000);
      send('d', text);
      settleAll();
    }
    expect(placed.slice(4)).toEqual(['e:1', 'f:1', 'g:1']);
    await clock.advance(1000);
    send('d', 'h');
    expect(placed.at(-1)).toBe('h:0');
    expect(made.demotedTopics).toBe(0);
    expect(kept.text).toBe('');
  });

  it('stays in class 1 while an entry of it there is not settled, however long', async () => {
    const { send, clock, placed, settleAll } = await demoted();
    send('d', 'e');
    await clock.advance(3_600_000);
    send('d', 'f');
    expect(placed.slice(4)).toEqual(['e:1', 'f:1']);
    settleAll();
    send('d', 'g');
    expect(placed.at(-1)).toBe('g:0');
  });

  it('begins its quiet time anew with every excess', async () => {
    const { send, clock, placed, settleAll } = await demoted();
    await clock.advance(9000);
    for (let i = 0; i < 4; i++) send('d', `again${i}`);
    settleAll();
    await clock.advance(2000);
    send('d', 'e');
    expect(placed.at(-1)).toBe('e:1');
  });

  it('takes the other topics of its device along only as they are used above the rate', async () => {
    const { send, clock, placed, settleAll } = await demoted();
    await clock.advance(1000);
    send('d', 'answer', 'answer');
    expect(placed.at(-1)).toBe('answer:0');
    settleAll();
    send('d', 'answer 2', 'answer');
    expect(placed.at(-1)).toBe('answer 2:1');
  });

  it('is demoted still after a restart, until its old entries are settled', async () => {
    const before = await demoted();
    expect(before.kept.text).toMatch(/^[0-9a-f]{16}$/);
    const after = police({ kept: `${before.kept.text} rubbish` });
    after.send('d', 'e');
    expect(after.placed).toEqual(['e:1']);
  });
});

describe('the node', () => {
  const tight: PoliceConfig = { device: { perSecond: 10, burst: 10 }, node: { perSecond: 2, burst: 4 } };

  it('has a rate of its own, which no device is spared', () => {
    const { send, settleAll, placed } = police({ config: tight });
    for (const device of ['a', 'b', 'c', 'd']) send(device, device);
    settleAll();
    send('e', 'e');
    expect(placed).toEqual(['a:0', 'b:0', 'c:0', 'd:0', 'e:1']);
  });

  it('is shared in turn by those who wait', async () => {
    const { send, placed, clock } = police({ config: tight });
    for (let i = 0; i < 4; i++) send('first', `first${i}`);
    for (let i = 4; i < 7; i++) send('first', `first${i}`);
    for (let i = 0; i < 3; i++) send('second', `second${i}`);
    await clock.advance(3000);
    expect(placed.slice(4).map((text) => text.slice(0, 5))).toEqual(['first', 'secon', 'first', 'secon', 'first', 'secon']);
  });
});

describe('bounds', () => {
  it('nothing is placed before the spool is open', () => {
    const { send, placed, police: made } = police({ opened: false });
    send('d', 'a');
    expect(placed).toEqual([]);
    made.open(undefined);
    expect(placed).toEqual(['a:0']);
  });

  it('waiting is bounded; who leaves and who is left at the end is told', () => {
    const { send, refused, police: made, clock, placed } = police({ limits: { heldMax: 2 } });
    const gone = new AbortController();
    for (const text of ['a', 'b', 'c']) send('d', text);
    send('d', 'leaver', 'transaction', gone.signal);
    send('d', 'stayer');
    send('d', 'one too many');
    expect(refused).toEqual([expect.objectContaining({ why: 'full' })]);
    gone.abort(new Error('left'));
    expect(refused.at(-1)).toEqual(new Error('left'));
    made.close();
    expect(refused.at(-1)).toMatchObject({ why: 'closing' });
    send('d', 'late');
    expect(refused).toHaveLength(4);
    void clock.advance(10_000);
    expect(placed).toHaveLength(3);
  });

  it('topics in class 1 are bounded: beyond, excess waits for its token', async () => {
    const { send, settleAll, placed, clock, police: made } = police({ limits: { topicsMax: 2 } });
    for (const device of ['a', 'b', 'c']) for (let i = 0; i < 4; i++) send(device, device);
    settleAll();
    expect(made.demotedTopics).toBe(2);
    expect(placed.filter((text) => text === 'c:0')).toHaveLength(3);
    await clock.advance(1000);
    expect(placed.filter((text) => text === 'c:0')).toHaveLength(4);
    // Those whose quiet time is over make room.
    settleAll();
    await clock.advance(20_000);
    for (let i = 0; i < 4; i++) send('c', 'c');
    settleAll();
    expect(placed.at(-1)).toBe('c:1');
  });

  it('devices are bounded: the one idle longest begins anew', () => {
    const { send, placed, settleAll } = police({ limits: { devicesMax: 2 } });
    for (let i = 0; i < 3; i++) send('a', 'a');
    send('b', 'b');
    send('c', 'c');
    send('a', 'a');
    settleAll();
    expect(placed.at(-1)).toBe('a:0');
  });
});

it('whatever is sent and settled when, order per device and topic holds, all is placed, and class 0 keeps its rate', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          { weight: 6, arbitrary: fc.record({ device: fc.constantFrom('a', 'b'), topic: fc.constantFrom('transaction', 'answer'), qos0: fc.boolean() }) },
          { weight: 2, arbitrary: fc.record({ ms: fc.constantFrom(200, 1000, 4000, 11_000) }) },
          { weight: 3, arbitrary: fc.record({ settle: fc.constantFrom(0 as const, 1 as const), count: fc.integer({ min: 1, max: 8 }), told: fc.boolean() }) },
          { weight: 1, arbitrary: fc.constant('restart' as const) },
        ),
        { minLength: 20, maxLength: 150, size: 'max' },
      ),
      async (steps) => {
        const lanes = new Lanes();
        let world = police({ lanes });
        let began = world.clock.monotonic();
        let sent = 0;
        let lost = 0;
        const inClass0 = () => world.placed.filter((text) => text.endsWith(':0')).length;
        const withinRate = () => {
          const seconds = (world.clock.monotonic() - began) / 1000;
          expect(inClass0()).toBeLessThanOrEqual(2 * (few.device.burst + few.device.perSecond * seconds) + 1e-6);
        };
        for (const step of steps) {
          if (step === 'restart') {
            // What waited was refused: its device keeps it.
            world.police.close();
            lost += world.refused.length + world.police.counters.dropped;
            lanes.restart();
            world = police({ lanes, kept: world.kept.text });
            began = world.clock.monotonic();
          } else if ('ms' in step) await world.clock.advance(step.ms);
          else if ('settle' in step) {
            for (let i = 0; i < step.count; i++) lanes.settle(step.settle);
            // The spool tells of it at the end of its turn: a message may come before.
            if (step.told) world.police.evaluate();
          } else (step.qos0 ? world.sendQos0 : world.send)(step.device, `${step.device}/${step.topic} ${++sent}`, step.topic);
          withinRate();
        }
        for (let i = 0; i < 200; i++) {
          world.settleAll();
          await world.clock.advance(1000);
        }
        world.settleAll();
        lost += world.refused.length + world.police.counters.dropped;
        expect(lanes.settledTexts.length + lost).toBe(sent);
        const last = new Map<string, number>();
        for (const text of lanes.settledTexts) {
          const [topic = '', number] = text.split(' ');
          expect(Number(number)).toBeGreaterThan(last.get(topic) ?? 0);
          last.set(topic, Number(number));
        }
      },
    ),
    { numRuns: 200 },
  ));

describe('a token bucket', () => {
  it('gives a burst and then the rate, and says how long to wait', () => {
    const bucket = new TokenBucket({ perSecond: 4, burst: 2 }, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([true, true, false]);
    expect(bucket.waitMs(0)).toBe(250);
    expect(bucket.take(249)).toBe(false);
    expect(bucket.take(250)).toBe(true);
    expect(bucket.waitMs(10_000)).toBe(0);
  });

  it('forgets nothing to rounding, and no clock that goes back gives tokens', () => {
    const bucket = new TokenBucket({ perSecond: 0.1, burst: 1 }, 0);
    expect(bucket.take(0)).toBe(true);
    for (let now = 0; now < 10_000; now += 100) expect(bucket.take(now)).toBe(false);
    expect(bucket.take(10_000)).toBe(true);
    expect(bucket.take(0)).toBe(false);
  });
});
