import { readFileSync } from 'node:fs';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Names of what failed, for the summary. */
  readonly failures: readonly string[];
}

/** How a runner tells what it ran. */
export type Counting =
  /** One check: its exit status. */
  | { readonly by: 'exit' }
  /** The last line of its output that reads "N passed, N failed". */
  | { readonly by: 'line' }
  | { readonly by: 'vitest'; readonly file: string }
  | { readonly by: 'playwright'; readonly file: string };

export interface Ended {
  readonly name: string;
  /** Exit status; null when a signal ended it. */
  readonly status: number | null;
  readonly timedOut: boolean;
  readonly output: string;
}

/** What a suite counts for. A runner that crashes, times out, or leaves no report counts as one failure of its own name. */
export function count(ended: Ended, counting: Counting): Counts {
  if (counting.by === 'exit') {
    const ok = ended.status === 0 && !ended.timedOut;
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, failures: ok ? [] : [crash(ended)] };
  }
  const told = readReport(ended, counting);
  if (!told) return { passed: 0, failed: 1, failures: [`${crash(ended)}, and it left no report`] };
  const crashed = ended.timedOut || (ended.status !== 0 && told.failed === 0) || told.passed + told.failed === 0;
  return crashed ? { passed: told.passed, failed: told.failed + 1, failures: [...told.failures, crash(ended)] } : told;
}

const crash = (ended: Ended): string =>
  `${ended.name}: ${ended.timedOut ? 'went over its time limit' : ended.status === 0 ? 'ran no test' : `ended with ${ended.status ?? 'a signal'}`}`;

function readReport(ended: Ended, counting: Exclude<Counting, { by: 'exit' }>): Counts | undefined {
  try {
    if (counting.by === 'line') return fromLine(ended);
    const report: unknown = JSON.parse(readFileSync(counting.file, 'utf8'));
    return counting.by === 'vitest' ? fromVitest(report as VitestReport) : fromPlaywright(report as PlaywrightReport);
  } catch {
    return undefined;
  }
}

function fromLine(ended: Ended): Counts | undefined {
  const last = ended.output.split('\n').findLast((line) => /^\d+ passed, \d+ failed$/.test(line));
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(last ?? '') ?? [];
  if (passed === undefined || failed === undefined) return undefined;
  return { passed: Number(passed), failed: Number(failed), failures: Number(failed) ? [`${ended.name}: ${failed} failed`] : [] };
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}
function fromVitest(report: VitestReport): Counts {
  const tests = report.testResults.flatMap((f) => f.assertionResults);
  const failed = tests.filter((t) => t.status === 'failed').map((t) => t.fullName);
  // a file that failed without a failed test did not load
  const broken = report.testResults.filter((f) => f.status === 'failed' && !f.assertionResults.some((t) => t.status === 'failed')).map((f) => f.name);
  const skipped = tests.filter((t) => t.status !== 'passed' && t.status !== 'failed').map((t) => `${t.fullName} (${t.status})`);
  return {
    passed: tests.length - failed.length - skipped.length,
    failed: failed.length + broken.length + skipped.length,
    failures: [...failed, ...broken, ...skipped],
  };
}

interface PlaywrightReport {
  readonly stats: { readonly expected: number; readonly unexpected: number; readonly flaky: number; readonly skipped: number };
  readonly errors: readonly unknown[];
}
function fromPlaywright(report: PlaywrightReport): Counts {
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failed = unexpected + flaky + skipped + report.errors.length;
  return {
    passed: expected,
    failed,
    failures: failed ? [`browser: ${unexpected} failed, ${flaky} flaky, ${skipped} skipped, ${report.errors.length} errors`] : [],
  };
}
