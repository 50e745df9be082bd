import { figure } from '@energymesh/figures';
import { expect, test } from 'vitest';
import { figuresOf, pwaBench } from './pwa.ts';

test('a round is its percentiles, and the rounds their median, least and most', () => {
  const round = (slow: number) => ({ gaps: [...Array(90).fill(16.7), ...Array(10).fill(slow)], paints: Array(100).fill(slow / 10) });
  const figures = figuresOf('mesh500', [round(33), round(50), round(100)]);
  expect(figures.map(({ figure: name, value, min, max }) => [name, value, min, max])).toEqual([
    ['pwa.mesh500.frameMsP50', 16.7, 16.7, 16.7],
    ['pwa.mesh500.frameMsP95', 50, 33, 100],
    ['pwa.mesh500.paintMsP50', 5, 3.3, 10],
    ['pwa.mesh500.paintMsP95', 5, 3.3, 10],
  ]);
  expect(figure(figures[0]!)).toMatchObject({ goal: '<= 17', met: true });
});

test('says what it needs when the dashboard is not built', () => {
  expect([undefined, 'the dashboard is not built; once: npm run build']).toContain(pwaBench.cannotRun?.());
});
