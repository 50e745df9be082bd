import { expect, loggedOut, test } from './community.ts';
import { expectAccessible } from './screen.ts';

test('another language is chosen on the page, stays, and fits', async ({ page }) => {
  const broken: string[] = [];
  page.on('pageerror', ({ message }) => broken.push(message));
  const html = page.locator('html');
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto('/');
  await expect(page.getByTestId('status-sentence')).toContainText('Online for');
  await page.getByRole('button', { name: 'Español' }).click();
  await expect(page.getByTestId('status-sentence')).toContainText('En línea desde hace');
  await page.reload();
  await expect(page.getByTestId('status-sentence')).toContainText('En línea desde hace');
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  await expect(html).toHaveAttribute('lang', 'es');
  const tabs = page.getByRole('navigation', { name: 'Principal' }).getByRole('link');
  await expect(tabs).toHaveText(['Inicio', 'Malla', 'Tráfico', 'Ingresos', 'Ajustes']);
  await expectAccessible(page, 'home-spanish');
  for (const [title, shows] of [
    ['Inicio', 'status-sentence'],
    ['Malla', 'graph'],
    ['Tráfico', 'traffic-chart'],
    ['Ingresos', 'status-sentence'],
  ] as const) {
    await tabs.filter({ hasText: title }).click();
    await expect(page).toHaveTitle(`${title} · EnergyMesh`);
    await expect(page.getByTestId(shows).first()).toBeVisible();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), title).toBeLessThanOrEqual(0);
  }
  await page.goto('/no-such-page');
  await expect(page.getByRole('heading', { name: 'Esta página no existe.' })).toBeVisible();
  await page.goto('/');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByTestId('status-sentence')).toContainText('Online for');
  await expect(html).toHaveAttribute('lang', 'en');
  expect(broken, 'what was exported in English wakes up without a mismatch').toEqual([]);
});

test.describe('a first visit', () => {
  test.use({ storageState: loggedOut, locale: 'es-ES' });

  test('speaks what the browser asks for, and another language is chosen there', async ({ page, street }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto('/');
    await expect(page.getByRole('heading', { name: `Entra en ${street.name('D')}.` })).toBeVisible();
    await expectAccessible(page, 'login-spanish');
    await page.getByRole('button', { name: 'English' }).click();
    await expect(page.getByRole('heading', { name: `Log in to ${street.name('D')}.` })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Español' })).toBeVisible();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  });
});
