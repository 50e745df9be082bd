import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as batman from './batman.ts';
import { allStations, supplicantStatus } from './control.ts';
import { hardware, links, neighbourTable } from './ip.ts';
import * as iw from './iw.ts';
import { rowsMax } from './observed.ts';
import { phys } from './phy.ts';
import { wireguard } from './wireguard.ts';

/** Real outputs: batman-adv 2022.3, iw 5.19, hostapd and wpa_supplicant 2.10 between virtual radios. */
const capture = (name: string): string => readFileSync(join(import.meta.dirname, '../../fixtures', `${name}.txt`), 'utf8');

describe('batctl', () => {
  it('tells neighbours and when they were heard', () =>
    expect(batman.neighbours(capture('bat_neighbors_json'))).toEqual({ value: [{ mac: '02:00:00:00:01:00', interface: 'wlan0', lastSeenMs: 410 }] }));

  it('tells the paths to originators, with their quality', () => {
    const { value, problem } = batman.originators(capture('bat_originators_json'));
    expect(problem).toBeUndefined();
    expect(value.map(({ mac, nextHop, tq, best }) => [mac, nextHop, tq, best])).toEqual([
      ['02:00:00:00:01:00', '02:00:00:00:01:00', 226, true],
      ['02:00:00:00:02:00', '02:00:00:00:01:00', 148, true],
      ['02:00:00:00:03:00', '02:00:00:00:01:00', 101, true],
      ['02:00:00:00:04:00', '02:00:00:00:01:00', 65, true],
    ]);
  });

  it('tells of the mesh, its interfaces and who is behind whom', () => {
    expect(batman.meshInfo(capture('bat_mesh_json')).value).toEqual({
      version: '2022.3',
      algorithm: 'BATMAN_IV',
      mac: '8e:37:24:be:56:83',
      originatorIntervalMs: 1000,
      bridgeLoopAvoidance: true,
      gatewayMode: 'off',
    });
    expect(batman.hardInterfaces(capture('bat_hardifs_json'))).toEqual({ value: [{ name: 'wlan0', mac: '02:00:00:00:00:00', active: true }] });
    expect(batman.gateways(capture('bat_gateways_json'))).toEqual({ value: [] });
    const behind = batman.translationGlobal(capture('bat_transtable_global_json'));
    expect(behind.problem).toBeUndefined();
    expect(behind.value).toContainEqual({ client: '82:b1:f0:bd:1b:a5', originator: '02:00:00:00:01:00', best: true });
    expect(batman.translationLocal(capture('bat_transtable_local_json')).value).toContain('8e:37:24:be:56:83');
  });

  it('counts what it forwards by itself', () =>
    expect(batman.statistics(capture('bat_statistics')).value).toEqual({
      forwardedFrames: 0,
      forwardedBytes: 0,
      sentFrames: 9,
      sentBytes: 818,
      receivedFrames: 14,
      receivedBytes: 980,
      droppedFrames: 27,
      managementBytes: 23_162,
    }));

  it('reads gateways of both algorithms: TQ here, kbit/s there', () => {
    const row = { hard_ifname: 'mesh0', orig_address: '02:00:00:00:03:00', router: '02:00:00:00:01:00', best: true, bandwidth_down: 100, bandwidth_up: 20 };
    expect(
      batman.gateways(
        JSON.stringify([
          { ...row, tq: 200 },
          { ...row, throughput: 54_000, best: false },
        ]),
      ).value,
    ).toEqual([
      { mac: '02:00:00:00:03:00', nextHop: '02:00:00:00:01:00', best: true, downKbit: 10_000, upKbit: 2000, tq: 200 },
      { mac: '02:00:00:00:03:00', nextHop: '02:00:00:00:01:00', best: false, downKbit: 10_000, upKbit: 2000, throughputKbit: 54_000 },
    ]);
  });

  it('takes usage for what it is, even with exit 0', () => {
    const usage = 'Error - no valid command or debug table/JSON specified: wobble_json\nUsage: batctl [options] command|debug table|debug json [parameters]\n';
    for (const parse of [batman.neighbours, batman.statistics, batman.meshInfo]) expect(parse(usage).problem).toMatch(/usage/);
  });

  it('reads the good rows beside the bad ones, and says so', () => {
    const text = JSON.stringify([
      { hard_ifname: 'mesh0', last_seen_msecs: 1, neigh_address: '02:00:00:00:01:00' },
      { hard_ifname: 'mesh0', neigh_address: 'x' },
      7,
    ]);
    expect(batman.neighbours(text)).toEqual({
      value: [{ mac: '02:00:00:00:01:00', interface: 'mesh0', lastSeenMs: 1 }],
      problem: 'has rows that are no objects',
    });
  });

  it('has a bound, and says that it was met', () => {
    const row = { hard_ifname: 'mesh0', last_seen_msecs: 1, neigh_address: '02:00:00:00:01:00' };
    const { value, problem } = batman.neighbours(JSON.stringify(Array(rowsMax + 1).fill(row)));
    expect([value.length, problem]).toEqual([rowsMax, `more than ${rowsMax} rows: the rest is left out`]);
  });
});

