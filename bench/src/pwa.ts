import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Measured, percentile } from '@energymesh/figures';
import type { Bench } from './bench.ts';
import { type Dashboard, openDashboard } from './pwa-browser.ts';
import { ofRounds } from './rounds.ts';

const pwa = join(import.meta.dirname, '..', '..', 'apps', 'pwa');

/** What a page of 500 nodes is looked at with. A phone's processor is taken for a quarter of this machine's. */
const screens = [
  { name: 'mesh500', path: '/mesh', viewport: { width: 1280, height: 800 }, pixels: 1, slowdown: 1 },
  { name: 'mesh500.byPlace', path: '/mesh?by=place', viewport: { width: 1280, height: 800 }, pixels: 1, slowdown: 1 },
  { name: 'mesh500.phone', path: '/mesh', viewport: { width: 360, height: 780 }, pixels: 2, slowdown: 4 },
] as const;
const framesPerRound = 120;

interface Round {
  /** Between two frames in a row, milliseconds. */
  readonly gaps: readonly number[];
  /** Spent drawing, of each frame. */
  readonly paints: readonly number[];
}

export function figuresOf(name: string, rounds: readonly Round[]): Measured[] {
  const of = (what: keyof Round, share: number) =>
    rounds.map((round) =>
      percentile(
        round[what].toSorted((a, b) => a - b),
        share,
      ),
    );
  return [
    ofRounds(`pwa.${name}.frameMsP50`, 'ms', of('gaps', 0.5)),
    ofRounds(`pwa.${name}.frameMsP95`, 'ms', of('gaps', 0.95)),
    ofRounds(`pwa.${name}.paintMsP50`, 'ms', of('paints', 0.5)),
    ofRounds(`pwa.${name}.paintMsP95`, 'ms', of('paints', 0.95)),
  ];
}

async function measure(dashboard: Dashboard, rounds: number, progress: (line: string) => void): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const { name, ...screen } of screens) {
    await using page = await dashboard.open(screen);
    const taken: Round[] = [];
    for (let round = 0; round < rounds; round++) {
      taken.push(await page.drag(framesPerRound));
      progress(`pwa: ${name}, round ${round + 1} of ${rounds}`);
    }
    measured.push(...figuresOf(name, taken));
  }
  return measured;
}

/** The dashboard in a headless browser, before a simulated agent with a community of 500. docs/figures.md */
export const pwaBench: Bench = {
  name: 'pwa',
  about: 'the dashboard: frames of a map of 500 nodes in a headless browser, size of the first load',
  cannotRun: () => {
    if (!existsSync(join(pwa, 'out', 'mesh.html'))) return 'the dashboard is not built; once: npm run build';
    return undefined;
  },
  run: async ({ rounds, progress }) => {
    const { firstLoads } = (await import(join(pwa, 'scripts', 'first-load.mjs'))) as {
      firstLoads(out: string): readonly { readonly page: string; readonly jsGzKB: number }[];
    };
    const loads = firstLoads(join(pwa, 'out')).map(({ jsGzKB }) => jsGzKB);
    await using dashboard = await openDashboard(pwa);
    return [{ figure: 'pwa.firstLoadKB', value: Math.max(...loads), unit: 'KB' }, ...(await measure(dashboard, rounds, progress))];
  },
};
