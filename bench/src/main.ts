/** `npm run bench -- [name ...] [--rounds 9] [--json]`; without a name all of them. */
import { parseArgs } from 'node:util';
import { figure, render } from '@energymesh/figures';
import { benches } from './benches.ts';

const usage = `usage: npm run bench -- [name ...] [--rounds 1..99] [--json]\n${benches.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}`;

function fail(message: string): never {
  console.error(`bench: ${message}\n${usage}`);
  process.exit(64);
}

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { rounds: { type: 'string', default: '9' }, json: { type: 'boolean', default: false } },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}
const { values, positionals } = parsed();
const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length) fail(`no such bench: ${unknown.join(', ')}`);
const rounds = Number(values.rounds);
if (!/^\d{1,2}$/.test(values.rounds) || rounds < 1) fail(`--rounds: expected a whole number from 1 to 99, got "${values.rounds}"`);

for (const bench of benches) {
  if (positionals.length && !positionals.includes(bench.name)) continue;
  const reason = bench.cannotRun?.();
  if (reason !== undefined) {
    // Asked for by name, it is a failure; among all of them it is said and the others run.
    if (positionals.length) fail(`${bench.name} cannot run here: ${reason}`);
    console.error(`bench: ${bench.name} not run: ${reason}`);
    continue;
  }
  const measured = await bench.run({ rounds, scale: 1, progress: (line) => console.error(line) });
  process.stdout.write(
    render(
      measured.map((one) => figure(one)),
      values.json,
    ),
  );
}
