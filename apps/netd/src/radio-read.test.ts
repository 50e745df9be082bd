import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSnapshot, type RadioSnapshot, radioView } from '@energymesh/network';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../../..');
const script = join(repository, 'provisioning/files/usr/lib/energymesh/radio-read');
const capture = (name: string): string => readFileSync(join(repository, 'packages/network/fixtures', `${name}.txt`), 'utf8');

/** The reader in a folder: programs that print what they are told to, a /sys with two radios. */
class Lab implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'energymesh-read-'));
  readonly programs: Record<string, [pattern: string, output: string, exit?: number][]> = {};

  answer(program: string, pattern: string, output: string | Buffer, exit = 0): void {
    const rules = this.programs[program] ?? [];
    this.programs[program] = rules;
    const file = join(this.root, `${program}-${rules.length}`);
    writeFileSync(file, output);
    rules.push([pattern, file, exit]);
  }

  read(): string {
    const bin = join(this.root, 'bin');
    mkdirSync(bin, { recursive: true });
    for (const [program, rules] of Object.entries(this.programs)) {
      const cases = rules.map(([pattern, file, exit]) => `  ${pattern.replaceAll(' ', '\\ ')}) cat ${file}; exit ${exit} ;;`).join('\n');
      writeFileSync(join(bin, program), `#!/bin/sh\ncase "$*" in\n${cases}\nesac\nexit 9\n`);
      chmodSync(join(bin, program), 0o755);
    }
    for (const [name, phy] of [
      ['wlan0', 'phy0'],
      ['wlan5', 'phy1'],
    ] as const) {
      mkdirSync(join(this.root, 'sys', name, 'device'), { recursive: true });
      symlinkSync(`../../${phy}`, join(this.root, 'sys', name, 'phy80211'));
      symlinkSync('../../../mt76x2u', join(this.root, 'sys', name, 'device/driver'));
      mkdirSync(join(this.root, phy), { recursive: true });
    }
    const file = join(this.root, 'radio.json');
    const { status, stderr } = spawnSync('sh', [script, '--once'], {
      encoding: 'utf8',
      env: {
        EM_RADIO_FILE: file,
        EM_RADIO_WORK: join(this.root, 'work'),
        EM_RADIO_PATH: `${bin}:/usr/bin:/bin`,
        EM_RADIO_SYS: join(this.root, 'sys'),
        EM_RADIO_CONTROL: join(this.root, 'control'),
      },
    });
    if (status !== 0) throw new Error(stderr);
    return readFileSync(file, 'utf8');
  }

  snapshot(): RadioSnapshot {
    const snapshot = parseSnapshot(this.read());
    if (typeof snapshot === 'string') throw new Error(snapshot);
    return snapshot;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

function lab(): Lab {
  const one = new Lab();
  one.answer(
    'ip',
    '-j -s -d addr',
    JSON.stringify([
      { ifname: 'wlan0', mtu: 1532, flags: ['UP', 'LOWER_UP'], master: 'bat0', address: '02:00:00:00:00:00' },
      { ifname: 'bat0', mtu: 1500, flags: [], linkinfo: { info_kind: 'batadv' } },
    ]),
  );
  one.answer('ip', '-j neigh', '[]');
  one.answer('ip', '-o link show type batadv', '3: bat0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n');
  one.answer('iw', 'dev', 'phy#0\n\tInterface wlan0\n\t\taddr 02:00:00:00:00:00\n\t\ttype mesh point\nphy#1\n\tInterface wlan5\n\t\ttype AP\n');
  one.answer('iw', 'phy', 'Wiphy phy0\n\twiphy index: 0\n\tSupported interface modes:\n\t\t * AP\n\t\t * mesh point\n');
  one.answer('iw', 'reg get', 'global\ncountry DE: DFS-ETSI\n');
  one.answer('iw', 'dev wlan0 station dump', capture('station_dump'));
  one.answer('iw', 'dev wlan5 station dump', capture('ap_station'));
  const batctl = {
    mesh_json: 'bat_mesh_json',
    hardifs_json: 'bat_hardifs_json',
    neighbors_json: 'bat_neighbors_json',
    originators_json: 'bat_originators_json',
    gateways_json: 'bat_gateways_json',
    transtable_global_json: 'bat_transtable_global_json',
    statistics: 'bat_statistics',
  };
  for (const [command, name] of Object.entries(batctl)) one.answer('batctl', `meshif bat0 ${command}`, capture(name));
  return one;
}

describe('the reader', () => {
  it('copies what the programs print, and the agent reads it', () => {
    using one = lab();
    const snapshot = one.snapshot();
    expect(snapshot.outputs['stations@wlan0']).toEqual({ exit: 0, text: capture('station_dump') });
    expect(snapshot.outputs['batman-statistics@bat0']).toEqual({ exit: 0, text: capture('bat_statistics') });
    const view = radioView(snapshot, snapshot.uptimeSeconds + 1);
    expect(view.problems).toEqual([]);
    expect(view).toMatchObject({
      stale: false,
      country: 'DE',
      meshPeers: [{ mac: '02:00:00:00:01:00', alive: true, lastSeenMs: 1410, addresses: ['fe80::ff:fe00:100'] }],
      accessPointClients: [{ mac: '02:00:00:00:06:00' }],
      batman: [{ interface: 'bat0', neighbours: [{ mac: '02:00:00:00:01:00', tq: 226, alive: true }], counters: { sentFrames: 9 } }],
    });
    expect(view.interfaces[0]).toMatchObject({ name: 'wlan0', kindOfUse: 'mesh', hardware: { driver: 'mt76x2u', phy: 0 } });
  });

  it('listens for meshes with a radio that nobody uses, while this node is in none', () => {
    using one = lab();
    one.answer('iw', 'dev wlan0 info', 'Interface wlan0\n\ttype managed\n');
    one.answer('iw', 'dev wlan5 info', 'Interface wlan5\n\tssid EnergyMesh\n\ttype AP\n');
    one.answer('ip', 'link set dev wlan0 up', '');
    one.answer('iw', 'dev wlan0 scan trigger', '');
    one.answer('iw', 'dev wlan0 scan dump', 'BSS 02:00:00:00:01:00(on wlan0)\n\tfreq: 2412\n\tsignal: -50.00 dBm\n\tMESH ID: mill-lane\n');
    const snapshot = one.snapshot();
    expect(radioView(snapshot, snapshot.uptimeSeconds).heardMeshes).toEqual([{ id: 'mill-lane', signalDbm: -50, channel: 1, secured: false, stations: 1 }]);
    expect(Object.keys(snapshot.outputs)).not.toContain('scan@wlan5');
  });

  it.each([true, false])('listens for nothing with a radio that is a station, nor with any while this node is in a mesh (%s)', async (meshing) => {
    using one = lab();
    one.answer('iw', 'dev wlan0 info', 'Interface wlan0\n\ttype managed\n');
    one.answer('iw', 'dev wlan5 info', 'Interface wlan5\n\ttype managed\n\tssid House\n');
    mkdirSync(join(one.root, 'control/mesh'), { recursive: true });
    const socket = createServer();
    if (meshing) await new Promise<void>((resolve) => socket.listen(join(one.root, 'control/mesh/mesh0'), () => resolve()));
    const topics = Object.keys(one.snapshot().outputs).filter((topic) => topic.startsWith('scan@'));
    if (meshing) await new Promise((resolve) => socket.close(resolve));
    expect(topics).toEqual(meshing ? [] : ['scan@wlan0']);
  });

  it('writes JSON whatever is printed', () => {
    using one = lab();
    const hostile = Buffer.concat([
      Buffer.from('Station "},"version":9,"x":"\\u0000\\" \\n &|$(reboot) `reboot` %s %n\t\r\n'),
      Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
      Buffer.from('\n\\'),
    ]);
    one.programs.iw = [];
    for (const command of ['dev', 'phy', 'reg get', 'dev wlan0 station dump', 'dev wlan5 station dump']) one.answer('iw', command, hostile);
    const text = one.snapshot().outputs['stations@wlan0']?.text ?? '';
    expect(text.split('\n')[0]).toBe('Station "},"version":9,"x":"\\u0000\\" \\n &|$(reboot) `reboot` %s %n\t?');
    expect(text).toMatch(/^[\t\n\x20-\x7e]*$/);
  });

  it('writes JSON that the agent reads, without a control character, from any bytes that come by air', () => {
    // Bytes, lines and quotes, and real output with bytes replaced: what a driver prints of a stranger's frame.
    const real = fc
      .tuple(fc.constantFrom('station_dump', 'bat_originators_json', 'wpa_allsta'), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 40 }))
      .map(([name, changes]) => {
        const bytes = Buffer.from(capture(name));
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return bytes;
      });
    const bytes = fc.uint8Array({ maxLength: 400 }).map((one) => Buffer.from(one));
    const odd = fc.array(fc.constantFrom('"', '\\', '\n', '\r', '\0', '\t', '},', '$(reboot)', '`', '%s', '\u2028', '\x7f'), { maxLength: 60 });
    const printed = fc.oneof(
      bytes,
      real,
      odd.map((parts) => Buffer.from(parts.join(''))),
    );
    fc.assert(
      fc.property(fc.array(printed, { minLength: 1, maxLength: 4 }), (outputs) => {
        using one = lab();
        let next = 0;
        for (const rules of Object.values(one.programs)) for (const [, file] of rules) writeFileSync(file, outputs[next++ % outputs.length] as Buffer);
        const snapshot = one.snapshot();
        for (const { text } of Object.values(snapshot.outputs)) expect(text).toMatch(/^[\t\n\x20-\x7e]*$/);
        radioView(snapshot, snapshot.uptimeSeconds + 1);
      }),
      { numRuns: 12 },
    );
  });

  it('tells who failed, and cuts who says too much', () => {
    using one = lab();
    one.programs.batctl = [];
    one.answer('batctl', '*', 'Error - interface bat0 is not present\n', 1);
    one.programs.iw = one.programs.iw?.filter(([pattern]) => pattern !== 'phy') ?? [];
    one.answer('iw', 'phy', 'x'.repeat(3_000_000));
    const snapshot = one.snapshot();
    expect(snapshot.outputs['iw-phy']?.text.length).toBe(524_289);
    expect(snapshot.outputs['batman-neighbours@bat0']?.exit).toBe(1);
    expect(radioView(snapshot, snapshot.uptimeSeconds).problems).toContain('batman-neighbours@bat0: ended with 1');
  });

  it('never copies a key of WireGuard', () => {
    using one = lab();
    const [secret, shown] = ['cHJpdmF0ZS1wcml2YXRlLXByaXZhdGUtcHJpdmF0ZTA=', '051WwUles06l7HgvhNmYMGw/WvFzIDOcRJ3NKnoJSgU='];
    one.answer(
      'wg',
      'show all dump',
      `wg-up\t${secret}\t${shown}\t51820\toff\nwg-up\t${shown}\t${secret}\t10.50.0.4:51820\t10.60.0.4/32\t0\t1\t2\toff\nodd ${secret}\n`,
    );
    const text = one.read();
    expect(text).not.toContain(secret);
    const snapshot = parseSnapshot(text) as RadioSnapshot;
    expect(radioView(snapshot, 0).wireguard).toMatchObject([{ name: 'wg-up', publicKey: shown, peers: [{ endpoint: '10.50.0.4:51820', sentBytes: 2 }] }]);
  });

  it('keeps the old file when it cannot write a new one', () => {
    using one = lab();
    const before = one.read();
    mkdirSync(join(one.root, 'radio.json.new'));
    expect(() => one.read()).toThrow();
    expect(readFileSync(join(one.root, 'radio.json'), 'utf8')).toBe(before);
  });
});
