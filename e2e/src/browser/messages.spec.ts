import { percentile } from '@energymesh/figures';
import { reportFigure } from '../harness/report-figure.ts';
import { expect, test } from './community.ts';
import { numberOf } from './screen.ts';

const parts = ['traffic-devices', 'traffic-betweenNodes', 'traffic-reports'];

test('50 messages of a device move the counter by 50', async ({ page, street: { world } }) => {
  const meter = await world.publisher('church-4-meter');
  await page.goto('/');
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  await expect(page.getByTestId('traffic-devices')).toBeVisible();
  const before = await numberOf(page, 'traffic-devices');
  const allBefore = await numberOf(page, 'packets-today');
  const arrived = () => world.observer.unique('church-4-meter').length;
  const arrivedBefore = arrived();
  for (let i = 0; i < 50; i++) await meter.publish({ powerW: i });
  await expect.poll(() => numberOf(page, 'traffic-devices')).toBe(before + 50);
  await world.observer.sees('50 messages at the backend', 20_000, () => arrived() === arrivedBefore + 50);
  // One more once all have arrived: had anything else been counted, by then it would show.
  await meter.publish();
  await expect.poll(() => numberOf(page, 'traffic-devices')).toBe(before + 51);
  await expect.poll(() => numberOf(page, 'packets-today')).toBeGreaterThanOrEqual(allBefore + 51);
  await expect(page.getByTestId('device').filter({ hasText: 'church-4-meter' })).toContainText('connected');
  // One ledger: the parts add up to the figure, on Home and on Traffic.
  const addsUp = async () => {
    const [all = 0, ...of] = await Promise.all(['packets-today', ...parts].map((part) => numberOf(page, part)));
    return of.reduce((sum, part) => sum + part, 0) - all;
  };
  await expect.poll(addsUp).toBe(0);
  await page.getByRole('navigation').getByRole('link', { name: 'Traffic' }).click();
  await expect.poll(() => numberOf(page, 'traffic-devices')).toBe(before + 51);
  await expect.poll(addsUp).toBe(0);
  await expect(page.getByText('Every message that this node passed on, counted once')).toBeVisible();
  await meter.close();
});

test('a message is on the screen soon after it was sent', async ({ page, street: { world } }) => {
  const meter = await world.publisher('church-4-meter');
  await page.goto('/');
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  await expect(page.getByTestId('traffic-devices')).toBeVisible();
  const took: number[] = [];
  for (let i = 0; i < 8; i++) {
    const before = await numberOf(page, 'traffic-devices');
    const sentAt = performance.now();
    await meter.publish({ powerW: i });
    await expect.poll(() => numberOf(page, 'traffic-devices'), { intervals: [10] }).toBe(before + 1);
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
