import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { count, type Ended } from './counts.ts';
import { runSuite } from './run-suite.ts';

const ended = (over: Partial<Ended>): Ended => ({ name: 'suite', status: 0, timedOut: false, output: '', ...over });
const folder = mkdtempSync(join(tmpdir(), 'energymesh-counts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let reports = 0;
const report = (value: unknown): string => {
  const file = join(folder, `report-${++reports}.json`);
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  return file;
};

test('a runner that crashes before its report counts as failed', () => {
  expect(count(ended({ status: 139 }), { by: 'vitest', file: '/nonexistent/report.json' })).toMatchObject({ passed: 0, failed: 1 });
  expect(count(ended({ status: 1 }), { by: 'vitest', file: report('{ broken') })).toMatchObject({ failed: 1 });
  expect(count(ended({ status: null }), { by: 'exit' })).toMatchObject({ passed: 0, failed: 1 });
});

test('a runner that crashes after passing tests counts as failed', () => {
  const file = report({ testResults: [{ name: 'a', status: 'passed', assertionResults: [{ status: 'passed', fullName: 'x' }] }] });
  expect(count(ended({ status: 1 }), { by: 'vitest', file })).toMatchObject({ passed: 1, failed: 1 });
  expect(count(ended({ status: 0 }), { by: 'vitest', file })).toMatchObject({ passed: 1, failed: 0 });
});

test('skipped tests and files that do not load count as failed', () => {
  const file = report({
    testResults: [
      { name: 'a', status: 'passed', assertionResults: [{ status: 'skipped', fullName: 'left out' }] },
      { name: 'broken.test.ts', status: 'failed', assertionResults: [] },
    ],
  });
  expect(count(ended({ status: 1 }), { by: 'vitest', file })).toMatchObject({ passed: 0, failed: 2, failures: ['broken.test.ts', 'left out (skipped)'] });
});

test('a suite that ran nothing has failed', () => {
  expect(count(ended({ output: '0 passed, 0 failed\n' }), { by: 'line' })).toMatchObject({ passed: 0, failed: 1 });
});

test('the closing line counts, the last one wins', () => {
  expect(count(ended({ output: '1 passed, 0 failed\nx\n3 passed, 2 failed\n', status: 1 }), { by: 'line' })).toMatchObject({ passed: 3, failed: 2 });
});

test('a suite over its limit is ended with its descendants and fails by name', async () => {
  const result = await runSuite(
    {
      name: 'hangs',
      argv: ['node', '-e', "require('node:child_process').spawn('sleep', ['600'], { stdio: 'inherit' }); setInterval(() => {}, 1e6); console.log('up')"],
      secondsMax: 1,
    },
    () => {},
  );
  expect(result.timedOut).toBe(true);
  expect(count(result, { by: 'exit' }).failures).toEqual(['hangs: went over its time limit']);
});

test('a program that does not exist is a failed suite, not an exception', async () => {
  const result = await runSuite({ name: 'absent', argv: ['no-such-program-here'], secondsMax: 5 }, () => {});
  expect(count(result, { by: 'exit' })).toMatchObject({ failed: 1 });
});
