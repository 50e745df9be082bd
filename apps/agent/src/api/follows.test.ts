import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { Follows, followMsMax, followsMax } from './follows.ts';

const at = 1000;
function world() {
  const clock = new VirtualClock();
  const handlers = new Set<() => void>();
  const values = { status: { at, packets: 1 }, topology: { at, nodes: [] as string[] } };
  const feed = (current: () => unknown) => ({
    current,
    onChange: (handler: () => void) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  });
  const none = feed(() => ({ at }));
  const follows = new Follows({
    ...{ clock, neighbours: none, radio: none, network: none, traffic: none, rewards: { earnings: none }, wallet: { state: none } },
    status: feed(() => values.status),
    topology: feed(() => values.topology),
  } as never);
  const change = () => {
    for (const handler of [...handlers]) handler();
  };
  const settled = async <T>(promise: Promise<T>) => {
    let done = false;
    void promise.then(() => {
      done = true;
    });
    for (let i = 0; i < 20; i++) await Promise.resolve();
    return done;
  };
  return { clock, handlers, values, follows, change, settled };
}

describe('a phone that follows', () => {
  test('is told at once what it has not seen, and then waits until something is new', async () => {
    const { clock, values, follows, change, settled, handlers } = world();
    const first = await follows.next('phone', 'direct', { 'status.live': '', 'mesh.live': '' });
    expect(first.feeds.map(({ name, value }) => [name, value])).toEqual([
      ['status.live', values.status],
      ['mesh.live', values.topology],
    ]);
    const seen = Object.fromEntries(first.feeds.map(({ name, mark }) => [name, mark]));
    const next = follows.next('phone', 'direct', seen);
    // The same, read at another instant, is nothing new.
    values.status = { ...values.status, at: at + 5 };
    change();
    clock.advance(600);
    expect(await settled(next)).toBe(false);
    values.status = { at: at + 10, packets: 2 };
    change();
    await settled(next);
    clock.advance(600);
    expect((await next).feeds).toEqual([
      { name: 'status.live', mark: expect.not.stringMatching(seen['status.live']!), value: values.status },
      { name: 'mesh.live', mark: seen['mesh.live'] },
    ]);
    expect(handlers.size).toBe(0);
  });

  test('is answered after a while where nothing is new, sooner through the hub', async () => {
    for (const way of ['direct', 'hub'] as const) {
      const { clock, follows, settled, handlers } = world();
      const [{ mark } = { mark: '' }] = (await follows.next('phone', way, { 'status.live': '' })).feeds;
      const next = follows.next('phone', way, { 'status.live': mark });
      clock.advance(followMsMax[way] - 1);
      expect(await settled(next)).toBe(false);
      clock.advance(1);
      expect((await next).feeds).toEqual([{ name: 'status.live', mark }]);
      expect(handlers.size).toBe(0);
    }
  });

  test('waits once: a newer question ends the older', async () => {
    const { follows, settled } = world();
    const [{ mark } = { mark: '' }] = (await follows.next('phone', 'direct', { 'status.live': '' })).feeds;
    const older = follows.next('phone', 'direct', { 'status.live': mark });
    const newer = follows.next('phone', 'direct', { 'status.live': mark });
    expect([await settled(older), await settled(newer)]).toEqual([true, false]);
  });

  test('is answered at once where too many wait, by the same way', async () => {
    const { follows, settled } = world();
    const [{ mark } = { mark: '' }] = (await follows.next('phone', 'hub', { 'status.live': '' })).feeds;
    for (let i = 0; i < followsMax.hub; i++) expect(await settled(follows.next(`phone ${i}`, 'hub', { 'status.live': mark }))).toBe(false);
    expect(await settled(follows.next('one more', 'hub', { 'status.live': mark }))).toBe(true);
    expect(await settled(follows.next('in the house', 'direct', { 'status.live': mark }))).toBe(false);
  });
});