describe('iw', () => {
  it('tells of peers', () => {
    const { value, problem } = iw.stations(capture('station_dump'));
    expect(problem).toBeUndefined();
    expect(value[0]).toEqual({
      mac: '02:00:00:00:01:00',
      interface: 'wlan0',
      inactiveMs: 140,
      receivedBytes: 29_700,
      sentBytes: 4189,
      retries: 0,
      failed: 0,
      signalDbm: -30,
      sentMbit: 13,
      receivedMbit: 7.2,
      expectedMbit: 9.704,
      plink: 'ESTAB',
      authorized: true,
      protectedManagement: true,
      connectedSeconds: 33,
    });
    expect(iw.stations(capture('ap_station')).value[0]).toMatchObject({ mac: '02:00:00:00:06:00', interface: 'wlan5', sentMbit: 18, authorized: true });
  });

  it('tells of an interface', () =>
    expect(iw.interfaces(capture('iwinfo'))).toEqual({
      value: [{ name: 'wlan1', type: 'mesh point', mac: '02:00:00:00:01:00', phy: 1, frequencyMhz: 2437, channel: 6, widthMhz: 20, transmitDbm: 20 }],
    }));

  it('tells of all interfaces by adapter; an SSID that looks like a line is none', () => {
    const text =
      'phy#1\n\tInterface ap0\n\t\tifindex 4\n\t\twdev 0x1\n\t\taddr dc:a6:32:00:00:01\n\t\tssid x\\x0atype mesh point\n\t\ttype AP\n\t\tchannel 1 (2412 MHz), width: 20 MHz, center1: 2412 MHz\nphy#0\n\tInterface mesh0\n\t\ttype mesh point\n';
    expect(iw.interfaces(text).value).toEqual([
      { name: 'ap0', type: 'AP', mac: 'dc:a6:32:00:00:01', phy: 1, ssid: 'x\\x0atype mesh point', frequencyMhz: 2412, channel: 1, widthMhz: 20 },
      { name: 'mesh0', type: 'mesh point', phy: 0 },
    ]);
  });

  it('tells parameters, or prints a list of names instead', () => {
    expect(iw.meshParameters('mesh_retry_timeout = 100 milliseconds\nmesh_fwding = 0\nmesh_rssi_threshold = -80 dBm\n').value).toEqual({
      mesh_retry_timeout: 100,
      mesh_fwding: 0,
      mesh_rssi_threshold: -80,
    });
    expect(iw.meshParameters(capture('meshparam')).problem).toBe('prints its usage');
  });

  it('tells what an adapter can do, by the index of it', () => {
    const text = `Wiphy usbradio
\twiphy index: 3
\tmax # scan SSIDs: 4
\tSupported Ciphers:
\t\t* CCMP-128 (00-0f-ac:4)
\tSupported interface modes:
\t\t * managed
\t\t * AP
\t\t * mesh point
\tBand 1:
\t\tCapabilities: 0x1ff
\t\tBitrates (non-HT):
\t\t\t* 1.0 Mbps (short preamble supported)
\t\tFrequencies:
\t\t\t* 2412 MHz [1] (20.0 dBm)
\t\t\t* 2467 MHz [12] (20.0 dBm) (no IR)
\t\t\t* 2484 MHz [14] (disabled)
\tBand 2:
\t\tFrequencies:
\t\t\t* 5180 MHz [36] (23.0 dBm)
\t\t\t* 5260 MHz [52] (20.0 dBm) (radar detection)
\tsoftware interface modes (can always be added):
\t\t * AP/VLAN
\t\t * monitor
\tDevice supports SAE with AUTHENTICATE command
\tMaximum associated stations in AP mode: 8
`;
    expect(phys(text)).toEqual({ value: [{ number: 3, modes: ['managed', 'AP', 'mesh point'], frequenciesMhz: [2412, 5180], sae: true, stationsMax: 8 }] });
  });

  it('tells the country', () => {
    expect(iw.country('global\ncountry DE: DFS-ETSI\n\t(2400 - 2483 @ 40), (N/A, 20), (N/A)\n').value).toBe('DE');
    expect(iw.country('global\ncountry 00: DFS-UNSET\n').value).toBe('00');
    expect(iw.country('').problem).toBe('tells no country');
  });
});

