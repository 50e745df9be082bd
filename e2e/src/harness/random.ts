import { fuzzFactor } from '../../../scripts/test/fuzz-budget.ts';
import { reportFigure } from './report-figure.ts';

/** E2E_SEED repeats what a run has thrown at the nodes. */
const seed = Number(process.env.E2E_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** A seeded stream of integers below a bound (xorshift32, Marsaglia 2003), the seed printed. */
export function randomIntegers(name: string): (below: number) => number {
  reportFigure({ figure: `e2e.${name}.seed`, value: seed, unit: 'seed' });
  let x = (seed ^ 0x9e3779b9) | 1;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

/** So many rounds of random input, more with a larger budget. */
export const rounds = (standard: number): number => Math.ceil(standard * fuzzFactor(process.env));

export const randomBytes = (next: (below: number) => number, length: number): Uint8Array => Uint8Array.from({ length }, () => next(256));
