import { percentile } from '@energymesh/figures';
import { reportFigure } from '../harness/report-figure.ts';
import { expect, test } from './community.ts';
import { numberOf } from './screen.ts';

test('50 messages of a device move the counter by 50', async ({ page, street: { world } }) => {
  const meter = await world.publisher('church-4-meter');
  await page.goto('/');
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  const before = await numberOf(page, 'packets-today');
  const arrived = () => world.observer.unique('church-4-meter').length;
  const arrivedBefore = arrived();
  for (let i = 0; i < 50; i++) await meter.publish({ powerW: i });
  await expect.poll(() => numberOf(page, 'packets-today')).toBe(before + 50);
  await world.observer.sees('50 messages at the backend', 20_000, () => arrived() === arrivedBefore + 50);
  // One more once all have arrived: had anything else been counted, by then it would show.
  await meter.publish();
  await expect.poll(() => numberOf(page, 'packets-today')).toBe(before + 51);
  await expect(page.getByTestId('device').filter({ hasText: 'church-4-meter' })).toContainText('connected');
  // One ledger: the legend and the Traffic page say the same.
  await expect.poll(() => numberOf(page, 'traffic-devices')).toBe(before + 51);
  await page.getByRole('navigation').getByRole('link', { name: 'Traffic' }).click();
  await expect.poll(() => numberOf(page, 'traffic-devices')).toBe(before + 51);
  await expect.poll(() => numberOf(page, 'packets-today')).toBe(before + 51);
  await meter.close();
});

test('a message is on the screen soon after it was sent', async ({ page, street: { world } }) => {
  const meter = await world.publisher('church-4-meter');
  await page.goto('/');
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  const took: number[] = [];
  for (let i = 0; i < 8; i++) {
    const before = await numberOf(page, 'packets-today');
    const sentAt = performance.now();
    await meter.publish({ powerW: i });
    await expect.poll(() => numberOf(page, 'packets-today'), { intervals: [10] }).toBe(before + 1);
    const shownAt = performance.now();
    took.push(Math.round(shownAt - sentAt));
    // The node sends its figures at most once a second: the next message meets a page that has waited for longer.
    await expect.poll(() => performance.now() - shownAt, { intervals: [50] }).toBeGreaterThan(1200);
  }
  reportFigure({
    figure: 'e2e.screen.messageMsP50',
    value: percentile(took, 0.5),
    unit: 'ms',
    min: Math.min(...took),
    max: Math.max(...took),
    rounds: took.length,
  });
  expect(Math.max(...took)).toBeLessThan(5000);
  await meter.close();
});
