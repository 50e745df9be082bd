import { expect, test } from 'vitest';
import { cacheFolder, cacheKey, lines } from './cache.ts';

test('the same inputs have the same key, any other input another', () => {
  expect(cacheKey('kernel', ['a', 'b'])).toBe(cacheKey('kernel', ['a', 'b']));
  const keys = [['a', 'b'], ['ab', ''], ['ab'], ['b', 'a'], ['a', 'b', '']].map((inputs) => cacheKey('kernel', inputs));
  expect(new Set(keys).size).toBe(keys.length);
  expect(cacheKey('kernel', ['a'])).toMatch(/^kernel-[0-9a-f]{16}$/);
});

test('the cache lies where XDG says, else in ~/.cache; a relative path is not followed', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache/me' }, '/home/me')).toBe('/var/cache/me/energymesh/radio-lab');
  expect(cacheFolder({}, '/home/me')).toBe('/home/me/.cache/energymesh/radio-lab');
  expect(cacheFolder({ XDG_CACHE_HOME: 'here' }, '/home/me')).toBe('/home/me/.cache/energymesh/radio-lab');
});

test('comments and empty lines are no items', () => {
  expect(lines('# what\niw\n\nbatctl # mesh\n')).toEqual(['iw', 'batctl']);
});
