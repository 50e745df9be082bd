import { expect, loggedOut, test } from './community.ts';
import { claim } from './operator.ts';
import { expectAccessible } from './screen.ts';

const routes = [
  { path: '/', name: 'home', shows: 'status-sentence' },
  { path: '/mesh', name: 'mesh', shows: 'graph' },
  { path: '/mesh?view=list', name: 'mesh-list', shows: 'mesh-row' },
  { path: '/mesh?by=place', name: 'mesh-by-place', shows: 'graph' },
  { path: '/traffic', name: 'traffic', shows: 'traffic-chart' },
  // This community pays nothing; one that pays is in earnings.spec.ts.
  { path: '/earnings', name: 'earnings-off', shows: 'status-sentence' },
  { path: '/traffic?last=month', name: 'traffic-of-a-month', shows: 'traffic-chart' },
] as const;

for (const { path, name, shows } of routes) {
  test(`WCAG 2.2 AA: ${path}`, async ({ page }) => {
    await page.goto(path);
    await expect(page.getByTestId(shows).first()).toBeVisible();
    await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
    await expectAccessible(page, name);
  });
}

test('WCAG 2.2 AA: a selected node on the map, in the list, and the table of today', async ({ page, street }) => {
  await page.goto(`/mesh?node=${street.id('E')}`);
  await expect(page.getByTestId('neighbour-figures')).toBeVisible();
  await expectAccessible(page, 'mesh-node');
  await page.goto(`/mesh?view=list&node=${street.id('E')}`);
  await expect(page.getByTestId('neighbour-figures')).toBeVisible();
  await expectAccessible(page, 'mesh-list-node');
  await page.goto('/traffic');
  await page.getByRole('button', { name: 'Table' }).click();
  await expect(page.getByTestId('traffic-table')).toBeVisible();
  await expectAccessible(page, 'traffic-table');
});

test.describe('logged out', () => {
  test.use({ storageState: loggedOut });
  test('WCAG 2.2 AA: /login', async ({ page, street }) => {
    await claim(street.agent('D'));
    await page.goto('/login');
    await expect(page.getByTestId('login')).toHaveAttribute('data-step', 'passphrase');
    await expectAccessible(page, 'login');
    await page.goto('/no-such-page');
    await expect(page.getByRole('heading', { name: 'There is no such page.' })).toBeVisible();
    // Inside the frame: the way on is there.
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link')).toHaveText(['Home', 'Mesh', 'Traffic', 'Earnings', 'Settings']);
    await expectAccessible(page, 'not-found');
  });
});

test('the look is chosen on the page and stays', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/');
  const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
  const light = await ground();
  await page.getByRole('button', { name: 'Dark', exact: true }).click();
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await page.reload();
  expect(await ground()).toBe(dark);
  await page.getByRole('button', { name: 'Automatic' }).click();
  await expect.poll(ground).toBe(light);
});

test('everything that is pressed is as high as a finger', async ({ page, street }) => {
  for (const path of [...routes.map((route) => route.path), `/mesh?node=${street.id('B')}`]) {
    await page.goto(path);
    await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
    await page.waitForLoadState('networkidle').catch(() => {});
    const small = await page.evaluate(`[...document.querySelectorAll('a[href], button, summary, input')]
      .filter((element) => element.checkVisibility() && !element.closest('p, .vh') && !element.matches('.skip, .grab'))
      .map((element) => [element.closest('label') ?? element, element])
      .map(([target, element]) => ({ height: target.getBoundingClientRect().height, text: (element.textContent || element.ariaLabel || element.className).trim() }))
      .filter(({ height }) => height > 0 && height < 44)`);
    expect(small, path).toEqual([]);
  }
});

test('nothing is wider than the screen, down to 320 pixels', async ({ page, viewport }) => {
  const narrow = (viewport?.width ?? 0) < 500;
  if (narrow) await page.setViewportSize({ width: 320, height: 640 });
  for (const { path, shows } of routes) {
    await page.goto(path);
    await expect(page.getByTestId(shows).first()).toBeVisible();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBeLessThanOrEqual(0);
  }
});
