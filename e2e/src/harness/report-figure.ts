import { figure, type Measured } from '@energymesh/figures';
import { broker } from './broker-kind.ts';

/** Prints a measured figure as a line of its own. */
export function reportFigure(measured: Measured): void {
  console.log(JSON.stringify({ ...figure(measured), broker }));
}
