import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { en } from './en.ts';
import type { es as Spanish } from './es.ts';

let es: typeof Spanish;
beforeAll(async () => {
  // A browser that asks for Spanish: numbers and units are then Spanish too.
  vi.stubGlobal('document', {});
  vi.stubGlobal('navigator', { languages: ['es-ES'] });
  vi.resetModules();
  ({ es } = await import('./es.ts'));
});
afterAll(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

type Leaf = string | ((...args: unknown[]) => unknown);
interface Pair {
  readonly path: string;
  readonly ours: Leaf;
  readonly theirs: unknown;
}

/** Each text and function of the English catalogue with what stands in its place. */
function pairs(ours: unknown, theirs: unknown, path: string): Pair[] {
  if (typeof ours === 'string' || typeof ours === 'function') return [{ path, ours: ours as Leaf, theirs }];
  const inner = Object.entries(ours as object);
  return inner.flatMap(([key, value]) => pairs(value, (theirs as Record<string, unknown> | undefined)?.[key], `${path}.${key}`));
}

/** The keys in the order of the alphabet, all the way down: arrays by their places. */
const shape = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => [key, shape(inner)]),
      )
    : typeof value;

const textsOf = (value: unknown): string[] => (typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [String(value)]);
const sound = (texts: readonly string[]): boolean => texts.length > 0 && texts.every((text) => text.trim() !== '' && !/undefined|NaN|\[object/.test(text));

/** What fits some parameter of every function: a number, a name that is also a key, a list, an instant with its figure. */
const fillers = [7, 'minute', ['Bakery'], { clock: '14:20', count: '7', age: '8 s' }];
const samples = (arity: number): unknown[][] => (arity === 0 ? [[]] : samples(arity - 1).flatMap((args) => fillers.map((filler) => [...args, filler])));

function called(of: Leaf, args: readonly unknown[]): string[] {
  try {
    return textsOf(typeof of === 'string' ? of : of(...args));
  } catch {
    return [];
  }
}
/** The first arguments that the English words make sense with. */
const argsFor = (of: Leaf): unknown[] | undefined => samples(typeof of === 'string' ? 0 : of.length).find((args) => sound(called(of, args)));

/** The same in both: names, words that both have, and what only formats a figure. */
const sameInBoth = new Set([
  'es.app',
  'es.earned.unit',
  'es.way.backend',
  'es.log.lanes.backend',
  'es.traffic.waitLine',
  'es.traffic.rulerTick',
  'es.earnings.hours.csv',
  'es.wallet.history.memo',
  'es.wallet.withdraw.memo',
  'es.wallet.withdraw.memoKinds.hash',
  'es.rules.unitNames.xlm',
  'es.rules.no',
  'es.mesh.radio',
  'es.panel.id',
  'es.panel.ms',
  'es.radio.title',
  'es.radio.interfaces',
  'es.radio.kinds.radio',
  'es.radio.kinds.cable',
  'es.radio.dbm',
  'es.radio.mbit',
  'es.radio.uses.station',
  'es.radio.uses.wired',
  'es.radio.keys.SAE',
  'es.radio.keys.WPA2',
  'es.settings.parts.backend',
  'es.programs.fresh.token',
  'es.network.values.no',
  'es.nodeSettings.backend.hubs',
  'es.nodeSettings.advanced.runtime',
]);
/** A name in the code, no word (Translated). */
const isCode = (path: string): boolean => path.startsWith('es.rules.params.') && path.endsWith('.unit');

describe('the Spanish words', () => {
  it('have the shape of the English ones', () => {
    expect(shape(es)).toEqual(shape(en));
  });

  it('say something wherever the English ones do', () => {
    const all = pairs(en, es, 'es');
    expect(all.length).toBeGreaterThan(1500);
    const silent = all.filter(({ ours, theirs }) => {
      const args = argsFor(ours);
      return args === undefined || !sound(called(theirs as Leaf, args));
    });
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('are not left in English', () => {
    const same = pairs(en, es, 'es').filter(({ path, ours, theirs }) => {
      const args = argsFor(ours) ?? [];
      const texts = called(ours, args);
      return !sameInBoth.has(path) && !isCode(path) && /[a-z]{2}/i.test(texts.join('')) && texts.join('|') === called(theirs as Leaf, args).join('|');
    });
    expect(same.map(({ path }) => path)).toEqual([]);
  });

  it.each([
    ['shout', /[!¡]/],
    ['beg or apologise', /\b(por favor|perdón|lo sentimos|ups)\b/i],
    ['say usted', /\b(usted|ustedes)\b/i],
    ['use characters that the font lacks', /[\u2190-\u21ff\u2264\u2265]/],
    ['ask without the opening mark', /^[^¿]*\?/],
  ])('do not %s', (_what, pattern) => {
    const all = pairs(en, es, 'es').map(({ path, ours, theirs }) => ({ path, text: called(theirs as Leaf, argsFor(ours) ?? []).join(' ') }));
    expect(all.filter(({ text }) => pattern.test(text)).map(({ path, text }) => `${path}: ${text}`)).toEqual([]);
  });
});
