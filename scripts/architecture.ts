/** Holds the imports against .dependency-cruiser.cjs, and fails when it saw too little to have an opinion. */
import { spawnSync } from 'node:child_process';

const modulesMin = 50;
const { status, stdout, stderr } = spawnSync(
  'depcruise',
  ['--config', '.dependency-cruiser.cjs', 'apps', 'packages', 'provisioning', 'e2e', 'bench', 'scripts'],
  {
    encoding: 'utf8',
  },
);
process.stdout.write(stdout + stderr);
const modules = Number(/(\d+) modules/.exec(stdout)?.[1] ?? 0);
if (modules < modulesMin) console.log(`only ${modules} modules were read, at least ${modulesMin} are expected: is the TypeScript reader missing?`);
process.exitCode = status !== 0 || modules < modulesMin ? 1 : 0;
