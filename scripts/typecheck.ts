/** Type-checks every workspace package that has a tsconfig.json, one compiler at a time. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folders = ['apps', 'packages'].flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)));
let passed = 0;
let failed = 0;
for (const folder of [...folders, 'apps/pwa/dev', 'provisioning', 'provisioning/radio-lab', 'e2e', 'bench', 'scripts']) {
  if (!existsSync(join(folder, 'tsconfig.json'))) continue;
  const { status } = spawnSync('tsc', ['--noEmit', '-p', folder], { stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok' : 'FAILED'} ${folder}`);
  if (status === 0) passed++;
  else failed++;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
