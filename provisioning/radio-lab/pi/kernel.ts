import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const wanted = readFileSync(join(import.meta.dirname, 'kernel.config'), 'utf8')
  .split('\n')
  .filter((line) => /^CONFIG_\w+=y$/.test(line));

/** The lab's User-Mode Linux, if it was built with what systemd needs (kernel.config); ENERGYMESH_PI_KERNEL names another one. Throws with what to do. */
export function piKernel(cache: string): string {
  const given = process.env.ENERGYMESH_PI_KERNEL;
  if (given !== undefined && given !== '') return given;
  for (const name of existsSync(cache) ? readdirSync(cache) : []) {
    const [program, config] = [join(cache, name, 'linux'), join(cache, name, 'config')];
    if (!existsSync(program) || !existsSync(config)) continue;
    const have = new Set(readFileSync(config, 'utf8').split('\n'));
    if (wanted.every((line) => have.has(line))) return program;
  }
  throw new Error(`there is no kernel for a virtual Pi in ${cache}. Build it: npm run radio-lab -- build`);
}
