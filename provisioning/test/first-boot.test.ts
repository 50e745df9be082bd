import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { parseNetworkState } from '../../packages/network/src/index.ts';

const script = join(import.meta.dirname, '../files/usr/lib/energymesh/first-boot');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A Pi's folders, with a built-in radio that is ap0 and a USB adapter that is mesh0, unless told. */
function pi({ invite, radios = { ap0: 'dc:a6:32:12:34:56', mesh0: '00:c0:ca:12:34:56' } }: { invite?: string; radios?: Record<string, string> }) {
  const root = mkdtempSync(join(tmpdir(), 'energymesh-first-boot-'));
  folders.push(root);
  for (const name of ['etc', 'boot', 'setup']) mkdirSync(join(root, name));
  for (const [name, mac] of Object.entries(radios)) {
    mkdirSync(join(root, 'net', name, 'phy80211'), { recursive: true });
    mkdirSync(join(root, 'net', name, 'device'));
    // What an interface has at the moment is NetworkManager's random choice.
    writeFileSync(join(root, 'net', name, 'address'), '46:a8:91:f2:00:29\n');
    writeFileSync(join(root, 'net', name, 'phy80211/macaddress'), `${mac}\n`);
  }
  mkdirSync(join(root, 'net/end0/device'), { recursive: true });
  if (invite !== undefined) writeFileSync(join(root, 'boot/energymesh-invite.txt'), invite);
  const run = () => {
    const user = process.getuid?.() ?? 0;
    const at = (name: string) => join(root, name);
    return spawnSync(script, {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        ENERGYMESH_ETC: at('etc'),
        ENERGYMESH_SETUP: at('setup'),
        ENERGYMESH_ISSUE: at('issue.d/energymesh.issue'),
        ENERGYMESH_BOOT: at('boot'),
        ENERGYMESH_OWNER: String(user),
        ENERGYMESH_NET: at('net'),
        ENERGYMESH_CONFIRMED: at('journal.json'),
      },
    });
  };
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  return { root, run, read, mode: (path: string) => statSync(join(root, path)).mode & 0o777 };
}

test('an invite on the boot partition is taken, kept from others, and wiped', () => {
  const { root, run, read, mode } = pi({ invite: '\ufeffname: Mill Lane 4\r\ncountry: DE\r\nEM1-abc\r\nDEF\r\n' });
  const { status, stderr } = run();
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(read('etc/invite')).toBe('EM1-abc\nDEF\n');
  expect(mode('etc/invite')).toBe(0o600);
  expect(read('etc/agent.env')).toContain(`EM_NAME=Mill Lane 4\nEM_INVITE=${root}/etc/invite\n`);
  expect(readdirSync(join(root, 'boot'))).toEqual(['energymesh-first-boot.txt']);
  expect(read('boot/energymesh-first-boot.txt')).toContain('invite taken');
});

test('what happened is told without a secret', () => {
  const invite = 'country: DE\nap-key: sunflower-hinge-88\nmesh-id: mill-lane\nmesh-passphrase: lantern-orchard-7421\nEM1-canary\n';
  const { run, read } = pi({ invite });
  const said = run().stdout + read('boot/energymesh-first-boot.txt');
  for (const secret of ['sunflower', 'lantern', 'EM1-canary']) expect(said).not.toContain(secret);
});

test('the first network: country, names by address, an access point with a key of its own', () => {
  const { run, read, mode } = pi({ invite: 'country: DE\nEM1-x\n' });
  run();
  const network = JSON.parse(read('etc/network-initial.json'));
  expect(network).toMatchObject({
    version: 1,
    country: 'DE',
    names: [
      { name: 'mesh0', mac: '00:c0:ca:12:34:56' },
      { name: 'ap0', mac: 'dc:a6:32:12:34:56' },
    ],
    lan: ['end0'],
    ap: { ssid: 'EnergyMesh-3456', passphrase: expect.stringMatching(/^[a-km-np-z2-9]{16}$/) },
  });
  expect(network.mesh).toBeUndefined();
  for (const path of ['etc/network-initial.json', 'setup/ap-key', 'issue.d/energymesh.issue']) expect(mode(path), path).toBe(0o600);
});

test('two nodes never have the same key, and one node keeps its own', () => {
  const one = pi({ invite: 'country: DE\n' });
  const other = pi({ invite: 'country: DE\n' });
  one.run();
  other.run();
  const key = one.read('setup/ap-key');
  expect(key).not.toBe(other.read('setup/ap-key'));
  one.run();
  expect(one.read('setup/ap-key')).toBe(key);
});

test('the mesh of the community from the file', () => {
  const { run, read } = pi({ invite: 'country: DE\nmesh-id: mill lane\nmesh-passphrase: lantern orchard 7421\nEM1-x\n' });
  run();
  expect(JSON.parse(read('etc/network-initial.json'))).toMatchObject({
    mesh: { id: 'mill lane', passphrase: 'lantern orchard 7421' },
    gateway: { mode: 'client' },
  });
});

