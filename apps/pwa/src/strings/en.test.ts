import { describe, expect, it } from 'vitest';
import { en } from './en.ts';

/** Every text of the catalogue, those with figures filled in with something harmless. */
function texts(value: unknown, path: string): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value === 'function') {
    // Some take numbers, some names, some lists: what fits none of them is shown by the tests of its own area.
    for (const filler of [7, 'Bakery', ['Bakery'], { clock: '14:20', count: 7 }]) {
      try {
        return texts(value(...Array(4).fill(filler)), path);
      } catch {}
    }
    return [];
  }
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
  return [];
}

describe('the words', () => {
  const all = texts(en, 'en');

  it('are many, and none is empty', () => {
    expect(all.length).toBeGreaterThan(200);
    expect(all.filter(({ text }) => text.trim() === '').map(({ path }) => path)).toEqual([]);
  });

  it.each([
    ['shout', /!/],
    ['beg or apologise', /\b(please|sorry|oops)\b/i],
    ['say N/A', /\bN\/A\b/],
    ['speak the code’s language', /\b(peer|originator|uplink|TQ|ETT|backhaul)s?\b/i],
    ['use characters that the font lacks', /[\u2190-\u21ff\u2264\u2265]/],
  ])('do not %s', (_what, pattern) => {
    expect(all.filter(({ text }) => pattern.test(text)).map(({ path, text }) => `${path}: ${text}`)).toEqual([]);
  });
});
