/**
 * Everything that this machine can run, one suite after the other; the last line is "N passed, N failed". Suites that only compute go beside the others,
 * one after the other at the lowest priority, as most of the others wait more than they compute.
 * `node scripts/test/main.ts [suite ...]` runs the named suites only.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Counts, count, type Ended } from './counts.ts';
import { endSuites, runSuite } from './run-suite.ts';
import { type Suite, suites } from './suites.ts';

const begun = performance.now();
const reports = mkdtempSync(join(tmpdir(), 'energymesh-test-'));
const wanted = process.argv.slice(2);
const all = suites(reports);
const unknown = wanted.filter((name) => !all.some((s) => s.name === name));
if (unknown.length) {
  console.error(`no such suite: ${unknown.join(', ')}; there are: ${all.map((s) => s.name).join(', ')}`);
  process.exit(64);
}

const rows: { name: string; seconds: number; counts: Counts }[] = [];
const notRun: { name: string; reason: string }[] = [];
const asked = all.filter((suite) => wanted.length === 0 || wanted.includes(suite.name));
const running = all.filter((suite) => asked.includes(suite) || (suite.name === 'build' && asked.some(({ built }) => built)));
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, async () => {
    console.error(`\n${signal}: ending what runs`);
    await endSuites();
    rmSync(reports, { recursive: true, force: true });
    process.exit(status);
  });
}
const timed = async (suite: Suite, show: (text: string) => void): Promise<{ ended: Ended; seconds: number }> => {
  const started = performance.now();
  const ended = await runSuite(suite, show);
  return { ended, seconds: (performance.now() - started) / 1000 };
};
/** At the lowest priority, also where Linux weighs sessions against each other before processes (sched_autogroup). */
const behind = ['sh', '-c', 'echo 19 2>/dev/null >/proc/self/autogroup; exec nice -n 19 "$@"', 'behind'] as const;
const besides = new Map<Suite, ReturnType<typeof timed>>();
function startBesides(): void {
  let before: Promise<unknown> = Promise.resolve();
  for (const suite of running) {
    if (!suite.beside || suite.cannotRun?.()) continue;
    const result = before.then(() => timed({ ...suite, argv: [...behind, ...suite.argv] }, () => {}));
    besides.set(suite, result);
    before = result;
  }
}
for (const suite of running) {
  const besideResult = besides.get(suite);
  const reason = besideResult ? undefined : suite.cannotRun?.();
  if (reason) {
    notRun.push({ name: suite.name, reason });
    continue;
  }
  console.log(`\n=== ${suite.name}`);
  const { ended, seconds } = await (besideResult ?? timed(suite, (text) => process.stdout.write(text)));
  if (besideResult) process.stdout.write(ended.output);
  rows.push({ name: suite.name, seconds, counts: count(ended, suite.counting) });
  if (suite.name === 'build') startBesides();
}
rmSync(reports, { recursive: true, force: true });

// On CI a suite must not fall away in silence: what did not run is a committed list, but for what depends on CI's machine.
if (process.env.CI === 'true' && wanted.length === 0) {
  const committed = JSON.parse(readFileSync(new URL('./not-run-in-ci.json', import.meta.url), 'utf8')) as string[];
  const actual = notRun.map((n) => n.name).filter((name) => !all.some((suite) => suite.name === name && suite.dependsOnMachine));
  const odd = [
    ...actual.filter((n) => !committed.includes(n)).map((n) => `${n} did not run`),
    ...committed.filter((n) => !actual.includes(n)).map((n) => `${n} ran, though it is listed as not run`),
  ];
  rows.push({ name: 'ran what it should', seconds: 0, counts: { passed: odd.length ? 0 : 1, failed: odd.length, failures: odd } });
}

console.log('\n=== summary');
for (const r of rows)
  console.log(
    `${r.name.padEnd(24)} ${r.seconds.toFixed(1).padStart(7)} s  ${String(r.counts.passed).padStart(5)} passed ${String(r.counts.failed).padStart(4)} failed`,
  );
for (const n of notRun) console.log(`${n.name.padEnd(24)} not run: ${n.reason}`);
for (const f of rows.flatMap((r) => r.counts.failures)) console.log(`FAILED: ${f}`);
const passed = rows.reduce((sum, r) => sum + r.counts.passed, 0);
const failed = rows.reduce((sum, r) => sum + r.counts.failed, 0);
console.log(`total ${((performance.now() - begun) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
