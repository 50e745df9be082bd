import { describe, expect, it } from 'vitest';
import { againMs, type FeedEvent, type Followed, Follower, restMs } from './follower.ts';

function world() {
  const asked: { seen: Record<string, string | undefined>; signal: AbortSignal; answer: (followed: Followed) => void; fail: () => void }[] = [];
  const pauses: { ms: number; run: () => void }[] = [];
  const follower = new Follower({
    ask: (seen, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<Followed>();
      asked.push({ seen, signal, answer: resolve, fail: () => reject(new Error('no way')) });
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      return promise;
    },
    pause: (ms, run) => {
      const one = { ms, run };
      pauses.push(one);
      return () => void (pauses.includes(one) && pauses.splice(pauses.indexOf(one), 1));
    },
  });
  const turn = async () => {
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  const pass = async () => {
    const [one] = pauses.splice(0, 1);
    one?.run();
    await turn();
    return one?.ms;
  };
  const events: FeedEvent[] = [];
  const status = () => follower.follow('status.live', (event) => events.push(event));
  return { follower, asked, pauses, pass, turn, events, status };
}
const told = (value: unknown, mark: string, way: 'direct' | 'hub' = 'direct', at = 1): Followed => ({ at, way, feeds: [{ name: 'status.live', mark, value }] });

describe("a page's subscriptions", () => {
  it('are one question at a time, with what it has seen; its rest hangs on the way', async () => {
    const { asked, pass, turn, events, status, follower } = world();
    status();
    follower.follow('mesh.live', () => {});
    await pass();
    expect(asked.map(({ seen }) => seen)).toEqual([{ 'status.live': '', 'mesh.live': '' }]);
    asked[0]!.answer(told({ at: 1, packets: 1 }, 'a'));
    await turn();
    expect(events).toEqual([{ type: 'started' }, { type: 'data', data: { at: 1, packets: 1 } }]);
    expect(await pass()).toBe(restMs.direct);
    expect(asked[1]!.seen).toEqual({ 'status.live': 'a', 'mesh.live': '' });
    // Nothing new: as it was, and still so now.
    asked[1]!.answer(told(undefined, 'a', 'hub', 9));
    await turn();
    expect(events.at(-1)).toEqual({ type: 'data', data: { at: 9, packets: 1 } });
    expect(await pass()).toBe(restMs.hub);
    expect(asked).toHaveLength(3);
  });

  it('say so when nothing answers, and go on later', async () => {
    const { asked, pass, turn, events, status } = world();
    status();
    await pass();
    asked[0]!.fail();
    await turn();
    expect(events).toEqual([{ type: 'state', state: 'connecting', error: null }]);
    expect(await pass()).toBe(againMs);
    asked[1]!.answer(told({ at: 1 }, 'a'));
    await turn();
    expect(events.at(-2)).toEqual({ type: 'started' });
  });

  it('end with the page, rest while nobody looks, and start anew with another feed', async () => {
    const { asked, pass, pauses, status, follower, turn } = world();
    const off = status();
    await pass();
    follower.follow('mesh.live', () => {});
    expect(asked[0]!.signal.aborted).toBe(true);
    await pass();
    expect(Object.keys(asked[1]!.seen)).toEqual(['status.live', 'mesh.live']);
    follower.show(false);
    expect([asked[1]!.signal.aborted, pauses.length]).toEqual([true, 0]);
    follower.show(true);
    off();
    await pass();
    expect(Object.keys(asked[2]!.seen)).toEqual(['mesh.live']);
    follower.close();
    await turn();
    expect([asked[2]!.signal.aborted, pauses.length, asked.length]).toEqual([true, 0, 3]);
  });
});
