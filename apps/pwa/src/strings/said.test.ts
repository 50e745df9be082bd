import { sentences as agents, type SaidCode } from '@energymesh/agent/sentences';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as es from './es/said.ts';

const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();
/** What the agent's own words say of a field, and where one is in the setup: English, and not needed to know what to do. */
const left: readonly string[] = ['what', 'step'];

describe('what the agent says', () => {
  it.each(Object.keys(agents) as SaidCode[])('%s, which is in English, is in the Spanish catalogue too, with its parameters', (code) => {
    expect(es.sentences[code]).not.toBe(agents[code]);
    const missing = holes(agents[code]).filter((name) => !holes(es.sentences[code]).includes(name) && !left.includes(name));
    expect(missing).toEqual([]);
    expect(holes(es.sentences[code]).filter((name) => !holes(agents[code]).includes(name))).toEqual([]);
  });

  it('and nothing else', () => {
    expect(Object.keys(es.sentences).sort()).toEqual(Object.keys(agents).sort());
  });
});

describe('on the page', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  async function inLanguage(language: string) {
    vi.stubGlobal('document', {});
    vi.stubGlobal('navigator', { languages: [language] });
    vi.stubGlobal('localStorage', { getItem: () => null });
    vi.resetModules();
    const { saidReady, told } = await import('./said.ts');
    await saidReady;
    return told;
  }
  const refused = { code: 'log.login-refused', params: { caller: '192.168.1.77', why: 'wrong' } };

  it('it is said in the language of the page', async () => {
    const text = 'A login from 192.168.1.77 was refused: wrong';
    expect((await inLanguage('es'))(text, refused)).toBe('Se ha rechazado una entrada desde 192.168.1.77: la contraseña o el código no es ese');
    expect((await inLanguage('en'))(text, refused)).toBe(text);
  });

  it('what the catalogue does not have is shown as the agent writes it', async () => {
    const told = await inLanguage('es');
    expect(told('The moon is full.', { code: 'moon.full', params: {} })).toBe('The moon is full.');
    expect(told('The moon is full.', { code: 'toString', params: {} })).toBe('The moon is full.');
    expect(told('The moon is full.', undefined)).toBe('The moon is full.');
    expect(told('Logged in from', { code: 'log.login', params: {} })).toBe('Alguien ha entrado desde ');
  });
});
