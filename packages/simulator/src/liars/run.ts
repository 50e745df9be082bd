import { figure, render } from '@energymesh/figures';
import { measureLiars } from './measure.ts';

/** `npm run sim -- --liars`: prints the figures; progress goes to stderr. */
export function runLiars({ seed, epochs, json }: { readonly seed: number; readonly epochs: number; readonly json: boolean }): void {
  const measured = measureLiars({ seed, epochs, rounds: 4000, progress: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write(
    render(
      measured.map((one) => figure(one)),
      json,
    ),
  );
}
