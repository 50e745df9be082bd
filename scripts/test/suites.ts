import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Counting } from './counts.ts';
import type { Command } from './run-suite.ts';

export interface Suite extends Command {
  readonly counting: Counting;
  /** The reason in words, when this machine cannot run it. */
  readonly cannotRun?: () => string | undefined;
}

const root = process.getuid?.() === 0;
const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
const debianRoot = root && existsSync('/usr/bin/apt-get');

/** In order: what is cheap and tells most comes first. `reports` is a folder for the runners' JSON. */
export function suites(reports: string): readonly Suite[] {
  const vitest = (name: string, args: readonly string[], secondsMax: number): Suite => {
    const file = join(reports, `${name.replaceAll(' ', '-')}.json`);
    return {
      name,
      argv: ['vitest', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      secondsMax,
      counting: { by: 'vitest', file },
    };
  };
  return [
    { name: 'lint', argv: ['biome', 'ci', '.'], secondsMax: 60, counting: { by: 'exit' } },
    { name: 'typecheck', argv: ['node', 'scripts/typecheck.ts'], secondsMax: 240, counting: { by: 'line' } },
    {
      name: 'architecture',
      argv: ['node', 'scripts/architecture.ts'],
      secondsMax: 120,
      counting: { by: 'exit' },
    },
    { name: 'sections', argv: ['node', 'scripts/check-sections.mjs'], secondsMax: 30, counting: { by: 'exit' } },
    vitest('unit', [], 600),
    {
      name: 'python decoder',
      argv: ['python3', 'packages/protocol/python/check.py'],
      secondsMax: 60,
      counting: { by: 'line' },
      cannotRun: () => (has('python3') ? undefined : 'needs python3'),
    },
  ];
}
