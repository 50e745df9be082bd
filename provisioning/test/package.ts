/** The package as it is built: twice the same bytes, right modes, no map or test in it, no error of lintian's. The last line is "N passed, N failed". */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Architecture, ownArchitecture } from '../package/arch.ts';
import { buildPackage } from '../package/build-package.ts';
import { releaseOf } from '../package/version.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'energymesh-package-test-'));
let passed = 0;
let failed = 0;
const check = (name: string, problem: string | false): void => {
  if (problem === false) passed++;
  else failed++;
  console.log(problem === false ? `ok ${name}` : `FAILED ${name}: ${problem}`);
};

const own = ownArchitecture() ?? 'amd64';
const release = releaseOf(root);
const build = (name: string, architecture: Architecture): string => buildPackage({ root, out: join(folder, name), architecture, release, level: 0 }).path;
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

try {
  const deb = build('one', own);
  const [one, two] = [sha256(deb), sha256(build('two', own))];
  check('two builds of one commit are the same bytes', one === two ? false : `${one} and ${two}`);

  const lines = execFileSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })
    .trim()
    .split('\n');
  const listed = lines.map((line) => {
    const [mode = '', owner = '', , , , path = ''] = line.split(/\s+/);
    return { mode, owner, path };
  });
  const odd = (wrong: (file: (typeof listed)[number]) => boolean): string | false =>
    listed
      .filter(wrong)
      .map(({ mode, path }) => `${mode} ${path}`)
      .join(', ') || false;
  check(
    "everything is root's, and nobody else may write",
    odd(({ mode, owner }) => owner !== 'root/root' || mode[5] === 'w' || mode[8] === 'w'),
  );
  check(
    'no file that runs as somebody else',
    odd(({ mode }) => /s/i.test(mode.slice(1))),
  );
  check(
    'no source map, no test, no key',
    odd(({ path }) => /\.(map|test\.[a-z]+|pem|key)$/.test(path)),
  );
  const needed = ['usr/lib/energymesh/node', 'usr/lib/energymesh/agent/agent.mjs', 'usr/lib/energymesh/pwa/index.html', 'etc/energymesh/agent.json'];
  check('it is whole', needed.filter((path) => !listed.some((file) => file.path === `./${path}`)).join(', ') || false);

  if (spawnSync('lintian', ['--version'], { stdio: 'ignore' }).status === 0) {
    const { stdout } = spawnSync('lintian', ['--allow-root', '--fail-on', 'error', deb], { encoding: 'utf8' });
    const errors = stdout.split('\n').filter((line) => line.startsWith('E:'));
    check('lintian finds no error', errors.join('\n') || false);
  }
} catch (error) {
  check('the package is built', String(error));
}
rmSync(folder, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
