import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hostPackages, isBuilt } from '../../provisioning/radio-lab/src/build/built.ts';
import { cannotTestContract } from '../contract/toolchain.ts';
import type { Counting } from './counts.ts';
import { stretched } from './fuzz-budget.ts';
import type { Command } from './run-suite.ts';

export interface Suite extends Command {
  readonly counting: Counting;
  /** The reason in words, when this machine cannot run it. */
  readonly cannotRun?: () => string | undefined;
  /** CI may have what it needs, or not: there it is not missed. */
  readonly dependsOnMachine?: true;
  /** Runs what `build` makes, which goes before it also where it is asked for alone. */
  readonly built?: true;
  /** Computes only, so it goes beside the suites after `build`. Its output comes when its turn does. */
  readonly beside?: true;
}

const root = process.getuid?.() === 0;
const has = (program: string): boolean =>
  ['', '/usr/sbin/', '/usr/bin/'].some((folder) => spawnSync('sh', ['-c', `command -v ${folder}${program}`], { stdio: 'ignore' }).status === 0);
const needs =
  (...programs: readonly string[]) =>
  (): string | undefined => {
    const absent = programs.filter((program) => !has(program));
    return absent.length ? `needs ${absent.join(', ')}` : undefined;
  };
/** program=package pairs for scripts/apt.sh: everything that some suite needs from Debian. */
const packages = [
  'python3=python3',
  'mosquitto=mosquitto',
  'mosquitto_pub=mosquitto-clients',
  'ip=iproute2',
  'nft=nftables',
  'dnsmasq=dnsmasq-base',
  'chromium=chromium',
  'fc-list=fontconfig',
  'shellcheck=shellcheck',
  'systemd-analyze=systemd',
  'cloud-init=cloud-init',
  'dpkg-deb=dpkg-dev',
  'lintian=lintian',
  'mmdebstrap=mmdebstrap',
];
const ci = process.env.CI === 'true';
const virtualPi = ['node', 'provisioning/radio-lab/pi/main.ts'] as const;
const arm64 = 'provisioning/test/arm64.sh';
/** The radio lab is built where it is there already, and on CI. */
const radioLab = (): string | undefined => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'needs Linux on x86-64';
  if (ci && !root) return 'needs root to install what it is built with';
  return ci || isBuilt() ? undefined : 'not built; once, about ten minutes: npm run radio-lab -- build';
};

/** What a program with --can says against running here (its exit status is 77 then). */
const asks =
  (...argv: readonly [string, ...string[]]) =>
  (): string | undefined => {
    const [file, ...args] = argv;
    const { status, stderr } = spawnSync(file, [...args, '--can'], { encoding: 'utf8' });
    if (status === 0) return undefined;
    return stderr.trim().split('\n').at(-1)?.replace('cannot run here: ', '') || `${file} ended with ${status}`;
  };

/** Minutes of a virtual or emulated machine each, which a run of everything has no room for: when asked for by the environment. */
const byCommand =
  (command: string, ...argv: readonly [string, ...string[]]) =>
  (): string | undefined =>
    process.env.VIRTUAL_MACHINES === '1' ? asks(...argv)() : `takes long: VIRTUAL_MACHINES=1 npm test, or ${command}`;