test.each(['"quoted-passphrase"', 'back\\slash-passphrase', 'short', 'x'.repeat(64), 'umlaut-ü-passphrase'])(
  'a passphrase that would not be read as it is meant: %s',
  (value) => {
    const { run, read } = pi({ invite: `country: DE\nmesh-id: m\nmesh-passphrase: ${value}\nap-key: ${value}\nEM1-x\n` });
    expect(run().status).toBe(0);
    const network = JSON.parse(read('etc/network-initial.json'));
    expect(network.mesh).toBeUndefined();
    expect(network.ap.passphrase).toMatch(/^[a-z2-9]{16}$/);
  },
);

test('without a country no radio is turned on', () => {
  const { root, run } = pi({ invite: 'EM1-x\n' });
  expect(run().stdout).toContain('radios stay off');
  expect(existsSync(join(root, 'etc/network-initial.json'))).toBe(false);
});

test('a network that was confirmed once is not prepared again', () => {
  const { root, run } = pi({ invite: 'country: DE\n' });
  writeFileSync(join(root, 'journal.json'), '{}');
  run();
  expect(existsSync(join(root, 'etc/network-initial.json'))).toBe(false);
});

test('the radios that install.sh chose go before names', () => {
  const { root, run, read } = pi({ invite: 'country: DE\n', radios: { wlan0: '02:00:00:00:00:00', wlan1: '02:00:00:00:01:00', wlan2: '02:00:00:00:02:00' } });
  writeFileSync(join(root, 'setup/mesh0-mac'), '02:00:00:00:02:00\n');
  writeFileSync(join(root, 'setup/ap0-mac'), '02:00:00:00:00:00\n');
  run();
  expect(JSON.parse(read('etc/network-initial.json')).names).toEqual([
    { name: 'mesh0', mac: '02:00:00:00:02:00' },
    { name: 'ap0', mac: '02:00:00:00:00:00' },
  ]);
});

test('hostile files are left alone: a link, something huge', () => {
  const { root, run } = pi({ invite: `EM1-${'x'.repeat(20_000)}` });
  expect(run().stdout).toContain('larger than an invite');
  expect(existsSync(join(root, 'etc/invite'))).toBe(false);
  expect(existsSync(join(root, 'boot/energymesh-invite.txt'))).toBe(true);
});

test.each([
  ['Mühlgasse 4', true],
  ['"Mill Lane 4', false],
  ["Miller's", false],
  ['Mill Lane 4\\', false],
  ['x'.repeat(41), false],
])('a name that systemd reads as it is meant, or none: %s', (name, taken) => {
  const { run, read } = pi({ invite: `name: ${name}\nEM1-x\n` });
  expect(run().stdout.includes('not taken')).toBe(!taken);
  expect(read('etc/agent.env').includes(`EM_NAME=${name}\n`)).toBe(taken);
});

test('whatever lies on the boot partition: the node starts, what is written is plain, and the root helper takes the first network', () => {
  const key = fc.constantFrom('name', 'country', 'ap-key', 'mesh-id', 'mesh-passphrase', 'EM1-', '{', '#');
  const value = fc.oneof(
    fc.string({ maxLength: 70 }),
    fc.stringMatching(/^[ -~]{1,64}$/),
    fc.constantFrom('DE', '$(touch hacked)', '`id`', '../../etc', '"', '\\'),
  );
  const line = fc.tuple(key, fc.constantFrom(': ', ':', ' ', ''), value, fc.constantFrom('\n', '\r\n', '\0', '')).map((parts) => parts.join(''));
  const text = fc.array(line, { maxLength: 8 }).map((lines) => Buffer.from(lines.join('')));
  const bytes = fc.uint8Array({ maxLength: 300 }).map((one) => Buffer.from(one));
  // With a country, so that there is a first network to look at.
  const withCountry = text.map((lines) => Buffer.concat([Buffer.from('country: DE\n'), lines]));
  fc.assert(
    fc.property(fc.oneof(withCountry, text, bytes), (content) => {
      const { root, run, read } = pi({ invite: '' });
      writeFileSync(join(root, 'boot/energymesh-invite.txt'), content);
      const { status, stderr } = run();
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(existsSync(join(root, 'boot/energymesh-invite.txt'))).toBe(false);
      expect(readdirSync(root).sort()).toEqual(['boot', 'etc', 'issue.d', 'net', 'setup']);
      if (existsSync(join(root, 'etc/agent.env'))) expect(read('etc/agent.env')).toMatch(/^(#[^\n]*\n)?(EM_(NAME|INVITE)=[^\n"'\\]+\n)+$/);
      if (existsSync(join(root, 'etc/network-initial.json'))) {
        const parsed = parseNetworkState(JSON.parse(read('etc/network-initial.json')));
        expect(parsed).toMatchObject({ ok: true });
      }
    }),
    { numRuns: 12 },
  );
});
