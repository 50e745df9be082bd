/** `npm run sim -- --map random --nodes 500 --minutes 10 --seed 7 [--json]`, or `npm run sim -- --liars --seed 7 [--json]` */
import { parseArgs } from 'node:util';
import { figure, type Measured, percentile, render } from '@energymesh/figures';
import { runLiars } from './liars/run.ts';
import { type MapName, mapNames } from './maps.ts';
import { type Phase, runScenario } from './scenario.ts';

const usage =
  'usage: npm run sim -- [--map line|grid|random] [--nodes 2..5000] [--minutes 2..1440] [--seed 0..4294967295] [--json]\n       npm run sim -- --liars [--epochs 24..2000] [--seed 0..4294967295] [--json]';

function fail(message: string): never {
  console.error(`sim: ${message}\n${usage}`);
  process.exit(64);
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) fail(`--${name}: expected a whole number from ${min} to ${max}, got "${text}"`);
  return value;
}

let values: { map: string; nodes: string; minutes: string; seed: string; json: boolean; liars: boolean; epochs: string };
try {
  ({ values } = parseArgs({
    options: {
      map: { type: 'string', default: 'random' },
      nodes: { type: 'string', default: '500' },
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      liars: { type: 'boolean', default: false },
      epochs: { type: 'string', default: '400' },
    },
  }));
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
const map = values.map as MapName;
if (!mapNames.includes(map)) fail(`--map: expected one of ${mapNames.join(', ')}, got "${values.map}"`);
const nodes = whole('nodes', values.nodes, 2, 5000);
const minutes = whole('minutes', values.minutes, 2, 1440);
const seed = whole('seed', values.seed, 0, 2 ** 32 - 1);

if (values.liars) runLiars({ seed, epochs: whole('epochs', values.epochs, 24, 2000), json: values.json });
else runMesh();

function runMesh(): void {
  const started = performance.now();
  /** By part of the run; other programs on the machine do not lengthen it as they do wall time. */
  const cpuMs = new Map<Phase, number>();
  let cpuAt = process.cpuUsage().user;
  const r = runScenario({
    map,
    nodes,
    minutes,
    seed,
    progress: (s, phase) => {
      const { user } = process.cpuUsage();
      cpuMs.set(phase, (cpuMs.get(phase) ?? 0) + (user - cpuAt) / 1000);
      cpuAt = user;
      if (s % 30 === 0) process.stderr.write(`\r${Math.round(s / 60)} of ${minutes} virtual minutes, ${((performance.now() - started) / 1000).toFixed(0)} s`);
    },
  });
  process.stderr.write('\n');
  const wallMs = Math.round(performance.now() - started);

  const all = [...r.healsMs.killed, ...r.healsMs.silent];
  const rows: readonly (readonly [string, number | string, string])[] = [
    ['deliveredRatio', r.deliveredRatio, 'share'],
    ['lost', r.lost, 'messages'],
    ['duplicates', r.duplicates, 'messages'],
    ['rawDuplicates', r.rawDuplicates, 'messages'],
    ['loops', r.loops, 'loops'],
    ['healMsP50', percentile(all, 0.5), 'ms'],
    ['healMsP99', percentile(all, 0.99), 'ms'],
    ['killed.healMsP99', percentile(r.healsMs.killed, 0.99), 'ms'],
    ['silent.healMsP99', percentile(r.healsMs.silent, 0.99), 'ms'],
    ['heals', all.length, 'flows'],
    ['latencyMsP50', percentile(r.latenciesMs, 0.5), 'ms'],
    ['latencyMsP99', percentile(r.latenciesMs, 0.99), 'ms'],
    ['controlBytesPerNodePerSecond', r.controlBytesPerNodePerSecond, 'B/s'],
    ['coldControlBytesPerNode', r.phases.cold.controlBytesPerNodePerSecond * r.phases.cold.seconds, 'B'],
    ['quietControlBytesPerNodePerSecond', r.phases.quiet.controlBytesPerNodePerSecond, 'B/s'],
    ['changesControlBytesPerNodePerSecond', r.phases.changes.controlBytesPerNodePerSecond, 'B/s'],
    ['faultsControlBytesPerNodePerSecond', r.phases.faults.controlBytesPerNodePerSecond, 'B/s'],
    ['convergedMs', r.convergedMs, 'ms'],
    ['submitted', r.submitted, 'messages'],
    ['events', r.events, 'events'],
    ['wallMs', wallMs, 'ms'],
    ...(['cold', 'quiet', 'changes', 'faults'] as const).map((phase) => [`${phase}CpuMs`, Math.round(cpuMs.get(phase) ?? 0), 'ms'] as const),
    ['traceHash', r.traceHash, 'hash'],
  ];
  process.stdout.write(
    render(
      rows.map(([name, value, unit]) => figure({ figure: `sim.${name}`, value, unit, seed } satisfies Measured)),
      values.json,
    ),
  );
}