describe('hostapd_cli and wpa_cli', () => {
  it('tell who came by SAE', () => {
    expect(allStations(capture('ap_allsta')).value).toEqual([
      { mac: '02:00:00:00:06:00', authorized: true, protectedManagement: true, saeGroup: 19, signalDbm: -30, connectedSeconds: 5, inactiveMs: 240 },
    ]);
    expect(allStations(capture('wpa_allsta')).value.map(({ mac, saeGroup }) => [mac, saeGroup])).toEqual([
      ['02:00:00:00:00:00', 19],
      ['02:00:00:00:02:00', 19],
    ]);
  });

  it('tell the state', () => {
    expect(supplicantStatus(capture('wpa_status')).value).toEqual({ state: 'COMPLETED', mode: 'mesh', ssid: 'labmesh', frequencyMhz: 2437 });
    expect(supplicantStatus(capture('sta_status')).value).toMatchObject({ state: 'COMPLETED', mode: 'station', ssid: 'LabAP' });
    expect(supplicantStatus('FAIL\n').problem).toBe('tells no state');
  });
});

describe('wg and ip', () => {
  it('tell tunnels without keys that are nobody else’s', () => {
    const secret = 'cHJpdmF0ZS1wcml2YXRlLXByaXZhdGUtcHJpdmF0ZTA=';
    const [own, other] = ['TcjBEPeOeov04i87R4DTlUc+jdnYXvYuWO8cnOfK5TE=', '051WwUles06l7HgvhNmYMGw/WvFzIDOcRJ3NKnoJSgU='];
    const text = `wg-up\t${secret}\t${own}\t51820\toff\nwg-up\t${other}\t${secret}\t10.50.0.4:51820\t10.60.0.4/32,fd00::/64\t1795352403\t476\t712\t5\nwg-up\t${own}\t(none)\t(none)\t(none)\t0\t0\t0\toff\n`;
    const { value } = wireguard(text);
    expect(value).toEqual([
      {
        name: 'wg-up',
        publicKey: own,
        listenPort: 51820,
        peers: [
          {
            publicKey: other,
            endpoint: '10.50.0.4:51820',
            allowedIps: ['10.60.0.4/32', 'fd00::/64'],
            handshakeAt: 1_795_352_403,
            receivedBytes: 476,
            sentBytes: 712,
          },
          { publicKey: own, allowedIps: [], receivedBytes: 0, sentBytes: 0 },
        ],
      },
    ]);
    expect(JSON.stringify(value)).not.toContain(secret);
  });

  it('tell interfaces, addresses and machines', () => {
    const link = {
      ifname: 'mesh0',
      flags: ['BROADCAST', 'UP', 'LOWER_UP'],
      mtu: 1532,
      master: 'bat0',
      address: '02:00:00:00:00:00',
      permaddr: '02:00:00:00:00:01',
      linkinfo: { info_kind: 'batadv' },
      addr_info: [{ family: 'inet6', local: 'fe80::ff:fe00:0', prefixlen: 64 }, { local: 'x' }],
      stats64: { rx: { bytes: 5, errors: 1 }, tx: { bytes: 6, errors: 2, dropped: 3 } },
    };
    expect(links(JSON.stringify([link])).value).toEqual([
      {
        name: 'mesh0',
        mac: '02:00:00:00:00:00',
        permanentMac: '02:00:00:00:00:01',
        mtu: 1532,
        up: true,
        carrier: true,
        kind: 'batadv',
        master: 'bat0',
        addresses: [{ address: 'fe80::ff:fe00:0', prefix: 64 }],
        receivedBytes: 5,
        sentBytes: 6,
        receiveErrors: 1,
        sendErrors: 2,
        sendDropped: 3,
      },
    ]);
    expect(
      neighbourTable(
        JSON.stringify([
          { dst: 'fe80::ff:fe00:100', dev: 'mesh0', lladdr: '02:00:00:00:01:00', state: ['STALE'] },
          { dst: '192.168.1.3', dev: 'eth0', state: ['FAILED'] },
        ]),
      ),
    ).toEqual({
      value: [{ address: 'fe80::ff:fe00:100', mac: '02:00:00:00:01:00', interface: 'mesh0' }],
    });
    expect(
      hardware('mesh0 driver=mt76x2u phy=phy1 modalias=usb:v0E8Dp7612d0100dc00 speed=\neth0 driver=bcmgenet phy= modalias=of:N speed=1000\n../x driver=a\n')
        .value,
    ).toEqual([
      { name: 'mesh0', driver: 'mt76x2u', usb: '0e8d:7612', phy: 1 },
      { name: 'eth0', driver: 'bcmgenet', speedMbit: 1000 },
    ]);
  });
});

