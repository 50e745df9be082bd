import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Phy } from './observe/phy.ts';
import { radioCheck } from './radio-check.ts';
import { parseSnapshot, type RadioSnapshot } from './snapshot.ts';
import { peerOf, radioView } from './view.ts';

const capture = (name: string): string => readFileSync(join(import.meta.dirname, '../fixtures', `${name}.txt`), 'utf8');
const out = (text: string, exit = 0) => ({ exit, text });

function snapshot(outputs: RadioSnapshot['outputs'] = {}): RadioSnapshot {
  return {
    version: 1,
    uptimeSeconds: 100,
    outputs: {
      'iw-dev': out('phy#0\n\tInterface wlan0\n\t\ttype mesh point\n'),
      'stations@wlan0': out(capture('station_dump')),
      'batman-mesh@bat0': out(capture('bat_mesh_json')),
      'batman-hard-interfaces@bat0': out(capture('bat_hardifs_json')),
      'batman-neighbours@bat0': out(capture('bat_neighbors_json')),
      'batman-originators@bat0': out(capture('bat_originators_json')),
      ...outputs,
    },
  };
}

describe('the view of the radios', () => {
  it('tells a peer that stands from one that left, though both have an established plink', () => {
    const stations = `${capture('station_dump')}${capture('station_dump').replaceAll('02:00:00:00:01:00', '02:00:00:00:09:00')}`;
    const view = radioView(snapshot({ 'stations@wlan0': out(stations) }), 101);
    expect(view.meshPeers.map(({ mac, plink, alive }) => [mac, plink, alive])).toEqual([
      ['02:00:00:00:01:00', 'ESTAB', true],
      ['02:00:00:00:09:00', 'ESTAB', false],
    ]);
    // What was alive then need not be now.
    expect(radioView(snapshot(), 115)).toMatchObject({ stale: false, meshPeers: [{ alive: false }] });
    expect(radioView(snapshot(), 121)).toMatchObject({ stale: true });
  });

  it('knows nothing of life where batman-adv does not run', () => {
    const view = radioView(
      { ...snapshot(), outputs: { 'iw-dev': snapshot().outputs['iw-dev'] as { exit: number; text: string }, 'stations@wlan0': out(capture('station_dump')) } },
      100,
    );
    expect(view.meshPeers[0]).not.toHaveProperty('alive');
  });

  it('finds the peer under a link of the overlay', () => {
    const view = radioView(snapshot({ neighbours: out('[{"dst":"fe80::1","dev":"wlan0","lladdr":"02:00:00:00:01:00"}]') }), 100);
    expect(peerOf(view, 'wlan0', 'fe80::ff:fe00:100%wlan0')?.mac).toBe('02:00:00:00:01:00');
    expect(peerOf(view, 'wlan0', 'fe80::1')?.mac).toBe('02:00:00:00:01:00');
    expect(peerOf(view, 'eth0', 'fe80::1')).toBeUndefined();
  });

  it('says when 802.11s forwards by itself, and what could not be read', () => {
    const { problems } = radioView(
      snapshot({ 'mesh-parameters@wlan0': out('mesh_fwding = 1\n'), 'iw-phy': out('', 1), 'batman-neighbours@bat0': out('Usage: batctl') }),
      100,
    );
    expect(problems).toEqual([
      'batman-neighbours@bat0: prints its usage: this version of the program does not know the command',
      'wlan0: 802.11s forwards by itself, beside batman-adv',
      'iw-phy: ended with 1',
    ]);
  });

  it('reads whatever stands in the file, or says why not', () => {
    const keys = Object.keys(snapshot().outputs);
    const hostile = fc.record({ exit: fc.constantFrom(0, 1), text: fc.oneof(fc.string({ unit: 'binary' }), fc.json()) });
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.constantFrom(...keys, '__proto__', 'constructor'), fc.string()), hostile), fc.double(), (outputs, now) => {
        const text = JSON.stringify({ version: 1, uptimeSeconds: 1, outputs });
        const parsed = parseSnapshot(text);
        if (typeof parsed !== 'string') expect(radioView(parsed, now).problems.length).toBeLessThanOrEqual(34);
      }),
      { numRuns: 300 },
    );
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => typeof parseSnapshot(text) === 'string'));
  });
});

describe('the radio check', () => {
  const phy = (number: number, ...modes: string[]): Phy => ({ number, modes, frequenciesMhz: [2412], sae: true });
  const check = (radios: [name: string, driver: string, ...modes: string[]][], country: string | undefined = 'DE') =>
    radioCheck({
      phys: radios.map(([, , ...modes], i) => phy(i, ...modes)),
      interfaces: radios.map(([name], i) => ({ name, type: 'managed', phy: i })),
      hardware: radios.map(([name, driver]) => ({ name, driver })),
      country,
    });

  it('is content with the built-in radio and an adapter that can mesh', () => {
    const { radios, advice } = check([
      ['ap0', 'brcmfmac', 'managed', 'AP'],
      ['mesh0', 'mt76x2u', 'managed', 'AP', 'mesh point'],
    ]);
    expect(advice).toEqual([]);
    expect(radios.map(({ words }) => words)).toEqual([
      "ap0 is the Pi's built-in radio: it can be an access point, but cannot mesh. As an access point it serves about 7 devices, with WPA2.",
      'mesh0 is an MT7612U adapter: it can mesh or be an access point. A good choice for the mesh.',
    ]);
  });

  it.each<[string, Parameters<typeof check>, RegExp]>([
    ['no radio', [[]], /no radio here.*Buy a USB adapter.*MT7612U/],
    ['the built-in radio alone', [[['ap0', 'brcmfmac', 'AP']]], /No radio here can mesh\. Buy/],
    [
      'a WiFi 7 adapter without mesh',
      [
        [
          ['ap0', 'brcmfmac', 'AP'],
          ['wlan1', 'mt7925u', 'AP'],
        ],
      ],
      /No radio here can mesh/,
    ],
    ['one adapter for both', [[['mesh0', 'mt76x2u', 'AP', 'mesh point']]], /one radio only/],
    [
      'an adapter of eight neighbours',
      [
        [
          ['ap0', 'brcmfmac', 'AP'],
          ['mesh0', 'ath9k_htc', 'AP', 'mesh point'],
        ],
      ],
      /at most 8 neighbours/,
    ],
    [
      'a mesh adapter without an access point beside it',
      [
        [
          ['a', 'mt76x2u', 'mesh point'],
          ['b', 'x', 'managed'],
        ],
      ],
      /No radio is left/,
    ],
    [
      'no country',
      [
        [
          ['ap0', 'brcmfmac', 'AP'],
          ['mesh0', 'mt76x2u', 'mesh point'],
        ],
        '00',
      ],
      /^No country is set/,
    ],
  ])('says what to do with %s', (_, args, advice) => expect(check(...args).advice.join(' ')).toMatch(advice));
});
