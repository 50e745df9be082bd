import { describe, expect, test } from 'vitest';
import { build } from '../../vectors/cases.ts';

// As text: a module of JSON would lose a field called __proto__, which is one of the cases.
const written: Record<string, string> = import.meta.glob('../../vectors/*.json', { eager: true, query: '?raw', import: 'default' });
const built = build();

describe('the fixtures that other readers are held against', () => {
  test('are all there', () => {
    expect(Object.keys(written).sort()).toEqual(
      Object.keys(built)
        .map((name) => `../../vectors/${name}.json`)
        .sort(),
    );
  });

  test.each(Object.keys(built))('%s.json is up to date: node packages/protocol/vectors/generate.ts writes it', (name) => {
    expect(JSON.parse(written[`../../vectors/${name}.json`] ?? '')).toEqual(JSON.parse(JSON.stringify(built[name])));
  });

  test('cover each kind of message and each error', () => {
    const text = JSON.stringify(built);
    for (let kind = 1; kind <= 13; kind++) expect(text).toContain(`"result":{"kind":${kind},`);
    for (const error of ['version', 'too-long', 'truncated', 'trailing', 'range', 'reserved', 'text', 'order']) {
      expect(text).toContain(`{"error":"${error}"}`);
    }
  });

  test('have names of their own', () => {
    for (const cases of Object.values(built)) {
      const names = cases.map((one) => (one as { name: string }).name);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});
