import type { Measured } from '@energymesh/figures';
import type { Stroops } from '@energymesh/protocol';
import { caughtShare } from './caught.ts';
import { Scene, type ToldHour } from './scene.ts';
import { honest, type Strategy, strategies } from './strategies.ts';
import { type Outcome, runWorld, type SettingName, settingNames } from './world.ts';

export interface MeasureOptions {
  readonly seed: number;
  readonly epochs: number;
  /** Reveals for each share of fakes and number of samples. */
  readonly rounds: number;
  readonly progress: (line: string) => void;
}

export const shares = [0.01, 0.05, 0.1, 0.25, 0.5] as const;
export const sampleCounts = [1, 4, 8, 16] as const;

/** By setting, as figures have it. */
const gainNames: Readonly<Record<SettingName, string>> = {
  product: 'gain',
  unaudited: 'gainUnaudited',
  uncounted: 'gainUncounted',
  unchecked: 'gainUnchecked',
  silent: 'gainSilent',
};

/** What each liar gets against what it would get by honest work with the same traffic, and how often fakes are caught. docs/figures.md, "Liars" */
export function measureLiars({ seed, epochs, rounds, progress }: MeasureOptions): Measured[] {
  const scene = new Scene(seed);
  const run = (strategy: Strategy): Record<SettingName, Outcome> => {
    progress(`${strategy.name}: ${strategy.about}`);
    const hours = new Map<number, ToldHour>();
    const hour = (epoch: number): ToldHour => {
      const known = hours.get(epoch) ?? strategy.hour(scene, epoch);
      hours.set(epoch, known);
      return known;
    };
    const outcomes = settingNames.map((setting) => [setting, runWorld({ scene, setting, epochs, hour, tries: strategy.tries ?? 0 })] as const);
    return Object.fromEntries(outcomes) as Record<SettingName, Outcome>;
  };
  const before = run(honest);
  const gains = strategies.flatMap((strategy) => {
    const after = run(strategy);
    const figures: Measured[] = settingNames.map((setting) => ({
      figure: `liars.${strategy.name}.${gainNames[setting]}`,
      value: ratio(after[setting].paid.liar, before[setting].paid.liar),
      unit: 'times',
      seed,
    }));
    const { product } = after;
    return [
      ...figures,
      { figure: `liars.${strategy.name}.hoursLost`, value: product.caught.liar, unit: 'hours', seed },
      { figure: `liars.${strategy.name}.honestNode`, value: ratio(product.paid.honest, before.product.paid.honest), unit: 'times', seed },
    ];
  });
  return [{ figure: 'liars.epochs', value: epochs, unit: 'hours', seed }, ...gains, ...measureCaught({ seed, rounds, progress })];
}

function measureCaught({ seed, rounds, progress }: Omit<MeasureOptions, 'epochs'>): Measured[] {
  progress(`caught: ${rounds} reveals for each share of fakes and number of samples`);
  const cells = shares.flatMap((share) =>
    caughtShare({ seed, share, samples: sampleCounts, rounds }).map((cell) => ({ name: `f${share * 100}k${cell.samples}`, ...cell })),
  );
  const figures: Measured[] = cells.map(({ name, caught, formula, low, high }) => ({
    figure: `liars.caught.${name}`,
    value: caught / rounds,
    unit: 'share',
    ...{ min: low, max: high, rounds, seed },
    peer: '1-(1-f)^k',
    ratio: caught / rounds / formula,
  }));
  const outside = cells.filter(({ formula, low, high }) => formula < low || formula > high).length;
  return [...figures, { figure: 'liars.caught.outside', value: outside, unit: 'cells', seed }];
}

const ratio = (a: Stroops, b: Stroops): number => Math.round((Number(a) / Number(b)) * 10_000) / 10_000;
