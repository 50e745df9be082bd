export { type Figure, figure, judge, type Measured } from './figure.ts';
export { type Goal, goals } from './goals.ts';
export { percentile } from './percentile.ts';
export { render } from './report.ts';
