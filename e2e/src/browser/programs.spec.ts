import { expect, test } from './community.ts';
import { expectAccessible } from './screen.ts';

test('a program gets a token, reads with it, and no more when it is revoked', async ({ page, street }) => {
  const read = async (token: string) => fetch(`${street.agent('D').url}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } });
  await page.goto('/settings/programs');
  await page.getByLabel('Which program').fill('Grafana');
  await page.getByRole('button', { name: 'Make a token' }).click();
  const token = (await page.getByTestId('token').textContent())?.trim() ?? '';
  await expectAccessible(page, 'settings-programs-token');
  await page.getByRole('button', { name: 'Close' }).first().click();
  const answer = await read(token);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ node: { id: street.id('D'), name: street.name('D') } });

  await page.reload();
  const row = page.getByTestId('tokens').getByRole('listitem').filter({ hasText: 'Grafana' });
  await expect(row).toContainText('last used');
  await expect(page.locator('body')).not.toContainText(token);
  await expectAccessible(page, 'settings-programs');
  await row.getByRole('button', { name: 'Revoke' }).click();
  await row.getByRole('button', { name: 'Yes, revoke' }).click();
  await expect(row).toHaveCount(0);
  expect((await read(token)).status).toBe(401);
});
