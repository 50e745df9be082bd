import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NetworkStateInput, parseNetworkState } from '../desired.ts';
import { accessPointPassphrase, everything, meshPassphrase, state } from '../state.fixture.ts';
import { standardOptions } from './file.ts';
import { landing, render } from './render.ts';

const wifiClient: NetworkStateInput = {
  version: 1,
  country: 'US',
  mesh: { id: 'mill-lane', passphrase: meshPassphrase, channel: 149, batman: { algorithm: 'BATMAN_V', bridgeLoopAvoidance: true } },
  ap: { ssid: 'Setup', passphrase: accessPointPassphrase, profile: 'sae-transition', channel: 36, portal: false, hidden: true, clientsMax: 30 },
  uplink: {
    kind: 'wifi',
    ssid: 'Home; sweet',
    passphrase: ' back\\slash',
    ipv4: { address: '192.168.1.20/24', gateway: '192.168.1.1', dns: ['192.168.1.1', '9.9.9.9'] },
  },
  gateway: { mode: 'client' },
  ssh: true,
};
const nothing: NetworkStateInput = { version: 1, country: 'DE', lan: [] };
const cases = { everything, 'wifi-client': wifiClient, nothing } as const;

const names = (path: string) => path.slice(1).replaceAll('/', '_');

describe('rendering', () => {
  for (const [name, input] of Object.entries(cases))
    for (const file of render(state(input)).files)
      it(`${name}: ${file.path}`, () => expect(file.text).toMatchFileSnapshot(join(import.meta.dirname, '../../golden', name, names(file.path))));

  it('says which units shall run, in order, with the files that they read', () => {
    expect(render(state()).units.map((unit) => unit.name)).toEqual([
      'energymesh-firewall.service',
      'energymesh-mesh@mesh0.service',
      'energymesh-batman@mesh0.service',
      'energymesh-dhcp@bat0.service',
      'energymesh-ap@ap0.service',
      'energymesh-dhcp@ap0.service',
      'energymesh-wireguard@wg-up.service',
      'energymesh-wireguard@wg-mesh.service',
    ]);
    expect(render(state(nothing)).units.map((unit) => unit.name)).toEqual(['energymesh-firewall.service']);
    for (const input of Object.values(cases)) {
      const { files, units } = render(state(input));
      for (const path of units.flatMap((unit) => unit.files)) expect(files.map((file) => file.path)).toContain(path);
    }
  });

  it('keeps secrets in files for root alone', () => {
    for (const input of Object.values(cases))
      for (const { text, mode, path } of render(state(input)).files)
        if (/passphrase|psk=|sae_password/i.test(text) || /wg-.*conf$/.test(path)) expect({ path, mode }).toEqual({ path, mode: 0o600 });
  });

  it('puts a file into the generation or where the host looks for it, and would find it again there', () => {
    for (const input of Object.values(cases))
      for (const { path } of render(state(input)).files) {
        const folder = path.slice(0, path.lastIndexOf('/'));
        const ours = landing.some((place) => place.folder === folder && place.ours.test(path.slice(folder.length + 1)));
        expect({ path, known: ours || folder === standardOptions.folder }).toEqual({ path, known: true });
      }
  });

  it('never lets a value become a line or a directive of its own', () => {
    const printable = fc.string({ unit: fc.constantFrom(...'ab "\'\\#=;|$`{}[]()<>&%!,:~', '\\n', '%s', '|id=', '" #', 'P"'), minLength: 1, maxLength: 16 });
    const broken = fc.string({ unit: fc.constantFrom(...'ab\n\r\t\0\x7f\x85\u2028é🔒', '\nsae_password='), minLength: 1, maxLength: 16 });
    const benign = render(state(wifiClient)).files;
    const counts = { rendered: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.oneof(printable, broken),
        fc.constantFrom('mesh.id', 'mesh.passphrase', 'ap.ssid', 'ap.passphrase', 'uplink.ssid', 'uplink.passphrase'),
        (text, field) => {
          const [part, key] = field.split('.') as ['mesh' | 'ap' | 'uplink', string];
          const value = key === 'passphrase' ? text.padEnd(12, text) : text;
          const parsed = parseNetworkState({ ...wifiClient, [part]: { ...wifiClient[part], [key]: value } });
          if (!parsed.ok) {
            counts.refused++;
            return;
          }
          counts.rendered++;
          const { files } = render(parsed.state);
          expect(files.map(({ path }) => path)).toEqual(benign.map(({ path }) => path));
          for (const [i, file] of files.entries()) expect(directives(file.text)).toEqual(directives(benign[i]?.text ?? ''));
        },
      ),
      { numRuns: 1000 },
    );
    expect(counts.rendered).toBeGreaterThan(200);
    expect(counts.refused).toBeGreaterThan(200);
  });

  it('keeps every byte of a value', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'aé"#\\| '), minLength: 3, maxLength: 10 }),
        fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), minLength: 12, maxLength: 63 }),
        (name, key) => {
          const files = new Map(
            render(
              state({
                ...wifiClient,
                mesh: { id: name, passphrase: key },
                ap: { ssid: name, passphrase: key },
                uplink: { kind: 'wifi', ssid: name, passphrase: key },
              }),
            ).files.map((file) => [file.path.split('/').at(-1), file.text]),
          );
          const value = (file: string, pattern: RegExp) => pattern.exec(files.get(file) ?? '')?.[1] ?? '';
          const hex = (digits: string) => Buffer.from(digits, 'hex').toString();
          expect(hex(value('wpa_supplicant-mesh0.conf', /^\tssid=(.*)$/m))).toBe(name);
          expect(hex(value('wpa_supplicant-mesh0.conf', /^\tsae_password=(.*)$/m))).toBe(key);
          expect(hex(value('hostapd-ap0.conf', /^ssid2=(.*)$/m))).toBe(name);
          expect(value('hostapd-ap0.conf', /^wpa_passphrase=(.*)$/m)).toBe(key);
          const profile = 'energymesh-uplink.nmconnection';
          expect(
            Buffer.from(
              value(profile, /^ssid=(.*);$/m)
                .split(';')
                .map(Number),
            ).toString(),
          ).toBe(name);
          expect(value(profile, /^psk=(.*)$/m).replace(/\\(.)/g, (_, escaped: string) => (escaped === 's' ? ' ' : escaped))).toBe(key);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives the same bytes for the same state', () => expect(render(state())).toEqual(render(state(JSON.parse(JSON.stringify(state()))))));
});

