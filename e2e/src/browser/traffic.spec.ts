import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './community.ts';
import { expectAccessible, numberOf } from './screen.ts';

const figures = (page: Page) => Promise.all(['devices', 'betweenNodes', 'reports'].map((type) => numberOf(page, `traffic-${type}`)));
const sentence = (page: Page) => page.getByTestId('status-sentence');
const bars = (page: Page) => page.getByTestId('traffic-chart').getAttribute('data-bars');

/** A meter has sent something, whenever these tests begin. */
test.beforeEach(async ({ street: { world } }) => {
  const meter = await world.publisher('church-4-meter');
  for (let i = 0; i < 3; i++) await meter.publish({ powerW: i });
  await meter.close();
});

/** Something has been carried, and the page says so. */
async function openTraffic(page: Page, address = '/traffic'): Promise<void> {
  await page.goto(address);
  await expect(page.getByTestId('traffic-chart')).toBeVisible();
  await expect.poll(async () => (await figures(page)).reduce((sum, value) => sum + value, 0), { timeout: 30_000 }).toBeGreaterThan(0);
}

/** Pulls over the chart from one share of its width to another. */
async function pull(page: Page, chart: Locator, from: number, to: number): Promise<void> {
  const box = await chart.boundingBox();
  if (!box) throw new Error('the chart has no place on the page');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y);
  await page.mouse.move(box.x + box.width * to, y);
  await page.mouse.up();
}

test('today, week and month say the same of today, in packets and in size', async ({ page }) => {
  await openTraffic(page);
  const said = async () => Number(((await sentence(page).textContent()) ?? '').replace(/,(?=\d)/g, '').match(/(\d+) packets?/)?.[1]);
  // One number: what the sentence says is the sum of what stands below it, reports and all.
  await expect.poll(async () => (await said()) - (await figures(page)).reduce((sum, value) => sum + value, 0)).toBe(0);
  const today = await said();

  await page.getByRole('button', { name: 'Week' }).click();
  await expect(page).toHaveURL(/last=week/);
  await expect(sentence(page)).toContainText('in 7 days');
  await expect.poll(() => bars(page)).toBe('7');
  // The node ran today only: the days before are gaps, not zeros, and today is all there is.
  await expect.poll(said).toBeGreaterThanOrEqual(today);
  expect(await page.getByTestId('traffic-chart').locator('[data-zero]').count()).toBe(0);
  await page.getByRole('button', { name: 'Table' }).click();
  const rows = page.getByTestId('traffic-table').locator('tbody tr');
  await expect(rows).toHaveCount(7);
  await expect(rows.nth(1)).toContainText('not running');
  await expect(rows.first()).not.toContainText('not running');
  await expectAccessible(page, 'traffic-week-table');

  await page.getByRole('button', { name: 'Month' }).click();
  await page.getByRole('button', { name: 'Chart' }).click();
  await expect.poll(() => bars(page)).toBe('30');
  await page.getByRole('button', { name: 'Size' }).click();
  await expect(page.getByTestId('traffic-devices')).toContainText(/\d (B|kB|MB)/);
  await expect(page.getByTestId('by-class').getByRole('row')).toHaveCount(5);
  await expectAccessible(page, 'traffic-month');
});

test('a window is brushed out of the chart, has an address, and goes by buttons as well', async ({ page }) => {
  await openTraffic(page, '/traffic?last=week');
  // The last bar is today: a tap on it opens it.
  const brush = page.getByTestId('brush');
  const box = await brush.boundingBox();
  await brush.click({ position: { x: (box?.width ?? 0) - 6, y: 60 } });
  await expect(page).toHaveURL(/from=\d+&to=\d+/);
  await expect.poll(() => bars(page)).toMatch(/^1(38|44|50)$/);
  const day = new URL(page.url()).searchParams;
  expect(Number(day.get('to')) - Number(day.get('from'))).toBeGreaterThan(22 * 3_600_000);

  const now = Date.now();
  await page.goto(`/traffic?from=${now - 3_600_000}&to=${now + 60_000}`);
  await expect(page.getByTestId('traffic-chart')).toBeVisible();
  await expect.poll(async () => Number(await bars(page))).toBeGreaterThan(59);
  await pull(page, brush, 0.5, 0.95);
  await expect.poll(() => new URL(page.url()).searchParams.get('from')).not.toBe(String(now - 3_600_000));
  const window = new URL(page.url()).searchParams;
  const long = Number(window.get('to')) - Number(window.get('from'));
  expect(long / 60_000).toBeGreaterThan(24);
  expect(long / 60_000).toBeLessThan(31);
  await expectAccessible(page, 'traffic-window');

  // By keyboard: wider, earlier, and back.
  const wider = page.getByRole('button', { name: 'Wider' });
  await wider.focus();
  await page.keyboard.press('Enter');
  const span = () => {
    const { searchParams } = new URL(page.url());
    return Number(searchParams.get('to')) - Number(searchParams.get('from'));
  };
  await expect.poll(span).toBeGreaterThan(long * 1.9);
  await page.getByRole('button', { name: 'Earlier' }).click();
  await expect(sentence(page)).toContainText('packet');
  await page.getByRole('button', { name: 'Today', exact: true }).click();
  await expect(page).toHaveURL(/\/traffic$/);
});

test('the CSV holds what the chart shows, gaps empty', async ({ page, street }) => {
  await openTraffic(page, '/traffic?last=week');
  const shown = await figures(page);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as CSV' }).click()]);
  expect(download.suggestedFilename()).toMatch(new RegExp(`^traffic-${street.name('D').replaceAll(' ', '-')}-[\\d-]+(to-[\\d-]+)?\\.csv$`));
  const [head, ...lines] = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
  expect(head).toBe('start,end,ran,packets_devices,packets_between_nodes,packets_reports,bytes_devices,bytes_between_nodes,bytes_reports');
  expect(lines).toHaveLength(7);
  expect(lines[0]).toMatch(/Z,0,,,,,,$/);
  const last = lines.at(-1)?.split(',').slice(3, 6).map(Number) ?? [];
  for (const [i, value] of shown.entries()) expect(last[i]).toBeGreaterThanOrEqual(value);
});

test('what waited, how long it takes, and who sent', async ({ page, street: { world } }) => {
  const meter = await world.publisher('church-4-meter');
  await openTraffic(page);
  await expect(page.getByTestId('waited').locator('svg')).toContainText('1 min');
  await expect(page.getByTestId('waited')).toHaveAccessibleName(/^How long packets waited here today\./);
  await expect(page.getByTestId('latency-figures')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByTestId('by-device').locator('[data-device="church-4-meter"]')).toContainText('connected');
  await meter.close();
});

test('an address that cannot be is today', async ({ page }) => {
  await openTraffic(page, '/traffic?from=9&to=5');
  await expect(page.getByRole('button', { name: 'Today', exact: true })).toHaveAttribute('aria-pressed', 'true');
});
