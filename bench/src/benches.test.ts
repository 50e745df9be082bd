import { figure, goals } from '@energymesh/figures';
import { describe, expect, test } from 'vitest';
import { benches } from './benches.ts';

/** The one that starts a browser has tests of its own parts; it runs by `npm run bench -- pwa`. */
const inProcess = benches.filter((bench) => !bench.cannotRun);

describe.each(inProcess.map((bench) => [bench.name, bench] as const))('bench %s', (name, bench) => {
  test('measures what its goals speak of, each figure once', async () => {
    const lines: string[] = [];
    const measured = await bench.run({ rounds: 2, scale: 0.002, progress: (line) => lines.push(line) });
    const names = measured.map((one) => one.figure);
    expect(new Set(names).size).toBe(names.length);
    for (const one of names) expect(one).toMatch(new RegExp(`^${name}\\.`));
    for (const goal of Object.keys(goals).filter((one) => one.startsWith(`${name}.`))) expect(names).toContain(goal);
    for (const one of measured) expect(figure(one).value).not.toBeNaN();
    expect(lines.length).toBeGreaterThan(0);
  });
});
