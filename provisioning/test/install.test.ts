import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

/** What install.sh says to arguments and files, without a machine to install on; the virtual Pi runs the rest of it. */
const script = join(import.meta.dirname, '../install.sh');
const folder = mkdtempSync(join(tmpdir(), 'energymesh-install-'));
afterAll(() => rmSync(folder, { recursive: true }));
const install = (...args: string[]) => spawnSync(script, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

test.each([
  [['--verbose'], 'there is no option --verbose'],
  [['--package'], '--package needs a value'],
  [['--country', 'de'], '--country de: two capital letters'],
  [['--country', 'DEU'], 'two capital letters'],
  [['--purge'], '--purge goes with --uninstall'],
  [['--mesh-interface', 'wlan0;reboot'], 'no name of a network interface'],
  [['--name', 'a\nb'], '--name: at most 40 characters'],
  [['--name', '"quoted'], 'without quotes'],
])('%j is refused with what is wrong, and with what there is', (args, reason) => {
  const { status, stderr, stdout } = install(...args);
  expect(status).toBe(64);
  expect(stderr).toContain(reason);
  expect(stderr).toContain('--dry-run');
  expect(stdout).toBe('');
});

test('--help lists every option that is read', () => {
  const { status, stdout } = install('--help');
  expect(status).toBe(0);
  const text = readFileSync(script, 'utf8');
  const options = [...text.slice(text.indexOf('read_arguments()'), text.indexOf('# --- checks')).matchAll(/--[a-z-]+(?= ?[|)])/g)].map(([option]) => option);
  expect(options).toEqual(expect.arrayContaining(['--package', '--invite', '--yes', '--dry-run', '--uninstall', '--purge', '--country']));
  for (const option of options.filter((one) => one !== '--help')) expect(stdout).toContain(option);
});

test('what is no package and what is no invite is named, together with everything else that is wrong, and nothing is changed', () => {
  const [deb, invite] = [join(folder, 'energymesh.deb'), join(folder, 'invite.txt')];
  writeFileSync(deb, 'not a package');
  writeFileSync(invite, 'Dear neighbour,\n');
  const { status, stderr } = install('--yes', '--package', deb, '--invite', invite);
  if (process.getuid?.() === 0) {
    expect(status).toBe(69);
    expect(stderr).toContain('This machine cannot be a node as it is');
    expect(stderr).toContain(`${deb} is no energymesh package`);
    expect(stderr).toContain(`${invite} holds no invite`);
  } else {
    expect(status).toBe(64);
    expect(stderr).toContain('needs root');
  }
});