/** What is left of a file without its values: a line more, or another key, shows. */
const directives = (text: string): string[] =>
  text.split('\n').map((line) => (line.startsWith('#') || line.startsWith('\t#') ? '#' : line.replace(/=.*$/s, '=')));

const works = (program: string, args: readonly string[], input = ''): boolean =>
  spawnSync(program, args, { input, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
const nft = works('nft', ['-c', '-f', '-'], 'table inet energymesh-probe {\n}\n');
const dnsmasq = works('dnsmasq', ['--version']);

describe.each(Object.entries(cases))('what programs say to it: %s', (_, input) => {
  const check = (pattern: RegExp, program: string, args: (path: string) => readonly string[]): string[] => {
    const folder = mkdtempSync(join(tmpdir(), 'energymesh-render-'));
    try {
      return render(state(input)).files.flatMap(({ path, text }) => {
        if (!pattern.test(path)) return [];
        const file = join(folder, names(path));
        writeFileSync(file, text);
        const { status, stderr } = spawnSync(program, [...args(file)], { encoding: 'utf8' });
        return [`${names(path)}: ${status === 0 ? 'ok' : stderr}`];
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  // Both need their program, and nft the right to talk to the kernel: where that is missing they are the radio lab's to show.
  it.runIf(nft)('nft takes the rules', () =>
    expect(check(/nftables\.conf$/, 'nft', (path) => ['-c', '-f', path])).toEqual(['etc_energymesh_network_nftables.conf: ok']),
  );
  it.runIf(dnsmasq)('dnsmasq takes its files', () =>
    expect(check(/dnsmasq-/, 'dnsmasq', (path) => ['--test', '-C', path]).filter((line) => !line.endsWith(': ok'))).toEqual([]),
  );
});
