import type { Page } from '@playwright/test';
import { expect, test } from './community.ts';
import { expectAccessible } from './screen.ts';
import { simulated } from './simulated.ts';

/** How many pixels of the map have exactly the colour of water, by day and by night. */
const water = (page: Page): Promise<number> =>
  page.evaluate(`(() => {
    const canvas = document.querySelector('[data-testid=graph]');
    const colour = getComputedStyle(document.documentElement).getPropertyValue('--map-water').trim();
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let pixels = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) pixels++;
    return pixels;
  })()`);

test('a map of the operator lies under the mesh by place, asked for in parts, in the colours of the page', async ({ browser }) => {
  await using agent = await simulated('none', ['--map', '--scene', 'well']);
  const page = await agent.open(browser, '/mesh');
  const graph = page.getByTestId('graph');
  await expect(graph).toHaveAttribute('data-layout', 'force');
  const asked: (readonly [status: number, range: string | undefined])[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/map.pmtiles')) asked.push([response.status(), response.request().headers().range]);
  });
  expect(await water(page)).toBe(0);
  await page.getByRole('button', { name: 'By place' }).click();
  await expect(graph).toHaveAttribute('data-base', 'shown');
  // Beyond the shade of what the nodes reach, colours are what they are.
  await page.getByRole('button', { name: 'Zoom out' }).click();
  await expect.poll(() => water(page)).toBeGreaterThan(200);
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.filter(([status, range]) => status !== 206 || !range?.startsWith('bytes='))).toEqual([]);
  await expect(page.getByRole('link', { name: '© OpenStreetMap contributors' })).toHaveAttribute('href', 'https://www.openstreetmap.org/copyright');
  await expect(page.getByTestId('reach')).toHaveText(/^Heard (well|only faintly).+ \d+ m( away)?\.$/);
  await expectAccessible(page, 'mesh-base-map');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => water(page)).toBeGreaterThan(200);
});
