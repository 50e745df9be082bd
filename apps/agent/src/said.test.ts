import { readInvite } from '@energymesh/identity';
import { parseNetworkState, radioCheck } from '@energymesh/network';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { saidCodes, saidOf, say } from './said.ts';
import { type SaidCode, sentences } from './sentences.ts';

const holesOf = (code: SaidCode): string[] => [...sentences[code].matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
/** Names, addresses and numbers, as they stand in sentences. */
const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9:./-]{0,20}$/);

describe('a sentence', () => {
  it.each(saidCodes)('%s is found again with its parameters', (code) => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 3, maxLength: 3 }), (words) => {
        const params = Object.fromEntries(holesOf(code).map((name, i) => [name, words[i] ?? '']));
        const text = (say as (code: SaidCode, params: Record<string, string>) => string)(code, params);
        expect(text).not.toMatch(/[{}]/);
        expect(saidOf(text)).toEqual({ code, params });
      }),
      { numRuns: 40 },
    );
  });

  it('of others is none of ours', () => {
    for (const text of ['', 'dead', 'heat-pump', 'The dog ate it.', `To ${'x'.repeat(700)}`]) expect(saidOf(text)).toBeUndefined();
  });
});

describe('what other packages say', () => {
  const phy = (number: number, modes: string[]) => ({ number, modes }) as unknown as Parameters<typeof radioCheck>[0]['phys'][number];
  const wireless = (name: string, number: number) => ({ name, phy: number }) as unknown as Parameters<typeof radioCheck>[0]['interfaces'][number];
  const machine = (name: string, driver: string) => ({ name, driver }) as unknown as Parameters<typeof radioCheck>[0]['hardware'][number];

  it.each([
    ['no radio', [], []],
    ['one that cannot mesh', [phy(0, ['AP'])], [['wlan0', 'brcmfmac']]],
    ['one that can', [phy(0, ['AP', 'mesh point'])], [['wlan0', 'mt76x2u']]],
    [
      'one for few',
      [phy(0, ['mesh point']), phy(1, ['managed'])],
      [
        ['wlan0', 'ath9k_htc'],
        ['wlan1', 'brcmfmac'],
      ],
    ],
  ] as const)('of the radios, with %s, has codes', (_, phys, named) => {
    const { advice } = radioCheck({
      phys: [...phys],
      interfaces: named.map(([name], i) => wireless(name, i)),
      hardware: named.map(([name, driver]) => machine(name, driver)),
      country: undefined,
    });
    expect(advice.length).toBeGreaterThan(1);
    expect(advice.filter((text) => !saidOf(text))).toEqual([]);
  });

  it('of invites has codes', () => {
    const whole = { version: 9, community: 1, hubs: [], root: '', token: '', role: 'x', expiresAt: '' };
    for (const text of ['', 'EM1-é', 'hello', '{"a"', JSON.stringify(whole), 'x'.repeat(20_000)]) {
      const read = readInvite(text);
      expect(read.ok).toBe(false);
      expect(!read.ok && read.problems.filter((one) => !saidOf(one.text))).toEqual([]);
    }
  });

  it('of the fields that the pages have has codes', () => {
    const checked = parseNetworkState({
      version: 1,
      country: 'XX',
      mesh: { id: '', passphrase: 'short' },
      ap: { ssid: '', passphrase: 'short', address: 'nowhere', clientsMax: 0 },
      uplink: { kind: 'wifi', ssid: '', passphrase: 'short', ipv4: { address: 'x', gateway: 'y' } },
      wireguard: [{ name: 'wg0', address: 'x', listenPort: 0, peers: [{ publicKey: 'x', endpoint: 'x', allowedIps: ['x'], keepaliveSeconds: 0 }] }],
    });
    expect(checked.ok).toBe(false);
    const problems = checked.ok ? [] : checked.problems;
    expect(problems.length).toBeGreaterThan(9);
    expect(problems.filter(({ text }) => !saidOf(text))).toEqual([]);
  });
});
