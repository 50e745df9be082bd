import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { cacheKey, sourcePackage } from './cache.ts';
import { BuildFailed, command, part, step, type Tell } from './steps.ts';

/** Unpacking is bound by the disk: sources that this configuration never reads stay in the archive. Kconfig and Makefiles are needed of all. */
const leftOut = [
  ...['gpu', 'media', 'scsi', 'staging', 'infiniband', 'usb', 'iio', 'input', 'mtd', 'ata', 'clk', 'pinctrl', 'platform', 'video', 'hid', 'net/ethernet'].map(
    (driver) => `*/drivers/${driver}/*.[ch]`,
  ),
  ...['alpha', 'arc', 'arm', 'arm64', 'csky', 'hexagon', 'ia64', 'loongarch', 'm68k', 'microblaze', 'mips', 'nios2', 'openrisc', 'parisc', 'powerpc'].map(
    (arch) => `*/arch/${arch}/*.[chSd]*`,
  ),
  ...['riscv', 's390', 'sh', 'sparc', 'xtensa'].map((arch) => `*/arch/${arch}/*.[chSd]*`),
  '*/sound/*.[ch]',
  '*/tools/testing/*',
  '*/tools/perf/*',
  '*/Documentation/*.rst',
  '*/Documentation/*.txt',
  '*/Documentation/*.yaml',
];
/** Of the lab's configuration; the progress is a share of it. */
const objectsExpected = 1330;

export const kernelKey = (config: string): string => cacheKey('kernel', [sourcePackage, config]);

/** User-Mode Linux from Debian's kernel source: a kernel that is a program of the host. Resolves with the path of that program. */
export async function buildKernel(cache: string, configFile: string, tell: Tell): Promise<string> {
  if (process.arch !== 'x64') throw new BuildFailed(`User-Mode Linux runs on x86-64 only, not on ${process.arch}`);
  const config = readFileSync(configFile, 'utf8');
  const folder = await part(cache, kernelKey(config), (partial) => make(partial, configFile, config, tell), tell);
  return join(folder, 'linux');
}

async function make(partial: string, configFile: string, config: string, tell: Tell): Promise<void> {
  const started = performance.now();
  const logFile = join(partial, 'build.log');
  const at = (...names: string[]): string => join(partial, ...names);
  mkdirSync(at('download'), { recursive: true });
  await step(partial, 'downloaded', async () => {
    tell(`kernel: downloading ${sourcePackage} (about 140 MB)`);
    // As root apt would go on as its own user, who may not write here.
    await command(['apt-get', '-o', 'APT::Sandbox::User=root', 'download', '-q', sourcePackage], { cwd: at('download'), logFile, secondsMax: 600 });
  });
  const archive = readdirSync(at('download')).find((name) => name.endsWith('.deb'));
  if (!archive) throw new BuildFailed(`apt-get downloaded no ${sourcePackage}; remove ${partial} and try again`);
  await step(partial, 'unpacked', async () => {
    tell('kernel: unpacking the source');
    await command(['dpkg-deb', '-x', at('download', archive), at('deb')], { logFile, secondsMax: 300 });
    mkdirSync(at('source'), { recursive: true });
    const tar = at('deb', 'usr', 'src', `${sourcePackage}.tar.xz`);
    const left = leftOut.map((pattern) => `--exclude=${pattern}`);
    await command(['tar', '-x', '-f', tar, '-C', at('source'), '--strip-components=1', '--wildcards', '--wildcards-match-slash', ...left], {
      logFile,
      secondsMax: 900,
    });
    rmSync(at('deb'), { recursive: true });
  });
  const kbuild = ['make', '-C', at('source'), 'ARCH=um', `O=${at('objects')}`] as const;
  mkdirSync(at('objects'), { recursive: true });
  await step(partial, 'configured', async () => {
    await command([...kbuild, `KCONFIG_ALLCONFIG=${configFile}`, 'allnoconfig'], { logFile, secondsMax: 300 });
    const unmet = unmetOptions(config, readFileSync(at('objects', '.config'), 'utf8'));
    if (unmet.length) throw new BuildFailed(`the kernel's configuration lacks ${unmet.join(', ')}`);
  });
  tell('kernel: compiling (2 to 8 minutes of two cores)');
  let objects = 0;
  await command([...kbuild, `-j${Math.min(cpus().length, 16)}`, 'linux'], {
    logFile,
    secondsMax: 3600,
    onLine: (line) => {
      if (/^ {2}(CC|AR|AS) /.test(line) && ++objects % 100 === 0) tell(`kernel: ${objects} of about ${objectsExpected} objects`);
    },
  });
  await command(['strip', '-o', at('linux'), at('objects', 'linux')], { logFile, secondsMax: 60 });
  copyFileSync(at('objects', '.config'), at('config'));
  const seconds = Math.round((performance.now() - started) / 1000);
  writeFileSync(at('built.json'), `${JSON.stringify({ source: archive, seconds, compiler: compiler() })}\n`);
  for (const name of ['source', 'objects', 'download']) rmSync(at(name), { recursive: true, force: true });
  renameSync(logFile, at('log'));
  tell(`kernel: built from ${archive} in ${seconds} s`);
}

/** Options that were asked for and did not come out so: Kconfig drops in silence what lacks a dependency. */
export function unmetOptions(asked: string, result: string): string[] {
  const have = new Set(result.split('\n'));
  return asked.split('\n').filter((line) => /^CONFIG_\w+=(?!n$)/.test(line) && !have.has(line));
}

const compiler = (): string => spawnSync('gcc', ['--version'], { encoding: 'utf8' }).stdout?.split('\n')[0] ?? '';
