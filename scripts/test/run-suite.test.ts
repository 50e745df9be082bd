import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { endSuites, runSuite } from './run-suite.ts';

/** Or a zombie that nobody has collected yet. */
const gone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return existsSync('/proc/self/stat') && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
};

test('an interrupted run ends its suites with all that they started, after they have put away what they made', async () => {
  const begun = Promise.withResolvers<number>();
  // A runner that tidies up at SIGTERM, and something behind it that does not care.
  const script = `trap 'echo tidied; exit 3' TERM; (trap '' TERM; exec sleep 600) & echo "behind $!"; wait`;
  const ended = runSuite({ name: 'suite', argv: ['sh', '-c', script], secondsMax: 60 }, (text) => {
    const pid = /behind (\d+)/.exec(text)?.[1];
    if (pid) begun.resolve(Number(pid));
  });
  const behind = await begun.promise;
  expect(gone(behind)).toBe(false);
  await endSuites();
  expect(await ended).toMatchObject({ status: 3, timedOut: false, output: expect.stringContaining('tidied') });
  await expect.poll(() => gone(behind)).toBe(true);
});