/** In order: what is cheap and tells most comes first. `reports` is a folder for the runners' JSON. */
export function suites(reports: string): readonly Suite[] {
  const vitest = (name: string, args: readonly string[], secondsMax: number, more: Partial<Suite> = {}): Suite => {
    const file = join(reports, `${name.replaceAll(' ', '-')}.json`);
    return {
      name,
      argv: ['vitest', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      secondsMax,
      counting: { by: 'vitest', file },
      ...more,
    };
  };
  const e2e = (broker: string, more: Partial<Suite> = {}): Suite =>
    vitest(`e2e ${broker}`, ['--root', 'e2e', '--config', 'vitest.config.ts'], stretched(2400, process.env), {
      built: true,
      env: { E2E_BROKER: broker },
      ...more,
    });
  const browserReport = join(reports, 'browser.json');
  return [
    {
      name: 'system packages',
      argv: ['scripts/apt.sh', ...packages, ...(ci ? hostPackages : [])],
      secondsMax: 600,
      counting: { by: 'exit' },
      cannotRun: () => (root && existsSync('/usr/bin/apt-get') ? undefined : 'installs Debian packages as root only; suites name what they miss'),
    },
    { name: 'lint', argv: ['biome', 'ci', '.'], secondsMax: 240, counting: { by: 'exit' } },
    { name: 'build', argv: ['node', 'scripts/build.ts'], secondsMax: 600, counting: { by: 'exit' } },
    { name: 'typecheck', argv: ['node', 'scripts/typecheck.ts'], secondsMax: 240, counting: { by: 'line' } },
    { name: 'architecture', argv: ['node', 'scripts/architecture.ts'], secondsMax: 120, counting: { by: 'exit' } },
    { name: 'sections', argv: ['node', 'scripts/check-sections.mjs'], secondsMax: 30, counting: { by: 'exit' } },
    {
      name: 'provisioning',
      argv: ['provisioning/test/provisioning.sh'],
      secondsMax: 120,
      counting: { by: 'line' },
      cannotRun: needs('shellcheck', 'systemd-analyze', 'git'),
    },
    vitest('unit', [], stretched(1200, process.env)),
    { name: 'python decoder', argv: ['python3', 'packages/protocol/python/check.py'], secondsMax: 60, counting: { by: 'line' }, cannotRun: needs('python3') },
    { name: 'simulator sweep', argv: ['node', 'packages/simulator/src/sweep.ts'], secondsMax: stretched(300, process.env), counting: { by: 'line' } },
    e2e('embedded'),
    vitest('e2e pay', ['--root', 'e2e', '--config', 'vitest.config.ts'], 1800, {
      built: true,
      env: { E2E_PAY: '1' },
      cannotRun: () => (process.env.LONG_TESTS === '1' ? undefined : 'takes ten minutes, as hours have to pass: LONG_TESTS=1 npm test -- "e2e pay"'),
    }),
    e2e('mosquitto', { cannotRun: needs('mosquitto', 'mosquitto_pub') }),
    {
      name: 'mdns namespaces',
      built: true,
      argv: ['node', 'e2e/src/netns/dnssd.ts'],
      secondsMax: 120,
      counting: { by: 'line' },
      cannotRun: () => (root ? needs('ip')() : 'needs root for network namespaces'),
    },
    {
      name: 'package',
      argv: ['node', 'provisioning/test/package.ts'],
      secondsMax: 1800,
      beside: true,
      counting: { by: 'line' },
      cannotRun: needs('dpkg-deb'),
    },
    {
      name: 'radio lab build',
      argv: ['node', 'provisioning/radio-lab/src/main.ts', 'build'],
      secondsMax: 3600,
      beside: true,
      counting: { by: 'exit' },
      cannotRun: radioLab,
    },
    {
      name: 'radio lab',
      argv: ['node', 'provisioning/radio-lab/src/main.ts', 'short'],
      secondsMax: 900,
      counting: { by: 'line' },
      cannotRun: radioLab,
    },
    {
      name: 'virtual pi',
      argv: [...virtualPi, 'install'],
      secondsMax: 2400,
      counting: { by: 'line' },
      cannotRun: byCommand('npm run virtual-pi -- install', ...virtualPi, 'install'),
    },
    {
      name: 'virtual pi, all',
      argv: [...virtualPi, 'all'],
      secondsMax: 10_800,
      counting: { by: 'line' },
      // An hour of virtual machines is not for every change.
      cannotRun: () => 'takes an hour; as root: npm run virtual-pi -- all (docs/install.md)',
    },
    {
      name: 'arm64 package',
      argv: [arm64, '--build'],
      secondsMax: 1500,
      counting: { by: 'line' },
      cannotRun: byCommand(`${arm64} --build`, arm64),
    },
    {
      name: 'image definition',
      argv: ['provisioning/test/image.sh', process.env.RPI_IMAGE_GEN ?? ''],
      secondsMax: 120,
      counting: { by: 'line' },
      cannotRun: () =>
        process.env.RPI_IMAGE_GEN ? undefined : "needs rpi-image-gen's sources: RPI_IMAGE_GEN=<folder> npm test, or provisioning/test/image.sh <folder>",
    },
    {
      name: 'browser',
      built: true,
      argv: ['node', 'e2e/node_modules/@playwright/test/cli.js', 'test', '--config', 'e2e/playwright.config.ts'],
      secondsMax: 2400,
      env: { PLAYWRIGHT_JSON_OUTPUT_NAME: browserReport },
      counting: { by: 'playwright', file: browserReport },
      cannotRun: () => (process.env.CHROMIUM ? undefined : needs('chromium')()),
    },
    {
      // Last, as the Soroban host is compiled with it the first time: three minutes on two cores, and one for the tests.
      name: 'contract',
      argv: ['node', 'scripts/contract-test.ts'],
      secondsMax: 3600,
      beside: true,
      counting: { by: 'line' },
      cannotRun: cannotTestContract,
      dependsOnMachine: true,
    },
  ];
}
