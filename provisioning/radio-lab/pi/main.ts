/**
 * `npm run virtual-pi -- <scenario>... | all [--json] [--keep] [--installed FOLDER]`: a Raspberry Pi's life on a virtual machine with virtual radios.
 * Builds what it needs once (kernel, card), outside of the repository. docs/install.md names the scenarios.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPackage } from '../../package/build-package.ts';
import { releaseOf } from '../../package/version.ts';
import { kernel, kernelIsBuilt } from '../src/build/built.ts';
import { cacheFolder } from '../src/build/cache.ts';
import { run } from './command.ts';
import { blankCard, type Suite } from './image.ts';
import { Machine } from './machine.ts';
import { type Figures, type Pi, type Scenario, script } from './scenario.ts';
import { installSteps, scenarios } from './scenarios.ts';
import { makeVariants } from './variants.ts';

const root = resolve(import.meta.dirname, '../../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    package: { type: 'string' },
    installed: { type: 'string' },
    can: { type: 'boolean', default: false },
  },
});
const wanted = positionals.includes('all') ? scenarios : scenarios.filter(({ name }) => positionals.includes(name));
if (wanted.length === 0 || positionals.some((name) => name !== 'all' && !scenarios.some((s) => s.name === name))) {
  console.error(`npm run virtual-pi -- <scenario>... | all [--json] [--keep] [--package FILE.deb]\n`);
  for (const { name, tells } of scenarios) console.error(`  ${name.padEnd(18)} ${tells}`);
  process.exit(64);
}
const cache = cacheFolder();
const cannot = reasonAgainst();
if (cannot !== undefined) {
  console.error(`cannot run here: ${cannot}`);
  process.exit(77);
}
if (values.can) process.exit(0);

const tell = (line: string): void => console.error(line);
mkdirSync(cache, { recursive: true });
const runFolder = mkdtempSync(join(tmpdir(), 'energymesh-virtual-pi-'));
const program = await kernel(tell);
await makeVariants(values.package ?? build(), join(runFolder, 'packages'));

const results: { name: string; ok: boolean; seconds: number; figures: Figures; problem?: string }[] = [];
// A card that an earlier run with --keep left: installing again takes minutes.
let installedCard = values.installed;
for (const scenario of wanted) {
  const started = performance.now();
  tell(`=== ${scenario.name}: ${scenario.tells}`);
  try {
    const figures = await live(scenario);
    results.push({ name: scenario.name, ok: true, seconds: (performance.now() - started) / 1000, figures });
  } catch (error) {
    results.push({ name: scenario.name, ok: false, seconds: (performance.now() - started) / 1000, figures: {}, problem: String(error) });
  }
  const { ok, seconds, figures, problem } = results.at(-1) as (typeof results)[number];
  tell(`${ok ? 'ok' : 'FAILED'} ${scenario.name}, ${seconds.toFixed(0)} s ${JSON.stringify(figures)}${problem ? `\n${problem}` : ''}`);
}
if (values.json) console.log(JSON.stringify({ folder: runFolder, results }, null, 2));
const failed = results.filter(({ ok }) => !ok).length;
if (!values.json) console.log(`${results.length - failed} passed, ${failed} failed`);
if (failed === 0 && !values.keep) rmSync(runFolder, { recursive: true });
else tell(`logs and cards: ${runFolder}`);
process.exitCode = failed ? 1 : 0;

/** Why there is no virtual Pi on this machine, in words. */
function reasonAgainst(): string | undefined {
  if (process.arch !== 'x64') return `User-Mode Linux runs on x86-64 only, not on ${process.arch}`;
  if (process.getuid?.() !== 0) return 'needs root: the card is made of Debian packages with their own owners and modes';
  for (const program of ['mmdebstrap', 'mkfs.ext4', 'mkfs.vfat', 'dpkg-scanpackages']) {
    if (spawnSync('sh', ['-c', `command -v ${program} || command -v /usr/sbin/${program}`], { stdio: 'ignore' }).status !== 0) return `needs ${program}`;
  }
  // Asked whether it can, it builds nothing.
  return !values.can || kernelIsBuilt() ? undefined : 'there is no kernel yet: npm run radio-lab -- build';
}

function build(): string {
  const built = spawnSync(process.execPath, ['scripts/build.ts', 'agent', 'page', 'netd'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (built.status !== 0) throw new Error('agent, page and root helper could not be built');
  const release = releaseOf(root);
  tell(`package: energymesh ${release.version}`);
  return buildPackage({ root, out: join(runFolder, 'packages'), architecture: 'amd64', release, level: 0 }).path;
}

async function live(scenario: Scenario): Promise<Figures> {
  const pi = await machineFor(scenario.name, scenario.installed ? await cardWithPackage() : await blank(scenario.card), scenario.memoryMib);
  const figures = await scenario.run(pi);
  if (scenario.name === 'install') installedCard ??= join(runFolder, 'install');
  return figures;
}

function blank(suite: Suite = 'bookworm'): Promise<string> {
  return blankCard(cache, suite, tell);
}

/** install.sh has run there once; what it did is judged in its own scenario. */
async function cardWithPackage(): Promise<string> {
  if (installedCard === undefined) {
    const pi = await machineFor('installed', await blank());
    await pi.step(installSteps);
    installedCard = join(runFolder, 'installed');
  }
  return installedCard;
}

async function machineFor(name: string, from: string, memoryMib = 768): Promise<Pi> {
  const folder = join(runFolder, name);
  mkdirSync(join(folder, 'share'), { recursive: true });
  for (const image of ['disk.img', 'boot.img']) {
    // Mostly holes: copied as such.
    await run(['cp', '--sparse=always', join(from, image), join(folder, image)], { secondsMax: 120 });
  }
  copyFileSync(join(root, 'provisioning/install.sh'), join(folder, 'share/install.sh'));
  for (const deb of readdirSync(join(runFolder, 'packages'))) {
    if (deb.includes('+pi') && !existsSync(join(folder, 'share', deb)))
      await run(['ln', join(runFolder, 'packages', deb), join(folder, 'share', deb)], { secondsMax: 10 });
  }
  const machine = new Machine({ kernel: program, folder, memoryMib });
  const step: Pi['step'] = async (text, expected = 0) => {
    const booted = await machine.boot(script(text));
    if (booted.status !== expected) throw new Error(`a step ended with ${booted.status}, not ${expected}:\n${booted.output.slice(-3000)}`);
    return booted;
  };
  return { machine, step };
}
