import { afterEach, describe, expect, it, vi } from 'vitest';
import { languageOf } from './language.ts';

describe('the language', () => {
  it.each([
    [null, [], 'en'],
    [null, ['es-MX', 'en'], 'es'],
    [null, ['de-CH', 'ES', 'en'], 'es'],
    [null, ['en-GB', 'es'], 'en'],
    [null, ['de', 'fr'], 'en'],
    ['es', ['en-GB'], 'es'],
    ['en', ['es-ES'], 'en'],
    ['tlh', ['es-ES'], 'es'],
    ['toString', [], 'en'],
  ] as const)('kept as %s, asked for as %j, is %s', (kept, asked, name) => {
    expect(languageOf(kept, asked)).toBe(name);
  });
});

describe('in a browser', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  async function opened(storage: Partial<Storage>, languages: readonly string[]) {
    const reload = vi.fn();
    vi.stubGlobal('document', {});
    vi.stubGlobal('navigator', { languages });
    vi.stubGlobal('localStorage', storage);
    vi.stubGlobal('location', { reload });
    vi.resetModules();
    return { reload, ...(await import('./language.ts')), ...(await import('./format.ts')) };
  }

  it('a choice is kept, and loads the page anew', async () => {
    const setItem = vi.fn();
    const page = await opened({ getItem: () => null, setItem }, ['en-GB']);
    expect(page.language).toBe('en');
    expect(page.setLanguage('en')).toBe(true);
    expect(page.reload).not.toHaveBeenCalled();
    expect(page.setLanguage('es')).toBe(true);
    expect(setItem).toHaveBeenCalledWith('energymesh.language', 'es');
    expect(page.reload).toHaveBeenCalledOnce();
  });

  it('that keeps nothing the page stays as it is', async () => {
    const refuse = () => {
      throw new Error('refused');
    };
    const page = await opened({ getItem: refuse, setItem: refuse }, ['es']);
    expect(page.language).toBe('es');
    expect(page.setLanguage('en')).toBe(false);
    expect(page.reload).not.toHaveBeenCalled();
  });

  it('numbers, ages and lists are written in Spanish', async () => {
    const { age, bytes, compact, dayName, lasting, list, number, percent, short } = await opened({ getItem: () => 'es' }, []);
    expect([number(18_204), percent(0.004), percent(0.5), bytes(2_500_000)]).toEqual(['18.204', 'menos de 1 %', '50 %', '2,5 MB']);
    expect([age(0), age(8000), age(14 * 60_000), age(72 * 3_600_000)]).toEqual(['ahora mismo', 'hace 8 s', 'hace 14 min', 'hace 3 días']);
    expect([lasting(60_000), lasting(47 * 3_600_000), short(0.4), short(1849)]).toEqual(['1 minuto', '47 horas', 'menos de 1 ms', '1,8 s']);
    expect([compact(30_000), compact(1_200_000)]).toEqual(['30k', '1,2M']);
    expect(dayName(Date.UTC(2026, 8, 24, 12), 'UTC')).toBe('jueves, 24 de septiembre');
    expect([list(['Colina', 'Molino']), list(['Molino', 'Iglesia']), list(['Molino', 'Hielo'])]).toEqual([
      'Colina y Molino',
      'Molino e Iglesia',
      'Molino y Hielo',
    ]);
  });
});
