import { expect, test } from 'vitest';
import { CommunityRewards, defaultEpochSeconds, epochSecondsOf } from './rewards.ts';

test('COMMUNITY_EPOCH_SECONDS: 10 to 3600 whole seconds; anything else is refused with what to write', () => {
  expect([undefined, '', '10', '3600'].map(epochSecondsOf)).toEqual([undefined, undefined, 10, 3600]);
  for (const text of ['9', '3601', '12.5', 'an hour'])
    expect(() => epochSecondsOf(text)).toThrow(`COMMUNITY_EPOCH_SECONDS: got "${text}". Give a whole number of seconds from 10 to 3600`);
});

test('a contract keeps the length of its hours: another one is refused, none goes on with it', () => {
  const state = { port: 12_345, epochSeconds: defaultEpochSeconds };
  expect(CommunityRewards.of({}, state, '/data').epochSeconds).toBe(defaultEpochSeconds);
  expect(() => CommunityRewards.of({ epochSeconds: 60 }, state, '/data')).toThrow(/made for hours of 300 seconds, not 60\. Leave COMMUNITY_EPOCH_SECONDS out/);
});
