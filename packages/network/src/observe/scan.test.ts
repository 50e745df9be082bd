import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heardMeshes, heardMeshesMax } from './scan.ts';

/** As iw 5.19 and 6.9 print it; abridged to what stands between the lines that are read. */
const bss = (mac: string, { freq = '2412', signal = '-41.00', id = 'MESH ID: mill-lane', auth = 1, suites = 'PSK', ssid = '' } = {}): string =>
  `BSS ${mac}(on wlan1)
	last seen: 1184.212s [boottime]
	TSF: 5184712 usec (0d, 00:00:05)
	freq: ${freq}
	beacon interval: 1000 TUs
	capability: Privacy (0x0010)
	signal: ${signal} dBm
	last seen: 32 ms ago
	Information elements from Probe Response frame:
	SSID: ${ssid}
	Supported rates: 1.0* 2.0* 5.5* 11.0* 6.0 9.0 12.0 18.0 
	DS Parameter set: channel 1
	RSN:	 * Version: 1
		 * Group cipher: CCMP
		 * Pairwise ciphers: CCMP
		 * Authentication suites: ${suites}
	${id}
	MESH Configuration: 
		 * Active Path Selection Protocol ID: 1
		 * Active Path Selection Metric ID: 1
		 * Congestion Control Mode ID: 0
		 * Synchronization Method ID: 1
		 * Authentication Protocol ID: ${auth}
		 * Mesh Formation Info:
			 Number of Peerings: 1
		 * Mesh Capability
			 Accepting Additional Mesh Peerings
`;

test('the meshes of a scan, the strongest first, each by its best station; access points are left out', () => {
  const text = [
    bss('02:00:00:00:00:01', { signal: '-71.00' }),
    bss('02:00:00:00:00:02', { id: 'MESH ID: orchard', signal: '-60.00', freq: '5180.0', auth: 0 }),
    bss('02:00:00:00:00:03', { signal: '-52.00', freq: '2437.0' }),
    bss('02:00:00:00:00:04', { id: 'HT capabilities:', ssid: 'House', signal: '-20.00' }),
  ].join('');
  expect(heardMeshes(text)).toEqual({
    value: [
      { id: 'mill-lane', signalDbm: -52, channel: 6, secured: true, stations: 2 },
      { id: 'orchard', signalDbm: -60, channel: 36, secured: false, stations: 1 },
    ],
  });
});

test('a mesh asks for a passphrase by its configuration or by its suite', () => {
  const secured = (of: { auth?: number; suites?: string }) => heardMeshes(bss('02:00:00:00:00:01', of)).value[0]?.secured;
  expect([secured({}), secured({ auth: 0, suites: 'SAE' }), secured({ auth: 0, suites: 'PSK SAE' }), secured({ auth: 0 })]).toEqual([true, true, true, false]);
});

test('a name that would be another line, a mesh without a name, and one of no channel', () => {
  const text = [
    bss('02:00:00:00:00:01', { ssid: 'x\\x0a\\tMESH ID: fake', id: 'MESH ID: ' }),
    bss('02:00:00:00:00:02', { id: 'MESH ID: a\\x0ab', freq: '7000' }),
    bss('02:00:00:00:00:03', { signal: 'loud' }),
  ].join('');
  expect(heardMeshes(text).value).toEqual([{ id: 'a\\x0ab', signalDbm: -41, secured: true, stations: 1 }]);
});

test('at the bound the weaker ones are left out, and it says so', () => {
  const text = Array.from({ length: heardMeshesMax + 3 }, (_, i) =>
    bss(`02:00:00:00:00:${(i + 16).toString(16)}`, { id: `MESH ID: m${i}`, signal: `-${40 + i}.00` }),
  ).join('');
  const { value, problem } = heardMeshes(text);
  expect(value).toHaveLength(heardMeshesMax);
  expect(value.at(-1)?.id).toBe(`m${heardMeshesMax - 1}`);
  expect(problem).toContain('more than 16 meshes');
});

test('whatever is printed, nothing is thrown and what is read is within its bounds', () => {
  const lines = fc.constantFrom(
    'BSS 02:00:00:00:00:01(on wlan1)',
    '\tMESH ID: x',
    '\tsignal: -9.00 dBm',
    '\tfreq: 9e99',
    '\t\t * Authentication Protocol ID: 1',
    'BSS z',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(lines, fc.string({ maxLength: 200 }))), (printed) => {
      for (const { id, signalDbm } of heardMeshes(printed.join('\n')).value) {
        expect(id.length).toBeLessThanOrEqual(128);
        expect(Number.isFinite(signalDbm)).toBe(true);
      }
    }),
  );
});