describe('whatever is printed', () => {
  const parsers = {
    ...batman,
    allStations,
    supplicantStatus,
    hardware,
    links,
    neighbourTable,
    interfaces: iw.interfaces,
    stations: iw.stations,
    meshParameters: iw.meshParameters,
    country: iw.country,
    phys,
    wireguard,
  };
  const captures = [
    'ap_allsta',
    'ap_station',
    'bat_mesh_json',
    'bat_neighbors_json',
    'bat_originators_json',
    'bat_statistics',
    'bat_transtable_global_json',
    'iwinfo',
    'meshparam',
    'station_dump',
    'wpa_allsta',
    'wpa_status',
  ].map(capture);
  const mutated = fc
    .tuple(fc.constantFrom(...captures), fc.nat(), fc.nat(200), fc.string({ unit: 'binary', maxLength: 40 }))
    .map(([text, at, length, other]) => {
      const start = at % Math.max(1, text.length);
      return text.slice(0, start) + other + text.slice(start + length);
    });
  const rows = fc.json({ maxDepth: 3 }).map((json) => `[${json}]`);

  it.each(Object.entries(parsers))('%s reads or says why not', (_, parse) => {
    fc.assert(
      fc.property(fc.oneof(mutated, rows, fc.string({ unit: 'binary' })), (text) => {
        const { value, problem } = parse(text) as { value: unknown; problem?: string };
        expect(problem === undefined || problem.length < 200).toBe(true);
        // What came by air may be shown and logged.
        // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the test
        expect(JSON.stringify(value ?? null)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]|\\u00[01]|\\[nrtbf]/);
      }),
      { numRuns: 300 },
    );
  });
});
